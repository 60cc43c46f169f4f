//! The router: which handler decides which event.
//!
//! Invariant: a decision is a pure function of (rules, view, seq, event, now); no I/O, clock or chance.

use jiff::Timestamp;

use super::{
    effect::Decision,
    event::{Event, Wake},
    handlers::{
        answers, appeals, conversation, delivery, looks, mixed, operator, promotions, registration,
        restoring, rows, staff, writes,
    },
    ids::Seq,
    rules::Rules,
    turn::Turn,
    view::View,
};

/// Decides what an event means and what follows from it.
#[must_use]
pub fn decide(
    rules: &Rules,
    view: &impl View,
    seq: Seq,
    event: &Event,
    now: Timestamp,
) -> Decision {
    let mut turn = Turn::new(rules, view, seq, now);
    match event {
        Event::Update(update) => conversation::update(&mut turn, update),
        Event::Row(row) => rows::row(&mut turn, row),
        Event::Looked(looked) => looks::looked(&mut turn, looked),
        Event::Sent(id, outcome) => delivery::sent(&mut turn, id, outcome),
        Event::Unshown(chat, message) => appeals::unshown(&mut turn, *chat, *message),
        Event::Wrote(report) => writes::wrote(&mut turn, report),
        Event::Mixed(mixed) => mixed::found(&mut turn, mixed),
        Event::Restored(restored) => restoring::restored(&mut turn, restored),
        Event::Due(Wake::Session(chat)) => registration::waited(&mut turn, *chat),
        Event::Due(Wake::Parked(chat)) => registration::looked(&mut turn, *chat),
        Event::Due(Wake::Kept(chat)) => registration::outdated(&mut turn, *chat),
        Event::Due(Wake::Appeal(appeal)) => answers::waited(&mut turn, *appeal),
        Event::Due(Wake::Partner(code)) => staff::waited(&mut turn, code),
        Event::Due(Wake::Promotion(key)) => promotions::woken(&mut turn, key),
        Event::Due(Wake::Line(appeal)) => appeals::unsigned(&mut turn, *appeal),
        Event::Admin(command) => operator::command(&mut turn, command),
    }
    turn.into_decision()
}
