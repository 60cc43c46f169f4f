//! Messages in groups: the bot works in private chats alone.
//!
//! Invariant: a group is told so once; its number, which the settings want, as often as it is asked for, but in a flood.

use crate::domain::{
    context::DecisionContext,
    effect::{Entity, Keyboard},
    ids::ChatId,
    session::{Group, Locale},
    wording::Say,
};

use super::flood_control;

/// Tells a group, the first time it is met, that the bot works in private chats.
pub(super) fn tell_once(ctx: &mut DecisionContext<'_>, chat: ChatId, locale: Locale) {
    let mut group = known(ctx, chat);
    if !std::mem::replace(&mut group.told, true) {
        ctx.put(Entity::Group(group));
        let text = ctx.rules.wording.say(locale, Say::PrivateOnly);
        ctx.reply(chat, &text, Keyboard::Keep);
    }
}

/// Tells a group its number.
pub(super) fn number(ctx: &mut DecisionContext<'_>, chat: ChatId, locale: Locale) {
    let mut group = known(ctx, chat);
    let fast = flood_control::is_asked_too_fast(&mut group.asked, ctx.now);
    ctx.put(Entity::Group(group));
    if !fast {
        let text = ctx.rules.wording.say(locale, Say::ChatNumber(chat));
        ctx.reply(chat, &text, Keyboard::Keep);
    }
}

fn known(ctx: &DecisionContext<'_>, chat: ChatId) -> Group {
    ctx.view.group(chat).unwrap_or(Group {
        chat,
        told: false,
        asked: Vec::new(),
    })
}
