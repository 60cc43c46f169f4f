//! Appeals into which an earlier version put the messages of several partners.
//!
//! Invariant: nothing of such an appeal is sent by itself any more, nothing joins it, and the operator knows whom to ask.

use crate::domain::{
    context::DecisionContext, effect::Entity, event::Mixed, ids::ChatId, wording::Note,
};

use super::answers;

/// How many partners one message to the operator names.
const NAMED: usize = 40;

/// The journal holds such an appeal.
pub(in crate::domain) fn found(ctx: &mut DecisionContext<'_>, mixed: &Mixed) {
    let Some(mut appeal) = ctx.appeal(mixed.appeal).filter(|appeal| !appeal.mixed) else {
        return;
    };
    appeal.mixed = true;
    // Whose code its row is to show, nobody can say.
    appeal.recoded = None;
    answers::withhold(ctx, &mut appeal);
    let partners = listed(ctx, mixed.others.iter().chain([&appeal.chat]));
    ctx.report(Note::AdminMixed(appeal.number, &partners));
    ctx.put(Entity::Appeal(appeal));
}

/// Codes of partners, or the Telegram IDs of those who have none.
fn listed<'a>(ctx: &DecisionContext<'_>, chats: impl Iterator<Item = &'a ChatId>) -> String {
    let name = |chat: &ChatId| {
        let code = ctx.session(*chat).and_then(|session| session.partner);
        let partner = code.and_then(|code| ctx.partner(&code));
        let written = partner.map(|partner| partner.written_code.0);
        written.unwrap_or_else(|| format!("Telegram ID {chat}"))
    };
    let names: Vec<String> = chats.map(name).collect();
    let named = names[..names.len().min(NAMED)].join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} (+{more})"),
    }
}
