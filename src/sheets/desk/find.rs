//! Where a desired row stands in the look at hand.
//!
//! Invariant: only a key that stands in exactly one row, beside the Telegram ID that belongs to it, leads to a row.

use super::station::Station;
use crate::{
    domain::{
        event::{RowMark, TelegramCell},
        ids::{ChatId, Number},
        row::{CellValue, Column, DesiredRow, Find, PromotionFind},
        text::Text,
    },
    sheets::{
        diff::promotions,
        layout::{Layout, cells},
        look::{Index, KeyMatch, Row, TabSnapshot},
    },
};

/// One tab of the scene.
pub(super) struct TabContext<'a> {
    pub(super) station: &'a Station,
    pub(super) look: &'a TabSnapshot,
    pub(super) index: Index<'a>,
    pub(super) layout: Layout,
}

/// Where a desired row stands.
pub(super) enum Place<'a> {
    At(&'a Row),
    Tail,
    /// Nowhere, and it must not be appended.
    Absent,
    /// In doubt.
    Unclear,
    /// Histories are needed to tell.
    Unread,
}

impl TabContext<'_> {
    pub(super) fn find(&self, row: &DesiredRow) -> Place<'_> {
        let missing = if row.append {
            Place::Tail
        } else {
            Place::Absent
        };
        match &row.find {
            Find::Partner(code) => match self.index.find(&RowMark::Partner(code.clone())) {
                KeyMatch::Nowhere => missing,
                KeyMatch::Once(found) => Place::At(found),
                KeyMatch::Doubled => Place::Unclear,
            },
            Find::Numbered(number, chat) => self.find_beside(*number, *chat, missing),
            Find::Traded(shown, chat) => self.find_beside(*shown, *chat, Place::Unclear),
            Find::Unnumbered(chat, history) => self.find_unnumbered(*chat, history),
            Find::Promotion(find) => self.find_promotion(find),
        }
    }

    /// The row with this `№` and this telegram_id; other rows with the number do not count.
    fn find_beside<'a>(&'a self, number: Number, chat: ChatId, missing: Place<'a>) -> Place<'a> {
        let all = self.bearing(number);
        let mut own = all
            .clone()
            .filter(|row| row.telegram == TelegramCell::Id(chat));
        match (own.next(), own.next()) {
            (Some(row), None) => Place::At(row),
            // Beside no telegram_id at all a number is a leftover of a sort.
            (None, _)
                if all.clone().all(|row| row.telegram == TelegramCell::Empty)
                    && matches!(missing, Place::Tail) =>
            {
                missing
            }
            (None, _) if all.count() == 0 => missing,
            (None | Some(_), _) => Place::Unclear,
        }
    }

    /// The rows that bear a `№`.
    pub(super) fn bearing(&self, number: Number) -> impl Iterator<Item = &Row> + Clone {
        self.index.rows(&RowMark::Appeal(number))
    }

    /// The row as the look showed it on which the journal has decided whose it is.
    fn find_promotion(&self, find: &PromotionFind) -> Place<'_> {
        let is_it = |row: &&Row| {
            let shown = self.look.text(row, Column::Key).unwrap_or_default();
            shown == find.shown.as_str() && promotions::offer(self.look, row) == find.offer
        };
        let nth = usize::try_from(find.nth).unwrap_or(usize::MAX);
        self.look
            .rows
            .iter()
            .filter(is_it)
            .nth(nth)
            .map_or(Place::Unclear, Place::At)
    }

    fn find_unnumbered(&self, chat: ChatId, history: &Text) -> Place<'_> {
        let mine: Vec<&Row> = self
            .look
            .unnumbered()
            .filter(|&(_, known)| known == chat)
            .map(|(row, _)| row)
            .collect();
        if mine.iter().any(|row| row.history.is_none()) {
            return Place::Unread;
        }
        let mut same = mine
            .into_iter()
            .filter(|row| row.history.as_deref() == Some(history.as_str()));
        // Rows alike in every way are the same to everybody: the upper one comes first, the next is found once this has its number.
        same.next().map_or(Place::Absent, Place::At)
    }
}

/// The key that the row bears once it is written.
pub(super) fn mark_of(row: &DesiredRow) -> Option<RowMark> {
    match &row.find {
        Find::Partner(code) => Some(RowMark::Partner(code.clone())),
        Find::Numbered(number, _) => Some(RowMark::Appeal(*number)),
        Find::Promotion(find) => Some(RowMark::Promotion(find.key.clone())),
        Find::Traded(..) | Find::Unnumbered(..) => {
            row.ours
                .iter()
                .find_map(|(column, value)| match (column, value) {
                    (Column::Number, CellValue::Number(number)) => {
                        cells::number(&number.to_string()).map(RowMark::Appeal)
                    }
                    _ => None,
                })
        }
    }
}

pub(super) fn chat_of(row: &Row) -> Option<ChatId> {
    match (&row.key, row.telegram) {
        (Some(RowMark::Partner(_)), _) | (_, TelegramCell::Empty | TelegramCell::Unreadable) => {
            None
        }
        (_, TelegramCell::Id(chat) | TelegramCell::Doubled(chat)) => Some(chat),
    }
}
