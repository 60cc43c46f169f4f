//! The router: which handler decides which event.
//!
//! Invariant: a decision is a pure function of (rules, view, seq, event, now); no I/O, clock or chance.

use jiff::Timestamp;

use super::{effect::Decision, event::Event, ids::Seq, rules::Rules, view::View};

/// Decides what an event means and what follows from it.
#[must_use]
pub fn decide(rules: &Rules, view: &impl View, seq: Seq, event: &Event, now: Timestamp) -> Decision {
    let _ = (rules, view.held(), seq, event, now);
    Decision::default()
}
