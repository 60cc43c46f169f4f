//! A person with a Telegram account, as a handle for tests and the tour.
//! Invariant: a person acts through updates alone and sees only his own chat.

use std::time::Duration;

use serde_json::{Map, Value};

use super::attachment::Attachment;
use super::ids::{ChatId, MessageId, Profile, UpdateId};
use super::parts::{self, Origin};
use super::people::ActError;
use super::sent::{ButtonAnswer, SentMessage};
use super::state::Standing;
use super::{Telegram, TimedOut};
use crate::clock::Moment;

/// Somebody who may write to the bot; clones are the same person.
#[derive(Clone, Debug)]
pub struct Person {
    telegram: Telegram,
    profile: Profile,
}

impl Person {
    pub(super) fn new(telegram: Telegram, profile: Profile) -> Self {
        Self { telegram, profile }
    }

    /// The person's id, and that of the chat with the bot.
    pub fn id(&self) -> ChatId {
        self.profile.id
    }

    /// Who this is.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Lets the bot know the chat, as if the person had written long ago. No update comes.
    pub fn has_met_bot(self) -> Self {
        self.telegram
            .0
            .change(|state| state.chat_with(&self.profile).known = true);
        self
    }

    /// Writes a text; `/start` is one too.
    pub fn write(&self, text: &str) -> UpdateId {
        self.send(parts::text(text))
    }

    /// Shares the person's own contact.
    pub fn share_contact(&self, phone_number: &str) -> UpdateId {
        let owner = Some(self.profile.id);
        self.send(parts::contact(
            phone_number,
            &self.profile.first_name,
            owner,
        ))
    }

    /// Shares a contact out of the address book: somebody else's, or one without an account.
    pub fn share_foreign_contact(
        &self,
        phone_number: &str,
        first_name: &str,
        owner: Option<ChatId>,
    ) -> UpdateId {
        self.send(parts::contact(phone_number, first_name, owner))
    }

    /// Sends a file.
    pub fn send_file(&self, file: Attachment) -> UpdateId {
        self.telegram.0.change(|state| {
            let part = parts::file(file, &mut state.files);
            state.write(&self.profile, part, Moment::now())
        })
    }

    /// Sends several files as one album: a message and an update for each, joined by a `media_group_id`.
    pub fn send_album(&self, files: Vec<Attachment>) -> Vec<UpdateId> {
        self.telegram.0.change(|state| {
            let parts = parts::files(files, state);
            let send = |part| state.write(&self.profile, part, Moment::now());
            parts.into_iter().map(send).collect()
        })
    }

    /// Sends a point on the map.
    pub fn send_location(&self, latitude: f64, longitude: f64) -> UpdateId {
        self.send(parts::location(latitude, longitude))
    }

    /// Sends a named place on the map.
    pub fn send_venue(
        &self,
        latitude: f64,
        longitude: f64,
        title: &str,
        address: &str,
    ) -> UpdateId {
        self.send(parts::venue(latitude, longitude, title, address))
    }

    /// Sends a poll.
    pub fn send_poll(&self, question: &str, options: &[&str]) -> UpdateId {
        self.telegram.0.change(|state| {
            let id = format!("5{:018}", state.next_message.0);
            state.write(
                &self.profile,
                parts::poll(&id, question, options),
                Moment::now(),
            )
        })
    }

    /// Forwards a text that somebody else wrote elsewhere.
    pub fn forward(&self, origin: &Origin, text: &str) -> UpdateId {
        self.telegram.0.change(|state| {
            let now = Moment::now();
            let mut part = parts::text(text);
            part.insert("forward_origin".into(), origin.about(now.unix()));
            state.write(&self.profile, part, now)
        })
    }

    /// Answers a message of the chat, be it the bot's or the person's own, with a text.
    ///
    /// # Errors
    /// [`ActError::NoSuchMessage`] if the chat has none such.
    pub fn reply(&self, to: MessageId, text: &str) -> Result<UpdateId, ActError> {
        self.reply_with(to, parts::text(text))
    }

    /// Answers a message of the chat with anything; see [`Person::send`].
    ///
    /// # Errors
    /// [`ActError::NoSuchMessage`] if the chat has none such.
    pub fn reply_with(
        &self,
        to: MessageId,
        part: Map<String, Value>,
    ) -> Result<UpdateId, ActError> {
        self.telegram
            .0
            .change(|state| state.reply(self.profile.id, &self.profile, to, part, Moment::now()))
    }

    /// Writes other words into an earlier message: a text, or the caption of a file.
    ///
    /// # Errors
    /// [`ActError::NoSuchMessage`] if it is not the person's.
    pub fn edit(&self, message: MessageId, text: &str) -> Result<UpdateId, ActError> {
        self.telegram.0.change(|state| {
            state.rewrite(self.profile.id, &self.profile, message, text, Moment::now())
        })
    }

    /// Reacts to a message of the chat, or, with nothing, takes the reaction back; the bot hears of it only if it has asked for
    /// `message_reaction`.
    ///
    /// # Errors
    /// [`ActError::NoSuchMessage`] if the chat has none such.
    pub fn react(&self, message: MessageId, emoji: Option<String>) -> Result<UpdateId, ActError> {
        self.telegram.0.change(|state| {
            state.react(
                self.profile.id,
                &self.profile,
                message,
                emoji,
                Moment::now(),
            )
        })
    }

    /// The message that came with an update, by its number in the chat.
    pub fn message_of(&self, update: UpdateId) -> Option<MessageId> {
        let state = self.telegram.0.lock();
        state.chats.get(&self.profile.id)?.message_of(update)
    }

    /// Sends anything else: the part is merged into the message, such as `{"sticker": {…}}`.
    /// Somebody who has blocked the bot unblocks it first, as the apps make him do.
    pub fn send(&self, part: Map<String, Value>) -> UpdateId {
        self.telegram
            .0
            .change(|state| state.write(&self.profile, part, Moment::now()))
    }

    /// Presses the inline button of a message that carries `data`.
    ///
    /// # Errors
    /// [`ActError::NoSuchButton`] if the message, as it stands now, has none.
    pub fn press(&self, message: MessageId, data: &str) -> Result<UpdateId, ActError> {
        self.telegram.0.change(|state| {
            state.press(self.profile.id, &self.profile, message, data, Moment::now())
        })
    }

    /// The bot's answers to the buttons that the person pressed, in that order.
    pub fn button_answers(&self) -> Vec<ButtonAnswer> {
        let state = self.telegram.0.lock();
        let mut answers: Vec<ButtonAnswer> = state
            .queries
            .values()
            .filter(|query| query.from == self.profile.id)
            .filter_map(|query| query.answer.clone())
            .collect();
        answers.sort_by_key(|answer| answer.update_id);
        answers
    }

    /// The bot's reactions to a message of the chat, as it stands now.
    pub fn reactions(&self, message: MessageId) -> Vec<String> {
        self.telegram.reactions(self.profile.id, message)
    }

    /// Blocks the bot; `None` if it was blocked before.
    pub fn block(&self) -> Option<UpdateId> {
        self.telegram
            .0
            .change(|state| state.block(&self.profile, Moment::now()))
    }

    /// Unblocks the bot; `None` if it was not blocked.
    pub fn unblock(&self) -> Option<UpdateId> {
        self.telegram
            .0
            .change(|state| state.unblock(&self.profile, Moment::now()))
    }

    /// Whether the person has blocked the bot.
    pub fn has_blocked_bot(&self) -> bool {
        let state = self.telegram.0.lock();
        let chat = state.chats.get(&self.profile.id);
        chat.is_some_and(|chat| chat.standing == Standing::Blocked)
    }

    /// Deletes the account. The bot is not told.
    pub fn deactivate(&self) {
        self.telegram
            .0
            .change(|state| state.chat_with(&self.profile).standing = Standing::Deactivated);
    }

    /// What the bot has sent to this person, oldest first.
    pub fn messages(&self) -> Vec<SentMessage> {
        self.telegram.messages(self.profile.id)
    }

    /// The first message to this person that `wanted` accepts; see [`Telegram::await_message`].
    ///
    /// # Errors
    /// [`TimedOut`], naming the texts that are there instead.
    pub async fn await_message(
        &self,
        wanted: impl Fn(&SentMessage) -> bool,
        within: Duration,
    ) -> Result<SentMessage, TimedOut> {
        self.telegram
            .await_message(self.profile.id, wanted, within)
            .await
    }
}
