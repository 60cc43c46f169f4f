//! What the operator asks for, and what he is told.
//!
//! Invariant: an answer held at first sight is sent only by the operator's word, or when its author changes it.

use std::collections::BTreeSet;

use crate::domain::{
    alerts::{AdminChat, Told, Trouble},
    appeal::Why,
    digest,
    effect::{Button, Effect, Entity, Keyboard},
    event::{Command, Notice},
    ids::{ChatId, OutboxId},
    message::Content,
    operator::Ask,
    turn::Turn,
    view::View,
    wording::{AlertNote, Note},
};

use super::{answers, delivery, erasing, restoring};

/// What the admin chat says: whether it was meant for us.
pub(super) fn heard(turn: &mut Turn<'_, impl View>, content: &Content) -> bool {
    let ask = content.text().and_then(|text| Ask::parse(text.as_str()));
    let meant = ask.is_some();
    ask.into_iter()
        .for_each(|ask| turn.then(Effect::Answer(ask)));
    meant
}

/// The button beneath an alert; elsewhere than in the admin chat it is nobody's.
pub(super) fn check_again(turn: &mut Turn<'_, impl View>, chat: ChatId) {
    if turn.admin_chat() == Some(chat) {
        turn.then(Effect::Answer(Ask::Check));
    }
}

/// A group became a supergroup, under another id: where it is the admin chat, it is followed there.
pub(super) fn moved(turn: &mut Turn<'_, impl View>, from: ChatId, to: ChatId) {
    let Some(settings) = turn
        .rules
        .admin_chat
        .filter(|_| turn.admin_chat() == Some(from) && from != to)
    else {
        return;
    };
    let mut alerts = turn.alerts();
    alerts.admin_chat = AdminChat {
        moved: Some((settings, to)),
        refused: None,
    };
    turn.put(Entity::Alerts(alerts));
    turn.report(Note::Alert(AlertNote::ChatMoved(to)));
}

/// The admin chat has taken a message, or has refused it whatever it says.
pub(super) fn reached(turn: &mut Turn<'_, impl View>, chat: ChatId, refused: Option<&Why>) {
    if turn.admin_chat() != Some(chat) {
        return;
    }
    let mut alerts = turn.alerts();
    if alerts.admin_chat.refused.as_ref() != refused {
        alerts.admin_chat.refused = refused.cloned();
        turn.put(Entity::Alerts(alerts));
    }
}

/// What a check has found: beginnings and ends are told, each once.
fn checked(turn: &mut Turn<'_, impl View>, found: &BTreeSet<Trouble>) {
    let mut alerts = turn.alerts();
    let before = alerts.clone();
    let mut tells = alerts.check(found, turn.now);
    if !found.contains(&Trouble::AdminChat) {
        alerts.admin_chat.refused = None;
    }
    // While nothing can be sent nothing can be told; the end tells for how long it was.
    tells.retain(|told| {
        !matches!(
            told,
            Told::Begun(Trouble::Telegram | Trouble::Bot | Trouble::AdminChat)
        )
    });
    if let Some(chat) = turn.admin_chat() {
        let say = |note| turn.rules.wording.note(Note::Alert(note));
        let again = say(AlertNote::CheckAgain);
        let (begun, over): (Vec<_>, Vec<_>) = tells
            .iter()
            .partition(|told| matches!(told, Told::Begun(_)));
        let words = |told: &[&Told]| {
            let lines: Vec<String> = told
                .iter()
                .map(|told| match told {
                    Told::Begun(trouble) => say(AlertNote::Begun(*trouble)),
                    Told::Over(trouble, lasted) => say(AlertNote::Over(*trouble, *lasted)),
                })
                .collect();
            lines.join("\n\n")
        };
        let (begun, over) = (words(&begun), words(&over));
        if !over.is_empty() {
            turn.reply(chat, &over, Keyboard::Keep);
        }
        if !begun.is_empty() {
            turn.reply(
                chat,
                &begun,
                Keyboard::Inline(vec![(again, Button::CheckAgain)]),
            );
        }
    }
    if alerts != before {
        turn.put(Entity::Alerts(alerts));
    }
}

pub(in crate::domain) fn command(turn: &mut Turn<'_, impl View>, command: &Command) {
    match command {
        Command::ReleaseAnswers => {
            for appeal in turn.view.held() {
                answers::send_again(turn, appeal);
            }
        }
        Command::EndSilence => delivery::end_silence(turn),
        Command::Notify(notice) => notify(turn, notice),
        Command::Checked(found) => checked(turn, found),
        Command::Tell(words) => {
            if let Some(chat) = turn.admin_chat() {
                turn.reply(chat, words, Keyboard::Keep);
            }
        }
        Command::Requeue(records) => records
            .iter()
            .for_each(|seq| turn.then(Effect::Requeue(*seq))),
        Command::Discard(records) => records
            .iter()
            .for_each(|seq| turn.then(Effect::Discard(*seq))),
        Command::Resend(messages) => messages.iter().for_each(|id| resend(turn, id)),
        Command::Erase(person) => erasing::erase(turn, person),
        Command::Restored => restoring::from_copy(turn),
        Command::Forget(messages) => messages
            .iter()
            .for_each(|id| turn.then(Effect::Forget(id.clone()))),
    }
}

fn notify(turn: &mut Turn<'_, impl View>, notice: &Notice) {
    match notice {
        Notice::TabUnusable { words, .. } => turn.report(Note::AdminTabUnusable(words)),
        Notice::TabMended(tab) => turn.report(Note::AdminTabMended(*tab)),
        Notice::UpdatesTaken { webhook } => {
            turn.report(Note::AdminUpdatesTaken { webhook: *webhook })
        }
        Notice::UpdatesBack => turn.report(Note::AdminUpdatesBack),
        Notice::Heartbeat(beat) => turn.report_silently(Note::Alert(AlertNote::Heartbeat {
            hours: beat.hours,
            messages: beat.messages,
            answers: beat.answers,
            waiting: beat.waiting,
        })),
        Notice::Digest(digest) => {
            if let Some(chat) = turn.admin_chat() {
                let words = digest::words(turn.rules, digest);
                turn.reply(chat, &words, Keyboard::Keep);
            }
        }
    }
}

/// An answer that still stands in its cell goes out as a whole, less the parts that arrived; anything else as it was.
fn resend(turn: &mut Turn<'_, impl View>, id: &OutboxId) {
    let standing = match id {
        OutboxId::Answer(appeal, ..) => turn
            .appeal(*appeal)
            .filter(|appeal| appeal.seen.answer.is_some()),
        OutboxId::Reply(..)
        | OutboxId::Promotion(..)
        | OutboxId::Cover(..)
        | OutboxId::Preview(..) => None,
    };
    match standing {
        Some(appeal) => {
            answers::send_again(turn, appeal.id);
            turn.then(Effect::Forget(id.clone()));
        }
        None => turn.then(Effect::Resend(id.clone())),
    }
}
