//! The code of an open appeal, which its partner may change as long as nobody has answered.
//!
//! Invariant: it changes from one of his codes to another, and the dialogue says so; what his row shows of a person's own stays.

use crate::domain::{
    appeal::{Appeal, Author, row::Recoded},
    context::DecisionContext,
    effect::Entity,
    ids::{Number, PartnerCode, RowKey},
    session::Session,
    text::Text,
    wording::{Note, StaffNote},
};

use super::{appeals, staff_chat};

/// What becomes of the open appeal of somebody who writes under another code from now on.
pub(super) enum Recoding {
    /// It is under that code, too.
    Follows(Option<Number>),
    /// Somebody has answered it: it stays under this one.
    Stays(Option<Number>, Text),
}

/// He writes under another code from now on; nothing where he has no open appeal under one of his others.
pub(super) fn follow(ctx: &mut DecisionContext<'_>, session: &Session) -> Option<Recoding> {
    let mut appeal = ctx.open_appeal(session.chat)?;
    let before = appeal.partner.clone().filter(|code| session.has(code))?;
    let code = session.partner.clone().filter(|code| *code != before)?;
    let number = appeal.number;
    if is_answered(ctx, &appeal) {
        return Some(Recoding::Stays(number, written(ctx, &before)));
    }
    let (from, to) = (written(ctx, &before), written(ctx, &code));
    let words = Note::Staff(StaffNote::Recoded {
        before: &from,
        after: &to,
    });
    let (words, now) = (Text(ctx.rules.wording.note(words)), ctx.now);
    appeals::add_line(ctx, &mut appeal, Author::Partner, now, words);
    let mut known = appeal.recoded.take().map_or_else(Vec::new, |it| it.before);
    if !known.contains(&before) {
        known.push(before);
    }
    let since = ctx.seq;
    appeal.recoded = Some(Box::new(Recoded {
        before: known,
        since,
    }));
    (appeal.partner, appeal.stamp) = (Some(code), Some(now));
    ctx.dirty(RowKey::Appeal(appeal.id));
    staff_chat::renamed(ctx, &mut appeal);
    ctx.put(Entity::Appeal(appeal));
    Some(Recoding::Follows(number))
}

/// Whether anybody has answered it, or is about to; what was in a row before our time may be an answer.
fn is_answered(ctx: &DecisionContext<'_>, appeal: &Appeal) -> bool {
    let delivery = &appeal.delivery;
    let said = |author| match author {
        Author::Specialist | Author::Adopted => true,
        Author::Partner | Author::Note => false,
    };
    let mut lines = ctx.view.lines(appeal.id, usize::MAX).into_iter();
    delivery.answer.is_some() || !delivery.orders.is_empty() || lines.any(|line| said(line.author))
}

/// A code as the list writes it.
fn written(ctx: &DecisionContext<'_>, code: &PartnerCode) -> Text {
    let listed = ctx.partner(code);
    listed.map_or_else(|| code.as_str().into(), |partner| partner.written_code)
}
