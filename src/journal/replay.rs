//! A decision taken again, and what it was taken on: enough to take it once more anywhere, as a test.
//!
//! Invariant: replaying changes nothing; a case decided on itself gives the decision that it holds, as long as the rules are the same.

use std::cell::RefCell;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::MemoryStore;
use crate::domain::{
    alerts::Alerts,
    appeal::{Appeal, Line},
    broadcast::{Announced, Broadcast},
    decide::decide,
    effect::{Decision, Entity, OutboxEntry},
    event::Event,
    ids::{
        AppealId, ChatId, CodeForm, MessageId, Number, OutboxId, PartnerCode, PromotionKey, Seq,
    },
    message::Post,
    partner::Partner,
    promotion::Promotion,
    rules::Rules,
    session::{Group, Session},
    tab::{Tab, TabState},
    template::Templates,
    view::View,
};

/// One event, the state that its decision read, and the decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The event's sequence number.
    pub seq: Seq,
    /// The moment of the decision.
    pub now: Timestamp,
    /// The event.
    pub event: Event,
    /// The entities that were read.
    pub state: Vec<Entity>,
    /// The messages that were read.
    pub outbox: Vec<OutboxEntry>,
    /// What was decided.
    pub decision: Decision,
}

impl Case {
    /// Decides an event and keeps what was read for it.
    #[must_use]
    pub fn record(rules: &Rules, view: &dyn View, seq: Seq, event: Event, now: Timestamp) -> Self {
        let recorder = Recorder {
            view,
            state: RefCell::default(),
            outbox: RefCell::default(),
        };
        let decision = decide(rules, &recorder, seq, &event, now);
        Self {
            seq,
            now,
            event,
            state: recorder.state.into_inner(),
            outbox: recorder.outbox.into_inner(),
            decision,
        }
    }

    /// Decides the event on the recorded state.
    #[must_use]
    pub fn decide(&self, rules: &Rules) -> Decision {
        let mut memory = MemoryStore::default();
        self.state
            .iter()
            .for_each(|entity| memory.put_entity(entity));
        self.outbox
            .iter()
            .for_each(|entry| memory.put_message(entry.clone()));
        decide(rules, &memory, self.seq, &self.event, self.now)
    }
}

/// A view that remembers what was asked of it.
struct Recorder<'a> {
    view: &'a dyn View,
    state: RefCell<Vec<Entity>>,
    outbox: RefCell<Vec<OutboxEntry>>,
}

impl Recorder<'_> {
    fn note(&self, entity: Entity) {
        let mut state = self.state.borrow_mut();
        if !state.iter().any(|known| known.is_same_as(&entity)) {
            state.push(entity);
        }
    }

    fn noted<T: Clone>(&self, found: Option<T>, entity: fn(T) -> Entity) -> Option<T> {
        found
            .iter()
            .for_each(|found| self.note(entity(found.clone())));
        found
    }
}

impl View for Recorder<'_> {
    fn partner(&self, code: &PartnerCode) -> Option<Partner> {
        self.noted(self.view.partner(code), Entity::Partner)
    }

    fn spelled_alike(&self, form: &CodeForm) -> Vec<PartnerCode> {
        let found = self.view.spelled_alike(form);
        for code in &found {
            self.partner(code);
        }
        found
    }

    fn session(&self, chat: ChatId) -> Option<Session> {
        self.noted(self.view.session(chat), Entity::Session)
    }

    fn appeal(&self, id: AppealId) -> Option<Appeal> {
        self.noted(self.view.appeal(id), Entity::Appeal)
    }

    fn numbered(&self, number: Number) -> Option<AppealId> {
        let found = self.view.numbered(number);
        found.and_then(|id| self.appeal(id));
        found
    }

    fn appeals_of(&self, chat: ChatId, newest: usize) -> Vec<Appeal> {
        let found = self.view.appeals_of(chat, newest);
        found
            .iter()
            .for_each(|appeal| self.note(Entity::Appeal(appeal.clone())));
        found
    }

    fn lines(&self, appeal: AppealId, newest: usize) -> Vec<Line> {
        let found = self.view.lines(appeal, newest);
        found
            .iter()
            .for_each(|line| self.note(Entity::Line(line.clone())));
        found
    }

    fn line(&self, appeal: AppealId, index: u32) -> Option<Line> {
        self.noted(self.view.line(appeal, index), Entity::Line)
    }

    fn tab(&self, tab: Tab) -> TabState {
        let state = self.view.tab(tab);
        self.note(Entity::Tab(state.clone()));
        state
    }

    fn post(&self, chat: ChatId, message: MessageId) -> Option<Post> {
        self.noted(self.view.post(chat, message), Entity::Post)
    }

    fn group(&self, chat: ChatId) -> Option<Group> {
        self.noted(self.view.group(chat), Entity::Group)
    }

    fn broadcast(&self, key: &PromotionKey) -> Option<Broadcast> {
        self.noted(self.view.broadcast(key), Entity::Broadcast)
    }

    fn promotion(&self, key: &PromotionKey) -> Option<Promotion> {
        self.noted(self.view.promotion(key), |promotion| {
            Entity::Promotion(Box::new(promotion))
        })
    }

    fn alerts(&self) -> Alerts {
        self.noted(Some(self.view.alerts()), Entity::Alerts)
            .unwrap_or_default()
    }

    fn templates(&self) -> Templates {
        self.noted(Some(self.view.templates()), Entity::Templates)
            .unwrap_or_default()
    }

    fn promotions(&self) -> Vec<Promotion> {
        let found = self.view.promotions();
        for promotion in &found {
            self.note(Entity::Promotion(Box::new(promotion.clone())));
        }
        found
    }

    fn announced(&self, key: &PromotionKey, chat: ChatId) -> Option<Announced> {
        self.noted(self.view.announced(key, chat), Entity::Announced)
    }

    fn audience_after(&self, after: Option<ChatId>, most: usize) -> Vec<Session> {
        let found = self.view.audience_after(after, most);
        found
            .iter()
            .for_each(|session| self.note(Entity::Session(session.clone())));
        found
    }

    fn outbox(&self, id: &OutboxId) -> Option<OutboxEntry> {
        let found = self.view.outbox(id);
        let mut outbox = self.outbox.borrow_mut();
        if let Some(entry) = found
            .as_ref()
            .filter(|entry| !outbox.iter().any(|known| known.send.id == entry.send.id))
        {
            outbox.push(entry.clone());
        }
        found
    }

    fn unsent(&self) -> Vec<OutboxId> {
        let found = self.view.unsent();
        found.iter().for_each(|id| drop(self.outbox(id)));
        found
    }

    fn held(&self) -> Vec<AppealId> {
        let found = self.view.held();
        found.iter().for_each(|id| drop(self.appeal(*id)));
        found
    }
}
