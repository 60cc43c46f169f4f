//! A correction of the last answer: its text goes back into the cell, and what becomes of it there becomes of the partner's messages.
//!
//! Invariant: while a correction lasts, nothing of the cell goes out as an answer of its own, and only an emptied cell that has shown a text takes the answer
//! back; what ends without a change leaves the partner's messages as they are and the cell empty.

mod steps;

use jiff::SignedDuration;

use super::{Planned, calls, dispatch, give_up, notes, parts, rest, set_out, typed};
use crate::domain::{
    appeal::{
        Answer, Appeal, Delivery, LeftBehind, PartState, RejectReason,
        correction::{Correction, CorrectionStep, SentAnswer, SentPart},
    },
    context::DecisionContext,
    effect::Wake,
    handlers::{appeals, lines, staff_chat, waits},
    ids::{RowKey, Seq},
    internal_note,
    session::Locale,
    spans::has_lasted,
    text::{Html, Text},
    wording::{Note, Say, StaffNote},
};

/// How long the text waits in the cell for its author; then the answer stays as it was.
const LASTS: SignedDuration = SignedDuration::from_mins(30);

/// The last answer is to be corrected.
pub(super) fn open(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    appeal.delivery.leftover = None;
    appeal.delivery.correction = Some(Correction {
        since: ctx.now,
        shown: false,
        steps: Vec::new(),
    });
    renew(ctx, appeal);
}

/// Its author has all the time again, unless a change of his rests already.
pub(super) fn renew(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let has_changed = has_change(appeal);
    let Some(correction) = (appeal.delivery.correction.as_mut()).filter(|_| !has_changed) else {
        return;
    };
    correction.since = ctx.now;
    let until = ctx.now + LASTS;
    appeal.delivery.state = Delivery::Correcting { until };
    ctx.dirty(RowKey::Appeal(appeal.id));
    ctx.wake(until, Wake::Appeal(appeal.id));
}

/// The cell shows this text, or none: the partner is to have it in place of the last answer.
pub(super) fn begin(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, text: Text) {
    let Some(correction) = &mut appeal.delivery.correction else {
        return;
    };
    correction.shown = true;
    let spoken = internal_note::spoken(text.as_str());
    let sent = appeal.delivery.sent.as_ref();
    if sent.is_some_and(|sent| sent.text.as_str().trim() == spoken.trim()) {
        appeal.delivery.answer = None;
        if internal_note::noted(text.as_str()).is_empty() {
            return renew(ctx, appeal);
        }
        close(ctx, appeal);
        return notes::keep(ctx, appeal, text);
    }
    let typed = typed(appeal, &text);
    let Ok(called) = calls::text(ctx, appeal, &typed) else {
        return;
    };
    let withdraws = text.is_blank();
    set_out(ctx, appeal, &typed, called.as_ref());
    if ctx.rules.grace.is_zero() {
        dispatch(ctx, appeal);
    } else {
        rest(ctx, appeal, ctx.now, |until| Delivery::CorrectingSoon {
            until,
            withdraws,
        });
    }
}

/// The cell is empty: the answer is taken back, unless its text has never been there.
pub(super) fn emptied(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let correction = appeal.delivery.correction.as_ref();
    if appeal.delivery.answer.is_some() {
        // Its change is with Telegram already.
    } else if correction.is_some_and(|correction| correction.shown) {
        begin(ctx, appeal, Text::default());
    } else {
        ctx.dirty(RowKey::Appeal(appeal.id));
    }
}

/// The cell shows for a moment what is no text.
pub(super) fn unready(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    if appeal.delivery.answer.is_none() {
        renew(ctx, appeal);
    }
}

/// Its text was put into the cell.
pub(super) fn filled(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, text: &Text) {
    if appeal.row.seen().answer.is_some() {
        return;
    }
    let seen = appeal.row.seen_mut();
    (seen.answer, seen.styles) = (Some(text.clone()), Vec::new());
    match &mut appeal.delivery.correction {
        Some(correction) => correction.shown = true,
        None => clear_away(ctx, appeal),
    }
}

/// The row stands as it was wanted with this event: what is not in the cell by now is not on its way there.
pub(super) fn settled(appeal: &mut Appeal, dirtied: Seq) {
    let leftover = &mut appeal.delivery.leftover;
    *leftover = leftover.filter(|&since| dirtied < since);
}

/// Whether a text is ours, from a correction that ended before it stood in the cell.
pub(super) fn is_leftover(appeal: &Appeal, text: &Text) -> bool {
    let sent = appeal.delivery.sent.as_ref();
    let over = appeal.delivery.correction.is_none() && appeal.delivery.leftover.is_some();
    over && sent.is_some_and(|sent| sent.text == *text)
}

/// What is in the cell is what the partner has: it leaves the cell like any answer that was delivered.
pub(super) fn clear_away(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let (sent, seen) = (&appeal.delivery.sent, appeal.row.seen().answer.clone());
    if let (Some(sent), Some(text)) = (sent, seen) {
        let at = sent.at;
        notes::leave_cell(appeal, text, at);
    }
    ctx.dirty(RowKey::Appeal(appeal.id));
}

/// Somebody has chosen another status: a correction without a change is over.
pub(in crate::domain::handlers) fn left(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    if appeal.delivery.correction.is_some() && !has_change(appeal) {
        end(ctx, appeal);
    }
}

/// Whether a changed text rests, or is on its way.
fn has_change(appeal: &Appeal) -> bool {
    let answer = appeal.delivery.answer.as_ref();
    answer.is_some_and(|answer| !answer.is_delivered())
}

/// The time of a correction may be over.
pub(super) fn waited(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let Some(since) = appeal.delivery.correction.as_ref().map(|it| it.since) else {
        return;
    };
    if has_lasted(since, ctx.now, LASTS) {
        end(ctx, appeal);
    } else {
        ctx.wake(since + LASTS, Wake::Appeal(appeal.id));
    }
}

/// Nothing of the cell is a correction any more; its text may still be on its way there.
pub(super) fn close(ctx: &DecisionContext<'_>, appeal: &mut Appeal) {
    let correction = appeal.delivery.correction.take();
    if correction.is_some_and(|correction| !correction.shown) {
        appeal.delivery.leftover = Some(ctx.seq);
    }
}

pub(super) fn end(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    close(ctx, appeal);
    appeal.delivery.state = as_sent(appeal);
    clear_away(ctx, appeal);
}

/// What the row says of the last answer where nothing became of its correction.
pub(super) fn as_sent(appeal: &Appeal) -> Delivery {
    match &appeal.delivery.sent {
        Some(sent) => Delivery::Delivered {
            at: sent.at,
            maybe_twice: sent.maybe_twice,
        },
        None => Delivery::Empty,
    }
}

/// The messages that make of what the partner has what he is to have, one for each step; what needs none is there already.
pub(super) fn messages(
    ctx: &DecisionContext<'_>,
    appeal: &mut Appeal,
    answer: &Answer,
) -> Vec<Planned> {
    let is_withdrawn = answer.text.is_blank();
    let new = if is_withdrawn {
        Vec::new()
    } else {
        parts::of(ctx, appeal, answer)
    };
    let sent = appeal.delivery.sent.as_ref();
    let old = sent.map_or_else(Vec::new, |sent| sent.messages.clone());
    let words = |say| {
        let session = ctx.session(appeal.chat);
        let locale = session.map_or_else(Locale::default, |session| session.locale);
        Html::escape(&ctx.rules.wording.say(locale, say))
    };
    let steps = steps::of(old, new);
    let mut planned = Vec::new();
    let mut taken = Vec::new();
    for (was, part) in steps {
        let (step, message) = match (was, part) {
            (Some(was), Some(part)) => steps::change(&was, part),
            (Some(was), None) => {
                let first = planned.is_empty() && is_withdrawn;
                let say = if first {
                    Say::AnswerWithdrawn
                } else {
                    Say::PartWithdrawn
                };
                steps::remove(was, ctx.now, words(say))
            }
            (None, Some(part)) => (steps::add(&part), Ok(part)),
            (None, None) => continue,
        };
        taken.push(step);
        planned.push(message);
    }
    if let Some(correction) = &mut appeal.delivery.correction {
        correction.steps = taken;
    }
    planned
}

/// The partner has what he is to have: the dialogue keeps both versions, and the cell is emptied.
pub(super) fn finish(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, answer: &Answer) {
    let correction = appeal.delivery.correction.take();
    let (Some(correction), Some(mut sent)) = (correction, appeal.delivery.sent.take()) else {
        return;
    };
    let withdrawn = answer.text.is_blank();
    notes::add(ctx, appeal, &answer.text);
    let text = answer.words();
    sent.line = restated(ctx, appeal, &sent, &text);
    let maybe_twice = sent.maybe_twice || answer.maybe_twice();
    let left = if correction.steps.iter().any(|step| step.too_old) {
        LeftBehind::Old
    } else if maybe_twice {
        LeftBehind::Copy
    } else {
        LeftBehind::Nothing
    };
    let at = ctx.now;
    appeal.delivery.state = Delivery::Corrected {
        at,
        withdrawn,
        left,
    };
    appeal.stamp = Some(at);
    let note = match withdrawn {
        true => StaffNote::Withdrawn,
        false => StaffNote::Corrected(answer.text.as_str()),
    };
    if answer.reply.is_none() {
        staff_chat::tell(ctx, appeal, note);
    }
    ctx.dirty(RowKey::Appeal(appeal.id));
    if appeal.row.seen().answer.as_ref() != Some(&answer.text) {
        appeal.delivery.answer = None;
    }
    if withdrawn {
        waits::begins_again(ctx, appeal.id);
    } else {
        sent.messages = messages_after(&correction, answer);
        (sent.text, sent.at, sent.maybe_twice) = (text, at, maybe_twice);
        sent.reply.clone_from(&answer.reply);
        appeal.delivery.sent = Some(sent);
    }
    let newer = appeal.row.seen().answer.clone();
    let newer = newer.filter(|_| answer.reply.is_none());
    if let Some(newer) = newer.filter(|newer| *newer != answer.text) {
        if !withdrawn {
            // Its author has gone on correcting.
            open(ctx, appeal);
        }
        super::begin(ctx, appeal, newer);
    }
}

/// The line that holds the answer says what it is now, and what it was.
fn restated(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    sent: &SentAnswer,
    text: &Text,
) -> u32 {
    let nothing = Text::default();
    let in_place = lines::restate(ctx, appeal, sent.line, &sent.text, text);
    lines::tell(
        ctx,
        appeal,
        sent.line,
        if in_place { text } else { &nothing },
    );
    if in_place && !text.is_blank() {
        return sent.line;
    }
    // What is taken back answers nothing; what is said anew elsewhere answers what it did.
    let covered = lines::uncover(ctx, appeal, sent.line);
    if in_place {
        return sent.line;
    }
    let (note, covers) = if text.is_blank() {
        (Note::LineTakenBack(sent.text.as_str()), 0)
    } else {
        (Note::LineCorrected(text.as_str()), covered)
    };
    let words = Text(ctx.rules.wording.note(note));
    let own_line = appeal.dialogue.lines;
    appeals::add_answer(ctx, appeal, ctx.now, (words, None), Some(covers));
    lines::tell(ctx, appeal, own_line, text);
    own_line
}

fn messages_after(correction: &Correction, answer: &Answer) -> Vec<SentPart> {
    let steps = correction.steps.iter().zip(&answer.parts);
    steps
        .filter_map(|(step, state)| step.after(*state))
        .collect()
}

/// A message could not be changed: the correction ends, and what was typed stays in the cell, unsent.
pub(super) fn fail(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, why: RejectReason) {
    give_up(ctx, appeal);
    let correction = appeal.delivery.correction.take();
    if let (Some(correction), Some(answer)) = (correction, &appeal.delivery.answer) {
        let done = |(step, state): (&CorrectionStep, &PartState)| {
            let untouched = step.was.as_ref().is_some_and(|was| {
                let becomes = step.becomes.as_ref();
                becomes.is_some_and(|becomes| becomes.fingerprint == was.fingerprint)
            });
            matches!(state, PartState::Delivered { .. }) && !untouched
        };
        let partly = correction.steps.iter().zip(&answer.parts).any(done);
        if let Some(sent) = &mut appeal.delivery.sent {
            sent.messages = messages_after(&correction, answer);
        }
        appeal.delivery.state = Delivery::Uncorrected { why, partly };
    }
    ctx.dirty(RowKey::Appeal(appeal.id));
}
