//! A further code of somebody who is registered: he writes it, and where his phone is not known yet, shares it.
//!
//! Invariant: a code is his only by the phone that he has proved; what is no such code stays a message, and nobody learns why.

use crate::domain::{
    context::DecisionContext,
    effect::{Button, Effect, Entity, Keyboard},
    handlers::{
        codes, overview,
        recoding::{self, Recoding},
    },
    ids::{CodeMark, PartnerCode, has_digit},
    message::{Content, Message},
    partner::Partner,
    phone::Phone,
    session::{Registration, Session},
    tab::Tab,
    wording::Say,
};

use super::{ask, bind, note_phone};

/// Whether what a partner writes is about his codes; then it is answered, and is no message.
pub(in crate::domain::handlers) fn is_meant(
    ctx: &mut DecisionContext<'_>,
    session: &mut Session,
    message: &Message,
) -> bool {
    let awaited = session.registration.code.take();
    if awaited.is_some() {
        ctx.put(Entity::Session(session.clone()));
    }
    if message.context.forwarded.is_some() {
        return false;
    }
    match (&message.content, awaited) {
        (
            Content::Contact {
                phone, own: true, ..
            },
            Some(code),
        ) => {
            let candidate = codes::named(ctx, code.as_str());
            if note_phone(session, phone) {
                session.phone.clone_from(&session.registration.phone);
            }
            let proved = |partner: &Partner| has_proved(session, partner);
            match candidate.filter(|partner| is_usable(partner) && proved(partner)) {
                Some(partner) => bind(ctx, session.clone(), partner),
                None => {
                    session.registration = Registration::default();
                    ctx.put(Entity::Session(session.clone()));
                    let menu = overview::menu(ctx, session);
                    ctx.say_with(session, Say::NotMatched(code.as_str()), menu);
                }
            }
            true
        }
        (Content::Text(text), _) if message.context.reply.is_none() => {
            let named = named(ctx, text.as_str()).filter(is_usable);
            named.is_some_and(|partner| written(ctx, session, partner))
        }
        _ => false,
    }
}

/// A code of the list was written.
fn written(ctx: &mut DecisionContext<'_>, session: &mut Session, partner: Partner) -> bool {
    if session.has(&partner.code) {
        let has_several = !session.others.is_empty();
        if has_several {
            write_under(ctx, session, partner.code);
        }
        return has_several;
    }
    if has_proved(session, &partner) {
        bind(ctx, session.clone(), partner);
        return true;
    }
    if session.phone.is_some() || !may_be_his(ctx, session, &partner) {
        return false;
    }
    session.registration.code = Some(partner.written_code);
    ctx.put(Entity::Session(session.clone()));
    ask(ctx, session, Say::PhoneWanted);
    true
}

/// He asks for his codes, and may write a further one: it may have come into the list a moment ago.
pub(in crate::domain::handlers) fn asked(ctx: &mut DecisionContext<'_>, session: &Session) {
    ctx.then(Effect::Look(Tab::Partners));
    show(ctx, session, None);
}

/// Shows the codes, with a button for each under which he does not write now, and what has become of his open appeal.
fn show(ctx: &mut DecisionContext<'_>, session: &Session, open: Option<&Recoding>) {
    let written = |code: &PartnerCode| ctx.partner(code).map(|partner| partner.written_code);
    let Some(current) = session.partner.as_ref().and_then(written) else {
        return;
    };
    if session.others.is_empty() {
        return ctx.say(session, Say::CodeOnly(current.as_str()));
    }
    let button = |code: &PartnerCode| {
        let label = ctx.text(session, Say::CodeButton(written(code)?.as_str()));
        Some(vec![(label, Button::Code(CodeMark::of(code)))])
    };
    let buttons = session.others.iter().filter_map(button).collect();
    let code = current.as_str();
    let say = match open {
        Some(Recoding::Follows(number)) => Say::CodeMoved {
            number: *number,
            code,
        },
        Some(Recoding::Stays(number, kept)) => Say::CodeLater {
            number: *number,
            code,
            kept: kept.as_str(),
        },
        None => Say::CodeCurrent(code),
    };
    ctx.say_with(session, say, Keyboard::Grid(buttons));
}

/// A code was chosen by its button.
pub(in crate::domain::handlers) fn chosen(
    ctx: &mut DecisionContext<'_>,
    session: &mut Session,
    mark: CodeMark,
) {
    let mut codes = session.codes();
    let code = codes.find(|code| CodeMark::of(code) == mark).cloned();
    drop(codes);
    if let Some(code) = code {
        write_under(ctx, session, code);
    } else {
        show(ctx, session, None);
    }
}

fn write_under(ctx: &mut DecisionContext<'_>, session: &mut Session, code: PartnerCode) {
    session.write_under(code);
    ctx.put(Entity::Session(session.clone()));
    let open = recoding::follow(ctx, session);
    show(ctx, session, open.as_ref());
}

/// The line of the list that a text names. Codes have digits as a rule: a short word without one is looked up as it stands, since what looks
/// like it is found among all codes.
fn named(ctx: &DecisionContext<'_>, text: &str) -> Option<Partner> {
    if has_digit(text) {
        return codes::named(ctx, text);
    }
    PartnerCode::fold(text).and_then(|code| ctx.partner(&code))
}

fn is_usable(partner: &Partner) -> bool {
    partner.is_listed() && partner.stopped.is_none()
}

fn has_proved(session: &Session, partner: &Partner) -> bool {
    let phone = session.phone.as_ref();
    phone.is_some_and(|phone| partner.has_phone(phone))
}

/// Whether the list has one of this person's phones beside the code: then it is worth asking him for his.
fn may_be_his(ctx: &DecisionContext<'_>, session: &Session, partner: &Partner) -> bool {
    let phones = Phone::every(partner.written_phone.as_str());
    let own = session.codes().filter_map(|code| ctx.partner(code));
    let mut own = own.collect::<Vec<_>>().into_iter();
    own.any(|own| phones.iter().any(|phone| own.has_phone(phone)))
}
