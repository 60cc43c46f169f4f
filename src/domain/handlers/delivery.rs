//! How sends end: delivered, refused, to be tried again, or unknown.
//!
//! Invariant: a lost response is resent at most once, and never forgotten; a message that Telegram puts off is given up after a day of
//! tries. What surely was not sent, and could not be for a reason that is not the message's own, is tried until it can be.

use jiff::SignedDuration;

use crate::domain::{
    appeal::RejectReason,
    context::DecisionContext,
    effect::{Effect, Entity, FinalState, MessageForm, OutboxEntry, OutboxState, Send},
    event::{Outcome, RetryAfter},
    ids::{ChatId, MessageId, OutboxId},
    media::Media,
    message::Post,
    text::Text,
};

use super::{
    admin_chat, answers,
    broadcasts::{self, End},
    ending::PartEnd,
    publishing, receipts, staff_chat,
};

/// The first pause after a failed try; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// While Telegram is away nothing is tried at all, so this only keeps a message from being tried in a busy loop.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_secs(10);
/// A lost response mostly means trouble on the way, which the one resend should outlive.
const RESENT_AFTER: SignedDuration = SignedDuration::from_secs(5);
/// How often the response to a change may be lost; nothing is sent while Telegram is away, so this is rarely reached.
const CHANGED_AGAIN: u8 = 10;
/// For how long Telegram may put a message off; then its row says that it was not delivered.
const TRIED_FOR: SignedDuration = SignedDuration::from_hours(24);
/// So often it is tried at least: what only waited while nothing could be sent at all was put off by nobody.
const TRIED_AT_LEAST: u16 = 20;

pub(in crate::domain) fn sent(ctx: &mut DecisionContext<'_>, id: &OutboxId, outcome: &Outcome) {
    let entry = ctx.view.outbox(id);
    let Some(entry) = entry.filter(|entry| !matches!(entry.state, OutboxState::Ended(_))) else {
        return;
    };
    match outcome {
        Outcome::Delivered(message) | Outcome::Uploaded(message, _) => {
            if let (Outcome::Uploaded(_, media), MessageForm::Picture(source)) =
                (outcome, &entry.send.form)
            {
                keep(ctx, id, source, media);
            }
            ctx.then(Effect::Finish(id.clone(), FinalState::Delivered));
            admin_chat::reached(ctx, entry.send.to, None);
            staff_chat::room::reached(ctx, entry.send.to);
            remember(ctx, &entry.send, *message);
            end_part(
                ctx,
                &entry.send,
                PartEnd::Delivered {
                    message: *message,
                    maybe_twice: entry.lost > 0 && !entry.send.form.is_change(),
                },
            );
        }
        Outcome::Rejected(why) => reject(ctx, &entry, why.clone()),
        Outcome::Retry(after) => retry(ctx, &entry, *after),
        Outcome::Unknown => lose(ctx, &entry),
    }
}

/// The operator ends the silence that Telegram has asked for: what waits because of it waits no longer.
pub(super) fn end_silence(ctx: &mut DecisionContext<'_>) {
    ctx.then(Effect::Silence(ctx.now));
    for id in ctx.view.unsent() {
        let entry = ctx.view.outbox(&id);
        if let Some(entry) =
            entry.filter(|entry| matches!(entry.state, OutboxState::Waiting(due) if due > ctx.now))
        {
            let (at, lost) = (ctx.now, entry.lost);
            ctx.then(Effect::Reschedule { id, at, lost });
        }
    }
}

/// What Telegram has can be replied to, and a receipt can be changed.
fn remember(ctx: &mut DecisionContext<'_>, send: &Send, message: MessageId) {
    let about = send.about.and_then(|id| ctx.appeal(id));
    let own = about.filter(|appeal| appeal.chat == send.to);
    let Some(appeal) = own.map(|appeal| appeal.id) else {
        return;
    };
    match send.form {
        MessageForm::Edit(_)
        | MessageForm::Caption(..)
        | MessageForm::Delete(_)
        | MessageForm::Topic
        | MessageForm::CloseTopic(_)
        | MessageForm::ReopenTopic(_) => return,
        MessageForm::Receipt => receipts::arrived(ctx, appeal, message),
        MessageForm::Message
        | MessageForm::Silent
        | MessageForm::File(_)
        | MessageForm::Picture(_)
        | MessageForm::Kept(_)
        | MessageForm::Copy(..)
        | MessageForm::Captioned(..) => {}
    }
    ctx.put(Entity::Post(Post {
        chat: send.to,
        message,
        appeal,
        line: None,
        said: None,
        held: None,
    }));
}

fn reject(ctx: &mut DecisionContext<'_>, entry: &OutboxEntry, why: RejectReason) {
    let of_staff = matches!(entry.send.id, OutboxId::Thread(..) | OutboxId::Staff(..));
    if let RejectReason::Moved(to) = why
        && !of_staff
        && ctx
            .rules
            .admin_chat
            .is_some_and(|chat| [chat, ctx.admin_chat().unwrap_or(chat)].contains(&entry.send.to))
    {
        return follow(ctx, entry, to);
    }
    if why.is_the_recipient_s() && !of_staff {
        admin_chat::reached(ctx, entry.send.to, Some(&why));
    }
    let ending = unless_edit(&entry.send, FinalState::Failed);
    let id = entry.send.id.clone();
    if broadcasts::is_obstacle(ctx, &id, &why) || (of_staff && why.is_the_recipient_s()) {
        // It is not the message that failed: what it says is made again.
        take_back(ctx, entry);
    } else {
        ctx.then(Effect::Finish(id, ending));
    }
    if matches!(why, RejectReason::Blocked | RejectReason::Deactivated)
        && let Some(mut session) = ctx.session(entry.send.to)
    {
        session.blocked = true;
        ctx.put(Entity::Session(session));
    }
    end_part(ctx, &entry.send, PartEnd::Rejected(why));
}

/// The admin chat is a supergroup now: the message goes there, under the same id.
fn follow(ctx: &mut DecisionContext<'_>, entry: &OutboxEntry, to: ChatId) {
    admin_chat::moved(ctx, entry.send.to, to);
    take_back(ctx, entry);
    let to = ctx.admin_chat().unwrap_or(to);
    ctx.then(Effect::Send(Send {
        to,
        ..entry.send.clone()
    }));
}

/// As if the message had never been made.
fn take_back(ctx: &mut DecisionContext<'_>, entry: &OutboxEntry) {
    let (id, at, lost) = (entry.send.id.clone(), ctx.now, entry.lost);
    ctx.then(Effect::Reschedule {
        id: id.clone(),
        at,
        lost,
    });
    ctx.then(Effect::Withdraw(id));
}

fn retry(ctx: &mut DecisionContext<'_>, entry: &OutboxEntry, after: RetryAfter) {
    let at = match after {
        RetryAfter::At(_)
            if entry.tries > TRIED_AT_LEAST && ctx.now.duration_since(entry.born) > TRIED_FOR =>
        {
            return reject(ctx, entry, RejectReason::GaveUp);
        }
        // A group's limit is its own.
        RetryAfter::At(moment) if entry.send.to.is_group() => moment,
        RetryAfter::At(moment) => {
            // One that is over by now, since its outcome could not be stored for long, must end no other.
            if moment > ctx.now {
                ctx.then(Effect::Silence(moment));
            }
            moment
        }
        RetryAfter::Schedule => ctx.now + pause(entry.tries),
    };
    ctx.then(Effect::Reschedule {
        id: entry.send.id.clone(),
        at,
        lost: entry.lost,
    });
}

/// A response was lost: once more, as far as the settings want it.
fn lose(ctx: &mut DecisionContext<'_>, entry: &OutboxEntry) {
    let id = entry.send.id.clone();
    let lost = entry.lost.saturating_add(1);
    if matches!(id, OutboxId::Answer(..)) && entry.send.form.is_change() {
        return change_again(ctx, entry, lost);
    }
    let resend = match &id {
        OutboxId::Answer(appeal, ..) if ctx.appeal(*appeal).is_some_and(|appeal| appeal.mixed) => {
            false
        }
        OutboxId::Reply(..)
        | OutboxId::Answer(..)
        | OutboxId::Preview(..)
        | OutboxId::Thread(..)
        | OutboxId::Staff(..) => ctx.rules.resend_unknown && lost == 1,
        OutboxId::Promotion(..) | OutboxId::Cover(..) => {
            ctx.rules.resend_announcements && lost == 1
        }
    };
    if resend {
        ctx.then(Effect::Reschedule {
            id,
            at: ctx.now + RESENT_AFTER,
            lost,
        });
    } else {
        let ending = unless_edit(&entry.send, FinalState::Unknown);
        ctx.then(Effect::Finish(id, ending));
        end_part(ctx, &entry.send, PartEnd::Unknown { twice: lost > 1 });
    }
}

fn end_part(ctx: &mut DecisionContext<'_>, send: &Send, end: PartEnd) {
    match &send.id {
        OutboxId::Answer(appeal, revision, part) => {
            answers::part_ended(ctx, *appeal, *revision, *part, end)
        }
        OutboxId::Promotion(key, chat) => broadcasts::ended(ctx, key, *chat, announcement_end(end)),
        OutboxId::Cover(key, _) => {
            if let PartEnd::Rejected(why) = end {
                broadcasts::cover_failed(ctx, key, &why);
            }
        }
        OutboxId::Preview(key, _) => match end {
            PartEnd::Delivered { .. } => {}
            PartEnd::Rejected(why) => publishing::unshown(ctx, key, &send.form, why),
            PartEnd::Unknown { .. } => {
                publishing::unshown(ctx, key, &send.form, RejectReason::GaveUp)
            }
        },
        OutboxId::Thread(appeal, nth) => staff_chat::ended(ctx, *appeal, *nth, (send, end)),
        OutboxId::Staff(..) => staff_chat::room::ended(ctx, send, &end),
        OutboxId::Reply(..) => {}
    }
}

/// What Telegram keeps of an announcement is not uploaded again.
fn keep(ctx: &mut DecisionContext<'_>, id: &OutboxId, source: &Text, media: &Media) {
    match id {
        OutboxId::Promotion(key, _) | OutboxId::Cover(key, _) | OutboxId::Preview(key, _) => {
            publishing::uploaded(ctx, key, source, media)
        }
        OutboxId::Reply(..) | OutboxId::Answer(..) | OutboxId::Thread(..) | OutboxId::Staff(..) => {
        }
    }
}

fn announcement_end(end: PartEnd) -> End {
    match end {
        PartEnd::Delivered { .. } => End::Sent,
        PartEnd::Rejected(why) => End::Failed(why),
        PartEnd::Unknown { .. } => End::Unknown,
    }
}

/// 1 s, 2 s, 4 s … 10 s.
fn pause(tries: u16) -> SignedDuration {
    let doublings = u32::from(tries.saturating_sub(1)).min(16);
    (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE)
}

/// To change a message twice is to change it once: a change is tried until somebody answers, or until nobody has for long.
fn change_again(ctx: &mut DecisionContext<'_>, entry: &OutboxEntry, lost: u8) {
    if lost > CHANGED_AGAIN {
        return reject(ctx, entry, RejectReason::GaveUp);
    }
    ctx.then(Effect::Reschedule {
        id: entry.send.id.clone(),
        at: ctx.now + RESENT_AFTER,
        lost,
    });
}

/// How a message ends, where an edit that corrects no answer counts as delivered: a receipt that is gone or stands too long says what it said, and
/// nobody misses anything.
fn unless_edit(send: &Send, ending: FinalState) -> FinalState {
    if send.form.is_change() && !matches!(send.id, OutboxId::Answer(..)) {
        FinalState::Delivered
    } else {
        ending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_seconds() {
        let seconds: Vec<_> = [1, 2, 3, 4, 5, 400]
            .into_iter()
            .map(|tries| pause(tries).as_secs())
            .collect();
        assert_eq!(seconds, [1, 2, 4, 8, 10, 10]);
    }
}
