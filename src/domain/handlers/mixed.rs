//! Appeals into which an earlier version put the messages of several partners.
//!
//! Invariant: nothing of such an appeal is sent by itself any more, nothing joins it, and the operator knows whom to ask.

use crate::domain::{
    effect::Entity, event::Mixed, ids::ChatId, turn::Turn, view::View, wording::Note,
};

use super::answers;

/// How many partners one message to the operator names.
const NAMED: usize = 40;

/// The journal holds such an appeal.
pub(in crate::domain) fn found(turn: &mut Turn<'_, impl View>, mixed: &Mixed) {
    let Some(mut appeal) = turn.appeal(mixed.appeal).filter(|appeal| !appeal.mixed) else {
        return;
    };
    appeal.mixed = true;
    answers::withhold(turn, &mut appeal);
    let partners = listed(turn, mixed.others.iter().chain([&appeal.chat]));
    turn.report(Note::AdminMixed(appeal.number, &partners));
    turn.put(Entity::Appeal(appeal));
}

/// Codes of partners, or the Telegram IDs of those who have none.
fn listed<'a>(turn: &Turn<'_, impl View>, chats: impl Iterator<Item = &'a ChatId>) -> String {
    let name = |chat: &ChatId| {
        let code = turn.session(*chat).and_then(|session| session.partner);
        let written = code
            .and_then(|code| turn.partner(&code))
            .map(|partner| partner.written_code.0);
        written.unwrap_or_else(|| format!("Telegram ID {chat}"))
    };
    let names: Vec<String> = chats.map(name).collect();
    let named = names[..names.len().min(NAMED)].join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} (+{more})"),
    }
}
