//! What we changed by mistake in a row that moved under our hands, until it is put back.
//!
//! Invariant: a cell is put back only where it still shows what we left there, and the domain sees it as it was.

use super::refusals::Again;
use crate::{
    domain::{
        event::RowMark,
        ids::{ChatId, Number},
        row::{CellValue, Column},
        tab::Tab,
        text::Text,
    },
    sheets::{
        layout::cells,
        look::{Row, TabSnapshot},
    },
};

/// One cell to put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amend {
    /// The key that the row shows now.
    pub(super) mark: RowMark,
    /// The Telegram ID beside it.
    pub(super) chat: Option<ChatId>,
    pub(super) column: Column,
    /// What stood there.
    pub(super) was: String,
    /// What we left there.
    pub(super) left: String,
    /// Where the look of this cycle shows it.
    pub(super) row: Option<u32>,
    /// When it is tried again, once Google has refused it.
    pub(super) again: Again,
}

impl Amend {
    /// A shared cell of another row was changed.
    pub(super) fn shared(
        (mark, chat): (RowMark, Option<ChatId>),
        column: Column,
        was: String,
        left: String,
    ) -> Self {
        Self {
            mark,
            chat,
            column,
            was,
            left,
            row: None,
            again: Again::default(),
        }
    }

    /// Another row bears our number now; `was` is its own, if it had one.
    pub(super) fn number(number: Number, chat: ChatId, was: Option<Number>) -> Self {
        Self {
            mark: RowMark::Appeal(number),
            chat: Some(chat),
            column: Column::Number,
            was: was.map(|was| was.to_string()).unwrap_or_default(),
            left: number.to_string(),
            row: None,
            again: Again::default(),
        }
    }

    pub(super) fn tab(&self) -> Tab {
        match self.mark {
            RowMark::Partner(_) => Tab::Partners,
            RowMark::Appeal(_) => Tab::Appeals,
            RowMark::Promotion(_) => Tab::Promotions,
        }
    }

    /// The value that puts the cell back.
    pub(super) fn value(&self) -> CellValue {
        match cells::number(&self.was) {
            Some(number) if self.column == Column::Number => CellValue::Number(number.0.into()),
            _ => CellValue::Text(Text(self.was.clone())),
        }
    }

    /// The key that the row bears once the cell is put back.
    pub(super) fn mark_after(&self) -> Option<RowMark> {
        if self.column == Column::Number {
            cells::number(&self.was).map(RowMark::Appeal)
        } else {
            Some(self.mark.clone())
        }
    }

    /// The row, as long as the cell shows what we left.
    fn find<'a>(&self, look: &'a TabSnapshot) -> Option<&'a Row> {
        let row = look.index().row_of(&self.mark, self.chat)?;
        let shows = || look.text(row, self.column) == Some(&self.left);
        (self.column == Column::Number || shows()).then_some(row)
    }
}

/// Takes down a cell to put back; one cell is put back once.
pub(super) fn insert(amends: &mut Vec<Amend>, mut amend: Amend) {
    let is_it = |known: &Amend| {
        (&known.mark, known.chat, known.column) == (&amend.mark, amend.chat, amend.column)
    };
    if let Some(at) = amends.iter().position(is_it) {
        amend.again = amends.swap_remove(at).again;
    }
    amends.push(amend);
}

/// Shows the look as if nothing had happened, and forgets what people have changed since.
pub(super) fn overlay(amends: &mut Vec<Amend>, look: &mut TabSnapshot) {
    for amend in amends.iter_mut().filter(|amend| amend.tab() == look.tab) {
        amend.row = amend.find(look).map(|row| row.row);
    }
    amends.retain(|amend| amend.tab() != look.tab || amend.row.is_some());
    let tab = look.tab;
    for amend in amends.iter().filter(|amend| amend.tab() == tab) {
        let row = amend
            .row
            .and_then(|at| look.rows.iter().position(|row| row.row == at));
        if let Some(row) = row {
            look.overlay(row, amend.column, &amend.was);
        }
    }
}
