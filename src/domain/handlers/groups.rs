//! Messages in groups: the bot works in private chats alone.
//!
//! Invariant: a group is told so once; its number, which the settings want, as often as it is asked for.

use crate::domain::{
    context::DecisionContext,
    effect::{Entity, Keyboard},
    ids::ChatId,
    session::{Group, Locale},
    view::View,
    wording::Say,
};

/// Tells a group, the first time it is met, that the bot works in private chats.
pub(super) fn tell_once(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId, locale: Locale) {
    if ctx.view.group(chat).is_none() {
        ctx.put(Entity::Group(Group { chat }));
        let text = ctx.rules.wording.say(locale, Say::PrivateOnly);
        ctx.reply(chat, &text, Keyboard::Keep);
    }
}

/// Tells a group its number.
pub(super) fn number(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId, locale: Locale) {
    let text = ctx.rules.wording.say(locale, Say::ChatNumber(chat));
    ctx.reply(chat, &text, Keyboard::Keep);
}
