//! What a person does in the chat, and who answers it.
//!
//! Invariant: every private message gets an answer: words, or the reaction once it is in the sheet; a flood gets one notice.

use crate::domain::{
    context::DecisionContext,
    effect::{Button, Effect, Entity, Keyboard},
    event::Update,
    ids::{ChatId, MessageId},
    message::{Colleague, Content, Message},
    session::{Kept, Locale, Session},
    tab::Tab,
    text::Text,
    view::View,
    wording::Say,
};

use super::{
    admin_chat, answers, appeals, broadcasts, catalogue,
    codes::{self, TextMeaning},
    flood_control::{self, MessageRate},
    groups, lines, operator, registration, staff_chat, staff_desk,
};

/// How many appeals `/appeals` lists.
const LISTED_APPEALS: usize = 10;

/// A command of the bot, by its first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Start,
    Appeals,
    Promotions,
    /// No announcements any more.
    Stop,
    /// Announcements again.
    Resume,
    /// `/help`, and every command that we do not know.
    Help,
}

pub(in crate::domain) fn update(ctx: &mut DecisionContext<'_, impl View>, update: &Update) {
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

fn message(ctx: &mut DecisionContext<'_, impl View>, message: &Message) {
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
    ctx: &mut DecisionContext<'_, impl View>,
    session: &mut Session,
    message: &Message,
    rate: MessageRate,
) {
    match (command_in(message), rate) {
        (Some(_), MessageRate::TooFast) => {}
        (Some(Command::Start | Command::Help), MessageRate::Usual) => ctx.say(session, Say::Help),
        (Some(Command::Appeals), MessageRate::Usual) => list_appeals(ctx, session),
        (Some(Command::Promotions), MessageRate::Usual) => catalogue::show(ctx, session, 0, None),
        (Some(Command::Stop), MessageRate::Usual) => announcements(ctx, session, false),
        (Some(Command::Resume), MessageRate::Usual) => announcements(ctx, session, true),
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
fn of_stranger(ctx: &mut DecisionContext<'_, impl View>, mut session: Session, message: &Message) {
    let meaning = what_is_meant(ctx, message);
    let rate = match meaning {
        TextMeaning::Code(_) => flood_control::count_code(ctx, &mut session, message),
        TextMeaning::Phone | TextMeaning::Words => flood_control::count(ctx, &mut session, message),
    };
    ctx.put(Entity::Session(session.clone()));
    if rate == MessageRate::TooFast {
        return;
    }
    if command_in(message).is_some() {
        return registration::welcome(ctx, session);
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
fn what_is_meant(ctx: &DecisionContext<'_, impl View>, message: &Message) -> TextMeaning {
    let own = message.context.forwarded.is_none() && !ctx.is_unseen(Tab::Partners);
    let text = message.content.text().filter(|_| own);
    text.map_or(TextMeaning::Words, |text| codes::meaning_of(ctx, text))
}

/// A message as it will be in a dialogue, if it can.
fn entry(ctx: &mut DecisionContext<'_, impl View>, message: &Message) -> Option<Kept> {
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
fn edited(ctx: &mut DecisionContext<'_, impl View>, message: &Message) {
    // A shared position moves by being changed, again and again.
    let moves = matches!(message.content, Content::Place { .. } | Content::Service(_));
    if moves || command_in(message).is_some() {
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
        (Some(_) | None, _) => registration::kept::corrected(ctx, session, entry),
    }
}

fn command_in(message: &Message) -> Option<Command> {
    let own = message.context.forwarded.is_none();
    message.content.text().filter(|_| own).and_then(command)
}

/// A command is one word that begins with a slash; in groups it may name the bot behind an `@` (Bot API: commands). With words behind it, it
/// is what people write; `/start` alone may come with what a link to the bot bears (Bot API: deep linking).
fn command(text: &Text) -> Option<Command> {
    let mut words = text.as_str().trim().strip_prefix('/')?.split_whitespace();
    let word = words.next()?;
    let name = word.split_once('@').map_or(word, |(name, _)| name);
    let plausible = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let command = match name {
        "start" => Command::Start,
        "appeals" => Command::Appeals,
        "promotions" => Command::Promotions,
        "stop" => Command::Stop,
        "resume" => Command::Resume,
        _ => Command::Help,
    };
    let behind: Vec<_> = words.collect();
    let alone = match behind.as_slice() {
        [] => true,
        [payload] => command == Command::Start && is_payload(payload),
        [_, ..] => false,
    };
    (plausible && alone).then_some(command)
}

/// What may be behind `/start` where somebody has followed a link.
fn is_payload(word: &str) -> bool {
    let is_of_a_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    word.len() <= 64 && word.bytes().all(is_of_a_word)
}

/// The partner asks for announcements, or for none; answers come in any case.
fn announcements(ctx: &mut DecisionContext<'_, impl View>, session: &mut Session, wanted: bool) {
    session.silent = !wanted;
    ctx.put(Entity::Session(session.clone()));
    if wanted {
        ctx.say(session, Say::AnnouncementsOn);
    } else {
        broadcasts::silence(ctx, session.chat);
        ctx.say(session, Say::AnnouncementsOff);
    }
}

fn list_appeals(ctx: &mut DecisionContext<'_, impl View>, session: &Session) {
    let appeals = ctx.view.appeals_of(session.chat, LISTED_APPEALS);
    if appeals.is_empty() {
        return ctx.say(session, Say::AppealsNone);
    }
    let mut lines = vec![ctx.text(session, Say::AppealsHeading)];
    for appeal in appeals {
        let date = appeal.stamp.map(|at| ctx.rules.day(at));
        let status = ctx.text(session, Say::StatusWord(&appeal.status));
        lines.push(ctx.text(
            session,
            Say::AppealsLine {
                number: appeal.number,
                date: date.as_deref(),
                status: &status,
            },
        ));
    }
    ctx.reply(session.chat, &lines.join("\n"), Keyboard::Keep);
}

fn pressed(
    ctx: &mut DecisionContext<'_, impl View>,
    chat: ChatId,
    message: Option<MessageId>,
    button: Option<Button>,
    locale: Locale,
) {
    let mut session = ctx.session_or_new(chat, locale);
    if session.blocked {
        come_back(ctx, &mut session);
    }
    if let Some(Button::Promotions(page)) = button {
        if session.partner.is_some() {
            catalogue::show(ctx, &session, page, message);
        }
        return;
    }
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
        Some(
            Button::SendKept
            | Button::DropKept
            | Button::Promotions(_)
            | Button::CheckAgain
            | Button::Take(_)
            | Button::Solve(_)
            | Button::Withdraw(..),
        )
        | None => ctx.say(&session, Say::KeptGone),
    }
}

/// The admin chat may be a group, the specialists' is one; any other hears once that the bot works in private.
fn group(
    ctx: &mut DecisionContext<'_, impl View>,
    chat: ChatId,
    said: Option<&Text>,
    locale: Locale,
) {
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
fn replied(
    ctx: &mut DecisionContext<'_, impl View>,
    message: &Message,
    by: &Colleague,
    changed: bool,
) {
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

fn membership(
    ctx: &mut DecisionContext<'_, impl View>,
    chat: ChatId,
    blocked: bool,
    locale: Locale,
) {
    let mut session = ctx.session_or_new(chat, locale);
    if blocked {
        session.blocked = true;
        ctx.put(Entity::Session(session));
    } else {
        come_back(ctx, &mut session);
    }
}

/// The partner can be written to again: answers that waited for him go out.
fn come_back(ctx: &mut DecisionContext<'_, impl View>, session: &mut Session) {
    session.blocked = false;
    let waiting = std::mem::take(&mut session.undelivered);
    ctx.put(Entity::Session(session.clone()));
    for appeal in waiting {
        answers::send_again(ctx, appeal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_word_with_a_slash() {
        for (text, expected) in [
            ("/start", Some(Command::Start)),
            (" /start payload ", Some(Command::Start)),
            ("/appeals@desk_bot", Some(Command::Appeals)),
            ("/promotions", Some(Command::Promotions)),
            ("/stop", Some(Command::Stop)),
            ("/resume", Some(Command::Resume)),
            ("/unknown", Some(Command::Help)),
            ("/help не работает касса", None),
            ("/stop please", None),
            ("/start Здравствуйте", None),
            ("/start\nне работает", None),
            ("1/2 дома", None),
            ("/", None),
            ("/дом 5", None),
        ] {
            assert_eq!(command(&Text::from(text)), expected, "{text}");
        }
    }
}
