//! The view on the tables: what a decision may read, in a transaction as in a snapshot.
//!
//! Invariant: point reads and short ranges only; a fault leaves its trace in the tables.

use std::ops::Bound;

use redb::ReadableTable;

use super::{
    keys,
    records::{self, Message, Stored},
    tables::{Bytes, Fault, Place, Tables},
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
    view::View,
};

/// The troubles that the operator was told of, in [`Place::Meta`].
pub(super) const ALERTS: &[u8] = b"alerts";

impl<T: ReadableTable<Bytes, Bytes>> Tables<T> {
    fn newest<R: Stored>(
        &self,
        place: Place,
        from: &[u8],
        to: &[u8],
        newest: usize,
    ) -> Result<Vec<R>, Fault> {
        let range = self
            .scan(place, from, Bound::Included(to))?
            .rev()
            .take(newest);
        range.map(|pair| records::decode(&pair?.1)).collect()
    }

    fn chat_s_appeals(&self, chat: ChatId, newest: usize) -> Result<Vec<Appeal>, Fault> {
        let (from, to) = keys::appeals_of(chat);
        let mut appeals = Vec::new();
        for pair in self
            .scan(Place::AppealsOf, &from, Bound::Included(&to))?
            .rev()
            .take(newest)
        {
            let (key, _) = pair?;
            let id = keys::to_appeal_of(&key)?;
            appeals.extend(self.read::<Appeal>(Place::Appeals, &keys::appeal(id))?);
        }
        Ok(appeals)
    }

    /// Only the keys are read: some ten thousand at most, for every short text of a stranger that is no code to the letter.
    fn codes_alike(&self, form: &CodeForm) -> Result<Vec<PartnerCode>, Fault> {
        self.keys(Place::Partners, |key| {
            let code = std::str::from_utf8(key).unwrap_or_default();
            let is_alike = CodeForm::of(code).as_ref() == Some(form);
            is_alike.then(|| PartnerCode::fold(code)).flatten()
        })
    }

    fn partners_behind(&self, after: Option<ChatId>, most: usize) -> Result<Vec<Session>, Fault> {
        let from = after.map_or_else(Vec::new, |after| {
            keys::chat(ChatId(after.0.saturating_add(1))).to_vec()
        });
        let sessions = self.scan(Place::Sessions, &from, Bound::Unbounded)?;
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

    fn every<R: Stored>(&self, place: Place) -> Result<Vec<R>, Fault> {
        let all = self.scan(place, &[], Bound::Unbounded)?;
        all.map(|pair| records::decode(&pair?.1)).collect()
    }

    fn held_appeals(&self) -> Result<Vec<AppealId>, Fault> {
        let all = self.scan(Place::Held, &[], Bound::Unbounded)?;
        all.map(|pair| keys::to_appeal(&pair?.0)).collect()
    }

    fn waiting_messages(&self) -> Result<Vec<OutboxId>, Fault> {
        let all = self.scan(Place::Waiting, &[], Bound::Unbounded)?;
        all.map(|pair| keys::back(&pair?.1)).collect()
    }

    fn message(&self, id: &OutboxId) -> Result<Option<OutboxEntry>, Fault> {
        let message = self.read::<Message>(Place::Outbox, &keys::of(id)?)?;
        Ok(message.map(|message| message.entry))
    }
}

impl<T: ReadableTable<Bytes, Bytes>> View for Tables<T> {
    fn partner(&self, code: &PartnerCode) -> Option<Partner> {
        self.settle(self.read(Place::Partners, code.as_str().as_bytes()))
    }

    fn spelled_alike(&self, form: &CodeForm) -> Vec<PartnerCode> {
        self.settle(self.codes_alike(form))
    }

    fn session(&self, chat: ChatId) -> Option<Session> {
        self.settle(self.read(Place::Sessions, &keys::chat(chat)))
    }

    fn appeal(&self, id: AppealId) -> Option<Appeal> {
        self.settle(self.read(Place::Appeals, &keys::appeal(id)))
    }

    fn numbered(&self, number: Number) -> Option<AppealId> {
        let found = self.bytes(Place::Numbered, &keys::number(number));
        self.settle(found.and_then(|id| id.map(|id| keys::to_appeal(&id)).transpose()))
    }

    fn appeals_of(&self, chat: ChatId, newest: usize) -> Vec<Appeal> {
        self.settle(self.chat_s_appeals(chat, newest))
    }

    fn lines(&self, appeal: AppealId, newest: usize) -> Vec<Line> {
        let (from, to) = keys::lines_of(appeal);
        self.settle(self.newest(Place::Lines, &from, &to, newest))
    }

    fn tab(&self, tab: Tab) -> TabState {
        let known: Option<TabState> = self.settle(self.read(Place::Tabs, tab.name().as_bytes()));
        known.unwrap_or_else(|| TabState::new(tab))
    }

    fn post(&self, chat: ChatId, message: MessageId) -> Option<Post> {
        self.settle(self.read(Place::Posts, &keys::post(chat, message)))
    }

    fn group(&self, chat: ChatId) -> Option<Group> {
        self.settle(self.read(Place::Groups, &keys::chat(chat)))
    }

    fn broadcast(&self, key: &PromotionKey) -> Option<Broadcast> {
        self.settle(self.read(Place::Broadcasts, key.0.as_bytes()))
    }

    fn promotion(&self, key: &PromotionKey) -> Option<Promotion> {
        self.settle(self.read(Place::Promotions, key.0.as_bytes()))
    }

    fn promotions(&self) -> Vec<Promotion> {
        self.settle(self.every(Place::Promotions))
    }

    fn announced(&self, key: &PromotionKey, chat: ChatId) -> Option<Announced> {
        self.settle(self.read(Place::Announced, &keys::announced(key, chat)))
    }

    fn audience_after(&self, after: Option<ChatId>, most: usize) -> Vec<Session> {
        self.settle(self.partners_behind(after, most))
    }

    fn outbox(&self, id: &OutboxId) -> Option<OutboxEntry> {
        self.settle(self.message(id))
    }

    fn unsent(&self) -> Vec<OutboxId> {
        self.settle(self.waiting_messages())
    }

    fn alerts(&self) -> Alerts {
        let known: Option<Alerts> = self.settle(self.read(Place::Meta, ALERTS));
        known.unwrap_or_default()
    }

    fn held(&self) -> Vec<AppealId> {
        self.settle(self.held_appeals())
    }
}
