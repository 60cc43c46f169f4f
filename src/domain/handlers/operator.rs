//! What the operator asks for, and what he is told.
//!
//! Invariant: an answer held at first sight is sent only by the operator's word, or when its author changes it.

use crate::domain::{
    digest,
    effect::{Effect, Keyboard},
    event::{Command, Notice},
    ids::OutboxId,
    message::Content,
    operator::Ask,
    turn::Turn,
    view::View,
    wording::Note,
};

use super::{answers, erasing, restoring};

/// What the admin chat says: whether it was meant for us.
pub(super) fn heard(turn: &mut Turn<'_, impl View>, content: &Content) -> bool {
    let ask = content.text().and_then(|text| Ask::parse(text.as_str()));
    let meant = ask.is_some();
    ask.into_iter().for_each(|ask| turn.then(Effect::Answer(ask)));
    meant
}

pub(in crate::domain) fn command(turn: &mut Turn<'_, impl View>, command: &Command) {
    match command {
        Command::ReleaseAnswers => {
            for appeal in turn.view.held() {
                answers::send_again(turn, appeal);
            }
        }
        Command::Notify(notice) => notify(turn, notice),
        Command::Tell(words) => {
            if let Some(chat) = turn.rules.admin_chat {
                turn.reply(chat, words, Keyboard::Keep);
            }
        }
        Command::Requeue(records) => records.iter().for_each(|seq| turn.then(Effect::Requeue(*seq))),
        Command::Discard(records) => records.iter().for_each(|seq| turn.then(Effect::Discard(*seq))),
        Command::Resend(messages) => messages.iter().for_each(|id| resend(turn, id)),
        Command::Erase(person) => erasing::erase(turn, person),
        Command::Restored => restoring::from_copy(turn),
        Command::Forget(messages) => messages.iter().for_each(|id| turn.then(Effect::Forget(id.clone()))),
    }
}

fn notify(turn: &mut Turn<'_, impl View>, notice: &Notice) {
    match notice {
        Notice::TabUnusable { words, .. } => turn.report(Note::AdminTabUnusable(words)),
        Notice::TabMended(tab) => turn.report(Note::AdminTabMended(*tab)),
        Notice::UpdatesTaken { webhook } => turn.report(Note::AdminUpdatesTaken { webhook: *webhook }),
        Notice::UpdatesBack => turn.report(Note::AdminUpdatesBack),
        Notice::Digest(digest) => {
            if let Some(chat) = turn.rules.admin_chat {
                let words = digest::words(turn.rules, digest);
                turn.reply(chat, &words, Keyboard::Keep);
            }
        }
    }
}

/// An answer that still stands in its cell goes out as a whole, less the parts that arrived; anything else as it was.
fn resend(turn: &mut Turn<'_, impl View>, id: &OutboxId) {
    let standing = match id {
        OutboxId::Answer(appeal, ..) => turn.appeal(*appeal).filter(|appeal| appeal.seen.answer.is_some()),
        OutboxId::Reply(..) | OutboxId::Promotion(..) | OutboxId::Cover(..) | OutboxId::Preview(..) => None,
    };
    match standing {
        Some(appeal) => {
            answers::send_again(turn, appeal.id);
            turn.then(Effect::Forget(id.clone()));
        }
        None => turn.then(Effect::Resend(id.clone())),
    }
}
