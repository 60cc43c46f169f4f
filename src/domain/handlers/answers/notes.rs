//! Notes in the answer cell: they go into the dialogue, and to nobody.
//!
//! Invariant: a note changes nothing of what the partner has, nor since when he waits.

use jiff::Timestamp;

use crate::domain::{
    appeal::{Answer, Appeal, Author, Delivery, PartState, staff::ChatReply},
    context::DecisionContext,
    handlers::{appeals, staff_chat},
    ids::RowKey,
    internal_note,
    text::Text,
    wording::{Note, StaffNote},
};

use super::calls;

/// Whether a text holds nothing for the partner.
pub(super) fn is_only_notes(text: &Text) -> bool {
    !text.is_blank() && Text(internal_note::spoken(text.as_str())).is_blank()
}

/// Takes over what stands in the cell, which is to be in the dialogue alone.
pub(super) fn keep(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, text: Text) {
    add(ctx, appeal, &text);
    leave_cell(appeal, text, ctx.now);
    appeal.delivery.state = Delivery::Noted { at: ctx.now };
    appeal.stamp = Some(ctx.now);
    ctx.dirty(RowKey::Appeal(appeal.id));
}

/// Puts what of a text is a note on top of the dialogue, if anything is.
pub(super) fn add(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, text: &Text) {
    let note = internal_note::noted(text.as_str());
    if !note.is_empty() {
        appeals::add_line(ctx, appeal, Author::Note, ctx.now, Text(note));
    }
}

/// What the cell shows has had its way: it leaves the cell like any answer that was delivered.
pub(super) fn leave_cell(appeal: &mut Appeal, text: Text, at: Timestamp) {
    let delivered = PartState::Delivered {
        maybe_twice: false,
        arrived: None,
    };
    appeal.delivery.answer = Some(Answer {
        parts: vec![delivered],
        ..Answer::new(appeal.delivery.revision, text, at)
    });
}

/// Takes the notes out of what was written in the staff chat; nothing where nothing else was.
pub(super) fn take_out(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    reply: ChatReply,
) -> Option<ChatReply> {
    let noted = internal_note::noted(reply.words.as_str());
    if noted.is_empty() {
        return Some(reply);
    }
    add(ctx, appeal, &reply.words);
    ctx.dirty(RowKey::Appeal(appeal.id));
    let message = reply.message;
    let spoken = without(reply);
    if spoken.is_none() {
        let time = ctx.rules.time_of_day(ctx.now);
        let words = ctx.rules.wording.note(Note::DeliveryNoted(&time));
        staff_chat::says(ctx, appeal, (message, false), StaffNote::Plain(&words));
    }
    spoken
}

/// What was written in the chat without its notes, if anything is left.
pub(super) fn without(mut reply: ChatReply) -> Option<ChatReply> {
    reply.say(&calls::spoken(&reply.styled()));
    reply.text = Text(internal_note::spoken(reply.text.as_str()));
    let is_left = !reply.words.is_blank() || !reply.files.is_empty();
    is_left.then_some(reply)
}
