//! What a person does in the chat, and who answers it.
//!
//! Invariant: every private message gets an answer: words, or the reaction once it is in the sheet; a flood gets one notice.

use crate::domain::{
    context::DecisionContext,
    effect::{Button, Effect, Entity},
    event::Update,
    ids::{ChatId, MessageId},
    message::{Colleague, Content, Message},
    session::{Kept, Locale, Session},
    tab::Tab,
    text::Text,
    wording::Say,
};

use super::{
    admin_chat, answers, appeals, broadcasts, catalogue,
    codes::{self, TextMeaning},
    commands::{self, BotCommand},
    flood_control::{self, MessageRate},
    groups, lines, operator, overview, ratings, registration, staff_chat, staff_desk, thanks,
};

pub(in crate::domain) fn update(ctx: &mut DecisionContext<'_>, update: &Update) {
    match update {
        Update::Message(message) => self::message(ctx, message),
        Update::Edited(message) => edited(ctx, message),
        Update::Group { chat, said, locale } => group(ctx, *chat, said.as_ref(), *locale),
        Update::Replied {
            message,
            by,
            changed,
        } => replied(ctx, message, by, *changed),
        Update::Moved { from, to } => {
            admin_chat::moved(ctx, *from, *to);
            staff_chat::room::moved(ctx, *from, *to);
        }
        Update::Pressed {
            chat,
            callback,
            message,
            button,
            by,
            locale,
        } => {
            ctx.then(Effect::AnswerButton(callback.clone()));
            if *button == Some(Button::CheckAgain) {
                operator::check_again(ctx, *chat);
            } else if let (Some(button), Some(by)) = (button, by) {
                staff_desk::pressed(ctx, (*chat, *message), *button, by);
            } else if !chat.is_group() {
                pressed(ctx, *chat, *message, *button, *locale);
            }
        }
        Update::Membership {
            chat,
            blocked,
            locale,
        } => membership(ctx, *chat, *blocked, *locale),
        Update::Unserved(_) => {}
    }
}

fn message(ctx: &mut DecisionContext<'_>, message: &Message) {
    if matches!(message.content, Content::Service(_)) {
        return;
    }
    // What somebody else has said is no wish of the operator's.
    let own = message.context.forwarded.is_none();
    if own && ctx.admin_chat() == Some(message.chat) && operator::heard(ctx, &message.content) {
        return;
    }
    let mut session = ctx.session_or_new(message.chat, message.locale);
    session.locale = message.locale;
    if session.blocked {
        come_back(ctx, &mut session);
    }
    if session.partner.is_none() {
        return of_stranger(ctx, session, message);
    }
    let rate = flood_control::count(ctx, &mut session, message);
    ctx.put(Entity::Session(session.clone()));
    of_partner(ctx, &mut session, message, rate);
}

/// What a partner writes is recorded, however fast it comes; commands are not answered then.
fn of_partner(
    ctx: &mut DecisionContext<'_>,
    session: &mut Session,
    message: &Message,
    rate: MessageRate,
) {
    let (command, remark) = (commands::said_in(ctx, message), session.remark.take());
    if remark.is_some() {
        ctx.put(Entity::Session(session.clone()));
    }
    if command.is_none() {
        if remark.is_some_and(|remark| ratings::take(ctx, session, remark, message)) {
            return;
        }
        if registration::further::is_meant(ctx, session, message) {
            return;
        }
        if thanks::is_all(ctx, message) {
            return ctx.then(Effect::React(message.chat, message.message));
        }
    }
    match (command, rate) {
        (Some(_), MessageRate::TooFast) => {}
        (Some(BotCommand::Start | BotCommand::Help), MessageRate::Usual) => {
            let menu = overview::menu(ctx, session);
            ctx.say_with(session, Say::Help, menu);
        }
        (Some(BotCommand::Appeals), MessageRate::Usual) => overview::list(ctx, session, 0, None),
        (Some(BotCommand::Promotions), MessageRate::Usual) => {
            catalogue::show(ctx, session, 0, None)
        }
        (Some(BotCommand::Code), MessageRate::Usual) => registration::further::asked(ctx, session),
        (Some(BotCommand::Id), MessageRate::Usual) => {
            ctx.say(session, Say::ChatNumber(message.chat))
        }
        (Some(BotCommand::Stop), MessageRate::Usual) => announcements(ctx, session, false),
        (Some(BotCommand::Resume), MessageRate::Usual) => announcements(ctx, session, true),
        (None, rate) => match entry(ctx, message) {
            Some(entry) => {
                let reply = message.context.reply.as_ref();
                let reply_to = reply.and_then(|reply| reply.message);
                appeals::receive(ctx, session, reply_to, &[entry]);
            }
            None if rate == MessageRate::Usual => ctx.say(session, not_passed_on(message)),
            None => {}
        },
    }
}

/// Somebody who is not registered: his code and his contact, or something to pass on once he is.
fn of_stranger(ctx: &mut DecisionContext<'_>, mut session: Session, message: &Message) {
    let meaning = what_is_meant(ctx, message);
    let rate = match meaning {
        TextMeaning::Code(_) => flood_control::count_code(ctx, &mut session, message),
        TextMeaning::Phone | TextMeaning::Words => flood_control::count(ctx, &mut session, message),
    };
    ctx.put(Entity::Session(session.clone()));
    if rate == MessageRate::TooFast {
        return;
    }
    match commands::said_in(ctx, message) {
        Some(BotCommand::Id) => return ctx.say(&session, Say::ChatNumber(message.chat)),
        Some(_) => return registration::welcome(ctx, session),
        None => {}
    }
    let mut step = false;
    match (meaning, &message.content) {
        (TextMeaning::Code(code), _) => return registration::code(ctx, session, code),
        (TextMeaning::Phone, _) => return registration::phone_typed(ctx, &session),
        // The app sends a shared contact as a reply to the message with the button.
        (TextMeaning::Words, Content::Contact { phone, own, .. })
            if message.context.forwarded.is_none() && !phone.is_blank() =>
        {
            if !registration::is_undecided(ctx) {
                return registration::contact(ctx, session, phone, *own);
            }
            // He may be a partner: then his contact is a message as well.
            step = *own && registration::note_phone(&mut session, phone);
        }
        (TextMeaning::Words, _) => {}
    }
    match entry(ctx, message) {
        Some(entry) => registration::kept::keep(ctx, session, Kept { step, ..entry }),
        None => ctx.say(&session, not_passed_on(message)),
    }
}

/// Why a message cannot be in a dialogue.
fn not_passed_on(message: &Message) -> Say<'static> {
    match message.content {
        Content::Text(_) => Say::NothingInIt,
        Content::Contact { .. }
        | Content::File(..)
        | Content::Place { .. }
        | Content::Poll { .. }
        | Content::Described { .. }
        | Content::Service(_)
        | Content::Other(_) => Say::NotPassedOn,
    }
}

/// Before the first read nobody can say who is registered, so that a word with a digit may as well be a partner's message: it is kept.
fn what_is_meant(ctx: &DecisionContext<'_>, message: &Message) -> TextMeaning {
    let own = message.context.forwarded.is_none() && !ctx.is_unseen(Tab::Partners);
    let text = message.content.text().filter(|_| own);
    text.map_or(TextMeaning::Words, |text| codes::meaning_of(ctx, text))
}

/// A message as it will be in a dialogue, if it can.
fn entry(ctx: &mut DecisionContext<'_>, message: &Message) -> Option<Kept> {
    let text = lines::of(ctx, message)?;
    Some(Kept {
        at: message.at,
        text,
        message: Some(message.message),
        album: message.context.album.clone(),
        held: Some(message.content.fingerprint()),
        said: None,
        step: false,
        file: matches!(message.content, Content::File(..)),
    })
}

/// A message was changed after it was written: its line says so. What has no line yet is an ordinary message, where anything can be made of it.
fn edited(ctx: &mut DecisionContext<'_>, message: &Message) {
    // A shared position moves by being changed, again and again.
    let moves = matches!(message.content, Content::Place { .. } | Content::Service(_));
    if moves || commands::said_in(ctx, message).is_some() {
        return;
    }
    let Some(mut session) = ctx.session(message.chat) else {
        return;
    };
    let post = ctx.view.post(message.chat, message.message);
    let mut kept = session.kept.iter();
    let kept = kept.find(|kept| kept.message == Some(message.message));
    let held = post.as_ref().map_or_else(
        || kept.and_then(|kept| kept.held.as_ref()),
        |post| post.held.as_ref(),
    );
    if held == Some(&message.content.fingerprint()) {
        // Telegram tells of changes that are none to people: a preview has come, a button was pressed, a reaction was set.
        return;
    }
    let rate = flood_control::count(ctx, &mut session, message);
    ctx.put(Entity::Session(session.clone()));
    let Some(entry) =
        entry(ctx, message).filter(|_| session.partner.is_some() || rate == MessageRate::Usual)
    else {
        return;
    };
    match (
        appeals::of_message(ctx, message.chat, message.message),
        &post,
    ) {
        (Some((appeal, Some(line))), Some(post)) => {
            appeals::corrected(ctx, &mut session, appeal, (post, line), &entry)
        }
        (None, None) if session.partner.is_some() && thanks::is_all(ctx, message) => {}
        (Some(_) | None, _) => registration::kept::corrected(ctx, session, entry),
    }
}

/// The partner asks for announcements, or for none; answers come in any case.
fn announcements(ctx: &mut DecisionContext<'_>, session: &mut Session, wanted: bool) {
    session.silent = !wanted;
    ctx.put(Entity::Session(session.clone()));
    if wanted {
        ctx.say(session, Say::AnnouncementsOn);
    } else {
        broadcasts::silence(ctx, session.chat);
        ctx.say(session, Say::AnnouncementsOff);
    }
}

fn pressed(
    ctx: &mut DecisionContext<'_>,
    chat: ChatId,
    message: Option<MessageId>,
    button: Option<Button>,
    locale: Locale,
) {
    let mut session = ctx.session_or_new(chat, locale);
    if session.blocked {
        come_back(ctx, &mut session);
    }
    match (button, session.partner.is_some()) {
        (Some(Button::Promotions(page)), true) => catalogue::show(ctx, &session, page, message),
        (Some(Button::Appeals(page)), true) => overview::list(ctx, &session, page, message),
        (Some(Button::Dialogue(appeal, page)), true) => {
            overview::dialogue(ctx, &session, appeal, page, message);
        }
        (Some(Button::Rate(appeal, thumb)), true) => {
            ratings::rated(ctx, &session, (appeal, thumb), message);
        }
        (Some(Button::Remark(appeal)), true) => ratings::invite(ctx, session, appeal),
        (Some(Button::NoRemark), true) => ratings::uninvite(ctx, session, message),
        (Some(Button::Code(mark)), true) => {
            registration::further::chosen(ctx, &mut session, mark);
        }
        // He is no partner any more.
        (
            Some(
                Button::Promotions(_)
                | Button::Appeals(_)
                | Button::Dialogue(..)
                | Button::Rate(..)
                | Button::Remark(_)
                | Button::NoRemark
                | Button::Code(_),
            ),
            false,
        ) => {}
        (
            Some(
                Button::SendKept
                | Button::DropKept
                | Button::CheckAgain
                | Button::Take(_)
                | Button::Solve(_)
                | Button::Withdraw(..),
            )
            | None,
            _,
        ) => of_kept(ctx, session, button),
    }
}

/// What was written before registering is passed on, or is not.
fn of_kept(ctx: &mut DecisionContext<'_>, mut session: Session, button: Option<Button>) {
    registration::kept::forget_old(ctx, &mut session);
    let kept = std::mem::take(&mut session.kept);
    match button {
        Some(Button::SendKept) if session.partner.is_some() && !kept.is_empty() => {
            appeals::receive(ctx, &mut session, None, &kept);
        }
        Some(Button::DropKept) if !kept.is_empty() => {
            ctx.put(Entity::Session(session.clone()));
            ctx.say(&session, Say::KeptDropped);
        }
        Some(_) | None => ctx.say(&session, Say::KeptGone),
    }
}

/// The admin chat may be a group, the specialists' is one; any other hears once that the bot works in private.
fn group(ctx: &mut DecisionContext<'_>, chat: ChatId, said: Option<&Text>, locale: Locale) {
    if said.and_then(commands::command) == Some(BotCommand::Id) {
        return groups::number(ctx, chat, locale);
    }
    let is_staff = ctx.staff_chat() == Some(chat);
    if is_staff && said.is_none() {
        staff_chat::room::is_back(ctx);
    }
    if ctx.admin_chat() == Some(chat) {
        if let Some(text) = said {
            operator::heard(ctx, &Content::Text(text.clone()));
        }
    } else if !is_staff {
        groups::tell_once(ctx, chat, locale);
    }
}

/// A reply in a group: in that of the specialists an answer, elsewhere words like any others.
fn replied(ctx: &mut DecisionContext<'_>, message: &Message, by: &Colleague, changed: bool) {
    let meant_for_us = !changed
        && ctx.admin_chat() == Some(message.chat)
        && operator::heard(ctx, &message.content);
    if meant_for_us {
        return;
    }
    if ctx.staff_chat() == Some(message.chat) {
        staff_desk::replied(ctx, message, by, changed);
    } else if !changed && ctx.admin_chat() != Some(message.chat) {
        groups::tell_once(ctx, message.chat, message.locale);
    }
}

fn membership(ctx: &mut DecisionContext<'_>, chat: ChatId, blocked: bool, locale: Locale) {
    let mut session = ctx.session_or_new(chat, locale);
    if blocked {
        session.blocked = true;
        ctx.put(Entity::Session(session));
    } else {
        come_back(ctx, &mut session);
    }
}

/// The partner can be written to again: answers that waited for him go out.
fn come_back(ctx: &mut DecisionContext<'_>, session: &mut Session) {
    session.blocked = false;
    let waiting = std::mem::take(&mut session.undelivered);
    ctx.put(Entity::Session(session.clone()));
    for appeal in waiting {
        answers::send_again(ctx, appeal);
    }
}
