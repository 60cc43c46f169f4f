//! `Рассылка`: what the row says beside a promotion.
//!
//! Invariant: it says how things are first, and then what came of the last action where that could not be done.

use jiff::Timestamp;

use super::{Promotion, PromotionRefusal, PromotionStatus, Stage, offer};
use crate::domain::{
    broadcast::{Broadcast, BroadcastState},
    rules::Rules,
    tab::Tab,
    text::Text,
    view::View,
    wording::{Note, PromotionNote},
};

/// `Рассылка` of a promotion.
#[must_use]
pub(in crate::domain) fn mailing(rules: &Rules, view: &dyn View, promotion: &Promotion) -> String {
    let state = match promotion.stage {
        Stage::Draft => draft(rules, view, promotion),
        Stage::Scheduled(at) => scheduled(rules, promotion, at),
        Stage::Held(at) => say(rules, PromotionNote::Held(&moment(rules, at))),
        Stage::Adopted => adopted(rules, promotion),
        Stage::Announced(_) => {
            let broadcast = view.broadcast(&promotion.key);
            broadcast.map_or_else(String::new, |broadcast| announced(rules, &broadcast))
        }
    };
    let refusal = promotion.refusal.as_ref();
    let refusal = refusal.map(|refusal| self::refusal(rules, promotion, refusal));
    let both = [Some(state), refusal].into_iter().flatten();
    let both = both.filter(|words| !words.is_empty());
    both.collect::<Vec<_>>().join(" · ")
}

/// How long it takes to tell so many partners, in words.
#[must_use]
pub(in crate::domain) fn duration(rules: &Rules, count: u32) -> String {
    let seconds = match rules.rate {
        0 => 0,
        rate => u64::from(count.div_ceil(rate)),
    };
    let minutes = seconds.div_ceil(60);
    let note = match (seconds, minutes) {
        (0, _) => PromotionNote::AtOnce,
        (..100, _) => PromotionNote::Seconds(seconds),
        (_, ..100) => PromotionNote::Minutes(minutes),
        (_, _) => PromotionNote::Hours(minutes / 60, minutes % 60),
    };
    say(rules, note)
}

fn say(rules: &Rules, note: PromotionNote<'_>) -> String {
    rules.wording.note(Note::Promotion(note))
}

/// What is missing, or that it can go.
fn draft(rules: &Rules, view: &dyn View, promotion: &Promotion) -> String {
    let offer = &promotion.row.offer;
    let standing = promotion.standing(&rules.promotions);
    if offer.is_blank() {
        return String::new();
    }
    if standing == Some(PromotionStatus::Ended) && promotion.refusal.is_none() {
        return match promotion.status == standing {
            true => say(rules, PromotionNote::CancelledBefore),
            false => String::new(),
        };
    }
    let readiness = readiness(rules, view, promotion);
    match standing {
        Some(PromotionStatus::Active | PromotionStatus::Waiting) => {
            format!("{readiness} · {}", say(rules, PromotionNote::StatusByHand))
        }
        Some(PromotionStatus::Ended) | None => readiness,
    }
}

fn readiness(rules: &Rules, view: &dyn View, promotion: &Promotion) -> String {
    // The row is written when something in it changes: that is when its dates are looked at.
    let seen = view
        .tab(Tab::Promotions)
        .reads()
        .looked
        .unwrap_or(Timestamp::MIN);
    match faults(rules, promotion, seen) {
        Some(faults) => faults,
        None if view.tab(Tab::Partners).reads().sighted.is_none() => {
            say(rules, PromotionNote::ReadyUncounted)
        }
        None => {
            let count = view.partners_tab().bound;
            let note = PromotionNote::Ready {
                count: count.into(),
                shown: &grouped(count),
                time: &duration(rules, count),
            };
            say(rules, note)
        }
    }
}

fn faults(rules: &Rules, promotion: &Promotion, now: Timestamp) -> Option<String> {
    let faults = offer::plan(rules, promotion, now).err()?;
    let faults = faults.into_iter().map(PromotionNote::Fault);
    let words: Vec<String> = faults.map(|fault| say(rules, fault)).collect();
    Some(say(rules, PromotionNote::Faulty(&words.join("; "))))
}

fn scheduled(rules: &Rules, promotion: &Promotion, at: Timestamp) -> String {
    let possible = rules.quiet_until(at).unwrap_or(at);
    let when = say(rules, PromotionNote::Scheduled(&moment(rules, possible)));
    match faults(rules, promotion, at) {
        Some(faults) => format!("{when}; {faults}"),
        None => when,
    }
}

fn adopted(rules: &Rules, promotion: &Promotion) -> String {
    match promotion.standing(&rules.promotions) {
        Some(PromotionStatus::Active) => say(rules, PromotionNote::Adopted),
        Some(PromotionStatus::Waiting | PromotionStatus::Ended) | None => String::new(),
    }
}

/// How far a broadcast is.
fn announced(rules: &Rules, broadcast: &Broadcast) -> String {
    let (sent, all) = (
        &grouped(broadcast.counts.sent),
        &grouped(broadcast.audience),
    );
    let progress = say(rules, PromotionNote::Progress { sent, all });
    let exceptions = exceptions(rules, broadcast);
    let whole = &format!("{progress}{exceptions}");
    let note = match (broadcast.state, &broadcast.obstacle) {
        (BroadcastState::Preparing, _) => PromotionNote::Preparing,
        (BroadcastState::Halted, None) => PromotionNote::HaltedLost,
        (BroadcastState::Halted, Some(why)) => {
            let (progress, why) = (whole, &say(rules, PromotionNote::Obstacle(why)));
            return match broadcast.counts.ended() {
                0 => say(rules, PromotionNote::Halted(why)),
                _ => say(rules, PromotionNote::HaltedMidway { progress, why }),
            };
        }
        (BroadcastState::Running, _) => {
            return running(rules, broadcast, &progress) + &exceptions;
        }
        (BroadcastState::Paused, _) => PromotionNote::Paused(whole),
        (BroadcastState::Cancelled, _) => PromotionNote::Cancelled(whole),
        (BroadcastState::Over, _) => {
            let at = &rules.time_of_day(broadcast.ended.unwrap_or(broadcast.started));
            let progress = whole;
            return say(rules, PromotionNote::Over { progress, at });
        }
    };
    say(rules, note)
}

/// Whom it does not reach, or not for certain.
fn exceptions(rules: &Rules, broadcast: &Broadcast) -> String {
    let counts = broadcast.counts;
    let (failed, skipped, unknown) = (counts.failed, counts.skipped, counts.unknown);
    let notes = [
        (failed, PromotionNote::Failed(failed.into())),
        (skipped, PromotionNote::Skipped(skipped.into())),
        (unknown, PromotionNote::Unknown(unknown.into())),
    ];
    let told = notes.into_iter().filter(|(count, _)| *count > 0);
    told.map(|(_, note)| format!("; {}", say(rules, note)))
        .collect()
}

/// On its way, or waiting until the quiet hours are over.
fn running(rules: &Rules, broadcast: &Broadcast, progress: &str) -> String {
    let told = broadcast.told.unwrap_or(broadcast.started);
    if let Some(until) = rules.quiet_until(told)
        && broadcast.counts.outstanding() == 0
    {
        let until = &rules.time_of_day(until);
        return say(rules, PromotionNote::Quiet { progress, until });
    }
    let done = broadcast.audience.saturating_sub(broadcast.remaining());
    let percent = u64::from(done) * 100 / u64::from(broadcast.audience.max(1));
    let left = &duration(rules, broadcast.remaining());
    let note = PromotionNote::Running {
        percent,
        progress,
        left,
    };
    say(rules, note)
}

fn refusal(rules: &Rules, promotion: &Promotion, refusal: &PromotionRefusal) -> String {
    let day = |at: &Timestamp| rules.day(*at);
    let note = match refusal {
        // What is wrong is there already, but where it was announced before.
        PromotionRefusal::Faulty => {
            return match promotion.stage {
                Stage::Announced(at) => faults(rules, promotion, at).unwrap_or_default(),
                Stage::Draft | Stage::Scheduled(_) | Stage::Held(_) | Stage::Adopted => {
                    String::new()
                }
            };
        }
        PromotionRefusal::Announced(at) => {
            let on = at.as_ref().map(day);
            return say(rules, PromotionNote::AlreadyAnnounced(on.as_deref()));
        }
        PromotionRefusal::TestFailed(why) => {
            let why = say(rules, PromotionNote::Obstacle(why));
            return say(rules, PromotionNote::TestFailed(&why));
        }
        PromotionRefusal::NothingToDo => PromotionNote::NothingToDo,
        PromotionRefusal::UnknownAction(Text(word)) => PromotionNote::UnknownAction(word),
        PromotionRefusal::Copied => PromotionNote::Copied,
        PromotionRefusal::BeforeOurTime => PromotionNote::BeforeOurTime,
        PromotionRefusal::NoList => PromotionNote::NoList,
        PromotionRefusal::NoAdminChat => PromotionNote::NoAdminChat,
    };
    say(rules, note)
}

fn moment(rules: &Rules, at: Timestamp) -> String {
    format!("{} {}", rules.day(at), rules.time_of_day(at))
}

/// A number as people write it: thousands apart.
#[must_use]
pub(in crate::domain) fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push('\u{a0}');
        }
        grouped.push(digit);
    }
    grouped
}
