//! The topics of the staff chat, where it is a forum: each appeal has one of its own, which is closed with it.
//!
//! Invariant: what is to be said of an appeal never waits for a topic that is not to be had: it goes into the chat itself, and the operator
//! hears why. Of a topic that somebody has deleted nothing is lost that was not shown.

use crate::domain::{
    appeal::{Appeal, RejectReason},
    context::DecisionContext,
    effect::{Keyboard, MessageForm, Send},
    ids::{ChatId, MessageId},
    text::{Html, Text},
    thread::{PartnerFile, StaffThread, ThreadTopic, UnderWay},
};

use super::{lacks, room, send, words};

/// Asks for the topic of a thread of which nothing stands anywhere yet; whether what is to be shown waits for it.
pub(super) fn asks(
    ctx: &mut DecisionContext<'_>,
    appeal: &Appeal,
    thread: &mut StaffThread,
) -> bool {
    let staff = ctx.rules.staff.as_ref();
    let wanted = staff.is_some_and(|staff| staff.topics);
    let undecided = thread.head.is_none() && thread.topic == ThreadTopic::Undecided;
    if !wanted || !undecided || !ctx.alerts().staff.gives_topics(ctx.now) {
        return false;
    }
    room::note(ctx);
    let name = Html::escape(&words::topic(ctx, appeal, thread));
    thread.under_way = Some(thread.before());
    let made = (name, MessageForm::Topic, Keyboard::Keep);
    send(ctx, appeal.id, thread, made);
    true
}

/// Whether it has a topic in which nothing stands yet.
pub(super) fn is_empty(thread: &StaffThread) -> bool {
    thread.head.is_none() && thread.topic.id().is_some()
}

/// The chat has made a topic. One for which nobody waits any more stays empty.
pub(super) fn made(
    ctx: &mut DecisionContext<'_>,
    thread: &mut StaffThread,
    (chat, id): (ChatId, MessageId),
) {
    room::gives_topics(ctx, chat, None);
    if thread.chat == chat && thread.head.is_none() {
        thread.topic = ThreadTopic::Own { id, closed: false };
    }
}

/// A topic is open as long as its appeal is: it is closed, or opened again, if that is what is due. It is closed when all has been said in it.
pub(super) fn turn(
    ctx: &mut DecisionContext<'_>,
    appeal: &Appeal,
    thread: &mut StaffThread,
    closes: bool,
) {
    if appeal.status.is_closed() != closes || (closes && lacks(appeal, thread)) {
        return;
    }
    let ThreadTopic::Own { id, closed } = thread.topic else {
        return;
    };
    if closed == closes {
        return;
    }
    thread.topic = ThreadTopic::Own { id, closed: closes };
    let form = match closes {
        true => MessageForm::CloseTopic(id),
        false => MessageForm::ReopenTopic(id),
    };
    let turned = (Html::escape(""), form, Keyboard::Keep);
    send(ctx, appeal.id, thread, turned);
}

/// The chat took nothing at all: the topic is still as it was before this.
pub(super) fn not_turned(thread: &mut StaffThread, form: &MessageForm) {
    let (turned, closed) = match form {
        MessageForm::CloseTopic(topic) => (*topic, false),
        MessageForm::ReopenTopic(topic) => (*topic, true),
        _ => return,
    };
    if thread.topic.id() == Some(turned) {
        thread.topic = ThreadTopic::Own { id: turned, closed };
    }
}

/// Whether it is for its topic that something was refused, and not for the chat as a whole.
pub(super) fn are_why(sent: &Send, why: &RejectReason) -> bool {
    let of_topics = matches!(why, RejectReason::TopicGone | RejectReason::Topics(_));
    // A right that the bot lacks is one of topics here: whether it may write is for a message to find out.
    let of_rights = why.is_the_recipient_s() && !why.shuts_out();
    match sent.form {
        MessageForm::Topic => of_rights || !why.is_the_recipient_s(),
        MessageForm::CloseTopic(_) | MessageForm::ReopenTopic(_) => of_rights,
        _ => of_topics && sent.topic.is_some(),
    }
}

/// A topic was not given, or did not take something: what it was to say is still to be said, in another or in the chat itself.
pub(super) fn refused(
    ctx: &mut DecisionContext<'_>,
    (partner, thread): (ChatId, &mut StaffThread),
    (nth, sent): (u32, &Send),
    (before, why): (Option<UnderWay>, &RejectReason),
) {
    let of_news = before.is_some();
    if let Some(before) = before {
        thread.take_back(before);
    }
    let notes = thread.notes.len();
    thread.notes.retain(|note| note.nth != nth);
    let of_note = thread.notes.len() < notes;
    let mut topic = sent.topic;
    match &sent.form {
        MessageForm::Message if !of_news && !of_note => thread.unsaid.push(Text(sent.text.plain())),
        MessageForm::Copy(_, message) => show_again(ctx, partner, thread, *message),
        MessageForm::CloseTopic(id) | MessageForm::ReopenTopic(id) => topic = Some(*id),
        _ => {}
    }
    let is_current = topic.is_some() && thread.topic.id() == topic;
    if *why != RejectReason::TopicGone {
        room::gives_topics(ctx, sent.to, Some(why));
        if is_current && sent.topic.is_some() {
            thread.leave_topic();
        }
    } else if is_current {
        thread.lose_topic();
    }
}

/// A file of the partner's did not get into its topic.
fn show_again(
    ctx: &DecisionContext<'_>,
    partner: ChatId,
    thread: &mut StaffThread,
    message: MessageId,
) {
    if thread.files.iter().all(|file| file.message != message) {
        let post = ctx.view.post(partner, message);
        let line = post.and_then(|post| post.line).unwrap_or_default();
        thread.files.push(PartnerFile { message, line });
    }
}
