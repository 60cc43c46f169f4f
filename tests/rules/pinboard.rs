//! The promotions tab of a test: rows that people change, looks at them, and the writes that the journal wants.

use sheetdesk::domain::{
    appeal::Status,
    event::{Event, RowEvent, RowResult, WriteReport, WrittenRow},
    ids::{BatchToken, PromotionKey, RowKey, SpreadsheetId},
    promotion::{Offer, Promotion, PromotionRow},
    row::{CellValue, Column, DesiredRow, Find, SharedCell},
    tab::Tab,
    text::Text,
    view::View,
};

use crate::table::Table;

/// One row of the tab.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pinned {
    pub(crate) cells: PromotionRow,
    pub(crate) mailing: String,
}

/// The tab.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pinboard {
    pub(crate) rows: Vec<Pinned>,
}

/// Название, описание, начало, окончание, контент, ссылка, статус, действие.
pub(crate) fn pinned(cells: &str) -> Pinned {
    let cell = |at| Text::from(cells.split('|').nth(at).unwrap_or_default().trim());
    Pinned {
        cells: PromotionRow {
            offer: Offer {
                title: cell(0),
                description: cell(1),
                starts: cell(2),
                ends: cell(3),
                content: cell(4),
                link: cell(5),
                unshown: false,
            },
            status: cell(6),
            action: cell(7),
            ..PromotionRow::default()
        },
        mailing: String::new(),
    }
}

impl Pinboard {
    pub(crate) fn of(rows: &[&str]) -> Self {
        Self {
            rows: rows.iter().map(|row| pinned(row)).collect(),
        }
    }

    /// A read: what the journal learns, told in words.
    pub(crate) fn look(&self, table: &mut Table) -> Vec<String> {
        let rows = self.rows.iter().map(|row| row.cells.clone()).collect();
        let mut told = table.event(&Event::Row(RowEvent::Promotions(rows)));
        told.extend(table.looked(Tab::Promotions));
        told
    }

    /// A read, and the write that follows it.
    pub(crate) fn cycle(&mut self, table: &mut Table) -> Vec<String> {
        let told = self.look(table);
        self.write(table);
        told
    }

    /// Everything that the journal wants written, as the synchroniser writes it.
    pub(crate) fn write(&mut self, table: &mut Table) {
        let mut rows = Vec::new();
        let look = self.rows.clone();
        for (key, dirtied) in table.state.dirty() {
            if !matches!(key, RowKey::Promotion(_)) {
                continue;
            }
            let result = match table.project(&key) {
                Some(row) => self.put(&look, &row),
                None => RowResult::Idle,
            };
            rows.push(WrittenRow {
                key,
                dirtied,
                result,
            });
        }
        table.event(&Event::Wrote(WriteReport {
            spreadsheet: SpreadsheetId("book".into()),
            token: Some(BatchToken(1)),
            rows,
            misplaced: None,
        }));
    }

    fn put(&mut self, look: &[Pinned], row: &DesiredRow) -> RowResult {
        let Find::Promotion(find) = &row.find else {
            panic!("a promotion")
        };
        let is_it = |(_, pinned): &(usize, &Pinned)| {
            pinned.cells.key == find.shown && pinned.cells.offer == find.offer
        };
        let nth = usize::try_from(find.nth).expect("few rows");
        let Some((at, _)) = look.iter().enumerate().filter(is_it).nth(nth) else {
            return RowResult::Contested;
        };
        let pinned = &mut self.rows[at];
        for (column, value) in &row.ours {
            let CellValue::Text(text) = value else {
                panic!("a text")
            };
            match column {
                Column::Key => pinned.cells.key.clone_from(text),
                Column::Mailing => pinned.mailing = text.0.clone(),
                Column::Notified => pinned.cells.notified.clone_from(text),
                _ => panic!("not ours: {column:?}"),
            }
        }
        let (mut status, mut cleared) = (None, None);
        for cell in &row.shared {
            match cell {
                SharedCell::Status { expect, set } => {
                    let shown = pinned.cells.status.as_str();
                    let same = expect.as_ref().map_or(shown.is_empty(), |expect| {
                        *expect == Status::Other(shown.into())
                    });
                    let Status::Other(word) = set else {
                        panic!("a word")
                    };
                    assert!(same, "the write follows its look");
                    pinned.cells.status = word.clone();
                    status = Some(set.clone());
                }
                SharedCell::Fill(_)
                | SharedCell::Code { .. }
                | SharedCell::Assign { .. }
                | SharedCell::Account(_) => {
                    panic!("nobody puts such a text into this tab")
                }
                SharedCell::Clear { expect, .. } => {
                    assert_eq!(pinned.cells.action, *expect, "the write follows its look");
                    pinned.cells.action = Text::default();
                    cleared = Some(expect.clone());
                }
            }
        }
        RowResult::Confirmed {
            status,
            cleared,
            filled: None,
            lines: 0,
            parts: 0,
            formula: None,
        }
    }

    /// Somebody chooses an action in a row; what follows, and what the row says then.
    pub(crate) fn acts(&mut self, table: &mut Table, row: usize, action: &str) -> String {
        self.rows[row].cells.action = action.into();
        self.cycle(table);
        self.rows[row].mailing.clone()
    }

    /// The key that is in a row.
    pub(crate) fn key(&self, row: usize) -> PromotionKey {
        PromotionKey(self.rows[row].cells.key.0.clone())
    }

    /// The promotion of a row.
    pub(crate) fn promotion(&self, table: &Table, row: usize) -> Promotion {
        table.state.promotion(&self.key(row)).expect("it has a key")
    }

    /// Status and `Рассылка` of a row.
    pub(crate) fn says(&self, row: usize) -> String {
        let row = &self.rows[row];
        let status = row.cells.status.as_str();
        let action = row.cells.action.as_str();
        let action = if action.is_empty() {
            String::new()
        } else {
            format!(" <{action}>")
        };
        format!("{status}{action}: {}", row.mailing)
            .trim_start_matches(": ")
            .replace('\u{a0}', " ")
    }
}
