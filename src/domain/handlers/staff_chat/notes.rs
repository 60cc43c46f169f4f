//! What is said beneath the answers of the specialists: one message of each, which is changed as the answer goes on.
//!
//! Invariant: it says at last what was last to be said, in whatever order Telegram's answers come.

use crate::domain::{
    appeal::Appeal,
    context::DecisionContext,
    effect::{Button, Keyboard, MessageForm},
    ids::{AppealId, MessageId},
    text::{Html, Text},
    thread::{ReplyNote, StaffThread},
    wording::StaffNote,
};

use super::{send_to, words};

/// So many answers of an appeal are remembered.
const REMEMBERED: usize = 20;

/// Says beneath an answer where it is, and whether it can be taken back.
pub(in crate::domain::handlers) fn says(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    (reply, open): (MessageId, bool),
    note: StaffNote<'_>,
) {
    let says = Text(words::note(ctx, note));
    let (id, here) = (appeal.id, ctx.staff_chat());
    let Some(thread) = appeal.thread.as_deref_mut() else {
        return;
    };
    if Some(thread.chat) != here {
        return;
    }
    if let Some(at) = thread.notes.iter().position(|note| note.reply == reply) {
        (thread.notes[at].says, thread.notes[at].open) = (says, open);
        return refresh(ctx, id, thread, at);
    }
    let told = says.clone();
    let nth = thread.made;
    let keyboard = keyboard(ctx, id, reply, open);
    let text = Html::escape(says.as_str());
    let message = (text, MessageForm::Message, keyboard, Some(reply));
    send_to(ctx, id, thread, message);
    thread.notes.push(ReplyNote {
        reply,
        nth,
        message: None,
        says,
        open,
        told,
    });
    let beyond = thread.notes.len().saturating_sub(REMEMBERED);
    thread.notes.drain(..beyond);
}

/// Telegram has a message of the thread: if it is such a note, it can be changed from now on.
pub(super) fn arrived(
    ctx: &mut DecisionContext<'_>,
    appeal: AppealId,
    thread: &mut StaffThread,
    (nth, message): (u32, MessageId),
) {
    let note = |note: &ReplyNote| note.nth == nth && note.message.is_none();
    if let Some(at) = thread.notes.iter().position(note) {
        thread.notes[at].message = Some(message);
        refresh(ctx, appeal, thread, at);
    }
}

fn refresh(ctx: &mut DecisionContext<'_>, appeal: AppealId, thread: &mut StaffThread, at: usize) {
    let note = &mut thread.notes[at];
    let Some(message) = note.message.filter(|_| note.says != note.told) else {
        return;
    };
    note.told = note.says.clone();
    let (text, reply, open) = (Html::escape(note.says.as_str()), note.reply, note.open);
    let keyboard = keyboard(ctx, appeal, reply, open);
    send_to(
        ctx,
        appeal,
        thread,
        (text, MessageForm::Edit(message), keyboard, None),
    );
}

fn keyboard(ctx: &DecisionContext<'_>, appeal: AppealId, reply: MessageId, open: bool) -> Keyboard {
    if open {
        let label = words::note(ctx, StaffNote::Withdraw);
        Keyboard::Row(vec![(label, Button::Withdraw(appeal, reply))])
    } else {
        Keyboard::Keep
    }
}
