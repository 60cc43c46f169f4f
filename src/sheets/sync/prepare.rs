//! What a tab needs before its rows: our columns, a filter that covers them, the colours of the statuses.
//!
//! Invariant: each is done once, and only where it is not there yet.

use super::write_plan::{PreparationStep, TabAfter};
use crate::{
    domain::{
        row::{CellValue, Column},
        tab::Tab,
        text::Text,
    },
    sheets::{
        a1::letters,
        table::{
            layout::{Layout, index, words::TabWords},
            snapshot::TabSnapshot,
        },
        wire::{Change, Filter, Span, TabInfo, Table},
    },
};

/// The changes that a tab needs, and its layout after them.
#[derive(Debug, Clone)]
pub(super) struct Preparation {
    pub(super) changes: Vec<(Change, PreparationStep)>,
    pub(super) layout: Layout,
}

/// What the tab of a snapshot needs; `decorate` is false where Google has refused a decoration before.
pub(super) fn prepare(
    words: &TabWords,
    snapshot: &TabSnapshot,
    info: &TabInfo,
    decorate: bool,
) -> Preparation {
    let layout = snapshot.layout.with_added(words, snapshot.free_column);
    let mut changes = Vec::new();
    if snapshot.tab != Tab::Partners {
        changes.extend(
            columns(snapshot, &layout, info)
                .into_iter()
                .map(|change| (change, PreparationStep::Columns)),
        );
        if decorate {
            let decorations = filter(&layout, info)
                .into_iter()
                .chain(table(&layout, info))
                .chain(fills(words, &layout, info));
            changes.extend(decorations.map(|change| (change, PreparationStep::Decoration)));
        }
    }
    Preparation { changes, layout }
}

fn columns(snapshot: &TabSnapshot, layout: &Layout, info: &TabInfo) -> Vec<Change> {
    let added = &layout.headers()[snapshot.layout.headers().len()..];
    let Some(blank) = added.iter().position(|header| !header.is_empty()) else {
        return Vec::new();
    };
    headers(
        info,
        snapshot.layout.width() + index(blank),
        &added[blank..],
    )
}

/// Headers side by side from `first` on, in a grid that is wide enough for them.
pub(in crate::sheets) fn headers(info: &TabInfo, first: u32, headers: &[String]) -> Vec<Change> {
    let missing = (first + index(headers.len())).saturating_sub(info.columns);
    let grow = (missing > 0).then_some(Change::AddColumns {
        sheet: info.sheet,
        count: missing,
    });
    let set = Change::Set {
        sheet: info.sheet,
        row: 0,
        column: first,
        values: headers
            .iter()
            .map(|header| CellValue::Text(Text(header.clone())))
            .collect(),
    };
    grow.into_iter().chain([set]).collect()
}

/// A sort by a filter that leaves our columns out would trade the numbers of the rows.
pub(in crate::sheets) fn filter(layout: &Layout, info: &TabInfo) -> Option<Change> {
    let filter = wide_filter(layout, info).filter(|wide| Some(wide) != info.filter.as_ref())?;
    let sheet = info.sheet;
    Some(Change::SetFilter { sheet, filter })
}

/// A filter that ends right above new rows is to reach over them.
pub(super) fn extended_filter(
    layout: &Layout,
    info: &TabInfo,
    after: Option<&TabAfter>,
) -> Option<Change> {
    let after = after.filter(|after| after.appended > 0)?;
    let wide = wide_filter(layout, info).filter(|wide| wide.end_row == Some(after.end))?;
    Some(Change::SetFilter {
        sheet: info.sheet,
        filter: Filter {
            end_row: Some(after.end + after.appended),
            ..wide
        },
    })
}

/// The filter of a tab, as wide as our columns need it.
fn wide_filter(layout: &Layout, info: &TabInfo) -> Option<Filter> {
    let filter = info.filter.as_ref().filter(|filter| !filter.of_table)?;
    Some(Filter {
        end_column: filter.end_column.map(|known| known.max(our_end(layout))),
        ..filter.clone()
    })
}

/// Our columns belong to the table in which the others stand, or a sort by it would part them.
pub(in crate::sheets) fn table(layout: &Layout, info: &TabInfo) -> Option<Change> {
    let (table, columns) = wide_table(layout, info)?;
    let changed = columns != table.columns;
    changed.then(|| set_table(info, table, table.rows, columns))
}

/// A table that ends right above new rows is to take them in. Rows that were inserted within it have moved its end along.
pub(super) fn extended_table(
    layout: &Layout,
    info: &TabInfo,
    after: Option<&TabAfter>,
) -> Option<Change> {
    let after = after.filter(|after| after.appended > 0)?;
    let (table, columns) = wide_table(layout, info)?;
    let rows = (table.rows.0, after.end + after.appended);
    (table.rows.1 <= after.end).then(|| set_table(info, table, rows, columns))
}

fn set_table(info: &TabInfo, table: &Table, rows: (u32, u32), columns: (u32, u32)) -> Change {
    Change::SetTable {
        id: table.id.clone(),
        span: Span {
            sheet: info.sheet,
            rows,
            columns,
        },
    }
}

/// The table of a tab that can be served, and its columns, ours included: as far as there are headers side by side.
fn wide_table<'a>(layout: &Layout, info: &'a TabInfo) -> Option<(&'a Table, (u32, u32))> {
    let mut tables = info.tables.iter();
    let table = tables.find(|table| why_unserved(table, layout).is_none())?;
    let (first, end) = table.columns;
    let beside = layout.headers().iter().skip(end as usize);
    let named = beside
        .take_while(|header| !header.trim().is_empty())
        .count();
    let reach = (end + index(named)).min(our_end(layout)).max(end);
    Some((table, (first, reach)))
}

/// Why new rows cannot stand in a table, if they cannot.
pub(in crate::sheets) fn why_unserved(table: &Table, layout: &Layout) -> Option<Unserved> {
    let (first, end) = table.columns;
    let holds_key = |&(_, at): &(Column, u32)| (first..end).contains(&at);
    if table.rows.0 > 0 || !layout.columns().iter().any(holds_key) {
        Some(Unserved::Elsewhere)
    } else if table.footer {
        Some(Unserved::Footer)
    } else {
        None
    }
}

/// Why new rows cannot stand in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sheets) enum Unserved {
    /// Its header row is not the tab's first row, or it is beside the columns that are read.
    Elsewhere,
    /// Its last row sums the others up, and would have to move.
    Footer,
}

/// Behind the last of our columns.
fn our_end(layout: &Layout) -> u32 {
    let ours = [
        Column::Number,
        Column::Delivery,
        Column::Waiting,
        Column::Key,
        Column::Mailing,
    ];
    let ends = ours.map(|column| layout.position(column).map_or(0, |last| last + 1));
    ends.into_iter().max().unwrap_or_default()
}

pub(in crate::sheets) fn fills(words: &TabWords, layout: &Layout, info: &TabInfo) -> Vec<Change> {
    let Some(column) = layout.position(Column::Status).filter(|_| info.rows > 1) else {
        return Vec::new();
    };
    let fill = |(word, color): (&str, [u8; 3])| {
        let formula = format!("=${}2=\"{}\"", letters(column), doubled(word));
        missing_fill(info, (column, column + 1), formula, color)
    };
    let filled = words
        .statuses
        .iter()
        .filter_map(|(_, word, fill)| Some((word.written(), (*fill)?)));
    filled.filter_map(fill).collect()
}

/// Colours the rows that say in a column that they wait too long: what they say ends with this word.
pub(in crate::sheets) fn overdue(layout: &Layout, info: &TabInfo, word: &str) -> Option<Change> {
    const LATE: [u8; 3] = [0xfd, 0xe3, 0xc8];
    let column = layout.position(Column::Waiting)?;
    let formula = format!(
        "=RIGHT(${}2;{})=\"{}\"",
        letters(column),
        word.encode_utf16().count(),
        doubled(word)
    );
    missing_fill(info, (0, layout.width()), formula, LATE)
}

fn missing_fill(
    info: &TabInfo,
    columns: (u32, u32),
    formula: String,
    color: [u8; 3],
) -> Option<Change> {
    let known = info.fill_formulas.iter();
    let stands = known
        .map(|known| without_row(known))
        .any(|known| known == without_row(&formula));
    (!stands).then_some(Change::AddFill {
        span: Span {
            sheet: info.sheet,
            rows: (1, info.rows.max(2)),
            columns,
        },
        formula,
        color,
    })
}

/// A word as it stands in a formula.
fn doubled(word: &str) -> String {
    word.replace('"', "\"\"")
}

/// A rule without the number of its first row, which changes when somebody inserts a row above: `=$C12="Новое"` is `=$C="Новое"`.
fn without_row(formula: &str) -> String {
    let Some((place, rest)) = formula.split_once('"') else {
        return formula.to_owned();
    };
    let place: String = place
        .chars()
        .filter(|c| !c.is_ascii_digit() && !c.is_whitespace())
        // Where arguments are parted by commas, Google shows them so.
        .map(|c| if c == ';' { ',' } else { c })
        .collect();
    format!("{place}\"{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheets::{
        table::{
            layout::tests::appeals,
            read_plan::{
                HistoryRange,
                tests::{info, snapshot},
            },
        },
        wire::SheetId,
    };

    const BARE: &str = "telegram_id|текст_обращений|статус|специалист_ответ";

    fn changes(rows: &[&str], info: &TabInfo, decorate: bool) -> Vec<Change> {
        let prepared = prepare(
            &appeals(),
            &snapshot(&appeals(), rows, HistoryRange::All),
            info,
            decorate,
        );
        prepared
            .changes
            .into_iter()
            .map(|(change, _)| change)
            .collect()
    }

    fn headers(column: u32) -> Change {
        Change::Set {
            sheet: SheetId(7),
            row: 0,
            column,
            values: vec![
                CellValue::Text("№".into()),
                CellValue::Text("Доставка".into()),
            ],
        }
    }

    #[test]
    fn the_grid_grows_only_where_it_is_full() {
        let grow = |count| Change::AddColumns {
            sheet: SheetId(7),
            count,
        };
        assert_eq!(changes(&[BARE], &info("обращения", 6), false), [headers(4)]);
        assert_eq!(
            changes(&[BARE], &info("обращения", 5), false),
            [grow(1), headers(4)]
        );
        assert_eq!(
            changes(&[BARE], &info("обращения", 4), false),
            [grow(2), headers(4)]
        );
        assert_eq!(
            changes(&[BARE, "|||||заметка"], &info("обращения", 6), false),
            [grow(2), headers(6)]
        );
    }

    #[test]
    fn a_filter_is_widened_and_colours_are_added_once() {
        let mut tab = info("обращения", 26);
        let filter = Filter {
            start_row: 0,
            end_row: Some(10),
            start_column: 0,
            end_column: Some(4),
            of_table: false,
            raw: serde_json::json!({"criteria": {}}),
        };
        tab.filter = Some(filter.clone());
        // Rows were inserted above one of the rules; a word may have a number of its own.
        tab.fill_formulas = vec![
            "=$C2=\"Новое\"".to_owned(),
            "=$C14=\"В работе\"".to_owned(),
            "=$C2=\"Решено 2\"".to_owned(),
        ];
        let wide = Filter {
            end_column: Some(6),
            ..filter
        };
        let resolved = Change::AddFill {
            span: Span {
                sheet: SheetId(7),
                rows: (1, 1000),
                columns: (2, 3),
            },
            formula: "=$C2=\"Решено\"".to_owned(),
            color: [0xd9, 0xea, 0xd3],
        };
        let widened = Change::SetFilter {
            sheet: SheetId(7),
            filter: wide.clone(),
        };
        assert_eq!(
            changes(&[BARE], &tab, true),
            [headers(4), widened, resolved]
        );
        tab.filter = Some(wide);
        tab.fill_formulas.push("=$C2=\"Решено\"".to_owned());
        assert_eq!(changes(&[&format!("{BARE}|№|Доставка")], &tab, true), []);
    }

    #[test]
    fn a_table_takes_in_our_columns_and_new_rows_unless_it_cannot() {
        let words = appeals();
        let served = Table {
            id: "t".to_owned(),
            name: "Обращения".to_owned(),
            rows: (0, 3),
            columns: (0, 4),
            footer: false,
            typed: Vec::new(),
        };
        let tab = |table: Table| TabInfo {
            tables: vec![table],
            filter: Some(Filter {
                start_row: 0,
                end_row: Some(3),
                start_column: 0,
                end_column: Some(4),
                of_table: true,
                raw: serde_json::json!({"tableId": "t"}),
            }),
            ..info("обращения", 26)
        };
        let rows = [BARE, "700|а||", "701|б||"];
        let layout = snapshot(&words, &rows, HistoryRange::All)
            .layout
            .with_added(&words, 4);
        let set = |rows, columns| Change::SetTable {
            id: "t".to_owned(),
            span: Span {
                sheet: SheetId(7),
                rows,
                columns,
            },
        };
        assert_eq!(
            table(&layout, &tab(served.clone())),
            Some(set((0, 3), (0, 6)))
        );
        assert_eq!(filter(&layout, &tab(served.clone())), None);
        let after = |end| TabAfter {
            sheet: SheetId(7),
            title: "обращения".to_owned(),
            layout: layout.clone(),
            prepared: false,
            end,
            appended: 2,
            rows: 1000,
            insertion: None,
        };
        let extended =
            |table: &Table, end| extended_table(&layout, &tab(table.clone()), Some(&after(end)));
        assert_eq!(extended(&served, 3), Some(set((0, 5), (0, 6))));
        assert_eq!(extended(&served, 2), None, "there is room within");
        let gap = snapshot(&words, &rows, HistoryRange::All)
            .layout
            .with_added(&words, 6);
        assert_eq!(
            table(&gap, &tab(served.clone())),
            None,
            "a table has no columns without headers"
        );
        for (table, why) in [
            (
                Table {
                    rows: (1, 3),
                    ..served.clone()
                },
                Unserved::Elsewhere,
            ),
            (
                Table {
                    columns: (20, 24),
                    ..served.clone()
                },
                Unserved::Elsewhere,
            ),
            (
                Table {
                    footer: true,
                    ..served
                },
                Unserved::Footer,
            ),
        ] {
            assert_eq!(why_unserved(&table, &layout), Some(why));
            assert_eq!(extended(&table, 3), None);
        }
    }
}
