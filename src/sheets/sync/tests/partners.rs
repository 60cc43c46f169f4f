//! What partners do in the world of the synchroniser's tests.
//!
//! Invariant: whatever they write goes through the real rules.

use super::world::World;
use crate::domain::{
    effect::Entity,
    event::{Event, Update},
    ids::{ChatId, MessageId, PartnerCode},
    message::{Content, Context, Message},
    session::{Locale, Session},
};

impl World {
    /// A partner of ours, registered.
    pub(super) fn register(&mut self, chat: ChatId) {
        let mut session = Session::new(chat, Locale::Ru);
        session.partner = PartnerCode::fold(&format!("п{chat}"));
        self.journal.store.put_entity(&Entity::Session(session));
    }

    pub(super) fn writes_to_us(&mut self, chat: ChatId, text: &str) {
        self.messages += 1;
        let id = MessageId(self.messages);
        self.last_written.insert(chat, id);
        let message = self.message(chat, id, text);
        self.decide(&Event::Update(Update::Message(message)));
    }

    /// The partner changes his last message; whether there is one.
    pub(super) fn changes(&mut self, chat: ChatId, text: &str) -> bool {
        let Some(&id) = self.last_written.get(&chat) else {
            return false;
        };
        let message = self.message(chat, id, text);
        self.decide(&Event::Update(Update::Edited(message)));
        true
    }

    fn message(&self, chat: ChatId, message: MessageId, text: &str) -> Message {
        Message {
            chat,
            message,
            at: self.now,
            locale: Locale::Ru,
            content: Content::Text(text.into()),
            context: Context::default(),
        }
    }
}
