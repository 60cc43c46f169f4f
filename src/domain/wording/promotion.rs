//! What the promotions tab and the admin chat are told about promotions.
//!
//! Invariant: whatever is wrong comes with what to do about it.

use jiff::civil::Date;

use super::{Message, plain};
use crate::domain::{
    appeal::{RejectReason, Unfetched},
    broadcast::Counts,
    ids::PromotionKey,
    promotion::{OfferCell, offer::OfferFault},
};

/// A few words about a promotion. Numbers go in as text where a thousand is written with a space, and beside it as a number where
/// the words depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromotionNote<'a> {
    /// Рассылка: it can be published, to so many partners, in so much time.
    Ready {
        /// How many.
        count: u64,
        /// As text.
        shown: &'a str,
        /// How long it will take.
        time: &'a str,
    },
    /// Рассылка: it can be published; how many partners there are is not known yet.
    ReadyUncounted,
    /// Рассылка: a status that somebody has typed announces nothing.
    StatusByHand,
    /// Рассылка: these things are missing or wrong.
    Faulty(&'a str),
    /// One thing that is wrong.
    Fault(OfferFault),
    /// Рассылка: announced then, by itself.
    Scheduled(&'a str),
    /// Рассылка: late; somebody has to say whether it still should be announced.
    Held(&'a str),
    /// Рассылка: announced before our time.
    Adopted,
    /// Рассылка: the picture is on its way.
    Preparing,
    /// Рассылка: the picture cannot be had, for this reason.
    Halted(&'a str),
    /// It does not go on: how far it is, and why.
    HaltedMidway {
        /// How far.
        progress: &'a str,
        /// Why.
        why: &'a str,
    },
    /// Why a picture cannot be had, and what to do.
    Obstacle(&'a RejectReason),
    /// Рассылка: the row was gone before it began.
    HaltedLost,
    /// Рассылка: so many of so many, and the time that is left.
    Running {
        /// Per cent.
        percent: u64,
        /// So many of so many.
        progress: &'a str,
        /// What is left, in words.
        left: &'a str,
    },
    /// Рассылка: resting until the quiet hours are over.
    Quiet {
        /// So many of so many.
        progress: &'a str,
        /// Until when.
        until: &'a str,
    },
    /// Рассылка: resting.
    Paused(&'a str),
    /// Рассылка: ended before all had it.
    Cancelled(&'a str),
    /// Рассылка: ended before anybody had it.
    CancelledBefore,
    /// Рассылка: over, at.
    Over {
        /// So many of so many.
        progress: &'a str,
        /// When.
        at: &'a str,
    },
    /// So many of so many.
    Progress {
        /// Delivered.
        sent: &'a str,
        /// Of how many.
        all: &'a str,
    },
    /// So many will not get it.
    Failed(u64),
    /// So many have blocked the bot, or asked for no promotions.
    Skipped(u64),
    /// Of so many nobody knows.
    Unknown(u64),
    /// An action was refused: announced before, on this day.
    AlreadyAnnounced(Option<&'a str>),
    /// An action was refused: nothing to do.
    NothingToDo,
    /// An action was refused: no such word.
    UnknownAction(&'a str),
    /// An action was not taken: it came with a copied row.
    Copied,
    /// An action was not taken: it was there before the start.
    BeforeOurTime,
    /// An action was refused: the staff list has not been seen yet.
    NoList,
    /// No admin chat to test in.
    NoAdminChat,
    /// The test did not get through, for this reason.
    TestFailed(&'a str),
    /// A duration: at once.
    AtOnce,
    /// A duration in seconds.
    Seconds(u64),
    /// A duration in minutes.
    Minutes(u64),
    /// A duration in hours and minutes.
    Hours(u64, u64),
}

/// What the admin chat is told of a promotion; its title comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BroadcastNote<'a> {
    /// It begins, to so many partners.
    Begins(&'a str, u64),
    /// It is over.
    Over(&'a str, Counts),
    /// It does not begin, since its picture cannot be had.
    Halted(&'a str),
    /// It rests, since its row is gone.
    Vanished(&'a str),
    /// Its day has come, and its row is not right.
    Unfit(&'a str),
    /// Its day came, and by now it is late by so many hours.
    Late(&'a str, i64),
    /// What was shown is a test: so many partners would get it, in so much time.
    Tested(u64, &'a str),
    /// What was shown is a test; how many partners would get it is not known yet.
    TestedUncounted,
    /// Google refused the row with this key, in these words.
    RowRefused(&'a PromotionKey, &'a str),
}

impl<'a> BroadcastNote<'a> {
    pub(super) fn message(self) -> Message<'a> {
        match self {
            Self::Begins(title, count) => (
                "broadcast-begins",
                vec![("title", title.into()), ("count", count.into())],
            ),
            Self::Over(title, counts) => (
                "broadcast-over",
                vec![
                    ("title", title.into()),
                    ("sent", counts.sent.into()),
                    ("failed", counts.failed.into()),
                    ("unknown", counts.unknown.into()),
                    ("skipped", counts.skipped.into()),
                ],
            ),
            Self::Halted(title) => one("broadcast-halted", "title", title),
            Self::Vanished(title) => one("promotion-vanished", "title", title),
            Self::Unfit(title) => one("promotion-unfit", "title", title),
            Self::Late(title, hours) => (
                "promotion-late",
                vec![("title", title.into()), ("hours", hours.into())],
            ),
            Self::Tested(count, time) => (
                "promotion-tested",
                vec![("count", count.into()), ("time", time.into())],
            ),
            Self::TestedUncounted => plain("promotion-tested-uncounted"),
            Self::RowRefused(key, words) => (
                "admin-promotion-refused",
                vec![("key", key.0.as_str().into()), ("words", words.into())],
            ),
        }
    }
}

impl<'a> PromotionNote<'a> {
    pub(super) fn message(self) -> Message<'a> {
        match self {
            Self::Ready { count, shown, time } => (
                "mailing-ready",
                vec![
                    ("count", count.into()),
                    ("shown", shown.into()),
                    ("time", time.into()),
                ],
            ),
            Self::ReadyUncounted => plain("mailing-ready-uncounted"),
            Self::StatusByHand => plain("mailing-status-by-hand"),
            Self::Faulty(faults) => one("mailing-faulty", "faults", faults),
            Self::Fault(fault) => self::fault(fault),
            Self::Scheduled(at) => one("mailing-scheduled", "at", at),
            Self::Held(at) => one("mailing-held", "at", at),
            Self::Adopted => plain("mailing-adopted"),
            Self::Preparing => plain("mailing-preparing"),
            Self::Halted(why) => one("mailing-halted", "why", why),
            Self::HaltedMidway { progress, why } => (
                "mailing-halted-midway",
                vec![("progress", progress.into()), ("why", why.into())],
            ),
            Self::Obstacle(why) => obstacle(why),
            Self::HaltedLost => plain("mailing-halted-lost"),
            Self::Running {
                percent,
                progress,
                left,
            } => (
                "mailing-running",
                vec![
                    ("percent", percent.into()),
                    ("progress", progress.into()),
                    ("left", left.into()),
                ],
            ),
            Self::Quiet { progress, until } => (
                "mailing-quiet",
                vec![("progress", progress.into()), ("until", until.into())],
            ),
            Self::Paused(progress) => one("mailing-paused", "progress", progress),
            Self::Cancelled(progress) => one("mailing-cancelled", "progress", progress),
            Self::CancelledBefore => plain("mailing-cancelled-before"),
            Self::Over { progress, at } => (
                "mailing-over",
                vec![("progress", progress.into()), ("at", at.into())],
            ),
            Self::Progress { sent, all } => (
                "mailing-progress",
                vec![("sent", sent.into()), ("all", all.into())],
            ),
            Self::Failed(count) => ("mailing-failed", vec![("count", count.into())]),
            Self::Skipped(count) => ("mailing-skipped", vec![("count", count.into())]),
            Self::Unknown(count) => ("mailing-unknown", vec![("count", count.into())]),
            Self::AlreadyAnnounced(Some(day)) => one("refusal-announced", "day", day),
            Self::AlreadyAnnounced(None) => plain("refusal-announced-before"),
            Self::NothingToDo => plain("refusal-nothing-to-do"),
            Self::UnknownAction(word) => one("refusal-unknown-action", "word", word),
            Self::Copied => plain("refusal-copied"),
            Self::BeforeOurTime => plain("refusal-before-our-time"),
            Self::NoList => plain("refusal-no-list"),
            Self::NoAdminChat => plain("refusal-no-admin-chat"),
            Self::TestFailed(why) => one("refusal-test-failed", "why", why),
            Self::AtOnce => plain("duration-at-once"),
            Self::Seconds(seconds) => ("duration-seconds", vec![("seconds", seconds.into())]),
            Self::Minutes(minutes) => ("duration-minutes", vec![("minutes", minutes.into())]),
            Self::Hours(hours, minutes) => (
                "duration-hours",
                vec![("hours", hours.into()), ("minutes", minutes.into())],
            ),
        }
    }
}

fn one<'a>(id: &'static str, name: &'static str, value: &'a str) -> Message<'a> {
    (id, vec![(name, value.into())])
}

fn fault(fault: OfferFault) -> Message<'static> {
    match fault {
        OfferFault::Unready(cell) => ("fault-unready", vec![("cell", cell_word(cell).into())]),
        OfferFault::NoTitle => plain("fault-no-title"),
        OfferFault::NoDescription => plain("fault-no-description"),
        OfferFault::NoStart => plain("fault-no-start"),
        OfferFault::NoEnd => plain("fault-no-end"),
        OfferFault::StartUnreadable => plain("fault-start-unreadable"),
        OfferFault::EndUnreadable => plain("fault-end-unreadable"),
        OfferFault::StartTwoWays(one, other) => two_ways("fault-start-two-ways", one, other),
        OfferFault::EndTwoWays(one, other) => two_ways("fault-end-two-ways", one, other),
        OfferFault::StartFar => plain("fault-start-far"),
        OfferFault::EndBeforeStart => plain("fault-end-before-start"),
        OfferFault::EndPassed => plain("fault-end-passed"),
        OfferFault::LinkBroken => plain("fault-link-broken"),
        OfferFault::LinkIsMail => plain("fault-link-is-mail"),
        OfferFault::ContentBroken => plain("fault-content-broken"),
        OfferFault::ContentUnshown => plain("fault-content-unshown"),
        OfferFault::TooLong(over) => ("fault-too-long", vec![("over", over.into())]),
    }
}

/// Two days that may be meant, as they are to be written.
fn two_ways(id: &'static str, one: Date, other: Date) -> Message<'static> {
    let written = |date: Date| date.strftime("%d.%m.%Y").to_string().into();
    (id, vec![("one", written(one)), ("other", written(other))])
}

/// A cell of an offer, as the texts call it.
fn cell_word(cell: OfferCell) -> &'static str {
    match cell {
        OfferCell::Title => "title",
        OfferCell::Description => "description",
        OfferCell::Starts => "starts",
        OfferCell::Ends => "ends",
        OfferCell::Content => "content",
        OfferCell::Link => "link",
    }
}

/// What Telegram does not take, by its words: the button, the picture, or the whole.
fn part(words: &str) -> &'static str {
    let words = words.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|one| words.contains(one));
    if says(&["button"]) {
        "obstacle-link"
    } else if says(&[
        "photo", "image", "video", "media", "file", "document", "web page", "http url",
    ]) {
        "obstacle-refused"
    } else {
        "obstacle-words"
    }
}

/// Why nobody gets it.
fn obstacle(why: &RejectReason) -> Message<'_> {
    match why {
        RejectReason::File(Unfetched::Forbidden) => plain("obstacle-forbidden"),
        RejectReason::File(Unfetched::Unreachable) => plain("obstacle-unreachable"),
        RejectReason::File(Unfetched::Status(status)) => (
            "obstacle-status",
            vec![("status", status.to_string().into())],
        ),
        RejectReason::File(Unfetched::TooLarge) => plain("obstacle-too-large"),
        RejectReason::File(Unfetched::NotAPicture) => plain("obstacle-not-a-picture"),
        RejectReason::File(Unfetched::Private) => plain("obstacle-private"),
        RejectReason::Refused(words) | RejectReason::Content(words) => {
            one(part(words), "words", words)
        }
        RejectReason::Recipient(words) => one("obstacle-chat", "words", words),
        RejectReason::Blocked
        | RejectReason::Deactivated
        | RejectReason::ChatNotFound
        | RejectReason::Moved(_) => plain("obstacle-admin-chat"),
        RejectReason::GaveUp => plain("obstacle-gave-up"),
    }
}
