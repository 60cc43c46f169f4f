//! Flood control: how many messages one person may write in a minute.
//!
//! Invariant: a flood is answered by one notice, of codes or of anything else; what a registered partner writes is recorded all the same.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    context::DecisionContext,
    message::Message,
    session::{Album, Session},
    wording::Say,
};

/// Messages per [`WINDOW`] of a person who is not registered.
const STRANGER_LIMIT: usize = 10;
/// Messages per [`WINDOW`] of a partner, who may have a lot to tell.
const PARTNER_LIMIT: usize = 30;
const WINDOW: SignedDuration = SignedDuration::from_mins(1);

/// How to answer a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageRate {
    /// As usual.
    Usual,
    /// Too many came: without a reply, except for one notice.
    TooFast,
}

/// Counts a message; says so where there are too many. Further parts of an album count as one.
pub(super) fn count(
    ctx: &mut DecisionContext<'_>,
    session: &mut Session,
    message: &Message,
) -> MessageRate {
    if let Some(album) = &message.context.album {
        let known = session.album.as_ref();
        if known.is_some_and(|known| known.id == *album) {
            return MessageRate::Usual;
        }
        session.album = Some(Album {
            id: album.clone(),
            line: None,
        });
    }
    let limit = if session.partner.is_some() {
        PARTNER_LIMIT
    } else {
        STRANGER_LIMIT
    };
    if is_too_fast(&mut session.rate_history.recent, message.at, limit) {
        return too_fast(ctx, session);
    }
    session.rate_history.told = false;
    MessageRate::Usual
}

/// Counts a code of somebody who is not registered, apart from what else he writes: whoever has told his trouble in many short lines is
/// registered all the same.
pub(super) fn count_code(
    ctx: &mut DecisionContext<'_>,
    session: &mut Session,
    message: &Message,
) -> MessageRate {
    if is_too_fast(&mut session.rate_history.codes, message.at, STRANGER_LIMIT) {
        return too_fast(ctx, session);
    }
    MessageRate::Usual
}

/// Counts what somebody asks in a group, where nobody is told of a flood.
pub(super) fn is_asked_too_fast(asked: &mut Vec<Timestamp>, at: Timestamp) -> bool {
    is_too_fast(asked, at, STRANGER_LIMIT)
}

fn too_fast(ctx: &mut DecisionContext<'_>, session: &mut Session) -> MessageRate {
    if !std::mem::replace(&mut session.rate_history.told, true) {
        let say = if session.partner.is_some() {
            Say::TooFastRecorded
        } else {
            Say::TooFast
        };
        ctx.say(session, say);
    }
    MessageRate::TooFast
}

/// Keeps the last `limit` moments; tells whether as many came within a minute before this one.
fn is_too_fast(recent: &mut Vec<Timestamp>, at: Timestamp, limit: usize) -> bool {
    let is_recent = |first: &Timestamp| at.duration_since(*first) < WINDOW;
    let fast = recent.len() >= limit && recent.first().is_some_and(is_recent);
    recent.push(at);
    recent.drain(..recent.len().saturating_sub(limit));
    fast
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_flood_stays_one_flood() {
        let mut recent = Vec::new();
        let at = |second| Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second);
        let fast: Vec<_> = (0..200)
            .filter(|&second| is_too_fast(&mut recent, at(second), 10))
            .collect();
        assert_eq!(
            fast,
            (10..200).collect::<Vec<_>>(),
            "also when the first minute is over"
        );
        assert_eq!(recent.len(), 10);
        assert!(
            !is_too_fast(&mut recent, at(251), 10),
            "a pause of a minute less nine seconds ends it"
        );
    }
}
