//! What a person does in the chat, and who answers it.
//!
//! Invariant: every private message gets an answer, now or after the next look.

use crate::domain::{
    effect::{Button, Effect, Entity, Keyboard},
    event::{Content, Message, Update},
    ids::{CallbackId, ChatId},
    session::{Locale, Session},
    text::Text,
    turn::Turn,
    view::View,
    wording::Say,
};

use super::{answers, appeals, registration};

/// How many appeals `/appeals` lists.
const LISTED_APPEALS: usize = 10;

/// A command of the bot, by its first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Start,
    Appeals,
    /// `/help`, and every command that we do not know.
    Help,
}

pub(in crate::domain) fn update(turn: &mut Turn<'_, impl View>, update: &Update) {
    match update {
        Update::Message(message) => self::message(turn, message),
        Update::Pressed {
            chat,
            callback,
            button,
            locale,
        } => pressed(turn, *chat, callback, *button, *locale),
        Update::Membership { chat, blocked, locale } => membership(turn, *chat, *blocked, *locale),
        Update::Unserved(_) => {}
    }
}

fn message(turn: &mut Turn<'_, impl View>, message: &Message) {
    let mut session = turn.session_or_new(message.chat, message.locale);
    session.locale = message.locale;
    if session.blocked {
        come_back(turn, &mut session);
    }
    turn.put(Entity::Session(session.clone()));
    match (&message.content, session.partner.is_some()) {
        (Content::Text(text), true) => registered_text(turn, &session, message, text),
        (Content::Text(text), false) => unregistered_text(turn, session, message, text),
        (Content::Contact { phone, own }, false) => registration::contact(turn, session, phone, *own),
        (Content::Contact { .. }, true) | (Content::Other(_), _) => turn.say(&session, Say::NotTextYet),
    }
}

fn registered_text(turn: &mut Turn<'_, impl View>, session: &Session, message: &Message, text: &Text) {
    match command(text) {
        Some(Command::Start | Command::Help) => turn.say(session, Say::Help),
        Some(Command::Appeals) => list_appeals(turn, session),
        None => appeals::receive(turn, session, &[(message.at, text.clone())]),
    }
}

fn unregistered_text(turn: &mut Turn<'_, impl View>, session: Session, message: &Message, text: &Text) {
    match command(text) {
        Some(Command::Start | Command::Help | Command::Appeals) => registration::welcome(turn, session),
        None => registration::text(turn, session, message.at, text),
    }
}

/// A command is one word that begins with a slash; in groups it may name the bot behind an `@` (Bot API: commands).
fn command(text: &Text) -> Option<Command> {
    let word = text.as_str().trim().strip_prefix('/')?.split_whitespace().next()?;
    let name = word.split_once('@').map_or(word, |(name, _)| name);
    let plausible = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plausible.then_some(match name {
        "start" => Command::Start,
        "appeals" => Command::Appeals,
        _ => Command::Help,
    })
}

fn list_appeals(turn: &mut Turn<'_, impl View>, session: &Session) {
    let appeals = turn.view.appeals_of(session.chat, LISTED_APPEALS);
    if appeals.is_empty() {
        return turn.say(session, Say::AppealsNone);
    }
    let mut lines = vec![turn.words(session, Say::AppealsHeading)];
    for appeal in appeals {
        let date = appeal.stamp.map(|at| turn.rules.day(at));
        let status = turn.words(session, Say::StatusWord(&appeal.status));
        lines.push(turn.words(
            session,
            Say::AppealsLine {
                number: appeal.number,
                date: date.as_deref(),
                status: &status,
            },
        ));
    }
    turn.reply(session.chat, &lines.join("\n"), Keyboard::Keep);
}

fn pressed(turn: &mut Turn<'_, impl View>, chat: ChatId, callback: &CallbackId, button: Option<Button>, locale: Locale) {
    turn.then(Effect::AnswerButton(callback.clone()));
    let mut session = turn.session_or_new(chat, locale);
    if session.blocked {
        come_back(turn, &mut session);
    }
    registration::forget_old(turn, &mut session);
    let kept = std::mem::take(&mut session.kept);
    match button {
        Some(Button::SendKept) if session.partner.is_some() && !kept.is_empty() => {
            turn.put(Entity::Session(session.clone()));
            let lines: Vec<_> = kept.into_iter().map(|kept| (kept.at, kept.text)).collect();
            appeals::receive(turn, &session, &lines);
        }
        Some(Button::DropKept) if !kept.is_empty() => {
            turn.put(Entity::Session(session.clone()));
            turn.say(&session, Say::KeptDropped);
        }
        Some(Button::SendKept | Button::DropKept) | None => turn.say(&session, Say::KeptGone),
    }
}

fn membership(turn: &mut Turn<'_, impl View>, chat: ChatId, blocked: bool, locale: Locale) {
    let mut session = turn.session_or_new(chat, locale);
    if blocked {
        session.blocked = true;
        turn.put(Entity::Session(session));
    } else {
        come_back(turn, &mut session);
    }
}

/// The partner can be written to again: answers that waited for him go out.
fn come_back(turn: &mut Turn<'_, impl View>, session: &mut Session) {
    session.blocked = false;
    let waiting = std::mem::take(&mut session.undelivered);
    turn.put(Entity::Session(session.clone()));
    for appeal in waiting {
        answers::send_again(turn, appeal);
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
            ("/unknown", Some(Command::Help)),
            ("1/2 дома", None),
            ("/", None),
            ("/дом 5", None),
        ] {
            assert_eq!(command(&Text::from(text)), expected, "{text}");
        }
    }
}
