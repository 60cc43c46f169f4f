//! What the promotions tab and the admin chat are told about promotions.
//!
//! Invariant: whatever is wrong comes with what to do about it.

use jiff::civil::Date;

use super::declare::{Argument as _, Phrase};
use crate::domain::{
    appeal::{RejectReason, Unfetched},
    broadcast::Counts,
    ids::PromotionKey,
    promotion::{OfferCell, offer::OfferFault},
};

texts! {
    /// A few words about a promotion. Numbers go in as text where a thousand is written with a space, and beside it as a number where
    /// the words depend on it.
    PromotionNote<'a> -> Phrase<'a> {
        /// Рассылка: it can be published, to so many partners, in so much time.
        Ready {
            /// How many.
            count: u64,
            /// As text.
            shown: &'a str,
            /// How long it will take.
            time: &'a str,
        } = "mailing-ready",
        /// Рассылка: it can be published; how many partners there are is not known yet.
        ReadyUncounted = "mailing-ready-uncounted",
        /// Рассылка: a status that somebody has typed announces nothing.
        StatusByHand = "mailing-status-by-hand",
        /// Рассылка: these things are missing or wrong.
        Faulty(faults: &'a str) = "mailing-faulty",
        /// One thing that is wrong.
        Fault(fault: OfferFault) = offer_fault,
        /// Рассылка: announced then, by itself.
        Scheduled(at: &'a str) = "mailing-scheduled",
        /// Рассылка: late; somebody has to say whether it still should be announced.
        Held(at: &'a str) = "mailing-held",
        /// Рассылка: announced before our time.
        Adopted = "mailing-adopted",
        /// Рассылка: the picture is on its way.
        Preparing = "mailing-preparing",
        /// Рассылка: the picture cannot be had, for this reason.
        Halted(why: &'a str) = "mailing-halted",
        /// It does not go on: how far it is, and why.
        HaltedMidway {
            /// How far.
            progress: &'a str,
            /// Why.
            why: &'a str,
        } = "mailing-halted-midway",
        /// Why a picture cannot be had, and what to do.
        Obstacle(why: &'a RejectReason) = obstacle,
        /// Рассылка: the row was gone before it began.
        HaltedLost = "mailing-halted-lost",
        /// Рассылка: so many of so many, and the time that is left.
        Running {
            /// Per cent.
            percent: u64,
            /// So many of so many.
            progress: &'a str,
            /// What is left, in words.
            left: &'a str,
        } = "mailing-running",
        /// Рассылка: resting until the quiet hours are over.
        Quiet {
            /// So many of so many.
            progress: &'a str,
            /// Until when.
            until: &'a str,
        } = "mailing-quiet",
        /// Рассылка: resting.
        Paused(progress: &'a str) = "mailing-paused",
        /// Рассылка: ended before all had it.
        Cancelled(progress: &'a str) = "mailing-cancelled",
        /// Рассылка: ended before anybody had it.
        CancelledBefore = "mailing-cancelled-before",
        /// Рассылка: over, at.
        Over {
            /// So many of so many.
            progress: &'a str,
            /// When.
            at: &'a str,
        } = "mailing-over",
        /// So many of so many.
        Progress {
            /// Delivered.
            sent: &'a str,
            /// Of how many.
            all: &'a str,
        } = "mailing-progress",
        /// So many will not get it.
        Failed(count: u64) = "mailing-failed",
        /// So many have blocked the bot, or asked for no promotions.
        Skipped(count: u64) = "mailing-skipped",
        /// Of so many nobody knows.
        Unknown(count: u64) = "mailing-unknown",
        /// An action was refused: announced before, on this day.
        AlreadyAnnounced(day: Option<&'a str>) = announced,
        /// An action was refused: nothing to do.
        NothingToDo = "refusal-nothing-to-do",
        /// An action was refused: no such word.
        UnknownAction(word: &'a str) = "refusal-unknown-action",
        /// An action was not taken: it came with a copied row.
        Copied = "refusal-copied",
        /// An action was not taken: it was there before the start.
        BeforeOurTime = "refusal-before-our-time",
        /// An action was refused: the staff list has not been seen yet.
        NoList = "refusal-no-list",
        /// No admin chat to test in.
        NoAdminChat = "refusal-no-admin-chat",
        /// The test did not get through, for this reason.
        TestFailed(why: &'a str) = "refusal-test-failed",
        /// A duration: at once.
        AtOnce = "duration-at-once",
        /// A duration in seconds.
        Seconds(seconds: u64) = "duration-seconds",
        /// A duration in minutes.
        Minutes(minutes: u64) = "duration-minutes",
        /// A duration in hours and minutes.
        Hours(hours: u64, minutes: u64) = "duration-hours",
    }
}

texts! {
    /// What the admin chat is told of a promotion; its title comes first.
    BroadcastNote<'a> -> Phrase<'a> {
        /// It begins, to so many partners.
        Begins(title: &'a str, count: u64) = "broadcast-begins",
        /// It is over.
        Over(title: &'a str, counts: Counts) = over,
        /// It does not begin, since its picture cannot be had.
        Halted(title: &'a str) = "broadcast-halted",
        /// It rests, since its row is gone.
        Vanished(title: &'a str) = "promotion-vanished",
        /// Its day has come, and its row is not right.
        Unfit(title: &'a str) = "promotion-unfit",
        /// Its day came, and by now it is late by so many hours.
        Late(title: &'a str, hours: i64) = "promotion-late",
        /// What was shown is a test: so many partners would get it, in so much time.
        Tested(count: u64, time: &'a str) = "promotion-tested",
        /// What was shown is a test; how many partners would get it is not known yet.
        TestedUncounted = "promotion-tested-uncounted",
        /// Google refused the row with this key, in these words.
        RowRefused(key: &'a PromotionKey, words: &'a str) = "admin-promotion-refused",
    }
}

choices! {
    over(title: &'a str, counts: Counts) {
        (title, Counts { sent, failed, unknown, skipped, .. }) =>
            "broadcast-over" (title, sent, failed, unknown, skipped),
    }

    announced(day: Option<&'a str>) {
        Some(day) => "refusal-announced" (day),
        None => "refusal-announced-before",
    }

    offer_fault(fault: OfferFault) {
        OfferFault::Unready(cell) => "fault-unready" (cell = cell_word(cell)),
        OfferFault::NoTitle => "fault-no-title",
        OfferFault::NoDescription => "fault-no-description",
        OfferFault::NoStart => "fault-no-start",
        OfferFault::NoEnd => "fault-no-end",
        OfferFault::StartUnreadable => "fault-start-unreadable",
        OfferFault::EndUnreadable => "fault-end-unreadable",
        OfferFault::StartTwoWays(one, other) =>
            "fault-start-two-ways" (one = written(one), other = written(other)),
        OfferFault::EndTwoWays(one, other) =>
            "fault-end-two-ways" (one = written(one), other = written(other)),
        OfferFault::StartFar => "fault-start-far",
        OfferFault::EndBeforeStart => "fault-end-before-start",
        OfferFault::EndPassed => "fault-end-passed",
        OfferFault::LinkBroken => "fault-link-broken",
        OfferFault::LinkIsMail => "fault-link-is-mail",
        OfferFault::ContentBroken => "fault-content-broken",
        OfferFault::ContentUnshown => "fault-content-unshown",
        OfferFault::TooLong(over) => "fault-too-long" (over),
    }

    /// Why nobody gets it.
    obstacle(why: &'a RejectReason) {
        RejectReason::File(Unfetched::Forbidden) => "obstacle-forbidden",
        RejectReason::File(Unfetched::Unreachable) => "obstacle-unreachable",
        RejectReason::File(Unfetched::Status(status)) => "obstacle-status" (status),
        RejectReason::File(Unfetched::TooLarge) => "obstacle-too-large",
        RejectReason::File(Unfetched::NotAPicture) => "obstacle-not-a-picture",
        RejectReason::File(Unfetched::Private) => "obstacle-private",
        RejectReason::Refused(words) | RejectReason::Content(words) =>
            refused_part (part = part(words), words),
        RejectReason::Recipient(words) | RejectReason::Topics(words) => "obstacle-chat" (words),
        RejectReason::Blocked
        | RejectReason::Deactivated
        | RejectReason::ChatNotFound
        | RejectReason::TopicGone
        | RejectReason::Moved(_) => "obstacle-admin-chat",
        RejectReason::GaveUp | RejectReason::Gone | RejectReason::Fixed => "obstacle-gave-up",
    }

    refused_part(part: Part, words: &'a str) {
        (Part::Button, words) => "obstacle-link" (words),
        (Part::Picture, words) => "obstacle-refused" (words),
        (Part::Whole, words) => "obstacle-words" (words),
    }
}

/// A part of an announcement that Telegram may not take.
enum Part {
    Button,
    Picture,
    Whole,
}

/// What Telegram does not take, by its words: the button, the picture, or the whole.
fn part(words: &str) -> Part {
    let words = words.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|one| words.contains(one));
    if says(&["button"]) {
        Part::Button
    } else if says(&[
        "photo", "image", "video", "media", "file", "document", "web page", "http url",
    ]) {
        Part::Picture
    } else {
        Part::Whole
    }
}

/// A day that may be meant, as it is to be written.
fn written(date: Date) -> String {
    date.strftime("%d.%m.%Y").to_string()
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
