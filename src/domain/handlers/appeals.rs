//! What a partner writes: it joins the open appeal, or opens one.
//!
//! Invariant: one row per open appeal; a number is given only once the tab has been seen.

use jiff::{SignedDuration, Timestamp};

use super::{lines, receipts, staff_chat, waits};
use crate::domain::{
    appeal::{AnswerDelivery, Appeal, Author, Dialogue, Line, Status, row::AppealRow},
    context::DecisionContext,
    effect::{Entity, MessageForm, Wake},
    ids::{AppealId, ChatId, MessageId, Number, RowKey},
    message::Post,
    partner::RowTrouble,
    session::{Kept, Session},
    text::Text,
    thread::PartnerFile,
    wording::{Note, Say},
};

/// How long a partner waits for a sign that his message has come in: the reaction to it, else words. Less than the 5 s that are promised.
const SIGN_WITHIN: SignedDuration = SignedDuration::from_secs(4);

/// Adds a partner's messages to the appeal that he replies to, to the open one, or to a new one. Its first message has a receipt; of
/// further ones the partner sees by the reaction that they are in the sheet.
pub(super) fn receive(
    ctx: &mut DecisionContext<'_>,
    session: &mut Session,
    reply_to: Option<MessageId>,
    messages: &[Kept],
) {
    let replied = reply_to.and_then(|message| replied_to(ctx, session.chat, message));
    let open = replied.or_else(|| ctx.open_appeal(session.chat));
    let fresh = open.is_none();
    let mut appeal = open.unwrap_or_else(|| self::open(ctx, session));
    let before = appeal.dialogue.lines;
    let mut files = Vec::new();
    for message in messages {
        let line = add_message(ctx, session, &mut appeal, message);
        let file = message.message.filter(|_| message.file);
        files.extend(file.map(|message| PartnerFile { message, line }));
    }
    ctx.put(Entity::Session(session.clone()));
    asks_anew(&mut appeal);
    appeal.stamp = Some(ctx.now);
    ctx.dirty(RowKey::Appeal(appeal.id));
    staff_chat::heard(ctx, &mut appeal, before, files);
    waits::may_begin(ctx, appeal.id, messages);
    if appeal.receipt.is_none() {
        receipts::give(ctx, session, &mut appeal, fresh);
    } else if appeal.dialogue.lines > before {
        ctx.wake(ctx.now + SIGN_WITHIN, Wake::Line(appeal.id));
    }
    ctx.put(Entity::Appeal(appeal));
}

/// A word that a partner adds to how he has rated a closed appeal: a line of its dialogue, which stays closed.
pub(super) fn remark(
    ctx: &mut DecisionContext<'_>,
    session: &mut Session,
    mut appeal: Appeal,
    entry: &Kept,
) {
    let before = appeal.dialogue.lines;
    add_message(ctx, session, &mut appeal, entry);
    appeal.dialogue.heard = appeal.dialogue.lines;
    appeal.stamp = Some(ctx.now);
    ctx.dirty(RowKey::Appeal(appeal.id));
    staff_chat::heard(ctx, &mut appeal, before, Vec::new());
    ctx.put(Entity::Appeal(appeal));
}

/// A message was changed after it was written. Where its line cannot be, the change is a line of its own.
pub(super) fn corrected(
    ctx: &mut DecisionContext<'_>,
    session: &mut Session,
    mut appeal: Appeal,
    (post, index): (&Post, u32),
    entry: &Kept,
) {
    if lines::correct(ctx, &mut appeal, index, post, entry) {
        ctx.put(Entity::Post(Post {
            said: Some(entry.text.clone()),
            held: entry.held.clone(),
            ..post.clone()
        }));
        asks_anew(&mut appeal);
        let file = entry.message.filter(|_| entry.file);
        if file.is_some() || ctx.fresh_line(appeal.id, index).is_some() {
            staff_chat::changed(ctx, &mut appeal, index, file);
        }
        return ctx.put(Entity::Appeal(appeal));
    }
    let note = Note::LineCorrected(entry.text.as_str());
    let text = Text(ctx.rules.wording.note(note));
    let own_line = Kept {
        text,
        album: None,
        ..entry.clone()
    };
    receive(ctx, session, entry.message, &[own_line]);
}

/// What the partner has of an answer that failed answers nothing that he writes later.
fn asks_anew(appeal: &mut Appeal) {
    appeal.delivery.had.clear();
}

/// What was added should be in the sheet by now; where it is not, a message says that it has come in.
pub(in crate::domain) fn unsigned(ctx: &mut DecisionContext<'_>, id: AppealId) {
    let Some(mut appeal) = ctx.appeal(id) else {
        return;
    };
    let signed = appeal.dialogue.written.max(appeal.dialogue.heard);
    let unsigned =
        usize::try_from(appeal.dialogue.lines.saturating_sub(signed)).unwrap_or(usize::MAX);
    let lines = ctx.view.lines(id, unsigned);
    // What he has done by a button is no message that waits for a sign.
    let is_message = |line: &Line| line.author == Author::Partner && line.message.is_some();
    let waits = lines.iter().any(is_message);
    if let Some(session) = ctx.session(appeal.chat).filter(|_| waits) {
        appeal.dialogue.heard = appeal.dialogue.lines;
        ctx.say_about(
            &session,
            id,
            Say::Added(appeal.number),
            MessageForm::Message,
        );
        ctx.put(Entity::Appeal(appeal));
    }
}

/// The reaction that says that a message is in the sheet could not be set: words say it, unless they have.
pub(super) fn unshown(ctx: &mut DecisionContext<'_>, chat: ChatId, message: MessageId) {
    let Some(Post {
        appeal,
        line: Some(line),
        ..
    }) = ctx.view.post(chat, message)
    else {
        return;
    };
    let Some(mut appeal) = ctx
        .appeal(appeal)
        .filter(|appeal| line >= appeal.dialogue.heard)
    else {
        return;
    };
    if let Some(session) = ctx.session(chat) {
        appeal.dialogue.heard = appeal.dialogue.lines;
        ctx.say_about(
            &session,
            appeal.id,
            Say::Added(appeal.number),
            MessageForm::Message,
        );
        ctx.put(Entity::Appeal(appeal));
    }
}

/// The appeal of this chat that a message of it belongs to, and the line that holds it, if one does.
pub(super) fn of_message(
    ctx: &DecisionContext<'_>,
    chat: ChatId,
    message: MessageId,
) -> Option<(Appeal, Option<u32>)> {
    let post = ctx.view.post(chat, message)?;
    let appeal = ctx.appeal(post.appeal)?;
    appeal.is_of(chat).then_some((appeal, post.line))
}

/// The appeal that a message belongs to, unless its row is gone. A closed one is opened again: its answer is what the partner speaks of.
fn replied_to(ctx: &DecisionContext<'_>, chat: ChatId, message: MessageId) -> Option<Appeal> {
    let (mut appeal, _) = of_message(ctx, chat, message)?;
    if appeal.row.trouble() == Some(RowTrouble::Missing) {
        return None;
    }
    if appeal.status.is_closed() {
        appeal.status = Status::New;
        appeal.receipt = None;
    }
    Some(appeal)
}

/// One message becomes a line; a further part of an album joins the line of the first. Tells which line.
fn add_message(
    ctx: &mut DecisionContext<'_>,
    session: &mut Session,
    appeal: &mut Appeal,
    message: &Kept,
) -> u32 {
    let album = session.album.as_mut();
    let album = album.filter(|album| message.album.as_ref() == Some(&album.id));
    let begun = album.as_ref().and_then(|album| album.line);
    let begun = begun.filter(|(of, _)| *of == appeal.id);
    if let Some((_, index)) = begun
        && lines::extend(ctx, appeal, index, &message.text)
    {
        remember(ctx, session.chat, message, appeal.id, index);
        return index;
    }
    let index = appeal.dialogue.lines;
    if let Some(album) = album {
        album.line = Some((appeal.id, index));
    }
    let line = next_line(appeal, Author::Partner, message.at, message.text.clone());
    ctx.put(Entity::Line(Line {
        message: message.message,
        ..line
    }));
    remember(ctx, session.chat, message, appeal.id, index);
    index
}

/// Remembers where a message stands, so that it can be changed, and replied to.
fn remember(
    ctx: &mut DecisionContext<'_>,
    chat: ChatId,
    kept: &Kept,
    appeal: AppealId,
    index: u32,
) {
    if let Some(message) = kept.message {
        ctx.put(Entity::Post(Post {
            chat,
            message,
            appeal,
            line: Some(index),
            // The other parts of an album are beside it.
            said: kept
                .said
                .clone()
                .or_else(|| kept.album.is_some().then(|| kept.text.clone())),
            held: kept.held.clone(),
        }));
    }
}

/// Puts an answer on top of the dialogue; of one of the chat it is known who has written it. Of the lines before it so many are answered.
pub(super) fn add_answer(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    at: Timestamp,
    (text, by): (Text, Option<Text>),
    covers: Option<u32>,
) {
    let line = next_line(appeal, Author::Specialist, at, text);
    ctx.put(Entity::Line(Line { by, covers, ..line }));
}

/// Puts a line of ours on top of the dialogue.
pub(super) fn add_line(
    ctx: &mut DecisionContext<'_>,
    appeal: &mut Appeal,
    author: Author,
    at: Timestamp,
    text: Text,
) {
    let line = next_line(appeal, author, at, text);
    ctx.put(Entity::Line(line));
}

fn next_line(appeal: &mut Appeal, author: Author, at: Timestamp, text: Text) -> Line {
    let index = appeal.dialogue.lines;
    appeal.dialogue.lines += 1;
    Line {
        appeal: appeal.id,
        index,
        author,
        at,
        text,
        message: None,
        by: None,
        covers: None,
        told: None,
    }
}

/// An appeal as it begins, for a row of our own or an adopted one.
pub(super) fn blank(ctx: &mut DecisionContext<'_>, chat: ChatId) -> Appeal {
    Appeal {
        id: ctx.next_appeal(),
        number: None,
        chat,
        partner: None,
        status: Status::New,
        stamp: None,
        dialogue: Dialogue::default(),
        row: AppealRow::pending(),
        delivery: Box::new(AnswerDelivery::default()),
        receipt: None,
        mixed: false,
        thread: None,
        responsible: None,
        overdue: None,
        rating: None,
        recoded: None,
    }
}

/// Takes back a number that is in the sheet already; another follows when the read has ended.
pub(super) fn take_number(ctx: &mut DecisionContext<'_>, appeal: &mut Appeal) {
    appeal.number = None;
    let mut tab = ctx.appeals_tab();
    tab.unnumbered.insert(appeal.id);
    ctx.put_tab(tab);
}

/// The appeals tab has been seen: appeals without a number get theirs, and their partners hear of it.
pub(super) fn give_numbers(ctx: &mut DecisionContext<'_>) {
    let waiting = std::mem::take(&mut ctx.appeals_tab().unnumbered);
    for id in waiting {
        let Some(mut appeal) = ctx.appeal(id) else {
            continue;
        };
        let number = next_number(ctx, None);
        appeal.number = Some(number);
        receipts::refresh(ctx, &mut appeal);
        staff_chat::news(ctx, &mut appeal);
        ctx.dirty(RowKey::Appeal(appeal.id));
        ctx.put(Entity::Appeal(appeal));
    }
    let mut tab = ctx.appeals_tab();
    tab.unnumbered.clear();
    ctx.put_tab(tab);
}

/// Gives a number, above all that were given and all that are known to be in the tab.
pub(super) fn next_number(ctx: &mut DecisionContext<'_>, highest: Option<Number>) -> Number {
    let mut tab = ctx.appeals_tab();
    let above = highest.map_or(Number(1), |highest| Number(highest.0.saturating_add(1)));
    let number = tab.next_number.max(above);
    tab.next_number = Number(number.0.saturating_add(1));
    ctx.put_tab(tab);
    number
}

fn open(ctx: &mut DecisionContext<'_>, session: &Session) -> Appeal {
    let mut appeal = blank(ctx, session.chat);
    appeal.partner.clone_from(&session.partner);
    let mut tab = ctx.appeals_tab();
    if tab.reads.sighted.is_some() {
        appeal.number = Some(next_number(ctx, None));
    } else {
        tab.unnumbered.insert(appeal.id);
        ctx.put_tab(tab);
    }
    appeal
}
