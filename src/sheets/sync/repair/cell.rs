//! One cell that we changed by mistake in a row that moved under our hands.
//!
//! Invariant: a cell is put back only where it still shows what we left there, and the domain sees it as it was.

use crate::{
    domain::{
        event::{RowMark, WrongCell},
        ids::{ChatId, Number},
        row::{CellValue, Column},
        text::Text,
    },
    sheets::table::{
        layout::cells,
        snapshot::{Row, TabSnapshot},
    },
};

impl WrongCell {
    /// A shared cell of another row was changed.
    pub(in crate::sheets::sync) fn shared(
        (mark, chat): (RowMark, Option<ChatId>),
        column: Column,
        was: String,
        left: String,
    ) -> Self {
        Self {
            mark,
            chat,
            column,
            was: Text(was),
            left: Text(left),
        }
    }

    /// Another row bears our number now; `was` is its own, if it had one.
    pub(in crate::sheets::sync) fn number(
        number: Number,
        chat: ChatId,
        was: Option<Number>,
    ) -> Self {
        Self {
            mark: RowMark::Appeal(number),
            chat: Some(chat),
            column: Column::Number,
            was: Text(was.map(|was| was.to_string()).unwrap_or_default()),
            left: Text(number.to_string()),
        }
    }

    /// Whether this is about the same cell.
    pub(super) fn is_same_cell(&self, other: &Self) -> bool {
        (&self.mark, self.chat, self.column) == (&other.mark, other.chat, other.column)
    }

    /// The value that puts the cell back.
    pub(in crate::sheets::sync) fn value(&self) -> CellValue {
        match cells::number(self.was.as_str()) {
            Some(number) if self.column == Column::Number => CellValue::Number(number.0.into()),
            _ if self.column == Column::Telegram => {
                cells::telegram(self.was.as_str()).chat().map_or_else(
                    || CellValue::Text(self.was.clone()),
                    |chat| CellValue::Number(chat.0),
                )
            }
            _ => CellValue::Text(self.was.clone()),
        }
    }

    /// What the cell must still hold to be put back. A cell that we emptied, and one of several lines, cannot be compared.
    pub(in crate::sheets::sync) fn expects(&self) -> Option<String> {
        let compares = self.column == Column::Status && !self.left.as_str().is_empty();
        compares.then(|| self.left.0.clone())
    }

    /// The key that the row bears once the cell is put back.
    pub(in crate::sheets::sync) fn mark_after(&self) -> Option<RowMark> {
        if self.column == Column::Number {
            cells::number(self.was.as_str()).map(RowMark::Appeal)
        } else {
            Some(self.mark.clone())
        }
    }

    /// The row, as long as the cell shows what we left.
    pub(super) fn find<'a>(&self, snapshot: &'a TabSnapshot) -> Option<&'a Row> {
        let row = snapshot.index().row_of(&self.mark, self.chat)?;
        let shows = || snapshot.text(row, self.column) == Some(self.left.as_str());
        (self.column == Column::Number || shows()).then_some(row)
    }
}
