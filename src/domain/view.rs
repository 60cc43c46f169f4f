//! What a decision may read.
//!
//! Invariant: point reads and short ranges only. The journal's tables are the one implementation that holds anything, in a file as in memory.

use super::{
    alerts::Alerts,
    appeal::{Appeal, Line},
    broadcast::{Announced, Broadcast},
    effect::OutboxEntry,
    ids::{AppealId, ChatId, CodeForm, MessageId, Number, OutboxId, PartnerCode, PromotionKey},
    message::Post,
    partner::Partner,
    promotion::Promotion,
    session::{Group, Session},
    tab::{AppealsTab, PartnersTab, PromotionsTab, Tab, TabState},
    template::Templates,
};

/// The state that an event is decided on.
pub trait View {
    /// A line of the staff list.
    fn partner(&self, code: &PartnerCode) -> Option<Partner>;
    /// The codes of the staff list that have this form.
    fn spelled_alike(&self, form: &CodeForm) -> Vec<PartnerCode>;
    /// A chat.
    fn session(&self, chat: ChatId) -> Option<Session>;
    /// An appeal.
    fn appeal(&self, id: AppealId) -> Option<Appeal>;
    /// The appeal that bears a number.
    fn numbered(&self, number: Number) -> Option<AppealId>;
    /// A chat's newest appeals, newest first, at most `newest`.
    fn appeals_of(&self, chat: ChatId, newest: usize) -> Vec<Appeal>;
    /// An appeal's newest lines, newest first, at most `newest`.
    fn lines(&self, appeal: AppealId, newest: usize) -> Vec<Line>;
    /// One of an appeal's lines.
    fn line(&self, appeal: AppealId, index: u32) -> Option<Line>;
    /// A tab; one that was never seen where nothing is stored.
    fn tab(&self, tab: Tab) -> TabState;
    /// The staff list.
    fn partners_tab(&self) -> PartnersTab {
        self.tab(Tab::Partners).into()
    }
    /// The appeals tab.
    fn appeals_tab(&self) -> AppealsTab {
        self.tab(Tab::Appeals).into()
    }
    /// The promotions tab.
    fn promotions_tab(&self) -> PromotionsTab {
        self.tab(Tab::Promotions).into()
    }
    /// A message that belongs to an appeal.
    fn post(&self, chat: ChatId, message: MessageId) -> Option<Post>;
    /// A group, other than those of the settings.
    fn group(&self, chat: ChatId) -> Option<Group>;
    /// An announcement.
    fn broadcast(&self, key: &PromotionKey) -> Option<Broadcast>;
    /// A row of the promotions tab.
    fn promotion(&self, key: &PromotionKey) -> Option<Promotion>;
    /// Every row of the promotions tab that was ever seen; there are hundreds at most.
    fn promotions(&self) -> Vec<Promotion>;
    /// What became of one partner's announcement.
    fn announced(&self, key: &PromotionKey, chat: ChatId) -> Option<Announced>;
    /// Registered partners' chats behind this one, in the order of chats, at most `most`.
    fn audience_after(&self, after: Option<ChatId>, most: usize) -> Vec<Session>;
    /// A message in the outbox.
    fn outbox(&self, id: &OutboxId) -> Option<OutboxEntry>;
    /// Messages that wait in the outbox.
    fn unsent(&self) -> Vec<OutboxId>;
    /// The troubles that the operator was told of.
    fn alerts(&self) -> Alerts;
    /// The templates of answers.
    fn templates(&self) -> Templates;
    /// Appeals whose answer is held until released.
    fn held(&self) -> Vec<AppealId>;
}
