//! Applies a decision inside the transaction: entities with their indices, dirty marks, effects, the finished intent.
//!
//! Invariant: the order is puts, clean, dirty, effects, settled.

use jiff::Timestamp;

use super::{
    BestEffort, dirty, erase,
    error::{Result, TableError},
    inbox, keys, outbox,
    records::Timer,
    store::{TableId, WriteTables},
    tokens,
    view::{ALERTS, TEMPLATES},
};
use crate::domain::{
    appeal::{Appeal, Delivery},
    effect::{Decision, Effect, Entity, Wake},
    ids::{PromotionKey, Seq},
    operator::OperatorRequest,
    tab::Tab,
};

/// What to notify others of once the transaction is committed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// Messages wait.
    pub(super) outbox: bool,
    /// Rows are dirty.
    pub(super) dirty: bool,
    /// Tabs to read.
    pub(super) looks: Vec<Tab>,
    /// What is done beside the messages.
    pub(super) best_effort: Vec<BestEffort>,
    /// Questions of the operator's.
    pub(super) questions: Vec<OperatorRequest>,
}

/// The most effects that a record may have: an effect's index is part of its identity.
const MOST_EFFECTS: usize = 1 << u16::BITS;

/// Applies the decision of the record at `seq`.
pub(super) fn apply(
    tables: &mut WriteTables<'_>,
    seq: Seq,
    decision: Decision,
    now: Timestamp,
) -> Result<Hints> {
    if decision.effects.len() > MOST_EFFECTS {
        let count = decision.effects.len();
        let words = format!("its decision has {count} effects, and {MOST_EFFECTS} is the most");
        return Err(TableError::Record(words));
    }
    let mut hints = Hints {
        dirty: !decision.dirty.is_empty(),
        ..Hints::default()
    };
    for entity in &decision.puts {
        put(tables, entity)?;
    }
    for (key, generation) in &decision.clean {
        dirty::clean(tables, key, *generation)?;
    }
    for key in &decision.dirty {
        dirty::mark(tables, key, seq)?;
    }
    for (nth, effect) in (0..=u16::MAX).zip(decision.effects) {
        apply_effect(tables, &mut hints, effect, (seq, nth), now)?;
    }
    if let Some(token) = decision.given_elsewhere {
        tokens::go_on_above(tables, token)?;
    }
    if let Some((spreadsheet, misplaced)) = decision.misplaced {
        tokens::remember_misplaced(tables, keys::misplaced(&spreadsheet), misplaced)?;
    }
    if let Some((spreadsheet, token)) = &decision.settled {
        tokens::finish(tables, spreadsheet, *token)?;
    }
    Ok(hints)
}

impl Hints {
    /// Adds another record's hints to these.
    pub(super) fn merge(&mut self, other: Self) {
        self.outbox |= other.outbox;
        self.dirty |= other.dirty;
        self.looks.extend(other.looks);
        self.best_effort.extend(other.best_effort);
        self.questions.extend(other.questions);
    }
}

/// Stores one entity.
pub(super) fn put(tables: &mut WriteTables<'_>, entity: &Entity) -> Result<()> {
    match entity {
        Entity::Partner(partner) => {
            tables.write(TableId::Partners, partner.code.as_str().as_bytes(), partner)
        }
        Entity::Session(session) => {
            tables.write(TableId::Sessions, &keys::chat(session.chat), session)
        }
        Entity::Appeal(appeal) => put_appeal(tables, appeal),
        Entity::Line(line) => {
            tables.write(TableId::Lines, &keys::line(line.appeal, line.index), line)
        }
        Entity::Tab(tab) => tables.write(TableId::Tabs, tab.tab().name().as_bytes(), tab),
        Entity::File(file) => tables.write(TableId::Files, &keys::seq(file.id.0), file),
        Entity::Post(post) => {
            tables.write(TableId::Posts, &keys::post(post.chat, post.message), post)
        }
        Entity::Broadcast(broadcast) => {
            tables.write(TableId::Broadcasts, broadcast.key.0.as_bytes(), broadcast)
        }
        Entity::Announced(announced) => {
            let key = keys::announced(&announced.key, announced.chat);
            tables.write(TableId::Announced, &key, announced)
        }
        Entity::Promotion(promotion) => tables.write(
            TableId::Promotions,
            promotion.key.0.as_bytes(),
            &**promotion,
        ),
        Entity::Alerts(alerts) => tables.write(TableId::Meta, ALERTS, alerts),
        Entity::Templates(templates) => tables.write(TableId::Meta, TEMPLATES, templates),
        Entity::Group(group) => tables.write(TableId::Groups, &keys::chat(group.chat), group),
    }
}

fn put_appeal(tables: &mut WriteTables<'_>, appeal: &Appeal) -> Result<()> {
    let id = keys::appeal(appeal.id);
    let before: Option<Appeal> = tables.read(TableId::Appeals, &id)?;
    let (old_number, old_chat) =
        before.map_or((None, appeal.chat), |before| (before.number, before.chat));
    if let Some(number) = old_number.filter(|_| old_number != appeal.number) {
        let key = keys::number(number);
        // The number may have been given to another appeal in this very decision.
        if tables.bytes(TableId::Numbered, &key)?.as_deref() == Some(&id[..]) {
            tables.remove(TableId::Numbered, &key)?;
        }
    }
    if let Some(number) = appeal.number {
        tables.put(TableId::Numbered, &keys::number(number), &id)?;
    }
    if old_chat != appeal.chat {
        tables.remove(TableId::AppealsOf, &keys::appeal_of(old_chat, appeal.id))?;
    }
    let of_chat = keys::appeal_of(appeal.chat, appeal.id);
    tables.put(TableId::AppealsOf, &of_chat, &[])?;
    if appeal.delivery.state == Delivery::Held {
        tables.put(TableId::Held, &id, &[])?;
    } else {
        tables.remove(TableId::Held, &id)?;
    }
    tables.write(TableId::Appeals, &id, appeal)
}

fn apply_effect(
    tables: &mut WriteTables<'_>,
    hints: &mut Hints,
    effect: Effect,
    order: keys::Order,
    now: Timestamp,
) -> Result<()> {
    match effect {
        Effect::Send(send) => hints.outbox |= outbox::put(tables, send, order, now)?,
        Effect::Reschedule { id, at, lost } => {
            outbox::reschedule(tables, &id, at, lost)?;
            hints.outbox = true;
        }
        Effect::Silence(until) => {
            // Of two that Telegram asks for the later counts; a moment that is not to come is the operator's, and ends any.
            let known = outbox::silent_until(tables)?.filter(|_| until > now);
            outbox::be_silent(tables, known.map_or(until, |known| known.max(until)))?;
            hints.outbox = true;
        }
        Effect::Finish(id, ending) => outbox::finish(tables, &id, ending, now)?,
        Effect::Withdraw(id) => outbox::withdraw(tables, &id)?,
        Effect::AnswerButton(callback) => hints.best_effort.push(BestEffort::Button(callback)),
        Effect::React(chat, message) => hints.best_effort.push(BestEffort::Reaction(chat, message)),
        Effect::Answer(ask) => hints.questions.push(ask),
        Effect::Requeue(seq) => inbox::requeue(tables, seq, now)?,
        Effect::Discard(seq) => inbox::discard(tables, seq)?,
        Effect::Resend(id) => hints.outbox |= outbox::resend(tables, &id, now)?,
        Effect::Forget(id) => outbox::forget(tables, &id)?,
        Effect::DropLedger(key) => drop_ledger(tables, &key)?,
        Effect::Erase(person) => erase::erase(tables, order.0, &person)?,
        Effect::Look(tab) if hints.looks.contains(&tab) => {}
        Effect::Look(tab) => hints.looks.push(tab),
        Effect::Then { at, wake } => set_timer(tables, at, wake)?,
    }
    Ok(())
}

fn drop_ledger(tables: &mut WriteTables<'_>, key: &PromotionKey) -> Result<()> {
    let (from, to) = keys::announced_all(key);
    tables.remove_range(TableId::Announced, (&from, &to))
}

fn set_timer(tables: &mut WriteTables<'_>, at: Timestamp, wake: Wake) -> Result<()> {
    let key = keys::at(at, &keys::of(&wake)?);
    tables.write(TableId::Timers, &key, &Timer { at, wake })
}
