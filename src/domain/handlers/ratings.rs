//! How a partner rates a closed appeal: thumbs under the message that says so, then a word if he likes.
//!
//! Invariant: only what he writes right after he has asked to add a word is one; everything else is a message like any other.

use jiff::SignedDuration;

use crate::domain::{
    appeal::{
        Appeal,
        rating::{Rating, Thumb},
    },
    context::DecisionContext,
    effect::{Button, Entity, Keyboard},
    ids::{AppealId, MessageId, Number, OutboxId, RowKey},
    message::Message,
    session::{Kept, Remark, Session},
    spans::has_lasted,
    text::{Html, Text},
    wording::{Note, Say},
};

use super::{appeals, lines};

/// How long a word is awaited.
const AWAITED: SignedDuration = SignedDuration::from_mins(15);

/// Says that an appeal is closed, once another message has ended, and asks how it went.
pub(super) fn ask(
    ctx: &mut DecisionContext<'_>,
    session: &Session,
    appeal: &Appeal,
    number: Number,
    after: Option<OutboxId>,
) {
    let keyboard = match ctx.rules.rating {
        true => Keyboard::Row(thumbs(appeal.id)),
        false => Keyboard::Keep,
    };
    ctx.say_after(session, appeal.id, Say::Closed(number), (keyboard, after));
}

/// A thumb was pressed.
pub(super) fn rated(
    ctx: &mut DecisionContext<'_>,
    session: &Session,
    (id, thumb): (AppealId, Thumb),
    message: Option<MessageId>,
) {
    let Some((mut appeal, number)) = own(ctx, session, id) else {
        return;
    };
    if (appeal.rating.as_ref()).is_some_and(|rating| rating.thumb == thumb) {
        return;
    }
    let words = appeal.rating.take().and_then(|rating| rating.words);
    let asks = words.is_none();
    appeal.rating = Some(Rating {
        thumb,
        at: Some(ctx.now),
        words,
    });
    ctx.dirty(RowKey::Appeal(id));
    ctx.put(Entity::Appeal(appeal));
    let mut buttons = vec![thumbs(id)];
    if asks {
        buttons.push(vec![(
            ctx.text(session, Say::RatingRemark),
            Button::Remark(id),
        )]);
    }
    let say = Say::Rated {
        number,
        thumb: thumb.sign(),
    };
    let text = Html::escape(&ctx.text(session, say));
    ctx.show(session.chat, text, Keyboard::Grid(buttons), message);
}

/// The partner wants to add a word.
pub(super) fn invite(ctx: &mut DecisionContext<'_>, mut session: Session, id: AppealId) {
    if own(ctx, &session, id).is_none_or(|(appeal, _)| appeal.rating.is_none()) {
        return;
    }
    session.remark = Some(Remark {
        appeal: id,
        since: ctx.now,
    });
    ctx.put(Entity::Session(session.clone()));
    let no = (ctx.text(&session, Say::RemarkNo), Button::NoRemark);
    ctx.say_with(&session, Say::RemarkWanted, Keyboard::Row(vec![no]));
}

/// He does not after all.
pub(super) fn uninvite(
    ctx: &mut DecisionContext<'_>,
    mut session: Session,
    message: Option<MessageId>,
) {
    if session.remark.take().is_some() {
        ctx.put(Entity::Session(session.clone()));
    }
    let text = Html::escape(&ctx.text(&session, Say::RemarkNone));
    ctx.show(session.chat, text, Keyboard::Keep, message);
}

/// Takes what a partner writes for the word that he wanted to add, if it is; it stands in the dialogue and beside his thumb.
pub(super) fn take(
    ctx: &mut DecisionContext<'_>,
    session: &mut Session,
    remark: Remark,
    message: &Message,
) -> bool {
    let plain = message.context.forwarded.is_none() && message.context.reply.is_none();
    let text = message.content.text().filter(|_| plain);
    let awaited =
        text.filter(|text| !text.is_blank() && !has_lasted(remark.since, ctx.now, AWAITED));
    let (Some(text), Some((mut appeal, _))) = (awaited, own(ctx, session, remark.appeal)) else {
        return false;
    };
    let (Some(said), Some(rating)) = (lines::of(ctx, message), &mut appeal.rating) else {
        return false;
    };
    rating.words = Some(text.clone());
    let note = Note::LineRated(rating.thumb.sign(), said.as_str());
    let entry = Kept {
        at: message.at,
        text: Text(ctx.rules.wording.note(note)),
        message: Some(message.message),
        album: None,
        held: Some(message.content.fingerprint()),
        said: Some(said),
        step: false,
        file: false,
    };
    appeals::remark(ctx, session, appeal, &entry);
    ctx.say(session, Say::RemarkTaken);
    true
}

fn thumbs(appeal: AppealId) -> Vec<(String, Button)> {
    let thumb = |thumb: Thumb| (thumb.sign().to_owned(), Button::Rate(appeal, thumb));
    Thumb::ALL.map(thumb).into()
}

/// An appeal of this partner, if it is his alone and has its number.
fn own(ctx: &DecisionContext<'_>, session: &Session, id: AppealId) -> Option<(Appeal, Number)> {
    let appeal = ctx.appeal(id).filter(|appeal| appeal.is_of(session.chat))?;
    let number = appeal.number?;
    Some((appeal, number))
}
