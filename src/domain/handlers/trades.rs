//! Numbers that stand beside a telegram_id which is not theirs: somebody sorted a part of the tab that leaves our column out, or copied cells.
//!
//! Invariant: a number is put back only where the telegram_id leaves one possibility; else the rows say so, and nothing else is done to them.

use std::collections::BTreeMap;

use crate::domain::{
    appeal::Appeal,
    effect::Entity,
    event::{AppealCells, TelegramCell},
    ids::{ChatId, Number, RowKey},
    partner::RowTrouble,
    tab::Tab,
    turn::Turn,
    view::View,
};

/// With this many appeals of one chat nobody can be sure any more.
const MOST_APPEALS: usize = 1_000;

/// Takes down which rows bear a number without being its own.
pub(super) fn note(turn: &mut Turn<'_, impl View>, number: Number, strangers: &[&AppealCells]) {
    let mut tab = turn.tab(Tab::Appeals);
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
    turn.put(Entity::Tab(tab));
    if let Some(Some(chat)) = before {
        release(turn, chat, number);
    }
}

/// The row of a chat that bore this number does so no more: its appeals are looked for under their own again.
fn release(turn: &mut Turn<'_, impl View>, chat: ChatId, shown: Number) {
    let all = turn.view.appeals_of(chat, MOST_APPEALS).into_iter();
    let fresh: Vec<Appeal> = all.filter_map(|appeal| turn.appeal(appeal.id)).collect();
    let waits = |appeal: &Appeal| {
        appeal.traded == Some(shown) || appeal.stopped == Some(RowTrouble::Mismatched)
    };
    for mut appeal in fresh.into_iter().filter(waits) {
        appeal.traded = appeal.traded.filter(|&traded| traded != shown);
        turn.dirty(RowKey::Appeal(appeal.id));
        turn.put(Entity::Appeal(appeal));
    }
}

/// The row of an appeal was found in another way: if the number that it bore still stands beside its telegram_id somewhere, that row has
/// to say so.
pub(super) fn is_found(turn: &mut Turn<'_, impl View>, appeal: &mut Appeal) {
    if let Some(bearer) = appeal.traded.take().and_then(|shown| turn.numbered(shown)) {
        turn.dirty(RowKey::Appeal(bearer.id));
    }
}

/// Whether a row of this chat bears the number of another: it may be the one that is missing. Of a look, what is missing is decided last.
pub(super) fn may_stand_elsewhere(turn: &Turn<'_, impl View>, chat: ChatId) -> bool {
    turn.tab(Tab::Appeals)
        .strangers
        .values()
        .any(|stranger| *stranger == Some(chat))
}

/// The look has ended, so it is known which rows are whose: numbers go back where the telegram_id leaves one possibility.
pub(super) fn put_back(turn: &mut Turn<'_, impl View>) {
    let mut rows: BTreeMap<ChatId, Vec<Number>> = BTreeMap::new();
    for (&number, chat) in &turn.tab(Tab::Appeals).strangers {
        if let Some(chat) = chat {
            rows.entry(*chat).or_default().push(number);
        }
    }
    for (chat, shown) in rows {
        let displaced = displaced(turn, chat);
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
            turn.dirty(RowKey::Appeal(appeal.id));
            if let (Some(_), Some(number)) = (only, appeal.number) {
                quiet(turn, number);
            }
            turn.put(Entity::Appeal(appeal));
        }
    }
}

/// The appeals of a chat whose number stands beside somebody else's telegram_id.
fn displaced(turn: &Turn<'_, impl View>, chat: ChatId) -> Vec<Appeal> {
    let all = turn.view.appeals_of(chat, MOST_APPEALS);
    if all.len() == MOST_APPEALS {
        return Vec::new();
    }
    let fresh = all.into_iter().filter_map(|appeal| turn.appeal(appeal.id));
    fresh
        .filter(|appeal| appeal.stopped == Some(RowTrouble::Mismatched))
        .collect()
}

/// The operator need not hear of what mends itself.
fn quiet(turn: &mut Turn<'_, impl View>, number: Number) {
    let mut tab = turn.tab(Tab::Appeals);
    if let Some(numbers) = tab.stopped.get_mut(&RowTrouble::Mismatched) {
        numbers.remove(&number);
        turn.put(Entity::Tab(tab));
    }
}
