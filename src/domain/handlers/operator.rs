//! What the operator asks for, and what he is told.
//!
//! Invariant: an answer held at first sight is sent only by the operator's word, or when its author changes it.

use crate::domain::{
    event::{Command, Notice},
    message::Content,
    turn::Turn,
    view::View,
    wording::Note,
};

use super::answers;

/// What the admin chat says: whether it was meant for us.
pub(super) fn heard(_turn: &mut Turn<'_, impl View>, _content: &Content) -> bool {
    false
}

pub(in crate::domain) fn command(turn: &mut Turn<'_, impl View>, command: &Command) {
    match command {
        Command::ReleaseAnswers => {
            for appeal in turn.view.held() {
                answers::send_again(turn, appeal);
            }
        }
        Command::Notify(Notice::TabUnusable { words, .. }) => turn.report(Note::AdminTabUnusable(words)),
        Command::Notify(Notice::TabMended(tab)) => turn.report(Note::AdminTabMended(*tab)),
        Command::Notify(Notice::UpdatesTaken { webhook }) => turn.report(Note::AdminUpdatesTaken { webhook: *webhook }),
        Command::Notify(Notice::UpdatesBack) => turn.report(Note::AdminUpdatesBack),
    }
}
