//! Somebody who sorts the tab that is being written, in the midst of every write.
//!
//! Invariant: it sorts whole rows below the header, as a person does who sorts by a column.

use serde_json::Value;

use super::workbook::Workbook;

/// Whether somebody sorts, and how often he has.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sorting {
    on: bool,
    times: usize,
}

impl Sorting {
    pub(super) fn switch(&mut self, on: bool) {
        self.on = on;
    }

    pub(super) fn is_on(self) -> bool {
        self.on
    }

    /// Sorts every tab that the body of a batch speaks of, each time by another column or in the other direction.
    pub(super) fn disturb(&mut self, book: &mut Workbook, body: &Value) {
        if !self.on {
            return;
        }
        let mut tabs = Vec::new();
        collect_ids(&body["requests"], &mut tabs);
        tabs.sort_unstable();
        tabs.dedup();
        for id in tabs {
            book.shuffle(id, self.times);
        }
        self.times += 1;
    }
}

/// The `sheetId`s anywhere in requests; an absent one is tab 0, which is sorted only when it is named.
pub(super) fn collect_ids(value: &Value, found: &mut Vec<i64>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("sheetId").and_then(Value::as_i64));
            fields.values().for_each(|value| collect_ids(value, found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_ids(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
