//! The context of one decision: what it reads, what it has already changed, what follows.
//!
//! Invariant: a handler sees its own changes; an entity is stored once, as it is at the end.

use jiff::Timestamp;

use super::{
    alerts::Alerts,
    appeal::{Appeal, Line},
    broadcast::Broadcast,
    effect::{Decision, Effect, Entity, Keyboard, MessageForm, Send, Wake},
    event::Misplaced,
    ids::{
        AppealId, BatchToken, ChatId, MessageId, OutboxId, PartnerCode, PromotionKey, RowKey, Seq,
        SpreadsheetId,
    },
    ownership,
    partner::Partner,
    promotion::Promotion,
    rules::Rules,
    session::{Locale, Session},
    tab::{AppealsTab, PartnersTab, PromotionsTab, Tab, TabState},
    template::Templates,
    text::Html,
    view::View,
    wording::{Note, Say},
};

/// How far back a partner's open appeal is looked for.
const RECENT_APPEALS: usize = 20;

/// An entity that this decision has put already.
macro_rules! changed {
    ($self:ident, $kind:ident($it:ident) if $is_it:expr) => {
        $self.decision.puts.iter().find_map(|entity| match entity {
            Entity::$kind($it) if $is_it => Some($it.clone()),
            _ => None,
        })
    };
}

/// The context of one decision.
pub(super) struct DecisionContext<'a> {
    /// The settings.
    pub(super) rules: &'a Rules,
    /// The state before this decision.
    pub(super) view: &'a dyn View,
    /// The event's sequence number.
    pub(super) seq: Seq,
    /// The moment.
    pub(super) now: Timestamp,
    decision: Decision,
    replies: u16,
    appeals: u16,
}

impl<'a> DecisionContext<'a> {
    pub(super) fn new(rules: &'a Rules, view: &'a dyn View, seq: Seq, now: Timestamp) -> Self {
        Self {
            rules,
            view,
            seq,
            now,
            decision: Decision::default(),
            replies: 0,
            appeals: 0,
        }
    }

    pub(super) fn into_decision(self) -> Decision {
        self.decision
    }

    /// The session as this decision leaves it.
    pub(super) fn session(&self, chat: ChatId) -> Option<Session> {
        changed!(self, Session(it) if it.chat == chat).or_else(|| self.view.session(chat))
    }

    /// The session, or a new one.
    pub(super) fn session_or_new(&self, chat: ChatId, locale: Locale) -> Session {
        self.session(chat)
            .unwrap_or_else(|| Session::new(chat, locale))
    }

    pub(super) fn partner(&self, code: &PartnerCode) -> Option<Partner> {
        changed!(self, Partner(it) if it.code == *code).or_else(|| self.view.partner(code))
    }

    pub(super) fn appeal(&self, id: AppealId) -> Option<Appeal> {
        changed!(self, Appeal(it) if it.id == id).or_else(|| self.view.appeal(id))
    }

    /// The announcement as this decision leaves it.
    pub(super) fn broadcast(&self, key: &PromotionKey) -> Option<Broadcast> {
        changed!(self, Broadcast(it) if it.key == *key).or_else(|| self.view.broadcast(key))
    }

    /// The promotion as this decision leaves it.
    pub(super) fn promotion(&self, key: &PromotionKey) -> Option<Promotion> {
        let changed = changed!(self, Promotion(it) if it.key == *key).map(|it| *it);
        changed.or_else(|| self.view.promotion(key))
    }

    /// A line that this decision has put or changed.
    pub(super) fn fresh_line(&self, appeal: AppealId, index: u32) -> Option<Line> {
        changed!(self, Line(it) if (it.appeal, it.index) == (appeal, index))
    }

    pub(super) fn tab(&self, tab: Tab) -> TabState {
        changed!(self, Tab(it) if it.tab() == tab).unwrap_or_else(|| self.view.tab(tab))
    }

    pub(super) fn partners_tab(&self) -> PartnersTab {
        self.tab(Tab::Partners).into()
    }

    pub(super) fn appeals_tab(&self) -> AppealsTab {
        self.tab(Tab::Appeals).into()
    }

    pub(super) fn promotions_tab(&self) -> PromotionsTab {
        self.tab(Tab::Promotions).into()
    }

    pub(super) fn put_tab(&mut self, tab: impl Into<TabState>) {
        self.put(Entity::Tab(tab.into()));
    }

    /// Whether no read of a tab has ended yet: what stands there is no news.
    pub(super) fn is_unseen(&self, tab: Tab) -> bool {
        self.tab(tab).reads().sighted.is_none()
    }

    /// The appeal that a partner's next message joins: the newest that is neither closed nor gone from the sheet.
    pub(super) fn open_appeal(&self, chat: ChatId) -> Option<Appeal> {
        let stored = self.view.appeals_of(chat, RECENT_APPEALS);
        let puts = self.decision.puts.iter().rev();
        let fresh = puts.filter_map(|entity| match entity {
            Entity::Appeal(appeal) if appeal.chat == chat => Some(appeal.id),
            _ => None,
        });
        fresh
            .chain(stored.into_iter().map(|appeal| appeal.id))
            .filter_map(|id| self.appeal(id))
            .find(Appeal::is_open)
    }

    /// The troubles, as this decision leaves them.
    pub(super) fn alerts(&self) -> Alerts {
        changed!(self, Alerts(it) if true).unwrap_or_else(|| self.view.alerts())
    }

    /// The templates of answers, as this decision leaves them.
    pub(super) fn templates(&self) -> Templates {
        changed!(self, Templates(it) if true).unwrap_or_else(|| self.view.templates())
    }

    /// The chat of the operator; a group may have another id by now than the settings say.
    pub(super) fn admin_chat(&self) -> Option<ChatId> {
        let chat = self.rules.admin_chat?;
        Some(if chat.is_group() {
            self.alerts().admin_chat.of(chat)
        } else {
            chat
        })
    }

    /// The chat of the specialists; like the admin chat it may have another id by now.
    pub(super) fn staff_chat(&self) -> Option<ChatId> {
        let staff = self.rules.staff.as_ref()?;
        Some(self.alerts().staff.place.of(staff.chat))
    }

    /// Stores an entity, in place of an earlier version of this decision. What cannot be a version of the same thing is put beside it, so that
    /// [`ownership::check`] finds both.
    pub(super) fn put(&mut self, entity: Entity) {
        let is_earlier = |earlier: &&mut Entity| {
            earlier.is_same_as(&entity) && ownership::agree(earlier, &entity)
        };
        match self.decision.puts.iter_mut().find(is_earlier) {
            Some(earlier) => *earlier = entity,
            None => self.decision.put(entity),
        }
    }

    pub(super) fn dirty(&mut self, key: RowKey) {
        if !self.decision.dirty.contains(&key) {
            self.decision.dirty.push(key);
        }
    }

    pub(super) fn clean(&mut self, key: RowKey, dirtied: Seq) {
        self.decision.clean.push((key, dirtied));
    }

    pub(super) fn finish_batch(&mut self, spreadsheet: SpreadsheetId, token: BatchToken) {
        self.decision.settled = Some((spreadsheet, token));
    }

    pub(super) fn misplaced(&mut self, spreadsheet: SpreadsheetId, all: Vec<Misplaced>) {
        self.decision.misplaced = Some((spreadsheet, all));
    }

    pub(super) fn given_elsewhere(&mut self, token: BatchToken) {
        self.decision.given_elsewhere = Some(token);
    }

    pub(super) fn then(&mut self, effect: Effect) {
        self.decision.then(effect);
    }

    /// Sets a durable timer.
    pub(super) fn wake(&mut self, at: Timestamp, wake: Wake) {
        self.then(Effect::Then { at, wake });
    }

    /// Says something to a partner.
    pub(super) fn say(&mut self, session: &Session, say: Say<'_>) {
        self.say_with(session, say, Keyboard::Keep);
    }

    /// Says something to a partner, with a keyboard.
    pub(super) fn say_with(&mut self, session: &Session, say: Say<'_>, keyboard: Keyboard) {
        let text = self.rules.wording.say(session.locale, say);
        self.reply(session.chat, &text, keyboard);
    }

    /// Says something that belongs to an appeal.
    pub(super) fn say_about(
        &mut self,
        session: &Session,
        appeal: AppealId,
        say: Say<'_>,
        form: MessageForm,
    ) {
        let text = self.text(session, say);
        self.tell_about(session, appeal, &text, form);
    }

    /// Says these words, which belong to an appeal.
    pub(super) fn tell_about(
        &mut self,
        session: &Session,
        appeal: AppealId,
        text: &str,
        form: MessageForm,
    ) {
        self.tell_of(session, appeal, text, (form, Keyboard::Keep, None));
    }

    /// Says something that belongs to an appeal, with a keyboard, once another message has ended, if there is one.
    pub(super) fn say_after(
        &mut self,
        session: &Session,
        appeal: AppealId,
        say: Say<'_>,
        (keyboard, after): (Keyboard, Option<OutboxId>),
    ) {
        let text = self.text(session, say);
        let form = (MessageForm::Message, keyboard, after);
        self.tell_of(session, appeal, &text, form);
    }

    fn tell_of(
        &mut self,
        session: &Session,
        appeal: AppealId,
        text: &str,
        (form, keyboard, after): (MessageForm, Keyboard, Option<OutboxId>),
    ) {
        if self.appeal(appeal).is_some_and(|appeal| appeal.mixed) {
            // Nobody can say whose it is.
            return;
        }
        let id = self.next_reply();
        self.then(Effect::Send(Send {
            form,
            keyboard,
            about: Some(appeal),
            after: after.map(Box::new),
            ..Send::talk(id, session.chat, Html::escape(text))
        }));
    }

    /// Tells the operator, if there is an admin chat.
    pub(super) fn report(&mut self, note: Note<'_>) {
        self.report_as(note, MessageForm::Message);
    }

    /// Tells the operator without a sound: it may be night.
    pub(super) fn report_silently(&mut self, note: Note<'_>) {
        self.report_as(note, MessageForm::Silent);
    }

    fn report_as(&mut self, note: Note<'_>, form: MessageForm) {
        if let Some(chat) = self.admin_chat() {
            let text = Html::escape(&self.rules.wording.note(note));
            let id = self.next_reply();
            self.then(Effect::Send(Send {
                form,
                ..Send::talk(id, chat, text)
            }));
        }
    }

    /// A label or another short text in the partner's language.
    pub(super) fn text(&self, session: &Session, say: Say<'_>) -> String {
        self.rules.wording.say(session.locale, say)
    }

    /// Sends plain text as the next reply to this event.
    pub(super) fn reply(&mut self, to: ChatId, text: &str, keyboard: Keyboard) {
        let id = self.next_reply();
        self.then(Effect::Send(Send {
            keyboard,
            ..Send::talk(id, to, Html::escape(text))
        }));
    }

    /// Shows a page, in place of the message that bears the button where there is one.
    pub(super) fn show(
        &mut self,
        to: ChatId,
        text: Html,
        keyboard: Keyboard,
        instead: Option<MessageId>,
    ) {
        let id = self.next_reply();
        self.then(Effect::Send(Send {
            keyboard,
            form: instead.map_or(MessageForm::Message, MessageForm::Edit),
            ..Send::talk(id, to, text)
        }));
    }

    /// The identity of an appeal that this event opens.
    pub(super) fn next_appeal(&mut self) -> AppealId {
        let (seq, n) = (self.seq, self.appeals);
        self.appeals = n.checked_add(1).expect("an event opens few appeals");
        AppealId { seq, n }
    }

    pub(super) fn next_reply(&mut self) -> OutboxId {
        let id = OutboxId::Reply(self.seq, self.replies);
        self.replies = self.replies.checked_add(1).expect(
            "an event calls for fewer than 65,536 replies: what waits for a look is bounded",
        );
        id
    }
}
