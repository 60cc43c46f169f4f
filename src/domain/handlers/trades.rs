//! Numbers that are beside a telegram_id which is not theirs: somebody sorted a part of the tab that leaves our column out, or copied cells.
//!
//! Invariant: a number is put back only where the telegram_id leaves one possibility; else the rows say so, and nothing else is done to them.

use std::collections::BTreeMap;

use crate::domain::{
    appeal::Appeal,
    context::DecisionContext,
    effect::Entity,
    event::{AppealCells, TelegramCell},
    ids::{ChatId, Number, RowKey},
    partner::RowTrouble,
    tab::Tab,
    view::View,
};

/// With this many appeals of one chat nobody can be sure any more.
const MOST_APPEALS: usize = 1_000;

/// Takes down which rows bear a number without being its own.
pub(super) fn note(
    ctx: &mut DecisionContext<'_, impl View>,
    number: Number,
    strangers: &[&AppealCells],
) {
    let mut tab = ctx.tab(Tab::Appeals);
    let before = tab.strangers.get(&number).copied();
    // Beside no telegram_id at all a number is a leftover of a sort.
    let somebody_s = |cells: &&&AppealCells| cells.chat != TelegramCell::Empty;
    let theirs: Vec<_> = strangers.iter().filter(somebody_s).collect();
    let now = match theirs.as_slice() {
        [] if strangers.is_empty() => None,
        [] => Some(None),
        [one] => Some(match one.chat {
            TelegramCell::Id(chat) | TelegramCell::Doubled(chat) => Some(chat),
            TelegramCell::Empty | TelegramCell::Unreadable => None,
        }),
        [_, _, ..] => Some(None),
    };
    if now == before {
        return;
    }
    match now {
        Some(chat) => tab.strangers.insert(number, chat),
        None => tab.strangers.remove(&number),
    };
    ctx.put(Entity::Tab(tab));
    if let Some(Some(chat)) = before {
        release(ctx, chat, number);
    }
}

/// The row of a chat that bore this number does so no more: its appeals are looked for under their own again.
fn release(ctx: &mut DecisionContext<'_, impl View>, chat: ChatId, shown: Number) {
    let all = ctx.view.appeals_of(chat, MOST_APPEALS).into_iter();
    let fresh: Vec<Appeal> = all.filter_map(|appeal| ctx.appeal(appeal.id)).collect();
    let waits = |appeal: &Appeal| {
        appeal.traded == Some(shown) || appeal.stopped == Some(RowTrouble::Mismatched)
    };
    for mut appeal in fresh.into_iter().filter(waits) {
        appeal.traded = appeal.traded.filter(|&traded| traded != shown);
        ctx.dirty(RowKey::Appeal(appeal.id));
        ctx.put(Entity::Appeal(appeal));
    }
}

/// The row of an appeal was found in another way: if the number that it bore still is beside its telegram_id somewhere, that row has
/// to say so.
pub(super) fn is_found(ctx: &mut DecisionContext<'_, impl View>, appeal: &mut Appeal) {
    if let Some(bearer) = appeal.traded.take().and_then(|shown| ctx.numbered(shown)) {
        ctx.dirty(RowKey::Appeal(bearer.id));
    }
}

/// Whether a row of this chat bears the number of another: it may be the one that is missing. Of a read, what is missing is decided last.
pub(super) fn may_stand_elsewhere(ctx: &DecisionContext<'_, impl View>, chat: ChatId) -> bool {
    ctx.tab(Tab::Appeals)
        .strangers
        .values()
        .any(|stranger| *stranger == Some(chat))
}

/// The read has ended, so it is known which rows are whose: numbers go back where the telegram_id leaves one possibility.
pub(super) fn put_back(ctx: &mut DecisionContext<'_, impl View>) {
    let mut rows: BTreeMap<ChatId, Vec<Number>> = BTreeMap::new();
    for (&number, chat) in &ctx.tab(Tab::Appeals).strangers {
        if let Some(chat) = chat {
            rows.entry(*chat).or_default().push(number);
        }
    }
    for (chat, shown) in rows {
        let displaced = displaced(ctx, chat);
        let only = match (shown.as_slice(), displaced.as_slice()) {
            (&[shown], [_]) => Some(shown),
            _ => None,
        };
        for mut appeal in displaced {
            if appeal.traded == only {
                continue;
            }
            appeal.traded = only;
            // Where a partner has several rows, this may be another of them: all of it is written.
            appeal.stale = true;
            ctx.dirty(RowKey::Appeal(appeal.id));
            if let (Some(_), Some(number)) = (only, appeal.number) {
                quiet(ctx, number);
            }
            ctx.put(Entity::Appeal(appeal));
        }
    }
}

/// The appeals of a chat whose number is beside somebody else's telegram_id.
fn displaced(ctx: &DecisionContext<'_, impl View>, chat: ChatId) -> Vec<Appeal> {
    let all = ctx.view.appeals_of(chat, MOST_APPEALS);
    if all.len() == MOST_APPEALS {
        return Vec::new();
    }
    let fresh = all.into_iter().filter_map(|appeal| ctx.appeal(appeal.id));
    fresh
        .filter(|appeal| appeal.stopped == Some(RowTrouble::Mismatched))
        .collect()
}

/// The operator need not hear of what repairs itself.
fn quiet(ctx: &mut DecisionContext<'_, impl View>, number: Number) {
    let mut tab = ctx.tab(Tab::Appeals);
    if let Some(numbers) = tab.stopped.get_mut(&RowTrouble::Mismatched) {
        numbers.remove(&number);
        ctx.put(Entity::Tab(tab));
    }
}
