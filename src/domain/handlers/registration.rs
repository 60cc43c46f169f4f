//! Registration: partner code as text, phone as one's own shared contact, in either order.
//!
//! Invariant: nobody is refused on a stale read; nobody learns whether the code or the phone was wrong;
//! a bound code is never bound anew.

pub(super) mod further;
pub(in crate::domain) mod kept;
pub(in crate::domain) mod waiting;

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    context::DecisionContext,
    effect::{Effect, Entity, Keyboard},
    ids::RowKey,
    partner::{Binding, Partner},
    phone::Phone,
    session::{Registration, Session},
    spans::has_lasted,
    tab::Tab,
    text::Text,
    wording::{Note, Say},
};

use self::waiting::{park, wait_longer};
use super::{appeals, codes, overview, staff};

/// Pairs that one person may try within [`TRIES_WINDOW`]: enough for typing errors, too few for guessing.
const TRIES: usize = 5;
/// The window of [`TRIES`].
const TRIES_WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Says how to register, once a read has shown who is registered already.
pub(super) fn welcome(ctx: &mut DecisionContext<'_>, session: Session) {
    if is_undecided(ctx) {
        return park(ctx, session);
    }
    ask(ctx, &session, Say::Welcome);
}

/// A code of somebody who is not registered.
pub(super) fn code(ctx: &mut DecisionContext<'_>, mut session: Session, code: Text) {
    kept::forget_old(ctx, &mut session);
    session.registration.code = Some(code);
    advance(ctx, session);
}

/// A phone that was typed proves nothing; a code that was given stays as it is. Where it is a code after all, the list may know it soon.
pub(super) fn phone_typed(ctx: &mut DecisionContext<'_>, session: &Session) {
    ctx.then(Effect::Look(Tab::Partners));
    if session.registration.phone.is_some() {
        ctx.say(session, Say::CodeWanted);
    } else {
        ask(ctx, session, Say::PhoneTyped);
    }
}

/// Whether nobody can say yet who is registered.
pub(super) fn is_undecided(ctx: &DecisionContext<'_>) -> bool {
    ctx.is_unseen(Tab::Partners)
}

/// Takes down one's own phone; whether it can be read.
pub(super) fn note_phone(session: &mut Session, phone: &Text) -> bool {
    let phone = Phone::of_contact(phone.as_str());
    let read = phone.is_some();
    session.registration.phone = phone.or(session.registration.phone.take());
    read
}

/// A shared contact: it proves a phone only if it is the sender's own (Bot API: `contact.user_id`).
pub(super) fn contact(
    ctx: &mut DecisionContext<'_>,
    mut session: Session,
    phone: &Text,
    own: bool,
) {
    if !own {
        return ask(ctx, &session, Say::ContactOfAnother);
    }
    if note_phone(&mut session, phone) {
        advance(ctx, session);
    } else {
        ctx.say(&session, Say::PhoneUnreadable);
    }
}

/// Goes as far as what is known allows.
fn advance(ctx: &mut DecisionContext<'_>, mut session: Session) {
    let registration = &mut session.registration;
    match (&registration.code, &registration.phone) {
        (None, _) => say_and_store(ctx, &session, Say::CodeWanted, Keyboard::Keep),
        (Some(_), None) => {
            ask(ctx, &session, Say::PhoneWanted);
            ctx.put(Entity::Session(session));
        }
        (Some(_), Some(_)) => {
            let now = ctx.now;
            registration
                .tries
                .retain(|&at| !has_lasted(at, now, TRIES_WINDOW));
            if let [first, ..] = registration.tries[..]
                && registration.tries.len() >= TRIES
            {
                registration.code = None;
                let say = Say::TooManyTries(minutes_left(first, now));
                return say_and_store(ctx, &session, say, Keyboard::Keep);
            }
            // A pair that waits for its read already is not tried anew.
            if registration.parked.is_none() {
                registration.tries.push(now);
            }
            match matching(ctx, &session.registration) {
                Some(partner) => bind(ctx, session, partner),
                None => park(ctx, session),
            }
        }
    }
}

/// The last word, on a fresh read; `told` says whether the person has heard that it takes a moment.
fn conclude(ctx: &mut DecisionContext<'_>, mut session: Session, told: bool) {
    if session.partner.is_some() {
        return adopted(ctx, session);
    }
    kept::take_code(ctx, &mut session);
    session.kept.retain(|kept| !kept.step);
    match (&session.registration.code, &session.registration.phone) {
        (Some(_), Some(_)) => match matching(ctx, &session.registration) {
            Some(partner) => bind(ctx, session, partner),
            // The list is being written anew: the code was there a moment ago.
            None if is_expected(ctx, &session.registration) => wait_longer(ctx, session, told),
            None => {
                let code = session.registration.code.take().unwrap_or_default();
                let say = Say::NotMatched(code.as_str());
                say_and_store(ctx, &session, say, Keyboard::Keep);
            }
        },
        (Some(_), None) | (None, Some(_)) => advance(ctx, session),
        (None, None) => {
            let say = match session.kept.is_empty() {
                true => Say::Welcome,
                false => Say::KeptBeforeRegistration,
            };
            ask(ctx, &session, say);
            ctx.put(Entity::Session(session));
        }
    }
}

/// The first read has shown that this person was registered all along: what he wrote is an appeal.
fn adopted(ctx: &mut DecisionContext<'_>, mut session: Session) {
    session.registration = Registration::default();
    let kept = std::mem::take(&mut session.kept);
    ctx.put(Entity::Session(session.clone()));
    if kept.is_empty() {
        let menu = overview::menu(ctx, &session);
        ctx.say_with(&session, Say::Help, menu);
    } else {
        appeals::receive(ctx, &mut session, None, &kept);
    }
}

/// The partner whose code and phone were both given, if there is exactly one.
fn matching(ctx: &DecisionContext<'_>, registration: &Registration) -> Option<Partner> {
    let partner = codes::named(ctx, registration.code.as_ref()?.as_str())?;
    let phone = registration.phone.as_ref()?;
    (partner.stopped.is_none() && partner.has_phone(phone)).then_some(partner)
}

/// Whether the code was in the list a moment ago, with this very phone.
fn is_expected(ctx: &DecisionContext<'_>, registration: &Registration) -> bool {
    let (Some(code), Some(phone)) = (&registration.code, &registration.phone) else {
        return false;
    };
    codes::named(ctx, code.as_str())
        .is_some_and(|partner| partner.has_phone(phone) && staff::may_return(ctx, &partner))
}

fn bind(ctx: &mut DecisionContext<'_>, mut session: Session, mut partner: Partner) {
    if let Some(binding) = &partner.binding
        && binding.chat != session.chat
    {
        session.registration.code = None;
        let keyboard = match session.partner {
            Some(_) => overview::menu(ctx, &session),
            None => Keyboard::Keep,
        };
        say_and_store(ctx, &session, Say::BoundToAnother, keyboard);
        return ctx.report(Note::AdminBoundToAnother(&partner.code, session.chat));
    }
    let binding = Binding {
        chat: session.chat,
        since: Text(ctx.rules.date_time(ctx.now)),
        at: ctx.now,
        seq: ctx.seq,
    };
    staff::bind(ctx, &mut partner, binding);
    let is_first = session.partner.is_none();
    session.write_under(partner.code.clone());
    let registration = std::mem::take(&mut session.registration);
    session.phone = registration.phone.or(session.phone);
    ctx.dirty(RowKey::Partner(partner.code.clone()));
    let name = spoken_name(partner.name.as_str());
    let menu = overview::menu(ctx, &session);
    let say = match is_first {
        true => Say::Registered(&name),
        false => Say::CodeAdded(partner.written_code.as_str()),
    };
    say_and_store(ctx, &session, say, menu);
    ctx.put(Entity::Partner(partner));
    if !session.kept.is_empty() {
        kept::offer(ctx, &session);
    }
}

/// How a person is spoken to: of surname, name and patronymic the last two; anything else as it is written.
fn spoken_name(written: &str) -> String {
    match written.split_whitespace().collect::<Vec<_>>()[..] {
        [_, name, patronymic] => format!("{name} {patronymic}"),
        _ => written.trim().to_owned(),
    }
}

fn minutes_left(first: Timestamp, now: Timestamp) -> i64 {
    let left = TRIES_WINDOW - now.duration_since(first);
    (left.as_secs() / 60 + 1).max(1)
}

fn say_and_store(
    ctx: &mut DecisionContext<'_>,
    session: &Session,
    say: Say<'_>,
    keyboard: Keyboard,
) {
    ctx.put(Entity::Session(session.clone()));
    ctx.say_with(session, say, keyboard);
}

/// Says something with the button that shares one's contact.
fn ask(ctx: &mut DecisionContext<'_>, session: &Session, say: Say<'_>) {
    let share = Keyboard::ShareContact(ctx.text(session, Say::ShareContact));
    ctx.say_with(session, say, share);
}
