//! Registration: partner code as text, phone as one's own shared contact, in either order.
//!
//! Invariant: nobody is refused on an old look; nobody learns whether the code or the phone was wrong;
//! a bound code is never bound anew.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    context::DecisionContext,
    effect::{Button, Effect, Entity, Keyboard, Wake},
    ids::{ChatId, RowKey},
    partner::{Binding, Partner, RowTrouble},
    phone::Phone,
    session::{Kept, Parked, Registration, Session},
    spans::has_lasted,
    tab::Tab,
    text::Text,
    view::View,
    wording::{Note, Say},
};

use super::{
    appeals,
    codes::{self, TextMeaning},
    lines, staff,
};

/// Pairs that one person may try within [`TRIES_WINDOW`]: enough for typing errors, too few for guessing.
const TRIES: usize = 5;
/// The window of [`TRIES`].
const TRIES_WINDOW: SignedDuration = SignedDuration::from_hours(1);
/// How many messages of an unregistered person are kept (design, fine print).
const KEPT: usize = 10;
/// How long they are kept (design, fine print).
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// When a waiting person is told that it takes a moment: he must hear within 5 s (invariant 7), and the send takes time too.
const PATIENCE: SignedDuration = SignedDuration::from_secs(4);
/// How many registrations one read may decide; the others are taken up by their timers.
const PARKED: usize = 1000;
/// When a registration that found no place is taken up again.
const PARK_AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// Says how to register, once a read has shown who is registered already.
pub(super) fn welcome(ctx: &mut DecisionContext<'_, impl View>, session: Session) {
    if is_undecided(ctx) {
        return park(ctx, session);
    }
    ask(ctx, &session, Say::Welcome);
}

/// A code of somebody who is not registered.
pub(super) fn code(ctx: &mut DecisionContext<'_, impl View>, mut session: Session, code: Text) {
    forget_old(ctx, &mut session);
    session.registration.code = Some(code);
    advance(ctx, session);
}

/// A phone that was typed proves nothing; a code that was given stays as it is. Where it is a code after all, the list may know it soon.
pub(super) fn phone_typed(ctx: &mut DecisionContext<'_, impl View>, session: &Session) {
    ctx.then(Effect::Look(Tab::Partners));
    if session.registration.phone.is_some() {
        ctx.say(session, Say::CodeWanted);
    } else {
        ask(ctx, session, Say::PhoneTyped);
    }
}

/// Whether nobody can say yet who is registered.
pub(super) fn is_undecided(ctx: &DecisionContext<'_, impl View>) -> bool {
    ctx.tab(Tab::Partners).sighted.is_none()
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
    ctx: &mut DecisionContext<'_, impl View>,
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

/// Drops what was kept for longer than a day, and what seems to come from more than a day ahead: the clock was set back since.
pub(super) fn forget_old(ctx: &DecisionContext<'_, impl View>, session: &mut Session) {
    session
        .kept
        .retain(|kept| ctx.now.duration_since(kept.at).abs() < KEPT_FOR);
}

/// What a stranger wrote has been kept for a day, and goes.
pub(in crate::domain) fn outdated(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId) {
    if let Some(mut session) = ctx.session(chat) {
        forget_old(ctx, &mut session);
        if let Some(first) = session.kept.iter().map(|kept| kept.at).min() {
            // A later message; or the clock was set back, or is behind Telegram's, and the timer came too early.
            let (at, wake) = (first + KEPT_FOR, Wake::Kept(chat));
            ctx.then(Effect::Then { at, wake });
        }
        ctx.put(Entity::Session(session));
    }
}

/// A fresh read of the staff list has ended: whoever waited for it is answered, each by a decision of his own.
pub(super) fn after_look(ctx: &mut DecisionContext<'_, impl View>) {
    let mut tab = ctx.tab(Tab::Partners);
    let waiting = std::mem::take(&mut tab.parked);
    ctx.put(Entity::Tab(tab));
    for chat in waiting {
        let (at, wake) = (ctx.now, Wake::Parked(chat));
        ctx.then(Effect::Then { at, wake });
    }
}

/// The read has ended for which this registration waited; one that began before it waits for the next.
pub(in crate::domain) fn looked(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId) {
    let Some(mut session) = ctx.session(chat) else {
        return;
    };
    let Some(parked) = session.registration.parked else {
        return;
    };
    let clock_was_set_back = parked.since > ctx.now;
    if clock_was_set_back
        || ctx
            .tab(Tab::Partners)
            .looked
            .is_some_and(|began| parked.since <= began)
    {
        session.registration.parked = None;
        conclude(ctx, session, parked.told);
    } else {
        join_queue(ctx, chat);
    }
}

/// A registration has waited for a while.
pub(in crate::domain) fn waited(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId) {
    let Some(mut session) = ctx.session(chat) else {
        return;
    };
    let Some(parked) = &mut session.registration.parked else {
        return;
    };
    let first = !std::mem::replace(&mut parked.told, true);
    ctx.put(Entity::Session(session.clone()));
    join_queue(ctx, chat);
    if first {
        ctx.say(&session, Say::Shortly);
    }
}

/// Something to pass on once the person is registered. A further part of an album joins the first.
pub(super) fn keep(ctx: &mut DecisionContext<'_, impl View>, mut session: Session, entry: Kept) {
    forget_old(ctx, &mut session);
    let album = session
        .kept
        .last_mut()
        .filter(|kept| entry.album.is_some() && kept.album == entry.album);
    if let Some(first) = album {
        first.said.get_or_insert_with(|| first.text.clone());
        first.text = Text(format!("{}\n{}", first.text.as_str(), entry.text.as_str()));
        return ctx.put(Entity::Session(session));
    }
    let (chat, full) = (session.chat, session.kept.len() >= KEPT);
    if !full {
        session.kept.push(entry);
    }
    if is_undecided(ctx) {
        // The answer waits for the first read.
        park(ctx, session);
    } else {
        ctx.put(Entity::Session(session.clone()));
        ask(
            ctx,
            &session,
            if full {
                Say::KeptIsFull(KEPT)
            } else {
                Say::KeptBeforeRegistration
            },
        );
    }
    if !full {
        let (at, wake) = (ctx.now + KEPT_FOR, Wake::Kept(chat));
        ctx.then(Effect::Then { at, wake });
    }
}

/// A message that has no line was changed. While it is kept, its new words are; a partner's is an ordinary message.
pub(super) fn corrected(
    ctx: &mut DecisionContext<'_, impl View>,
    mut session: Session,
    entry: Kept,
) {
    if session.partner.is_some() {
        let text = Text(
            ctx.rules
                .wording
                .note(Note::LineCorrected(entry.text.as_str())),
        );
        return appeals::receive(ctx, &mut session, None, &[Kept { text, ..entry }]);
    }
    if let Some(kept) = session
        .kept
        .iter_mut()
        .find(|kept| kept.message == entry.message)
    {
        if let Some(text) = lines::changed(
            ctx.rules,
            kept.text.as_str(),
            kept.said.as_ref(),
            entry.text.as_str(),
            entry.at,
        ) {
            kept.text = Text(text);
        }
        (kept.said, kept.held) = (Some(entry.text), entry.held);
        ctx.put(Entity::Session(session));
    }
}

/// Goes as far as what is known allows.
fn advance(ctx: &mut DecisionContext<'_, impl View>, mut session: Session) {
    let registration = &mut session.registration;
    match (&registration.code, &registration.phone) {
        (None, _) => say_and_store(ctx, &session, Say::CodeWanted, Keyboard::Keep),
        (Some(_), None) => {
            let keyboard = share_contact(ctx, &session);
            say_and_store(ctx, &session, Say::PhoneWanted, keyboard);
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
                return say_and_store(
                    ctx,
                    &session,
                    Say::TooManyTries(minutes_left(first, now)),
                    Keyboard::Keep,
                );
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
fn conclude(ctx: &mut DecisionContext<'_, impl View>, mut session: Session, told: bool) {
    if session.partner.is_some() {
        return adopted(ctx, session);
    }
    take_kept_code(ctx, &mut session);
    session.kept.retain(|kept| !kept.step);
    match (&session.registration.code, &session.registration.phone) {
        (Some(_), Some(_)) => match matching(ctx, &session.registration) {
            Some(partner) => bind(ctx, session, partner),
            // The list is being written anew: the code was there a moment ago.
            None if is_expected(ctx, &session.registration) => wait_longer(ctx, session, told),
            None => {
                let code = session.registration.code.take().unwrap_or_default();
                say_and_store(
                    ctx,
                    &session,
                    Say::NotMatched(code.as_str()),
                    Keyboard::Keep,
                );
            }
        },
        (Some(_), None) | (None, Some(_)) => advance(ctx, session),
        (None, None) => {
            ctx.put(Entity::Session(session.clone()));
            ask(
                ctx,
                &session,
                if session.kept.is_empty() {
                    Say::Welcome
                } else {
                    Say::KeptBeforeRegistration
                },
            );
        }
    }
}

/// Before the first read nobody could say whether a word was a code or a partner's message; now it is the code of somebody new.
fn take_kept_code(ctx: &DecisionContext<'_, impl View>, session: &mut Session) {
    if session.registration.code.is_some() {
        return;
    }
    let newest =
        session
            .kept
            .iter()
            .enumerate()
            .rev()
            .find_map(|(at, kept)| match codes::meaning_of(ctx, &kept.text) {
                TextMeaning::Code(code) => Some((at, code)),
                TextMeaning::Phone | TextMeaning::Words => None,
            });
    if let Some((at, code)) = newest {
        session.kept.remove(at);
        session.registration.code = Some(code);
    }
}

/// The first read has shown that this person was registered all along: what he wrote is an appeal.
fn adopted(ctx: &mut DecisionContext<'_, impl View>, mut session: Session) {
    session.registration = Registration::default();
    let kept = std::mem::take(&mut session.kept);
    ctx.put(Entity::Session(session.clone()));
    if kept.is_empty() {
        ctx.say(&session, Say::Help);
    } else {
        appeals::receive(ctx, &mut session, None, &kept);
    }
}

/// The partner whose code and phone were both given, if there is exactly one.
fn matching(ctx: &DecisionContext<'_, impl View>, registration: &Registration) -> Option<Partner> {
    let partner = codes::named(ctx, registration.code.as_ref()?.as_str())?;
    let unstopped = match partner.stopped {
        None => true,
        Some(
            RowTrouble::Doubled
            | RowTrouble::Mismatched
            | RowTrouble::Missing
            | RowTrouble::Moved
            | RowTrouble::Unknown
            | RowTrouble::Unreadable,
        ) => false,
    };
    let proven = registration
        .phone
        .as_ref()
        .is_some_and(|phone| partner.has_phone(phone));
    (unstopped && proven).then_some(partner)
}

/// Whether the code was in the list a moment ago, with this very phone.
fn is_expected(ctx: &DecisionContext<'_, impl View>, registration: &Registration) -> bool {
    let (Some(code), Some(phone)) = (&registration.code, &registration.phone) else {
        return false;
    };
    codes::named(ctx, code.as_str())
        .is_some_and(|partner| partner.has_phone(phone) && staff::may_return(ctx, &partner))
}

/// Comes back to a registration with the next read; the first time also after a while. The person has been told that it takes a moment,
/// or is told now.
fn wait_longer(ctx: &mut DecisionContext<'_, impl View>, mut session: Session, told: bool) {
    session.registration.parked = Some(Parked {
        since: ctx.now,
        told: true,
    });
    ctx.put(Entity::Session(session.clone()));
    let mut tab = ctx.tab(Tab::Partners);
    let has_place = tab.parked.len() < PARKED;
    if has_place {
        tab.parked.insert(session.chat);
        ctx.put(Entity::Tab(tab));
    }
    if !told {
        ctx.say(&session, Say::Shortly);
    }
    if !told || !has_place {
        let (at, wake) = (ctx.now + PARK_AGAIN, Wake::Session(session.chat));
        ctx.then(Effect::Then { at, wake });
    }
}

fn bind(ctx: &mut DecisionContext<'_, impl View>, mut session: Session, mut partner: Partner) {
    if let Some(binding) = &partner.binding
        && binding.chat != session.chat
    {
        session.registration.code = None;
        say_and_store(ctx, &session, Say::BoundToAnother, Keyboard::Keep);
        return ctx.report(Note::AdminBoundToAnother(&partner.code, session.chat));
    }
    let since = ctx.rules.date_time(ctx.now);
    let binding = Binding {
        chat: session.chat,
        since: Text(since),
        at: ctx.now,
        seq: ctx.seq,
    };
    staff::bind(ctx, &mut partner, binding);
    session.partner = Some(partner.code.clone());
    session.registration = Registration::default();
    ctx.dirty(RowKey::Partner(partner.code.clone()));
    let name = spoken_name(partner.name.as_str());
    ctx.put(Entity::Partner(partner));
    say_and_store(ctx, &session, Say::Registered(&name), Keyboard::Remove);
    if !session.kept.is_empty() {
        offer_kept(ctx, &session);
    }
}

/// How a person is spoken to: of surname, name and patronymic the last two; anything else as it is written.
fn spoken_name(written: &str) -> String {
    match written.split_whitespace().collect::<Vec<_>>()[..] {
        [_, name, patronymic] => format!("{name} {patronymic}"),
        _ => written.trim().to_owned(),
    }
}

fn offer_kept(ctx: &mut DecisionContext<'_, impl View>, session: &Session) {
    let buttons = vec![
        (ctx.text(session, Say::KeptSend), Button::SendKept),
        (ctx.text(session, Say::KeptDrop), Button::DropKept),
    ];
    ctx.say_with(
        session,
        Say::KeptOffer(session.kept.len()),
        Keyboard::Inline(buttons),
    );
}

/// Waits for one fresh read before anybody is refused.
fn park(ctx: &mut DecisionContext<'_, impl View>, mut session: Session) {
    let told = session
        .registration
        .parked
        .is_some_and(|parked| parked.told);
    session.registration.parked = Some(Parked {
        since: ctx.now,
        told,
    });
    let chat = session.chat;
    ctx.put(Entity::Session(session));
    ctx.then(Effect::Then {
        at: ctx.now + PATIENCE,
        wake: Wake::Session(chat),
    });
    join_queue(ctx, chat);
}

/// Takes a place among those whom the next read decides, or comes back later.
fn join_queue(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId) {
    let mut tab = ctx.tab(Tab::Partners);
    if tab.parked.len() < PARKED || tab.parked.contains(&chat) {
        tab.parked.insert(chat);
        ctx.put(Entity::Tab(tab));
        ctx.then(Effect::Look(Tab::Partners));
    } else {
        ctx.then(Effect::Then {
            at: ctx.now + PARK_AGAIN,
            wake: Wake::Session(chat),
        });
    }
}

fn minutes_left(first: Timestamp, now: Timestamp) -> i64 {
    let left = TRIES_WINDOW - now.duration_since(first);
    (left.as_secs() / 60 + 1).max(1)
}

fn say_and_store(
    ctx: &mut DecisionContext<'_, impl View>,
    session: &Session,
    say: Say<'_>,
    keyboard: Keyboard,
) {
    ctx.put(Entity::Session(session.clone()));
    ctx.say_with(session, say, keyboard);
}

fn ask(ctx: &mut DecisionContext<'_, impl View>, session: &Session, say: Say<'_>) {
    let keyboard = share_contact(ctx, session);
    ctx.say_with(session, say, keyboard);
}

fn share_contact(ctx: &DecisionContext<'_, impl View>, session: &Session) -> Keyboard {
    Keyboard::ShareContact(ctx.text(session, Say::ShareContact))
}
