//! Carries a decision out inside the transaction: entities with their indices, dirty marks, effects, the settled intent.
//!
//! Invariant: the order is puts, clean, dirty, effects, settled; the same as [`crate::domain::memory::Memory`]'s.

use jiff::Timestamp;

use super::{
    Courtesy, erase, fences, inbox, keys, outbox,
    records::Timer,
    tables::{Fault, Ledger, Place},
    view::ALERTS,
};
use crate::domain::{
    appeal::{Appeal, Delivery},
    effect::{Decision, Effect, Entity},
    event::Wake,
    ids::{PromotionKey, RowKey, Seq},
    operator::Ask,
    tab::Tab,
};

/// What to tell others once the transaction is committed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Hints {
    /// Messages wait.
    pub(super) outbox: bool,
    /// Rows are dirty.
    pub(super) dirty: bool,
    /// Tabs to look at.
    pub(super) looks: Vec<Tab>,
    /// What is done beside the messages.
    pub(super) courtesies: Vec<Courtesy>,
    /// Questions of the operator's.
    pub(super) questions: Vec<Ask>,
}

/// The most effects that a record may have: an effect's place among them is part of what it is known by.
const MOST_EFFECTS: usize = 1 << u16::BITS;

/// Applies what the record at `seq` led to.
pub(super) fn carry_out(
    tables: &mut Ledger<'_>,
    seq: Seq,
    decision: Decision,
    now: Timestamp,
) -> Result<Hints, Fault> {
    if decision.effects.len() > MOST_EFFECTS {
        let words = format!(
            "its decision has {} effects, and {MOST_EFFECTS} is the most",
            decision.effects.len()
        );
        return Err(Fault::Record(words));
    }
    let mut hints = Hints {
        dirty: !decision.dirty.is_empty(),
        ..Hints::default()
    };
    for entity in &decision.puts {
        put(tables, entity)?;
    }
    for (key, generation) in &decision.clean {
        clean(tables, key, *generation)?;
    }
    for key in &decision.dirty {
        dirty(tables, key, seq)?;
    }
    for (turn, effect) in (0..=u16::MAX).zip(decision.effects) {
        carry(tables, &mut hints, effect, (seq, turn), now)?;
    }
    if let Some(fence) = decision.given_elsewhere {
        fences::go_on_above(tables, fence)?;
    }
    if let Some((spreadsheet, fence)) = &decision.settled {
        fences::settle(tables, spreadsheet, *fence)?;
    }
    Ok(hints)
}

impl Hints {
    /// Adds another record's hints to these.
    pub(super) fn merge(&mut self, other: Self) {
        self.outbox |= other.outbox;
        self.dirty |= other.dirty;
        self.looks.extend(other.looks);
        self.courtesies.extend(other.courtesies);
        self.questions.extend(other.questions);
    }
}

fn put(tables: &mut Ledger<'_>, entity: &Entity) -> Result<(), Fault> {
    match entity {
        Entity::Partner(partner) => {
            tables.write(Place::Partners, partner.code.as_str().as_bytes(), partner)
        }
        Entity::Session(session) => {
            tables.write(Place::Sessions, &keys::chat(session.chat), session)
        }
        Entity::Appeal(appeal) => put_appeal(tables, appeal),
        Entity::Line(line) => {
            tables.write(Place::Lines, &keys::line(line.appeal, line.index), line)
        }
        Entity::Tab(tab) => tables.write(Place::Tabs, tab.tab.name().as_bytes(), tab),
        Entity::File(file) => tables.write(Place::Files, &keys::seq(file.id.0), file),
        Entity::Post(post) => {
            tables.write(Place::Posts, &keys::post(post.chat, post.message), post)
        }
        Entity::Broadcast(broadcast) => {
            tables.write(Place::Broadcasts, broadcast.key.0.as_bytes(), broadcast)
        }
        Entity::Announced(announced) => tables.write(
            Place::Announced,
            &keys::announced(&announced.key, announced.chat),
            announced,
        ),
        Entity::Promotion(promotion) => tables.write(
            Place::Promotions,
            promotion.key.0.as_bytes(),
            promotion.as_ref(),
        ),
        Entity::Alerts(alerts) => tables.write(Place::Meta, ALERTS, alerts),
        Entity::Group(group) => tables.write(Place::Groups, &keys::chat(group.chat), group),
    }
}

fn put_appeal(tables: &mut Ledger<'_>, appeal: &Appeal) -> Result<(), Fault> {
    let id = keys::appeal(appeal.id);
    let before: Option<Appeal> = tables.read(Place::Appeals, &id)?;
    let (old_number, old_chat) =
        before.map_or((None, appeal.chat), |before| (before.number, before.chat));
    if let Some(number) = old_number.filter(|_| old_number != appeal.number) {
        let key = keys::number(number);
        // The number may have been given to another appeal in this very decision.
        if tables.bytes(Place::Numbered, &key)?.as_deref() == Some(&id[..]) {
            tables.remove(Place::Numbered, &key)?;
        }
    }
    if let Some(number) = appeal.number {
        tables.put(Place::Numbered, &keys::number(number), &id)?;
    }
    if old_chat != appeal.chat {
        tables.remove(Place::AppealsOf, &keys::appeal_of(old_chat, appeal.id))?;
    }
    tables.put(
        Place::AppealsOf,
        &keys::appeal_of(appeal.chat, appeal.id),
        &[],
    )?;
    if appeal.delivery == Delivery::Held {
        tables.put(Place::Held, &id, &[])?;
    } else {
        tables.remove(Place::Held, &id)?;
    }
    tables.write(Place::Appeals, &id, appeal)
}

/// A dirty mark's value: its generation, then since when it is dirty, by which it is served.
fn dirty(tables: &mut Ledger<'_>, key: &RowKey, seq: Seq) -> Result<(), Fault> {
    let key = keys::of(key)?;
    let since = match tables.bytes(Place::Dirty, &key)? {
        Some(mark) => dirty_since(&mark)?,
        None => seq,
    };
    tables.put(
        Place::Dirty,
        &key,
        &[keys::seq(seq), keys::seq(since)].concat(),
    )?;
    tables.put(
        Place::DirtyByAge,
        &[&keys::seq(since)[..], &key].concat(),
        &[],
    )
}

pub(super) fn clean(tables: &mut Ledger<'_>, key: &RowKey, generation: Seq) -> Result<(), Fault> {
    let key = keys::of(key)?;
    let Some(mark) = tables.bytes(Place::Dirty, &key)? else {
        return Ok(());
    };
    if keys::to_seq(&mark)? <= generation {
        let since = dirty_since(&mark)?;
        tables.remove(Place::DirtyByAge, &[&keys::seq(since)[..], &key].concat())?;
        tables.remove(Place::Dirty, &key)?;
    }
    Ok(())
}

fn dirty_since(mark: &[u8]) -> Result<Seq, Fault> {
    keys::to_seq(mark.get(size_of::<u64>()..).unwrap_or_default())
}

fn carry(
    tables: &mut Ledger<'_>,
    hints: &mut Hints,
    effect: Effect,
    order: keys::Order,
    now: Timestamp,
) -> Result<(), Fault> {
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
        Effect::AnswerButton(callback) => hints.courtesies.push(Courtesy::Button(callback)),
        Effect::React(chat, message) => hints.courtesies.push(Courtesy::Reaction(chat, message)),
        Effect::Answer(ask) => hints.questions.push(ask),
        Effect::Requeue(seq) => inbox::requeue(tables, seq, now)?,
        Effect::Discard(seq) => inbox::discard(tables, seq)?,
        Effect::Resend(id) => hints.outbox |= outbox::resend(tables, &id, now)?,
        Effect::Forget(id) => outbox::forget_unknown(tables, &id)?,
        Effect::DropLedger(key) => drop_ledger(tables, &key)?,
        Effect::Erase(person) => erase::erase(tables, order.0, &person)?,
        Effect::Look(tab) if hints.looks.contains(&tab) => {}
        Effect::Look(tab) => hints.looks.push(tab),
        Effect::Then { at, wake } => set_timer(tables, at, wake)?,
    }
    Ok(())
}

fn drop_ledger(tables: &mut Ledger<'_>, key: &PromotionKey) -> Result<(), Fault> {
    let (from, to) = keys::announced_all(key);
    tables.remove_range(Place::Announced, (&from, &to))
}

fn set_timer(tables: &mut Ledger<'_>, at: Timestamp, wake: Wake) -> Result<(), Fault> {
    let key = keys::at(at, &keys::of(&wake)?);
    tables.write(Place::Timers, &key, &Timer { at, wake })
}
