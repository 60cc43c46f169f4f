//! The chat in which the operator is told: under which number it is, and whether it takes what we say.
//!
//! Invariant: a chat that is not the operator's changes nothing here.

use crate::domain::{
    appeal::RejectReason,
    chat::KnownChat,
    context::DecisionContext,
    effect::Entity,
    ids::ChatId,
    wording::{AlertNote, Note},
};

/// A group became a supergroup, under another id: where it is the admin chat, it is followed there.
pub(super) fn moved(ctx: &mut DecisionContext<'_>, from: ChatId, to: ChatId) {
    let is_it = ctx.admin_chat() == Some(from) && from != to;
    let Some(settings) = ctx.rules.admin_chat.filter(|_| is_it) else {
        return;
    };
    let mut alerts = ctx.alerts();
    alerts.admin_chat = KnownChat {
        moved: Some((settings, to)),
        refused: None,
    };
    ctx.put(Entity::Alerts(alerts));
    ctx.report(Note::Alert(AlertNote::ChatMoved(to)));
}

/// The admin chat has taken a message, or has refused it whatever it says.
pub(super) fn reached(ctx: &mut DecisionContext<'_>, chat: ChatId, refused: Option<&RejectReason>) {
    if ctx.admin_chat() != Some(chat) {
        return;
    }
    let mut alerts = ctx.alerts();
    if alerts.admin_chat.refused.as_ref() != refused {
        alerts.admin_chat.refused = refused.cloned();
        ctx.put(Entity::Alerts(alerts));
    }
}
