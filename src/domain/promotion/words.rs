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
pub(in crate::domain) fn mailing(rules: &Rules, view: &impl View, promotion: &Promotion) -> String {
    let state = match promotion.stage {
        Stage::Draft => draft(rules, view, promotion),
        Stage::Scheduled(at) => scheduled(rules, promotion, at),
        Stage::Held(at) => say(rules, PromotionNote::Held(&moment(rules, at))),
        Stage::Adopted => adopted(rules, promotion),
        Stage::Announced(_) => view
            .broadcast(&promotion.key)
            .map(|broadcast| announced(rules, &broadcast))
            .unwrap_or_default(),
    };
    let refusal = promotion
        .refusal
        .as_ref()
        .map(|refusal| self::refusal(rules, promotion, refusal));
    let both = [Some(state), refusal]
        .into_iter()
        .flatten()
        .filter(|words| !words.is_empty());
    both.collect::<Vec<_>>().join(" · ")
}

/// How long it takes to tell so many partners, in words.
#[must_use]
pub(in crate::domain) fn duration(rules: &Rules, count: u32) -> String {
    let seconds = if rules.rate == 0 {
        0
    } else {
        u64::from(count.div_ceil(rules.rate))
    };
    let minutes = seconds.div_ceil(60);
    say(
        rules,
        match (seconds, minutes) {
            (0, _) => PromotionNote::AtOnce,
            (..100, _) => PromotionNote::Seconds(seconds),
            (_, ..100) => PromotionNote::Minutes(minutes),
            (_, _) => PromotionNote::Hours(minutes / 60, minutes % 60),
        },
    )
}

fn say(rules: &Rules, note: PromotionNote<'_>) -> String {
    rules.wording.note(Note::Promotion(note))
}

/// What is missing, or that it can go.
fn draft(rules: &Rules, view: &impl View, promotion: &Promotion) -> String {
    let offer = &promotion.row.offer;
    let standing = promotion.standing(&rules.promotions);
    if offer.is_blank() {
        return String::new();
    }
    if standing == Some(PromotionStatus::Ended) && promotion.refusal.is_none() {
        let by_us = promotion.status == standing;
        return if by_us {
            say(rules, PromotionNote::CancelledBefore)
        } else {
            String::new()
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

fn readiness(rules: &Rules, view: &impl View, promotion: &Promotion) -> String {
    // The row is written when something in it changes: that is when its dates are looked at.
    let seen = view.tab(Tab::Promotions).looked.unwrap_or(Timestamp::MIN);
    match faults(rules, promotion, seen) {
        Some(faults) => faults,
        None if view.tab(Tab::Partners).sighted.is_none() => {
            say(rules, PromotionNote::ReadyUncounted)
        }
        None => {
            let count = view.tab(Tab::Partners).bound;
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
    let faults = offer::plan(rules, &promotion.row.offer, promotion.content(), now).err()?;
    let words: Vec<String> = faults
        .into_iter()
        .map(|fault| say(rules, PromotionNote::Fault(fault)))
        .collect();
    Some(say(rules, PromotionNote::Faulty(&words.join("; "))))
}

fn scheduled(rules: &Rules, promotion: &Promotion, at: Timestamp) -> String {
    let possible = rules
        .quiet
        .and_then(|quiet| quiet.ends(&rules.time_zone, at))
        .unwrap_or(at);
    let when = say(rules, PromotionNote::Scheduled(&moment(rules, possible)));
    match faults(rules, promotion, at) {
        Some(faults) => format!("{when}; {faults}"),
        None => when,
    }
}

fn adopted(rules: &Rules, promotion: &Promotion) -> String {
    let active = promotion.standing(&rules.promotions) == Some(PromotionStatus::Active);
    if active {
        say(rules, PromotionNote::Adopted)
    } else {
        String::new()
    }
}

/// How far a broadcast is.
fn announced(rules: &Rules, broadcast: &Broadcast) -> String {
    let (sent, all) = (grouped(broadcast.counts.sent), grouped(broadcast.audience));
    let progress = say(
        rules,
        PromotionNote::Progress {
            sent: &sent,
            all: &all,
        },
    );
    let whole = || format!("{progress}{}", exceptions(rules, broadcast));
    match broadcast.state {
        BroadcastState::Preparing => say(rules, PromotionNote::Preparing),
        BroadcastState::Halted => match &broadcast.obstacle {
            Some(why) => {
                let why = say(rules, PromotionNote::Obstacle(why));
                let reached = broadcast.counts.ended() > 0;
                let progress = reached.then(whole);
                say(
                    rules,
                    match &progress {
                        Some(progress) => PromotionNote::HaltedMidway {
                            progress,
                            why: &why,
                        },
                        None => PromotionNote::Halted(&why),
                    },
                )
            }
            None => say(rules, PromotionNote::HaltedLost),
        },
        BroadcastState::Running => format!(
            "{}{}",
            running(rules, broadcast, &progress),
            exceptions(rules, broadcast)
        ),
        BroadcastState::Paused => say(rules, PromotionNote::Paused(&whole())),
        BroadcastState::Cancelled => say(rules, PromotionNote::Cancelled(&whole())),
        BroadcastState::Over => say(
            rules,
            PromotionNote::Over {
                progress: &whole(),
                at: &rules.time_of_day(broadcast.ended.unwrap_or(broadcast.started)),
            },
        ),
    }
}

/// Whom it does not reach, or not for certain.
fn exceptions(rules: &Rules, broadcast: &Broadcast) -> String {
    let counts = broadcast.counts;
    let notes = [
        (counts.failed, PromotionNote::Failed(counts.failed.into())),
        (
            counts.skipped,
            PromotionNote::Skipped(counts.skipped.into()),
        ),
        (
            counts.unknown,
            PromotionNote::Unknown(counts.unknown.into()),
        ),
    ];
    let told = notes.into_iter().filter(|(count, _)| *count > 0);
    told.map(|(_, note)| format!("; {}", say(rules, note)))
        .collect()
}

/// On its way, or waiting until the quiet hours are over.
fn running(rules: &Rules, broadcast: &Broadcast, progress: &str) -> String {
    let told = broadcast.told.unwrap_or(broadcast.started);
    let quiet = rules
        .quiet
        .and_then(|quiet| quiet.ends(&rules.time_zone, told))
        .filter(|_| broadcast.counts.outstanding() == 0);
    if let Some(until) = quiet {
        let until = &rules.time_of_day(until);
        return say(rules, PromotionNote::Quiet { progress, until });
    }
    let done = broadcast.audience.saturating_sub(broadcast.remaining());
    let percent = u64::from(done) * 100 / u64::from(broadcast.audience.max(1));
    let left = &duration(rules, broadcast.remaining());
    say(
        rules,
        PromotionNote::Running {
            percent,
            progress,
            left,
        },
    )
}

fn refusal(rules: &Rules, promotion: &Promotion, refusal: &PromotionRefusal) -> String {
    let day = |at: &Timestamp| rules.day(*at);
    match refusal {
        // What is wrong is there already, but where it was announced before.
        PromotionRefusal::Faulty => match promotion.stage {
            Stage::Announced(at) => faults(rules, promotion, at).unwrap_or_default(),
            Stage::Draft | Stage::Scheduled(_) | Stage::Held(_) | Stage::Adopted => String::new(),
        },
        PromotionRefusal::Announced(at) => say(
            rules,
            PromotionNote::AlreadyAnnounced(at.as_ref().map(day).as_deref()),
        ),
        PromotionRefusal::NothingToDo => say(rules, PromotionNote::NothingToDo),
        PromotionRefusal::UnknownAction(Text(word)) => {
            say(rules, PromotionNote::UnknownAction(word))
        }
        PromotionRefusal::Copied => say(rules, PromotionNote::Copied),
        PromotionRefusal::BeforeOurTime => say(rules, PromotionNote::BeforeOurTime),
        PromotionRefusal::NoList => say(rules, PromotionNote::NoList),
        PromotionRefusal::NoAdminChat => say(rules, PromotionNote::NoAdminChat),
        PromotionRefusal::TestFailed(why) => say(
            rules,
            PromotionNote::TestFailed(&say(rules, PromotionNote::Obstacle(why))),
        ),
    }
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
