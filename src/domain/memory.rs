//! The state as plain maps: the second implementation of [`View`], for tables and property tests.
//!
//! Invariant: it applies a decision as the journal does, so that a test of rules needs no disk.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    alerts::Alerts,
    appeal::{Appeal, Delivery, Line},
    broadcast::{Announced, Broadcast},
    effect::{Decision, Effect, Entity, Erasure, FinalState, OutboxEntry, OutboxState, Wake},
    files::{FileId, StoredFile},
    ids::{
        AppealId, ChatId, CodeForm, MessageId, Number, OutboxId, PartnerCode, PromotionKey, RowKey,
        Seq,
    },
    message::Post,
    partner::Partner,
    promotion::Promotion,
    session::{Group, Session},
    tab::{Tab, TabState},
    template::Templates,
    view::View,
};

/// Everything the journal would hold.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    partners: BTreeMap<PartnerCode, Partner>,
    sessions: BTreeMap<ChatId, Session>,
    appeals: BTreeMap<AppealId, Appeal>,
    lines: BTreeMap<(AppealId, u32), Line>,
    tabs: BTreeMap<Tab, TabState>,
    files: BTreeMap<FileId, StoredFile>,
    posts: BTreeMap<(ChatId, MessageId), Post>,
    groups: BTreeMap<ChatId, Group>,
    broadcasts: BTreeMap<PromotionKey, Broadcast>,
    announced: BTreeMap<(PromotionKey, ChatId), Announced>,
    promotions: BTreeMap<PromotionKey, Promotion>,
    outbox: BTreeMap<OutboxId, OutboxEntry>,
    erased: BTreeMap<Number, AppealId>,
    alerts: Alerts,
    templates: Templates,
    /// Dirty rows with the generation that dirtied them.
    pub dirty: BTreeMap<RowKey, Seq>,
    /// Durable timers.
    pub timers: BTreeMap<(Timestamp, Wake), ()>,
    /// Tabs that a decision asked to look at, in order.
    pub looks: Vec<Tab>,
}

impl Memory {
    /// Stores what an event at `seq` led to.
    pub fn apply(&mut self, seq: Seq, decision: Decision, now: Timestamp) {
        for entity in decision.puts {
            self.put(entity);
        }
        for (key, generation) in decision.clean {
            if self
                .dirty
                .get(&key)
                .is_some_and(|&dirtied| dirtied <= generation)
            {
                self.dirty.remove(&key);
            }
        }
        for key in decision.dirty {
            self.dirty.insert(key, seq);
        }
        for effect in decision.effects {
            self.carry_out(effect, now);
        }
    }

    /// Stores one entity.
    pub fn put(&mut self, entity: Entity) {
        match entity {
            Entity::Partner(partner) => {
                self.partners.insert(partner.code.clone(), partner);
            }
            Entity::Session(session) => {
                self.sessions.insert(session.chat, session);
            }
            Entity::Appeal(appeal) => {
                self.appeals.insert(appeal.id, appeal);
            }
            Entity::Line(line) => {
                self.lines.insert((line.appeal, line.index), line);
            }
            Entity::Tab(tab) => {
                self.tabs.insert(tab.tab(), tab);
            }
            Entity::File(file) => {
                self.files.insert(file.id, file);
            }
            Entity::Post(post) => {
                self.posts.insert((post.chat, post.message), post);
            }
            Entity::Group(group) => {
                self.groups.insert(group.chat, group);
            }
            Entity::Broadcast(broadcast) => {
                self.broadcasts.insert(broadcast.key.clone(), broadcast);
            }
            Entity::Announced(announced) => {
                self.announced
                    .insert((announced.key.clone(), announced.chat), announced);
            }
            Entity::Alerts(alerts) => self.alerts = alerts,
            Entity::Templates(templates) => self.templates = templates,
            Entity::Promotion(promotion) => {
                self.promotions.insert(promotion.key.clone(), *promotion);
            }
        }
    }

    /// Stores a message as it is.
    pub fn put_message(&mut self, entry: OutboxEntry) {
        self.outbox.insert(entry.send.id.clone(), entry);
    }

    /// Claims a waiting message, as the delivery loop does before it calls Telegram.
    pub fn claim(&mut self, id: &OutboxId) {
        if let Some(entry) = self
            .outbox
            .get_mut(id)
            .filter(|entry| matches!(entry.state, OutboxState::Waiting(_)))
        {
            entry.state = OutboxState::Sending;
            entry.tries += 1;
        }
    }

    /// Every appeal, oldest first.
    pub fn appeals(&self) -> impl Iterator<Item = &Appeal> {
        self.appeals.values()
    }

    /// Messages that may be sent at `now`, in the order of their identities.
    #[must_use]
    pub fn waiting(&self, now: Timestamp) -> Vec<OutboxEntry> {
        let due =
            |entry: &&OutboxEntry| matches!(entry.state, OutboxState::Waiting(at) if at <= now);
        self.outbox.values().filter(due).cloned().collect()
    }

    /// The numbers stay, as in the journal.
    fn erase(&mut self, person: &Erasure) {
        let of_person = |chat: ChatId| person.chat == Some(chat);
        let erased = self
            .appeals
            .extract_if(.., |_, appeal| of_person(appeal.chat));
        let gone: Vec<Appeal> = erased.map(|(_, appeal)| appeal).collect();
        self.lines
            .retain(|(appeal, _), _| gone.iter().all(|gone| gone.id != *appeal));
        self.erased.extend(
            gone.iter()
                .filter_map(|appeal| Some((appeal.number?, appeal.id))),
        );
        self.sessions.retain(|chat, _| !of_person(*chat));
        let of_gone = |appeal| gone.iter().any(|gone| gone.id == appeal);
        self.posts
            .retain(|(chat, _), post| !of_person(*chat) && !of_gone(post.appeal));
        self.announced.retain(|(_, chat), _| !of_person(*chat));
        self.outbox.retain(|id, entry| {
            let shows =
                |id: &OutboxId| matches!(id, OutboxId::Thread(appeal, _) if of_gone(*appeal));
            !of_person(entry.send.to) && !shows(id)
        });
        let is_left = |partner: &Partner| person.chat.is_some_and(|chat| partner.is_left_of(chat));
        for (code, _) in self.partners.extract_if(.., |_, partner| is_left(partner)) {
            self.dirty.remove(&RowKey::Partner(code));
        }
        for (code, _) in person.codes().filter(|(_, listed)| !listed) {
            self.partners.remove(code);
        }
    }

    fn carry_out(&mut self, effect: Effect, now: Timestamp) {
        match effect {
            Effect::Send(send) => {
                let entry = OutboxEntry {
                    state: OutboxState::Waiting(now),
                    born: now,
                    tries: 0,
                    lost: 0,
                    send,
                };
                self.outbox.entry(entry.send.id.clone()).or_insert(entry);
            }
            Effect::Reschedule { id, at, lost } => {
                if let Some(entry) = self.outbox.get_mut(&id) {
                    entry.state = OutboxState::Waiting(at);
                    entry.lost = lost;
                }
            }
            Effect::Finish(id, ending) => {
                if let Some(entry) = self.outbox.get_mut(&id) {
                    entry.state = OutboxState::Ended(ending);
                }
            }
            Effect::Withdraw(id) => {
                if self
                    .outbox
                    .get(&id)
                    .is_some_and(|entry| matches!(entry.state, OutboxState::Waiting(_)))
                {
                    self.outbox.remove(&id);
                }
            }
            Effect::Resend(id) => {
                if let Some(entry) = self
                    .outbox
                    .get_mut(&id)
                    .filter(|entry| entry.state == OutboxState::Ended(FinalState::Unknown))
                {
                    entry.state = OutboxState::Waiting(now);
                    (entry.tries, entry.lost, entry.born) = (0, 0, now);
                }
            }
            // The inbox, the counts and the pace are none of a view's.
            Effect::Silence(_) | Effect::Requeue(_) | Effect::Discard(_) | Effect::Forget(_) => {}
            Effect::AnswerButton(_) | Effect::React(..) | Effect::Answer(_) => {}
            Effect::DropLedger(key) => self.announced.retain(|(known, _), _| *known != key),
            Effect::Erase(person) => self.erase(&person),
            Effect::Look(tab) => self.looks.push(tab),
            Effect::Then { at, wake } => {
                self.timers.insert((at, wake), ());
            }
        }
    }
}

impl View for Memory {
    fn partner(&self, code: &PartnerCode) -> Option<Partner> {
        self.partners.get(code).cloned()
    }

    fn spelled_alike(&self, form: &CodeForm) -> Vec<PartnerCode> {
        let alike = |code: &&PartnerCode| CodeForm::of(code.as_str()).as_ref() == Some(form);
        self.partners.keys().filter(alike).cloned().collect()
    }

    fn session(&self, chat: ChatId) -> Option<Session> {
        self.sessions.get(&chat).cloned()
    }

    fn appeal(&self, id: AppealId) -> Option<Appeal> {
        self.appeals.get(&id).cloned()
    }

    fn numbered(&self, number: Number) -> Option<AppealId> {
        self.appeals
            .values()
            .find(|appeal| appeal.number == Some(number))
            .map(|appeal| appeal.id)
            .or_else(|| self.erased.get(&number).copied())
    }

    fn appeals_of(&self, chat: ChatId, newest: usize) -> Vec<Appeal> {
        self.appeals
            .values()
            .rev()
            .filter(|appeal| appeal.chat == chat)
            .take(newest)
            .cloned()
            .collect()
    }

    fn lines(&self, appeal: AppealId, newest: usize) -> Vec<Line> {
        self.lines
            .range((appeal, 0)..=(appeal, u32::MAX))
            .rev()
            .take(newest)
            .map(|(_, line)| line.clone())
            .collect()
    }

    fn line(&self, appeal: AppealId, index: u32) -> Option<Line> {
        self.lines.get(&(appeal, index)).cloned()
    }

    fn tab(&self, tab: Tab) -> TabState {
        self.tabs
            .get(&tab)
            .cloned()
            .unwrap_or_else(|| TabState::new(tab))
    }

    fn post(&self, chat: ChatId, message: MessageId) -> Option<Post> {
        self.posts.get(&(chat, message)).cloned()
    }

    fn group(&self, chat: ChatId) -> Option<Group> {
        self.groups.get(&chat).cloned()
    }

    fn broadcast(&self, key: &PromotionKey) -> Option<Broadcast> {
        self.broadcasts.get(key).cloned()
    }

    fn promotion(&self, key: &PromotionKey) -> Option<Promotion> {
        self.promotions.get(key).cloned()
    }

    fn promotions(&self) -> Vec<Promotion> {
        self.promotions.values().cloned().collect()
    }

    fn announced(&self, key: &PromotionKey, chat: ChatId) -> Option<Announced> {
        self.announced.get(&(key.clone(), chat)).cloned()
    }

    fn audience_after(&self, after: Option<ChatId>, most: usize) -> Vec<Session> {
        let behind = |session: &&Session| {
            session.partner.is_some() && after.is_none_or(|after| session.chat > after)
        };
        self.sessions
            .values()
            .filter(behind)
            .take(most)
            .cloned()
            .collect()
    }

    fn outbox(&self, id: &OutboxId) -> Option<OutboxEntry> {
        self.outbox.get(id).cloned()
    }

    fn unsent(&self) -> Vec<OutboxId> {
        let waits = |entry: &&OutboxEntry| matches!(entry.state, OutboxState::Waiting(_));
        self.outbox
            .values()
            .filter(waits)
            .map(|entry| entry.send.id.clone())
            .collect()
    }

    fn alerts(&self) -> Alerts {
        self.alerts.clone()
    }

    fn templates(&self) -> Templates {
        self.templates.clone()
    }

    fn held(&self) -> Vec<AppealId> {
        self.appeals
            .values()
            .filter(|appeal| appeal.delivery.state == Delivery::Held)
            .map(|appeal| appeal.id)
            .collect()
    }
}
