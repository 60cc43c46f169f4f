//! How many messages one person may write in a minute, and what a group is told.
//!
//! Invariant: a flood is answered by one notice, of codes or of anything else; what a registered partner writes is recorded all the same.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    effect::Entity,
    ids::ChatId,
    message::Message,
    session::{Album, Group, Locale, Session},
    turn::Turn,
    view::View,
    wording::Say,
};

/// What [`WITHIN`] may bring of a person who is not registered.
const OF_STRANGERS: usize = 10;
/// The same of a partner, who may have a lot to tell.
const OF_PARTNERS: usize = 30;
const WITHIN: SignedDuration = SignedDuration::from_mins(1);

/// How a message is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// As usual.
    Usual,
    /// There were too many: without a word, but for the one notice that was given.
    TooFast,
}

/// Counts a message; says so where there are too many. Further parts of an album count as one.
pub(super) fn count(
    turn: &mut Turn<'_, impl View>,
    session: &mut Session,
    message: &Message,
) -> Pace {
    if let Some(album) = &message.context.album {
        if session
            .album
            .as_ref()
            .is_some_and(|known| known.id == *album)
        {
            return Pace::Usual;
        }
        session.album = Some(Album {
            id: album.clone(),
            line: None,
        });
    }
    let limit = if session.partner.is_some() {
        OF_PARTNERS
    } else {
        OF_STRANGERS
    };
    if is_too_fast(&mut session.pace.recent, message.at, limit) {
        return too_fast(turn, session);
    }
    session.pace.told = false;
    Pace::Usual
}

/// Counts a code of somebody who is not registered, apart from what else he writes: whoever has told his trouble in many short lines is
/// registered all the same.
pub(super) fn count_code(
    turn: &mut Turn<'_, impl View>,
    session: &mut Session,
    message: &Message,
) -> Pace {
    if is_too_fast(&mut session.pace.codes, message.at, OF_STRANGERS) {
        return too_fast(turn, session);
    }
    Pace::Usual
}

fn too_fast(turn: &mut Turn<'_, impl View>, session: &mut Session) -> Pace {
    if !std::mem::replace(&mut session.pace.told, true) {
        let say = if session.partner.is_some() {
            Say::TooFastRecorded
        } else {
            Say::TooFast
        };
        turn.say(session, say);
    }
    Pace::TooFast
}

/// Keeps the last `limit` moments; tells whether as many came within a minute before this one.
fn is_too_fast(recent: &mut Vec<Timestamp>, at: Timestamp, limit: usize) -> bool {
    let fast = recent.len() >= limit
        && recent
            .first()
            .is_some_and(|first| at.duration_since(*first) < WITHIN);
    recent.push(at);
    recent.drain(..recent.len().saturating_sub(limit));
    fast
}

/// A group hears once that the bot works in private.
pub(super) fn group(turn: &mut Turn<'_, impl View>, chat: ChatId, locale: Locale) {
    if turn.view.group(chat).is_none() {
        turn.put(Entity::Group(Group { chat }));
        let words = turn.rules.wording.say(locale, Say::PrivateOnly);
        turn.reply(chat, &words, crate::domain::effect::Keyboard::Keep);
    }
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
