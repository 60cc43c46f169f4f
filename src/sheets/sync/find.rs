//! Where a desired row stands in the snapshot at hand.
//!
//! Invariant: only a key that stands in exactly one row, beside the Telegram ID that belongs to it, leads to a row.

use super::{tab_memory::TabMemory, write_plan::WITNESSES};
use crate::{
    domain::{
        event::{RowMark, TelegramCell},
        ids::{ChatId, Number},
        row::{CellValue, Column, DesiredRow, Find, PromotionFind},
        tab::Tab,
        text::Text,
    },
    sheets::{
        table::{
            layout::{Layout, cells},
            snapshot::{Index, KeyMatch, Row, TabSnapshot},
        },
        tabs::promotions,
    },
};

/// One tab of the plan.
pub(super) struct TabPlanner<'a> {
    pub(super) tab_memory: &'a TabMemory,
    pub(super) snapshot: &'a TabSnapshot,
    pub(super) index: Index<'a>,
    pub(super) layout: Layout,
}

/// Where a desired row stands.
pub(super) enum Placement<'a> {
    At(&'a Row),
    Tail,
    /// Nowhere, and it must not be appended.
    Absent,
    /// In doubt.
    Unclear,
    /// Histories are needed to tell.
    Unread,
}

impl TabPlanner<'_> {
    pub(super) fn find(&self, row: &DesiredRow) -> Placement<'_> {
        match &row.find {
            Find::Partner(code) => match self.index.find(&RowMark::Partner(code.clone())) {
                KeyMatch::Nowhere => Placement::Absent,
                KeyMatch::Once(found) => Placement::At(found),
                KeyMatch::Doubled => Placement::Unclear,
            },
            Find::Numbered(number, chat) => self.find_beside(*number, *chat, Placement::Absent),
            Find::Incomplete(number, chat) => self.find_incomplete(*number, *chat),
            Find::Pending(number, chat) => self.find_beside(*number, *chat, Placement::Tail),
            Find::Traded(shown, chat) => self.find_beside(*shown, *chat, Placement::Unclear),
            Find::Unnumbered {
                chat,
                history,
                answer,
            } => self.find_unnumbered(*chat, history, answer.as_ref()),
            Find::Promotion(find) => self.find_promotion(find),
        }
    }

    /// The row with this `№` and this telegram_id; other rows with the number do not count.
    fn find_beside<'a>(
        &'a self,
        number: Number,
        chat: ChatId,
        missing: Placement<'a>,
    ) -> Placement<'a> {
        let all = self.bearing(number);
        let mut own = all
            .clone()
            .filter(|row| row.telegram == TelegramCell::Id(chat));
        match (own.next(), own.next()) {
            (Some(row), None) => Placement::At(row),
            // Beside no telegram_id at all a number is a leftover of a sort.
            (None, _)
                if all.clone().all(|row| row.telegram == TelegramCell::Empty)
                    && matches!(missing, Placement::Tail) =>
            {
                missing
            }
            (None, _) if all.count() == 0 => missing,
            (None | Some(_), _) => Placement::Unclear,
        }
    }

    /// The one row with this `№`, beside this telegram_id or none at all.
    fn find_incomplete(&self, number: Number, chat: ChatId) -> Placement<'_> {
        let mut all = self.bearing(number);
        match (all.next(), all.next()) {
            (Some(row), None) if row.telegram == TelegramCell::Empty => Placement::At(row),
            _ => self.find_beside(number, chat, Placement::Absent),
        }
    }

    /// The rows that bear a `№`.
    pub(super) fn bearing(&self, number: Number) -> impl Iterator<Item = &Row> + Clone {
        self.index.rows(&RowMark::Appeal(number))
    }

    /// What tells a row whose key is written only now from others.
    pub(super) fn witness(&self, row: &Row) -> Option<Box<str>> {
        let shown = |column| self.snapshot.text(row, column);
        match self.snapshot.tab {
            Tab::Promotions => shown(Column::Title).map(Box::from),
            Tab::Appeals if row.addressee.is_some() => {
                let shown = WITNESSES.map(|column| shown(column).unwrap_or_default());
                Some(shown.join("\n").into())
            }
            Tab::Appeals | Tab::Partners => None,
        }
    }

    /// The row as the snapshot showed it on which the journal has decided whose it is.
    fn find_promotion(&self, find: &PromotionFind) -> Placement<'_> {
        let is_it = |row: &&Row| {
            let shown = self.snapshot.text(row, Column::Key).unwrap_or_default();
            shown == find.shown.as_str() && promotions::offer(self.snapshot, row) == find.offer
        };
        let nth = usize::try_from(find.nth).unwrap_or(usize::MAX);
        self.snapshot
            .rows
            .iter()
            .filter(is_it)
            .nth(nth)
            .map_or(Placement::Unclear, Placement::At)
    }

    fn find_unnumbered(
        &self,
        chat: ChatId,
        history: &Text,
        answer: Option<&Text>,
    ) -> Placement<'_> {
        let mine: Vec<&Row> = self
            .snapshot
            .unnumbered()
            .filter(|&(_, known)| known == chat)
            .map(|(row, _)| row)
            .collect();
        if mine.iter().any(|row| row.history.is_none()) {
            return Placement::Unread;
        }
        let same = mine
            .into_iter()
            .filter(|row| row.history.as_deref() == Some(history.as_str()));
        let answer = answer.map_or("", Text::as_str);
        let shows = |row: &&Row| self.snapshot.text(row, Column::Answer) == Some(answer);
        // Rows alike in every way are the same to everybody: the upper one comes first, the next is found once this has its number.
        let mut found = same.clone().filter(shows).chain(same);
        found.next().map_or(Placement::Absent, Placement::At)
    }
}

/// The key that the row bears once it is written.
pub(super) fn mark_of(row: &DesiredRow) -> Option<RowMark> {
    match &row.find {
        Find::Partner(code) => Some(RowMark::Partner(code.clone())),
        Find::Numbered(number, _) | Find::Incomplete(number, _) | Find::Pending(number, _) => {
            Some(RowMark::Appeal(*number))
        }
        Find::Promotion(find) => Some(RowMark::Promotion(find.key.clone())),
        Find::Traded(..) | Find::Unnumbered { .. } => {
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
    let of_partner = matches!(row.key, Some(RowMark::Partner(_)));
    row.telegram.chat().filter(|_| !of_partner)
}
