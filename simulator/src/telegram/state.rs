//! Everything the stand-in remembers: people, chats, messages, button presses, commands.
//! Invariant: plain data behind one lock; nothing here waits, listens or reads a clock.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::TelegramOptions;
use super::faults::Faults;
use super::files::Files;
use super::ids::{ChatId, MessageId, Profile, UpdateId};
use super::limits::Flood;
use super::polling::Polls;
use super::record::Exchange;
use super::refusal::Refusal;
use super::sent::{ButtonAnswer, SentMessage};
use super::topics::Topic;
use super::webhook::Webhook;
use crate::clock::Moment;
use crate::record::Ring;
use crate::trail::Trail;
use crate::weather::Sky;

/// How often the bot called and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// Calls by method, refused ones included.
    pub by_method: BTreeMap<String, u64>,
    /// Files that came along with their bytes, in refused calls too.
    pub uploads: u64,
    /// Calls answered with 429.
    pub too_many: u64,
    /// Calls answered with another refusal.
    pub refused: u64,
    /// Updates that the webhook took or a poll confirmed.
    pub delivered: u64,
    /// Attempts to deliver an update that failed.
    pub undelivered: u64,
}

impl Calls {
    /// How often one method was called.
    pub fn of(&self, method: &str) -> u64 {
        self.by_method.get(method).copied().unwrap_or_default()
    }
}

/// One set of bot commands, as `setMyCommands` left it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CommandSet {
    /// `BotCommandScope`; the default scope if the call had none.
    pub scope: Value,
    /// Two-letter language, empty for all others.
    pub language_code: String,
    /// The commands.
    pub commands: Value,
}

/// How a person, or a group, stands to the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Member,
    Blocked,
    Deactivated,
    /// Of a group: the bot is not in it.
    Outside,
    /// Of a group: the bot was in it.
    Removed,
    /// Of a group: it is a supergroup now, under this id.
    Upgraded(ChatId),
}

/// A message of somebody else, as the bot was told of it.
#[derive(Debug)]
pub(super) struct Theirs {
    pub(super) update_id: UpdateId,
    /// The Bot API's `Message` object.
    pub(super) message: Value,
    /// What it said before each edit, oldest first.
    pub(super) earlier: Vec<String>,
}

/// A message in a chat.
#[derive(Debug)]
pub(super) enum Entry {
    Theirs(Theirs),
    Ours(Box<SentMessage>),
}

/// A chat of the bot.
#[derive(Debug)]
pub(super) struct Chat {
    /// The Bot API's `Chat` object.
    pub(super) about: Value,
    /// The person, in a private chat that was set up as such.
    pub(super) profile: Option<Profile>,
    /// Whether the bot has ever heard of the chat.
    pub(super) known: bool,
    pub(super) standing: Standing,
    /// Of a group: who is known to be in it, since he was there before the bot or has said something.
    pub(super) members: BTreeSet<ChatId>,
    pub(super) log: BTreeMap<MessageId, Entry>,
    /// The bot's reactions.
    pub(super) reactions: BTreeMap<MessageId, Vec<String>>,
    /// The reactions of people, one of each at most.
    pub(super) people_react: BTreeMap<MessageId, BTreeMap<ChatId, String>>,
    /// Of a forum: its topics.
    pub(super) topics: BTreeMap<MessageId, Topic>,
    /// Of a group: the bot is an administrator who manages topics.
    pub(super) manages_topics: bool,
}

/// A pressed button.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) chat: ChatId,
    pub(super) from: ChatId,
    pub(super) update_id: UpdateId,
    pub(super) pressed: Instant,
    pub(super) answer: Option<ButtonAnswer>,
}

/// The bot itself.
#[derive(Debug)]
pub(super) struct Bot {
    pub(super) id: i64,
}

/// The whole stand-in.
#[derive(Debug)]
pub(super) struct State {
    pub(super) bot: Bot,
    pub(super) chats: BTreeMap<ChatId, Chat>,
    pub(super) queries: HashMap<String, Query>,
    pub(super) files: Files,
    pub(super) commands: Vec<CommandSet>,
    pub(super) webhook: Webhook,
    pub(super) polls: Polls,
    pub(super) flood: Flood,
    pub(super) faults: Faults,
    pub(super) sky: Sky,
    pub(super) trail: Trail,
    /// What stands in updates in place of a text once they are on the wire.
    pub(super) garbled: Option<(String, Vec<u8>)>,
    pub(super) calls: Calls,
    pub(super) exchanges: Ring<Exchange>,
    pub(super) emitted: Ring<Value>,
    /// Calls that a fault holds now.
    pub(super) held: usize,
    pub(super) next_update: UpdateId,
    pub(super) next_message: MessageId,
    /// How long a pressed button may be answered.
    pub(super) query_lifetime: Duration,
}

impl Bot {
    /// The Bot API's `User` object of the bot.
    pub(super) fn user(&self) -> Value {
        json!({
            "id": self.id,
            "is_bot": true,
            "first_name": "Sheetdesk stand-in",
            "username": "sheetdesk_stand_in_bot",
        })
    }
}

impl Chat {
    pub(super) fn new(about: Value, profile: Option<Profile>) -> Self {
        Self {
            about,
            profile,
            known: false,
            standing: Standing::Member,
            members: BTreeSet::new(),
            log: BTreeMap::new(),
            reactions: BTreeMap::new(),
            people_react: BTreeMap::new(),
            topics: BTreeMap::new(),
            manages_topics: false,
        }
    }

    /// Refuses where Telegram would not let the message through.
    pub(super) fn accepts(&self) -> Result<(), Refusal> {
        match self.standing {
            Standing::Member => Ok(()),
            Standing::Blocked => Err(Refusal::Blocked),
            Standing::Deactivated => Err(Refusal::Deactivated),
            Standing::Upgraded(chat) => Err(Refusal::Upgraded(chat)),
            Standing::Outside | Standing::Removed if self.about["type"] == "supergroup" => {
                Err(Refusal::Kicked("supergroup"))
            }
            Standing::Outside | Standing::Removed => Err(Refusal::Kicked("group")),
        }
    }

    /// The message that came with an update.
    pub(super) fn message_of(&self, update: UpdateId) -> Option<MessageId> {
        let mut log = self.log.iter();
        log.find_map(|(number, entry)| match entry {
            Entry::Theirs(theirs) => (theirs.update_id == update).then_some(*number),
            Entry::Ours(_) => None,
        })
    }

    /// The bot's messages, oldest first.
    pub(super) fn sent(&self) -> impl Iterator<Item = &SentMessage> {
        self.log.values().filter_map(|entry| match entry {
            Entry::Ours(message) => Some(message.as_ref()),
            Entry::Theirs(_) => None,
        })
    }
}

impl State {
    pub(super) fn new(bot: i64, options: &TelegramOptions, now: Moment) -> Self {
        Self {
            bot: Bot { id: bot },
            chats: BTreeMap::new(),
            queries: HashMap::new(),
            files: Files::default(),
            commands: Vec::new(),
            webhook: Webhook::new(options.webhook_retry.clone()),
            polls: Polls::default(),
            flood: Flood::new(options.limits),
            faults: Faults::default(),
            sky: Sky::default(),
            trail: Trail::default(),
            garbled: None,
            calls: Calls::default(),
            exchanges: Ring::new(options.record),
            emitted: Ring::new(options.record),
            held: 0,
            next_update: options.first_update.unwrap_or(UpdateId(now.unix())),
            next_message: MessageId(1),
            query_lifetime: options.query_lifetime,
        }
    }

    /// The chat, if the bot has ever heard of it.
    pub(super) fn heard_of(&mut self, chat: ChatId) -> Result<&mut Chat, Refusal> {
        self.chats
            .get_mut(&chat)
            .filter(|chat| chat.known)
            .ok_or(Refusal::ChatNotFound)
    }

    /// The chat with a person, set up at first sight; a later profile replaces the earlier.
    pub(super) fn chat_with(&mut self, profile: &Profile) -> &mut Chat {
        let chat = self
            .chats
            .entry(profile.id)
            .or_insert_with(|| Chat::new(profile.chat(), None));
        chat.about = profile.chat();
        chat.profile = Some(profile.clone());
        chat
    }

    /// Updates as the bytes that leave.
    pub(super) fn on_the_wire(&self, updates: &str) -> Vec<u8> {
        let Some((text, bytes)) = &self.garbled else {
            return updates.as_bytes().to_vec();
        };
        let parts: Vec<&[u8]> = updates.split(text.as_str()).map(str::as_bytes).collect();
        parts.join(&bytes[..])
    }

    /// Puts a message into the log of a chat.
    pub(super) fn log(&mut self, chat: ChatId, number: MessageId, entry: Entry) {
        if let Some(chat) = self.chats.get_mut(&chat) {
            chat.log.insert(number, entry);
        }
    }

    /// A fresh message number.
    pub(super) fn number_message(&mut self) -> MessageId {
        let number = self.next_message;
        self.next_message = MessageId(number.0 + 1);
        number
    }

    /// A fresh update number.
    pub(super) fn number_update(&mut self) -> UpdateId {
        let number = self.next_update;
        self.next_update = UpdateId(number.0 + 1);
        number
    }
}
