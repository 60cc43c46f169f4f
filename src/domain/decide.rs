//! The router: which handler decides which event.
//!
//! Invariant: a decision is a pure function of (rules, view, seq, event, now); no I/O, clock or chance.

use jiff::Timestamp;

use super::{
    context::DecisionContext,
    effect::{Decision, Wake},
    event::Event,
    handlers::{
        answers, appeals, conversation, delivery, looks, mixed, operator, promotions, registration,
        restoring, rows, staff, staff_chat, thanks, waits, writes,
    },
    ids::Seq,
    rules::Rules,
    view::View,
};

/// Decides what an event means and what follows from it.
#[must_use]
pub fn decide(rules: &Rules, view: &dyn View, seq: Seq, event: &Event, now: Timestamp) -> Decision {
    let mut ctx = DecisionContext::new(rules, view, seq, now);
    match event {
        Event::Update(update) => conversation::update(&mut ctx, update),
        Event::Row(row) => rows::row(&mut ctx, row),
        Event::Looked(looked) => looks::looked(&mut ctx, looked),
        Event::Sent(id, outcome) => delivery::sent(&mut ctx, id, outcome),
        Event::Unshown(chat, message) => thanks::unshown(&mut ctx, *chat, *message),
        Event::Wrote(report) => writes::wrote(&mut ctx, report),
        Event::Mixed(mixed) => mixed::found(&mut ctx, mixed),
        Event::Restored(restored) => restoring::restored(&mut ctx, restored),
        Event::Due(Wake::Session(chat)) => registration::waiting::waited(&mut ctx, *chat),
        Event::Due(Wake::Parked(chat)) => registration::waiting::looked(&mut ctx, *chat),
        Event::Due(Wake::Kept(chat)) => registration::kept::outdated(&mut ctx, *chat),
        Event::Due(Wake::Appeal(appeal)) => answers::waited(&mut ctx, *appeal),
        Event::Due(Wake::Partner(code)) => staff::waited(&mut ctx, code),
        Event::Due(Wake::Promotion(key)) => promotions::woken(&mut ctx, key),
        Event::Due(Wake::Line(appeal)) => appeals::unsigned(&mut ctx, *appeal),
        Event::Due(Wake::Thread(appeal)) => staff_chat::woken(&mut ctx, *appeal),
        Event::Due(Wake::StaffRoom) => staff_chat::room::woken(&mut ctx),
        Event::Due(Wake::Overdue(appeal)) => waits::woken(&mut ctx, *appeal),
        Event::Admin(command) => operator::command(&mut ctx, command),
    }
    ctx.into_decision()
}
