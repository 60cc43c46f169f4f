//! `getUpdates`: the bot asks for its updates instead of having them delivered.
//! Invariant: only the youngest poll is served, and only while no webhook is set; what a poll was
//! given stays queued until a later one confirms it by its offset.

use std::time::Duration;

use serde_json::{Value, json};

use super::Shared;
use super::ids::UpdateId;
use super::marks;
use super::methods::Answer;
use super::params::Params;
use super::refusal::Refusal;
use super::state::State;
use crate::clock::Moment;
use crate::weather::Weather;

/// Updates in one answer, where the bot names no number, and at most (Bot API, `getUpdates`).
const MAX_UPDATES: i64 = 100;
/// The longest wait; the server cuts longer ones to it without a word.
const MAX_WAIT_SECONDS: i64 = 50;

/// Counts polls, so that an older one can tell that a younger came.
#[derive(Debug, Default)]
pub(super) struct Polls {
    youngest: u64,
}

/// A poll that found nothing and may wait.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wait {
    turn: u64,
    from: UpdateId,
    limit: usize,
    within: Duration,
}

/// The first look of a poll: confirms, and answers at once or with a wait.
pub(super) fn poll(state: &mut State, params: &Params) -> Result<Answer, Refusal> {
    if state.webhook.is_set() {
        return Err(Refusal::WebhookActive);
    }
    let offset = params.integer("offset")?.unwrap_or_default();
    let limit = params
        .integer("limit")?
        .unwrap_or(MAX_UPDATES)
        .clamp(1, MAX_UPDATES);
    let seconds = params
        .integer("timeout")?
        .unwrap_or_default()
        .clamp(0, MAX_WAIT_SECONDS);
    let updates = &mut state.webhook.updates;
    updates.allow(params)?;
    let from = match usize::try_from(offset) {
        Ok(_) => UpdateId(offset),
        Err(_) => {
            let back = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            updates.nth_last(back).unwrap_or(UpdateId(0))
        }
    };
    let confirmed = updates.confirm(from);
    state.calls.delivered += confirmed.len() as u64;
    for (lane, update) in confirmed {
        state.trail.add(marks::delivered(lane, &update, None));
    }
    let updates = &state.webhook.updates;
    state.polls.youngest += 1;
    let wait = Wait {
        turn: state.polls.youngest,
        from,
        limit: usize::try_from(limit).unwrap_or(1),
        within: Duration::from_secs(seconds.unsigned_abs()),
    };
    let found = updates.oldest(wait.from, wait.limit);
    Ok(Answer {
        wait: (found.is_empty() && seconds > 0).then_some(wait),
        ..Answer::new(json!(found))
    })
}

/// Waits until there is something, until the time is over or until another call ends the wait.
pub(super) async fn wait(shared: &Shared, wait: Wait) -> Result<Value, Refusal> {
    let until = Moment::now().steady + wait.within;
    let mut changes = shared.changes();
    loop {
        changes.mark_unchanged();
        let (found, is_down) = {
            let state = shared.lock();
            (look(&state, wait)?, state.sky.now() == Weather::Down)
        };
        if is_down || !found.is_empty() {
            return Ok(json!(found));
        }
        match tokio::time::timeout_at(until, changes.changed()).await {
            Ok(Ok(())) => {}
            // The time is over; or the stand-in is gone, and with it this task.
            Ok(Err(_)) | Err(_) => return Ok(json!([])),
        }
    }
}

fn look(state: &State, wait: Wait) -> Result<Vec<Value>, Refusal> {
    if state.webhook.is_set() {
        return Err(Refusal::WebhookSet);
    }
    if state.polls.youngest != wait.turn {
        return Err(Refusal::OtherPoll);
    }
    Ok(state.webhook.updates.oldest(wait.from, wait.limit))
}
