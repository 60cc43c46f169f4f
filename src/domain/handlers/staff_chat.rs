//! The staff chat: the specialists hear of an appeal at once, and see there what became of it.
//!
//! Invariant: what a thread lacks is found by comparing it with its appeal, so nothing is shown twice and nothing is lost to a chat that
//! took nothing for a while; at most one message of a thread that says what is new is under way.

mod changes;
mod notes;
pub(in crate::domain) mod room;
mod topics;
mod words;

use crate::domain::{
    appeal::Appeal,
    context::DecisionContext,
    effect::{Effect, Entity, Keyboard, Lane, MessageForm, Send, Wake},
    ids::{AppealId, ChatId, MessageId, OutboxId},
    message::Post,
    text::{Html, Text},
    thread::{PartnerFile, SpokenLines, StaffThread, ThreadTopic, UnderWay},
    wording::StaffNote,
};

use super::ending::PartEnd;

/// Files that are shown at once, at most; Telegram takes twenty messages a minute in a group.
const FILES: usize = 10;

/// A partner has written: his appeal has a thread from now on, if there is a chat for it.
pub(super) fn heard(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    lines_before: u32,
    files: Vec<PartnerFile>,
) {
    let Some(chat) = ctx.staff_chat() else {
        return;
    };
    let begun = || Box::new(StaffThread::new(chat, lines_before));
    appeal.thread.get_or_insert_with(begun).files.extend(files);
    news(ctx, appeal);
}

/// Something has happened to an appeal: what its thread lacks is shown, at once where nothing stands there yet, else along with what
/// follows shortly.
pub(super) fn news(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let standing = words::standing(ctx, appeal);
    let is_behind = |thread: &StaffThread| lacks(appeal, thread) || thread.standing != standing;
    let thread = appeal.thread.as_deref();
    let Some(thread) = thread.filter(|thread| is_behind(thread)) else {
        return;
    };
    if thread.begins() {
        return show(ctx, appeal);
    }
    let at = thread.next_turn(ctx.now);
    ctx.wake(at, Wake::Thread(appeal.id));
}

/// The time has come to show what is new.
pub(in crate::domain) fn woken(ctx: &mut DecisionContext<'_>, id: AppealId) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    let thread = appeal.thread.as_ref();
    match thread.and_then(|thread| thread.rests_until(ctx.now)) {
        Some(at) => ctx.wake(at, Wake::Thread(id)),
        None => {
            show(ctx, &mut appeal);
            ctx.put(Entity::Appeal(appeal));
        }
    }
}

/// Shows what a thread lacks, unless something of it is under way, or the chat has enough for now.
fn show(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let (Some(chat), Some(mut thread)) = (ctx.staff_chat(), appeal.thread.take()) else {
        return;
    };
    thread.go_on_in(chat);
    // Before the first read there is no number, and what was mixed up is nobody's.
    let can_be_named = appeal.number.is_some() && !appeal.mixed;
    let lacks = thread.under_way.is_none() && lacks(appeal, &thread);
    let may_begin = can_be_named && lacks;
    topics::turn(ctx, appeal, &mut thread, false);
    // What a topic was made for goes into it, unless the chat takes nothing meanwhile.
    let is_promised = topics::is_empty(&thread) && ctx.alerts().staff.place.refused.is_none();
    if may_begin
        && (is_promised || room::admits(ctx, appeal.id))
        && !topics::asks(ctx, appeal, &mut thread)
    {
        add(ctx, appeal, &mut thread);
    }
    restate(ctx, appeal, &mut thread);
    topics::turn(ctx, appeal, &mut thread, true);
    appeal.thread = Some(thread);
}

/// The first message says how the appeal stands, and offers what can be done.
fn restate(ctx: &mut DecisionContext<'_>, appeal: &Appeal, thread: &mut StaffThread) {
    if words::standing(ctx, appeal) != thread.standing {
        say_head(ctx, appeal, thread);
    }
}

/// The first message says what it is to say now.
fn say_head(ctx: &mut DecisionContext<'_>, appeal: &Appeal, thread: &mut StaffThread) {
    let Some(head) = thread.head else {
        return;
    };
    thread.standing = words::standing(ctx, appeal);
    let (text, keyboard) = words::head(ctx, appeal, thread);
    send(
        ctx,
        appeal.id,
        thread,
        (text, MessageForm::Edit(head), keyboard),
    );
}

/// Whether the appeal holds something that its thread does not.
fn lacks(appeal: &Appeal, thread: &StaffThread) -> bool {
    thread.shown < appeal.dialogue.lines
        || !thread.files.is_empty()
        || !thread.changed.is_empty()
        || !thread.unsaid.is_empty()
        || thread.closed != appeal.status.is_closed()
}

/// Makes the messages of what is new.
fn add(ctx: &mut DecisionContext<'_>, appeal: &Appeal, thread: &mut StaffThread) {
    let changed = changes::untold(ctx, appeal, thread);
    let news = words::news(ctx, appeal, thread, &changed);
    // What replies to the first message waits until Telegram has it.
    let files = match thread.head {
        Some(_) => thread
            .files
            .drain(..thread.files.len().min(FILES))
            .collect(),
        None => Vec::new(),
    };
    let before = UnderWay {
        files,
        unsaid: std::mem::take(&mut thread.unsaid),
        changed,
        ..thread.before()
    };
    thread.changed.retain(|line| !before.changed.contains(line));
    (thread.shown, thread.closed) = (appeal.dialogue.lines, appeal.status.is_closed());
    if news.is_none() && before.files.is_empty() {
        return changes::show(ctx, appeal, thread);
    }
    thread.note(ctx.now);
    room::note(ctx);
    if let Some(news) = news {
        if let Some(lines) = news.lines {
            thread.speaks(SpokenLines {
                nth: thread.made,
                message: None,
                lines,
                closes: news.closes,
            });
        }
        let (text, keyboard) = match thread.head {
            Some(_) => (Html::escape(&news.text), Keyboard::Keep),
            None => {
                (thread.opening, thread.standing) = (Text(news.text), words::standing(ctx, appeal));
                words::head(ctx, appeal, thread)
            }
        };
        send(
            ctx,
            appeal.id,
            thread,
            (text, MessageForm::Message, keyboard),
        );
    }
    for file in &before.files {
        let form = MessageForm::Copy(appeal.chat, file.message);
        send(
            ctx,
            appeal.id,
            thread,
            (Html::escape(""), form, Keyboard::Keep),
        );
    }
    thread.under_way = Some(before);
}

fn send(
    ctx: &mut DecisionContext<'_>,
    appeal: AppealId,
    thread: &mut StaffThread,
    (text, form, keyboard): (Html, MessageForm, Keyboard),
) {
    let reply_to = thread.head.filter(|_| !form.is_change());
    send_to(ctx, appeal, thread, (text, form, keyboard, reply_to));
}

fn send_to(
    ctx: &mut DecisionContext<'_>,
    appeal: AppealId,
    thread: &mut StaffThread,
    (text, form, keyboard, reply_to): (Html, MessageForm, Keyboard, Option<MessageId>),
) {
    let id = OutboxId::Thread(appeal, thread.next_message());
    let topic = thread.topic.id().filter(|_| !form.is_change());
    ctx.then(Effect::Send(Send {
        lane: Lane::Staff,
        topic,
        form,
        keyboard,
        reply_to,
        ..Send::talk(id, thread.chat, text)
    }));
}

pub(super) use changes::changed;
pub(super) use notes::says;

/// A button of this message was pressed: it is there, whether or not its outcome was lost.
pub(super) fn seen(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal, message: Option<MessageId>) {
    let here = ctx.staff_chat();
    let thread = appeal.thread.as_deref_mut();
    if let (Some(thread), Some(message)) = (thread.filter(|it| Some(it.chat) == here), message)
        && thread.head.is_none()
    {
        (thread.head, thread.under_way) = (Some(message), None);
        let chat = thread.chat;
        remember(ctx, chat, message, appeal.id);
    }
}

/// A specialist answers there: an appeal that has no thread, or one from another chat, has one from now on.
pub(super) fn replied(appeal: &mut Appeal, chat: ChatId) {
    let lines = appeal.dialogue.lines;
    let begun = || Box::new(StaffThread::new(chat, lines));
    appeal.thread.get_or_insert_with(begun).go_on_in(chat);
}

/// A specialist has done something in the chat: it shows there at once.
pub(super) fn acted(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    if let Some(mut thread) = appeal.thread.take() {
        if ctx.staff_chat() == Some(thread.chat) {
            restate(ctx, appeal, &mut thread);
            topics::turn(ctx, appeal, &mut thread, true);
        }
        appeal.thread = Some(thread);
    }
    news(ctx, appeal);
}

/// The appeal is under another code: its first message says so, and what is new is shown.
pub(super) fn renamed(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    if let Some(mut thread) = appeal.thread.take() {
        if ctx.staff_chat() == Some(thread.chat) {
            say_head(ctx, appeal, &mut thread);
        }
        appeal.thread = Some(thread);
    }
    news(ctx, appeal);
}

/// Whether the partner has written what the chat does not show yet.
pub(super) fn is_behind(appeal: &Appeal) -> bool {
    let thread = appeal.thread.as_ref();
    thread.is_some_and(|thread| {
        let lacks_words = thread.shown < appeal.dialogue.lines || !thread.changed.is_empty();
        lacks_words || thread.under_way.is_some()
    })
}

/// The chat is told of the closing as whoever closes it wants.
pub(super) fn knows_closing(appeal: &mut Appeal) {
    if let Some(thread) = appeal.thread.as_deref_mut() {
        thread.closed = true;
    }
}

/// Says something in the thread of an appeal that no comparison would find; whether there is such a thread, in a chat that takes messages.
pub(super) fn tell(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    note: StaffNote<'_>,
) -> bool {
    let here = ctx.staff_chat();
    let Some(thread) = appeal.thread.as_deref_mut() else {
        return false;
    };
    let is_open = thread.head.is_some() && Some(thread.chat) == here;
    let told = is_open && ctx.alerts().staff.place.refused.is_none();
    if told {
        let text = Html::escape(&words::short(&words::note(ctx, note)));
        send(
            ctx,
            appeal.id,
            thread,
            (text, MessageForm::Message, Keyboard::Keep),
        );
    }
    told
}

/// A message of a thread has ended.
pub(super) fn ended(
    ctx: &mut DecisionContext<'_>,
    id: AppealId,
    nth: u32,
    (sent, end): (&Send, PartEnd),
) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    let partner = appeal.chat;
    let Some(thread) = appeal.thread.as_deref_mut() else {
        return;
    };
    let here = thread.chat == sent.to;
    let of_news = here && thread.under_way.as_ref().is_some_and(|it| it.nth == nth);
    let before = thread.under_way.take_if(|_| of_news);
    let mut goes_on = of_news;
    match end {
        PartEnd::Delivered { message, .. } => delivered(ctx, thread, (id, nth), (sent, message)),
        PartEnd::Rejected(why) if topics::are_why(sent, &why) => {
            topics::refused(ctx, (partner, thread), (nth, sent), (before, &why));
            goes_on = true;
        }
        PartEnd::Rejected(why) if why.is_the_recipient_s() => {
            if let Some(before) = before {
                thread.take_back(before);
            }
            topics::not_turned(thread, &sent.form);
            room::refused(ctx, sent.to, &why, id);
        }
        PartEnd::Rejected(_) => {
            if let MessageForm::Edit(message) = sent.form {
                thread.is_fixed(message, before);
            } else if let MessageForm::Copy(..) = sent.form {
                tell(ctx, &mut appeal, StaffNote::FileUnshown);
            }
        }
        PartEnd::Unknown { .. } if of_news && sent.form == MessageForm::Topic => {
            // Another might be lost as well, and each leaves an empty topic behind.
            thread.topic = ThreadTopic::Without;
        }
        PartEnd::Unknown { .. } => {}
    }
    if goes_on {
        follow_up(ctx, &mut appeal);
    }
    ctx.put(Entity::Appeal(appeal));
}

/// Telegram has a message of a thread.
fn delivered(
    ctx: &mut DecisionContext<'_>,
    thread: &mut StaffThread,
    (appeal, nth): (AppealId, u32),
    (sent, message): (&Send, MessageId),
) {
    if sent.form == MessageForm::Topic {
        return topics::made(ctx, thread, (sent.to, message));
    }
    if thread.chat == sent.to {
        if sent.form == MessageForm::Message && sent.reply_to.is_none() {
            thread.head.get_or_insert(message);
        }
        thread.arrived(nth, message);
    }
    notes::arrived(ctx, appeal, thread, (nth, message));
    if !sent.form.is_change() {
        remember(ctx, sent.to, message, appeal);
    }
}

/// What has come up while a message was under way is shown in its turn; what a chat refused waits for the chat.
fn follow_up(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    let waits = ctx.alerts().staff.waiting.contains(&appeal.id);
    if !waits {
        news(ctx, appeal);
    }
}

/// A reply to this message belongs to this appeal.
pub(super) fn remember(
    ctx: &mut DecisionContext<'_>,
    chat: ChatId,
    message: MessageId,
    appeal: AppealId,
) {
    ctx.put(Entity::Post(Post {
        chat,
        message,
        appeal,
        line: None,
        said: None,
        held: None,
    }));
}

/// The journal was restored from a copy: what was under way may have been shown.
pub(super) fn restored(ctx: &mut DecisionContext<'_>, id: AppealId) {
    if let Some(mut appeal) = ctx.appeal(id) {
        caught_up(&mut appeal);
        ctx.put(Entity::Appeal(appeal));
    }
}

/// The thread counts as if it lacked nothing.
pub(super) fn caught_up(appeal: &mut Appeal) {
    let (lines, closed) = (appeal.dialogue.lines, appeal.status.is_closed());
    if let Some(thread) = appeal.thread.as_deref_mut() {
        (thread.shown, thread.closed, thread.under_way) = (lines, closed, None);
        thread.files.clear();
        thread.changed.clear();
        thread.unsaid.clear();
    }
}
