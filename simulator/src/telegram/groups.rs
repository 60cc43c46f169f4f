//! Groups, as a handle for tests: people add the bot, write, press buttons, remove the bot.
//! Invariant: privacy mode is off, as `getMe` says, so the bot hears everything that is written
//! while it is in the group, and nothing before or after.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::attachment::Attachment;
use super::ids::{ChatId, MessageId, Profile, UpdateId};
use super::parts;
use super::people::ActError;
use super::person::Person;
use super::sent::SentMessage;
use super::state::{Chat, Standing, State};
use super::{Telegram, TimedOut};
use crate::clock::Moment;

/// How the id of a supergroup or a channel begins.
const SUPERGROUP: &str = "-100";

/// A group; clones are the same group.
#[derive(Clone, Debug)]
pub struct Group {
    telegram: Telegram,
    id: ChatId,
}

impl Group {
    pub(super) fn new(telegram: Telegram, id: ChatId) -> Self {
        Self { telegram, id }
    }

    pub(super) fn telegram(&self) -> &Telegram {
        &self.telegram
    }

    /// The group's id.
    pub fn id(&self) -> ChatId {
        self.id
    }

    /// Lets somebody be in the group, as if he had come before the bot. No update comes.
    #[must_use]
    pub fn has_member(self, person: &Person) -> Self {
        self.telegram.0.change(|state| {
            if let Some(chat) = state.chats.get_mut(&self.id) {
                chat.members.insert(person.id());
            }
        });
        self
    }

    /// Somebody adds the bot: it is told by `my_chat_member`, whose number this is, and by a
    /// message about the new member. `None` if it was in the group before.
    pub fn add_bot(&self, by: &Person) -> Option<UpdateId> {
        self.telegram
            .0
            .change(|state| state.add_to_group(self.id, by.profile(), Moment::now()))
    }

    /// Somebody removes the bot; `None` if it was not in the group.
    pub fn remove_bot(&self, by: &Person) -> Option<UpdateId> {
        let removed = |state: &mut State| {
            state.chats.get_mut(&self.id)?.manages_topics = false;
            let before = [Standing::Member];
            state.stand(
                self.id,
                by.profile(),
                &before,
                Standing::Removed,
                Moment::now(),
            )
        };
        self.telegram.0.change(removed)
    }

    /// The group becomes a supergroup under another id, which the bot hears when it writes to the old one.
    pub fn becomes_supergroup(&self, id: i64) -> Self {
        let id = ChatId(id);
        self.telegram.0.change(|state| state.upgrade(self.id, id));
        Self::new(self.telegram.clone(), id)
    }

    /// Somebody writes a text, or a command such as `/start@sheetdesk_stand_in_bot`;
    /// `None` if the bot is not there to hear it.
    pub fn write(&self, from: &Person, text: &str) -> Option<UpdateId> {
        self.send(from, parts::text(text))
    }

    /// Somebody sends anything else; see [`Person::send`].
    pub fn send(&self, from: &Person, part: Map<String, Value>) -> Option<UpdateId> {
        self.telegram.0.change(|state| {
            let is_in = state.chats.get(&self.id)?.standing == Standing::Member;
            is_in.then(|| state.post(self.id, from.profile(), part, Moment::now()))
        })
    }

    /// Somebody answers a message of the group with a text.
    ///
    /// # Errors
    /// [`ActError::NoSuchMessage`] if the bot knows of none such.
    pub fn reply(&self, from: &Person, to: MessageId, text: &str) -> Result<UpdateId, ActError> {
        self.telegram.0.change(|state| {
            state.reply(
                self.id,
                from.profile(),
                to,
                parts::text(text),
                Moment::now(),
            )
        })
    }

    /// Somebody answers a message of the group with files: one, or several as an album.
    ///
    /// # Errors
    /// [`ActError::NoSuchMessage`] if the bot knows of none such.
    pub fn reply_with_files(
        &self,
        from: &Person,
        to: MessageId,
        files: Vec<Attachment>,
    ) -> Result<Vec<UpdateId>, ActError> {
        self.telegram.0.change(|state| {
            let parts = parts::files(files, state).into_iter();
            let answer = |part| state.reply(self.id, from.profile(), to, part, Moment::now());
            parts.map(answer).collect()
        })
    }

    /// Somebody writes other words into an earlier message of his.
    ///
    /// # Errors
    /// [`ActError::NoSuchMessage`] if it is not his.
    pub fn edit(&self, by: &Person, message: MessageId, text: &str) -> Result<UpdateId, ActError> {
        self.telegram
            .0
            .change(|state| state.rewrite(self.id, by.profile(), message, text, Moment::now()))
    }

    /// Somebody reacts to a message, or, with nothing, takes the reaction back.
    ///
    /// # Errors
    /// [`ActError::NoSuchMessage`] if the bot knows of none such.
    pub fn react(
        &self,
        by: &Person,
        message: MessageId,
        emoji: Option<String>,
    ) -> Result<UpdateId, ActError> {
        self.telegram
            .0
            .change(|state| state.react(self.id, by.profile(), message, emoji, Moment::now()))
    }

    /// Somebody shares his own contact; `None` if the bot is not there to see it.
    pub fn share_contact(&self, from: &Person, phone_number: &str) -> Option<UpdateId> {
        let name = &from.profile().first_name;
        self.send(from, parts::contact(phone_number, name, Some(from.id())))
    }

    /// Somebody sends files: one, or several as an album; empty if the bot is not there to see them.
    pub fn send_files(&self, from: &Person, files: Vec<Attachment>) -> Vec<UpdateId> {
        self.telegram.0.change(|state| {
            let is_in = |chat: &Chat| chat.standing == Standing::Member;
            if !state.chats.get(&self.id).is_some_and(is_in) {
                return Vec::new();
            }
            let parts = parts::files(files, state);
            let send = |part| state.post(self.id, from.profile(), part, Moment::now());
            parts.into_iter().map(send).collect()
        })
    }

    /// Somebody presses the inline button of a message that carries `data`.
    ///
    /// # Errors
    /// [`ActError::NoSuchButton`] if the message, as it stands now, has none.
    pub fn press(&self, by: &Person, message: MessageId, data: &str) -> Result<UpdateId, ActError> {
        self.telegram
            .0
            .change(|state| state.press(self.id, by.profile(), message, data, Moment::now()))
    }

    /// The message that came with an update, by its number.
    pub fn message_of(&self, update: UpdateId) -> Option<MessageId> {
        self.telegram
            .0
            .lock()
            .chats
            .get(&self.id)?
            .message_of(update)
    }

    /// What the bot has sent to the group, oldest first.
    pub fn messages(&self) -> Vec<SentMessage> {
        self.telegram.messages(self.id)
    }

    /// The first message to the group that `wanted` accepts; see [`Telegram::await_message`].
    ///
    /// # Errors
    /// [`TimedOut`], naming the texts that are there instead.
    pub async fn await_message(
        &self,
        wanted: impl Fn(&SentMessage) -> bool,
        within: Duration,
    ) -> Result<SentMessage, TimedOut> {
        self.telegram.await_message(self.id, wanted, within).await
    }

    /// The bot's reactions to a message, as it stands now.
    pub fn reactions(&self, message: MessageId) -> Vec<String> {
        self.telegram.reactions(self.id, message)
    }
}

impl State {
    /// Sets a group up, or gives it another title.
    pub(super) fn found_group(&mut self, id: ChatId, title: &str) {
        let kind = if id.to_string().starts_with(SUPERGROUP) {
            "supergroup"
        } else {
            "group"
        };
        let about = json!({ "id": id, "type": kind, "title": title });
        let chat = self.chats.entry(id).or_insert_with(|| Chat {
            standing: Standing::Outside,
            ..Chat::new(Value::Null, None)
        });
        let is_forum = chat.about.get("is_forum").cloned();
        chat.about = about;
        if let Some(is_forum) = is_forum {
            chat.about["is_forum"] = is_forum;
        }
    }

    fn upgrade(&mut self, from: ChatId, to: ChatId) {
        let Some(old) = self.chats.get_mut(&from) else {
            return;
        };
        old.standing = Standing::Upgraded(to);
        let title = old.about["title"].as_str().unwrap_or_default().to_owned();
        let members = old.members.clone();
        self.found_group(to, &title);
        if let Some(chat) = self.chats.get_mut(&to) {
            (chat.standing, chat.known) = (Standing::Member, true);
            chat.members = members;
        }
    }

    fn add_to_group(&mut self, id: ChatId, by: &Profile, now: Moment) -> Option<UpdateId> {
        let before = [Standing::Outside, Standing::Removed];
        let update = self.stand(id, by, &before, Standing::Member, now)?;
        let mut part = Map::new();
        part.insert("new_chat_members".into(), json!([self.bot.user()]));
        self.post(id, by, part, now);
        Some(update)
    }
}
