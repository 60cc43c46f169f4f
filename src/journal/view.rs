//! The view on the tables: what a decision may read, in a transaction as in a snapshot.
//!
//! Invariant: point reads and short ranges only; a fault leaves its trace in the tables.

use std::ops::Bound;

use super::{
    error::Result,
    keys,
    records::{self, QueuedMessage, StoredRecord},
    store::{Kv, TableId, Tables},
};
use crate::domain::{
    alerts::Alerts,
    appeal::{Appeal, Line},
    broadcast::{Announced, Broadcast},
    effect::OutboxEntry,
    ids::{AppealId, ChatId, CodeForm, MessageId, Number, OutboxId, PartnerCode, PromotionKey},
    message::Post,
    partner::Partner,
    promotion::Promotion,
    session::{Group, Session},
    tab::{Tab, TabState},
    template::Templates,
    view::View,
};

/// The troubles that the operator was told of, in [`TableId::Meta`].
pub(super) const ALERTS: &[u8] = b"alerts";

/// The templates of answers, in [`TableId::Meta`].
pub(super) const TEMPLATES: &[u8] = b"templates";

impl<K: Kv> Tables<K> {
    fn newest<R: StoredRecord>(
        &self,
        table: TableId,
        from: &[u8],
        to: &[u8],
        newest: usize,
    ) -> Result<Vec<R>> {
        let range = self.scan(table, from, Bound::Included(to))?.rev();
        let newest = range.take(newest);
        newest.map(|pair| records::decode(&pair?.1)).collect()
    }

    fn chat_s_appeals(&self, chat: ChatId, newest: usize) -> Result<Vec<Appeal>> {
        let (from, to) = keys::appeals_of(chat);
        let mut appeals = Vec::new();
        let all = self.scan(TableId::AppealsOf, &from, Bound::Included(&to))?;
        for pair in all.rev().take(newest) {
            let (key, _) = pair?;
            let id = keys::to_appeal_of(&key)?;
            appeals.extend(self.read::<Appeal>(TableId::Appeals, &keys::appeal(id))?);
        }
        Ok(appeals)
    }

    /// Some ten thousand at most, for every short text of a stranger that is no code to the letter.
    fn codes_alike(&self, form: &CodeForm) -> Result<Vec<PartnerCode>> {
        let mut alike = Vec::new();
        for pair in self.all(TableId::Partners)? {
            let (key, _) = pair?;
            let code = std::str::from_utf8(&key).unwrap_or_default();
            let is_alike = CodeForm::of(code).as_ref() == Some(form);
            alike.extend(is_alike.then(|| PartnerCode::fold(code)).flatten());
        }
        Ok(alike)
    }

    fn partners_behind(&self, after: Option<ChatId>, most: usize) -> Result<Vec<Session>> {
        let from = after.map_or_else(Vec::new, |after| {
            keys::chat(ChatId(after.0.saturating_add(1))).to_vec()
        });
        let sessions = self.scan(TableId::Sessions, &from, Bound::Unbounded)?;
        let mut partners = Vec::new();
        for pair in sessions {
            let session: Session = records::decode(&pair?.1)?;
            partners.extend(session.partner.is_some().then_some(session));
            if partners.len() >= most {
                break;
            }
        }
        Ok(partners)
    }

    /// Every record of a table.
    pub(super) fn every<R: StoredRecord>(&self, table: TableId) -> Result<Vec<R>> {
        let all = self.all(table)?;
        all.map(|pair| records::decode(&pair?.1)).collect()
    }

    fn held_appeals(&self) -> Result<Vec<AppealId>> {
        let all = self.all(TableId::Held)?;
        all.map(|pair| keys::to_appeal(&pair?.0)).collect()
    }

    fn waiting_messages(&self) -> Result<Vec<OutboxId>> {
        let all = self.all(TableId::Waiting)?;
        all.map(|pair| keys::back(&pair?.1)).collect()
    }

    fn message(&self, id: &OutboxId) -> Result<Option<OutboxEntry>> {
        let message = self.read::<QueuedMessage>(TableId::Outbox, &keys::of(id)?)?;
        Ok(message.map(|message| message.entry))
    }
}

impl<K: Kv> View for Tables<K> {
    fn partner(&self, code: &PartnerCode) -> Option<Partner> {
        self.or_default(self.read(TableId::Partners, code.as_str().as_bytes()))
    }

    fn spelled_alike(&self, form: &CodeForm) -> Vec<PartnerCode> {
        self.or_default(self.codes_alike(form))
    }

    fn session(&self, chat: ChatId) -> Option<Session> {
        self.or_default(self.read(TableId::Sessions, &keys::chat(chat)))
    }

    fn appeal(&self, id: AppealId) -> Option<Appeal> {
        self.or_default(self.read(TableId::Appeals, &keys::appeal(id)))
    }

    fn numbered(&self, number: Number) -> Option<AppealId> {
        let found = self.bytes(TableId::Numbered, &keys::number(number));
        self.or_default(found.and_then(|id| id.map(|id| keys::to_appeal(&id)).transpose()))
    }

    fn appeals_of(&self, chat: ChatId, newest: usize) -> Vec<Appeal> {
        self.or_default(self.chat_s_appeals(chat, newest))
    }

    fn lines(&self, appeal: AppealId, newest: usize) -> Vec<Line> {
        let (from, to) = keys::lines_of(appeal);
        self.or_default(self.newest(TableId::Lines, &from, &to, newest))
    }

    fn line(&self, appeal: AppealId, index: u32) -> Option<Line> {
        self.or_default(self.read(TableId::Lines, &keys::line(appeal, index)))
    }

    fn tab(&self, tab: Tab) -> TabState {
        let known: Option<TabState> =
            self.or_default(self.read(TableId::Tabs, tab.name().as_bytes()));
        known.unwrap_or_else(|| TabState::new(tab))
    }

    fn post(&self, chat: ChatId, message: MessageId) -> Option<Post> {
        self.or_default(self.read(TableId::Posts, &keys::post(chat, message)))
    }

    fn group(&self, chat: ChatId) -> Option<Group> {
        self.or_default(self.read(TableId::Groups, &keys::chat(chat)))
    }

    fn broadcast(&self, key: &PromotionKey) -> Option<Broadcast> {
        self.or_default(self.read(TableId::Broadcasts, key.0.as_bytes()))
    }

    fn promotion(&self, key: &PromotionKey) -> Option<Promotion> {
        self.or_default(self.read(TableId::Promotions, key.0.as_bytes()))
    }

    fn promotions(&self) -> Vec<Promotion> {
        self.or_default(self.every(TableId::Promotions))
    }

    fn announced(&self, key: &PromotionKey, chat: ChatId) -> Option<Announced> {
        self.or_default(self.read(TableId::Announced, &keys::announced(key, chat)))
    }

    fn audience_after(&self, after: Option<ChatId>, most: usize) -> Vec<Session> {
        self.or_default(self.partners_behind(after, most))
    }

    fn outbox(&self, id: &OutboxId) -> Option<OutboxEntry> {
        self.or_default(self.message(id))
    }

    fn unsent(&self) -> Vec<OutboxId> {
        self.or_default(self.waiting_messages())
    }

    fn alerts(&self) -> Alerts {
        let known: Option<Alerts> = self.or_default(self.read(TableId::Meta, ALERTS));
        known.unwrap_or_default()
    }

    fn templates(&self) -> Templates {
        let known: Option<Templates> = self.or_default(self.read(TableId::Meta, TEMPLATES));
        known.unwrap_or_default()
    }

    fn held(&self) -> Vec<AppealId> {
        self.or_default(self.held_appeals())
    }
}
