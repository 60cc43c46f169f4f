//! What specialists do in their chat.
//!
//! Invariant: membership of that chat is the right to do it: what comes from anywhere else changes nothing.

use crate::domain::{
    appeal::{
        Appeal, Status,
        staff::{ChatReply, Responsible},
    },
    context::DecisionContext,
    effect::{Button, Entity},
    ids::{AppealId, ChatId, MessageId, Number, RowKey},
    message::{Colleague, Content, Message},
    text::Text,
    wording::{Note, StaffNote},
};

use super::{answers, lines, rows, staff_chat};

/// The longest name, in UTF-16 code units: it stands before a line of the dialogue.
const NAME: usize = 24;

/// Somebody has pressed a button in a group.
pub(super) fn pressed(
    ctx: &mut DecisionContext<'_>,
    (chat, message): (ChatId, Option<MessageId>),
    button: Button,
    by: &Colleague,
) {
    if ctx.staff_chat() != Some(chat) {
        return;
    }
    match button {
        Button::Take(id) => on(ctx, id, message, |ctx, appeal| take(ctx, appeal, by)),
        Button::Solve(id) => on(ctx, id, message, |ctx, appeal| solve(ctx, appeal, by)),
        Button::Withdraw(id, reply) => on(ctx, id, None, |ctx, appeal| {
            answers::chat::withdrawn(ctx, appeal, reply);
        }),
        Button::SendKept
        | Button::DropKept
        | Button::Promotions(_)
        | Button::Appeals(_)
        | Button::Dialogue(..)
        | Button::Rate(..)
        | Button::Remark(_)
        | Button::NoRemark
        | Button::Code(_)
        | Button::CheckAgain => {}
    }
}

/// Somebody replies in the chat, or changes such a reply: to a message of a thread that is an answer.
pub(super) fn replied(
    ctx: &mut DecisionContext<'_>,
    message: &Message,
    by: &Colleague,
    changed: bool,
) {
    let is_talk = message
        .content
        .text()
        .is_some_and(|text| text.as_str().starts_with("//"));
    let about = about(ctx, message).filter(|_| !is_talk && message.context.forwarded.is_none());
    let Some(mut appeal) = about.and_then(|id| ctx.appeal(id)).filter(|it| !it.mixed) else {
        return;
    };
    staff_chat::replied(&mut appeal, message.chat);
    let Some(text) = lines::of_staff(ctx, &message.content) else {
        staff_chat::tell(ctx, &mut appeal, StaffNote::NotPassedOn);
        return ctx.put(Entity::Appeal(appeal));
    };
    let (words, holds_file) = match &message.content {
        Content::File(_, caption) => (caption.clone(), true),
        _ => (text.clone(), false),
    };
    let reply = ChatReply {
        chat: message.chat,
        message: message.message,
        by: name(ctx, by),
        words,
        styles: Vec::new(),
        files: holds_file.then_some(message.message).into_iter().collect(),
        album: message.context.album.clone(),
        text,
    };
    staff_chat::remember(ctx, message.chat, message.message, appeal.id);
    match answers::calls::reply(ctx, &mut appeal, reply) {
        Ok(reply) if changed => answers::chat::edited(ctx, &mut appeal, reply),
        Ok(reply) => answers::chat::answered(ctx, &mut appeal, reply),
        Err(_) => {}
    }
    ctx.put(Entity::Appeal(appeal));
}

/// The appeal that a reply is about: that of the message, or, where the response to its sending was lost, the one that it names.
fn about(ctx: &DecisionContext<'_>, message: &Message) -> Option<AppealId> {
    let reply = message.context.reply.as_ref()?;
    let post = ctx.view.post(message.chat, reply.message?);
    let named = || {
        let heads = Note::Staff(StaffNote::Number(None));
        let heads = ctx.rules.wording.every_note(heads);
        let mut heads = heads.iter().map(|head| head.trim_end_matches('…'));
        let rest = heads.find_map(|head| reply.quote.as_str().strip_prefix(head))?;
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        ctx.view.numbered(Number(digits.parse().ok()?))
    };
    post.map(|post| post.appeal).or_else(named)
}

/// Changes an appeal whose message bears the button, unless it was erased meanwhile.
fn on(
    ctx: &mut DecisionContext<'_>,
    id: AppealId,
    message: Option<MessageId>,
    change: impl FnOnce(&mut DecisionContext<'_>, &mut Appeal),
) {
    if let Some(mut appeal) = ctx.appeal(id).filter(|appeal| !appeal.mixed) {
        staff_chat::seen(ctx, &mut appeal, message);
        change(ctx, &mut appeal);
        staff_chat::acted(ctx, &mut appeal);
        ctx.put(Entity::Appeal(appeal));
    }
}

/// What somebody is called: by the settings, else as he calls himself.
fn name(ctx: &DecisionContext<'_>, by: &Colleague) -> Text {
    let staff = ctx.rules.staff.as_ref();
    let named = staff.and_then(|staff| staff.names.get(&by.account));
    let name = named.unwrap_or(&by.name).as_str().trim();
    let end = name.char_indices().map(|(at, c)| at + c.len_utf8());
    let fits = |end: &usize| name[..*end].encode_utf16().count() <= NAME;
    Text(name[..end.take_while(fits).last().unwrap_or(0)].to_owned())
}

/// He takes care of it: his name goes into the row, and it is in work.
fn take(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, by: &Colleague) {
    let name = name(ctx, by);
    let before = appeal.responsible.as_ref();
    if appeal.status.is_closed() || before.is_some_and(|before| before.name == name) {
        return;
    }
    appeal.responsible = Some(Responsible {
        before: before.map(|before| before.name.clone()),
        name,
        since: ctx.seq,
        written: false,
    });
    ctx.dirty(RowKey::Appeal(appeal.id));
    if appeal.status.yields_to_work() {
        rows::turn(ctx, appeal, Status::InWork);
    }
}

/// It is solved, unless the partner has written what the chat does not show yet.
fn solve(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, by: &Colleague) {
    if appeal.status.is_closed() {
        return;
    }
    if staff_chat::is_behind(appeal) {
        staff_chat::tell(ctx, appeal, StaffNote::SolvedTooSoon);
        return;
    }
    let name = name(ctx, by);
    staff_chat::tell(ctx, appeal, StaffNote::SolvedBy(name.as_str()));
    staff_chat::knows_closing(appeal);
    rows::turn(ctx, appeal, Status::Resolved);
}
