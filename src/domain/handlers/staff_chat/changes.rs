//! What a partner has changed after the chat has shown it.
//!
//! Invariant: a change is told once: by the message that shows its line, where that is known and has room for it, else in words of its own.

use std::collections::BTreeSet;

use crate::domain::{
    appeal::Appeal,
    context::DecisionContext,
    effect::{Keyboard, MessageForm},
    ids::MessageId,
    text::{Html, Text},
    thread::{PartnerFile, StaffThread, UnderWay},
};

use super::{news, room, send, words};

/// A line was changed, and with it this message, which holds a file: the chat shows both as they are now.
pub(in crate::domain::handlers) fn changed(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    line: u32,
    file: Option<MessageId>,
) {
    let Some(thread) = appeal.thread.as_deref_mut() else {
        return;
    };
    if line >= thread.shown {
        return;
    }
    thread.changed.insert(line);
    let file = file.map(|message| PartnerFile { message, line });
    let file = file.filter(|file| !thread.files.contains(file));
    thread.files.extend(file);
    news(ctx, appeal);
}

/// The changed lines of which words must tell.
pub(super) fn untold(
    ctx: &DecisionContext<'_>,
    appeal: &Appeal,
    thread: &StaffThread,
) -> BTreeSet<u32> {
    let lines = thread.changed.iter().copied();
    lines
        .filter(|line| anew(ctx, appeal, thread, *line).is_none())
        .collect()
}

/// Changes the message that shows the first of the changed lines; the others have their turns.
pub(super) fn show(ctx: &mut DecisionContext<'_>, appeal: &Appeal, thread: &mut StaffThread) {
    let first = thread.changed.first();
    let Some((message, lines, text)) = first.and_then(|line| anew(ctx, appeal, thread, *line))
    else {
        return;
    };
    let (changed, others) = std::mem::take(&mut thread.changed)
        .into_iter()
        .partition(|line| lines.contains(line));
    thread.changed = others;
    thread.note(ctx.now);
    room::note(ctx);
    thread.under_way = Some(UnderWay {
        changed,
        ..thread.before()
    });
    let (text, keyboard) = if thread.head == Some(message) {
        (thread.opening, thread.standing) = (Text(text), words::standing(ctx, appeal));
        words::head(ctx, appeal, thread)
    } else {
        (Html::escape(&text), Keyboard::Keep)
    };
    let form = MessageForm::Edit(message);
    send(ctx, appeal.id, thread, (text, form, keyboard));
}

/// The message that shows a line, all lines in it, and what it says with them as they are now.
fn anew(
    ctx: &DecisionContext<'_>,
    appeal: &Appeal,
    thread: &StaffThread,
    line: u32,
) -> Option<(MessageId, Vec<u32>, String)> {
    let mut spoken = thread.spoken.iter();
    let spoken = spoken.find(|spoken| spoken.lines.contains(&line))?;
    let text = words::anew(ctx, appeal, spoken)?;
    Some((spoken.message?, spoken.lines.clone(), text))
}
