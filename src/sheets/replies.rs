//! Google's answers in our words.
//!
//! Invariant: a success that lacks what was asked for is not taken for an answer (`None`).

pub(super) mod look;
pub(super) mod styles;

use google_sheets4::{api, common::remove_json_null_values};
use serde_json::Value;

use super::{
    requests::{FENCE_KEY, PROTECTION},
    table::layout::cells::is_plain,
    wire::{
        Block, Change, Columns, Filter, ReadBack, SheetId, Structure, TabInfo, Table,
        UnformattedValue, Validation, ValidationRule,
    },
};
use crate::domain::ids::BatchToken;

/// What a spreadsheet consists of.
pub(super) fn structure(answer: api::Spreadsheet) -> Option<Structure> {
    let tabs = answer
        .sheets?
        .into_iter()
        .map(tab)
        .collect::<Option<Vec<_>>>()?;
    let ours =
        |metadata: &api::DeveloperMetadata| metadata.metadata_key.as_deref() == Some(FENCE_KEY);
    let tokens = answer
        .developer_metadata
        .unwrap_or_default()
        .into_iter()
        .filter(ours);
    let newest_token = tokens
        .filter_map(|token| token.metadata_id)
        .max()
        .map(BatchToken);
    Some(Structure { tabs, newest_token })
}

/// The cells of the ranges asked for, in their order, as people see them.
pub(super) fn columns(answer: api::BatchGetValuesResponse, asked: usize) -> Option<Vec<Columns>> {
    ranges(answer, asked, text)
}

/// The cells of the ranges asked for, in their order, as they are stored.
pub(super) fn stored(
    answer: api::BatchGetValuesResponse,
    asked: usize,
) -> Option<Vec<Columns<UnformattedValue>>> {
    ranges(answer, asked, |value| match value.as_f64() {
        Some(number) => UnformattedValue::Number(number),
        None => UnformattedValue::Text(text(value)),
    })
}

fn ranges<T>(
    answer: api::BatchGetValuesResponse,
    asked: usize,
    cell: impl Fn(Value) -> T,
) -> Option<Vec<Columns<T>>> {
    let ranges = answer.value_ranges?;
    if ranges.len() != asked {
        return None;
    }
    let texts = |column: Vec<Value>| column.into_iter().map(&cell).collect();
    let cells = |range: api::ValueRange| {
        range
            .values
            .unwrap_or_default()
            .into_iter()
            .map(texts)
            .collect()
    };
    Some(ranges.into_iter().map(cells).collect())
}

/// What a batch did, and what was read back with it.
pub(super) fn read_back(
    changes: &[Change],
    answer: api::BatchUpdateSpreadsheetResponse,
) -> Option<ReadBack> {
    let mut read_back = ReadBack {
        occurrences: occurrences(changes, &answer.replies.unwrap_or_default()),
        ..ReadBack::default()
    };
    for sheet in answer.updated_spreadsheet?.sheets? {
        let id = sheet_id(&sheet.properties?);
        let blocks = sheet
            .data
            .unwrap_or_default()
            .into_iter()
            .map(|data| block(id, data));
        read_back.cells.extend(blocks);
    }
    Some(read_back)
}

/// The id under which a batch token was created.
pub(super) fn token(answer: &api::BatchUpdateSpreadsheetResponse) -> Option<i32> {
    let reply = answer
        .replies
        .as_ref()?
        .first()?
        .create_developer_metadata
        .as_ref()?;
    reply.developer_metadata.as_ref()?.metadata_id
}

/// For each compare-and-set, how many cells it changed. Replies that cannot be matched to changes count as "none", which makes the synchroniser look.
fn occurrences(changes: &[Change], replies: &[api::Response]) -> Vec<Option<u32>> {
    let matched = replies.len() == changes.len();
    let changed = |at: usize| replies.get(at)?.find_replace.as_ref()?.occurrences_changed;
    let answer = |(at, change): (usize, &Change)| match change {
        Change::CompareAndSet { .. } => Some(index(changed(at).filter(|_| matched))),
        Change::Set { .. }
        | Change::InsertRows { .. }
        | Change::Append { .. }
        | Change::AddTab { .. }
        | Change::AddColumns { .. }
        | Change::SetFilter { .. }
        | Change::SetTable { .. }
        | Change::AddFill { .. }
        | Change::Offer { .. }
        | Change::Protect { .. }
        | Change::Look(_)
        | Change::Token(_)
        | Change::DropToken(_) => None,
    };
    changes.iter().enumerate().map(answer).collect()
}

/// What tabs say to those who type in them.
pub(super) fn validation(answer: api::Spreadsheet) -> Option<Vec<(SheetId, Validation)>> {
    let tab = |sheet: api::Sheet| {
        Some((
            sheet_id(&sheet.properties?),
            tab_validation(sheet.protected_ranges, sheet.data),
        ))
    };
    answer.sheets?.into_iter().map(tab).collect()
}

fn tab_validation(
    protected: Option<Vec<api::ProtectedRange>>,
    data: Option<Vec<api::GridData>>,
) -> Validation {
    let ours = |range: &api::ProtectedRange| {
        let words = range.description.as_deref();
        words.is_some_and(|words| words.starts_with(PROTECTION))
    };
    let columns = |range: api::ProtectedRange| {
        let range = range.range.unwrap_or_default();
        let end = range.end_column_index.map(|end| index(Some(end)));
        (
            range.start_column_index.map(|start| index(Some(start))),
            end,
        )
    };
    Validation {
        rules: data
            .unwrap_or_default()
            .into_iter()
            .flat_map(offers)
            .collect(),
        protected: protected
            .unwrap_or_default()
            .into_iter()
            .filter(ours)
            .map(columns)
            .collect(),
    }
}

fn offers(data: api::GridData) -> Vec<((u32, u32), ValidationRule)> {
    let rule = |(at, cell): ((u32, u32), api::CellData)| Some((at, offered(cell.data_validation?)));
    cells(data).filter_map(rule).collect()
}

/// The cells of a rectangle, each with its row and column.
fn cells(data: api::GridData) -> impl Iterator<Item = ((u32, u32), api::CellData)> {
    let (row, column) = (index(data.start_row), index(data.start_column));
    let rows = (row..).zip(data.row_data.unwrap_or_default());
    rows.flat_map(move |(row, cells)| {
        let cells = (column..).zip(cells.values.unwrap_or_default());
        cells.map(move |(column, cell)| ((row, column), cell))
    })
}

fn offered(rule: api::DataValidationRule) -> ValidationRule {
    let condition = rule.condition.unwrap_or_default();
    if condition.type_.as_deref() != Some("ONE_OF_LIST") {
        return ValidationRule::Other;
    }
    let words = condition.values.unwrap_or_default().into_iter();
    ValidationRule::Words(words.filter_map(|value| value.user_entered_value).collect())
}

fn block(sheet: SheetId, data: api::GridData) -> Block {
    let (row, column) = (index(data.start_row), index(data.start_column));
    let (mut rows, mut formulas, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    for (at_row, cells) in (row..).zip(data.row_data.unwrap_or_default()) {
        let mut shown = Vec::new();
        for (at_column, cell) in (column..).zip(cells.values.unwrap_or_default()) {
            if cell
                .user_entered_value
                .is_some_and(|value| value.formula_value.is_some())
            {
                formulas.push((at_row, at_column));
            }
            // What a person sees in it.
            let text = cell.formatted_value.unwrap_or_default();
            let number = cell.effective_value.and_then(|value| value.number_value);
            let number = number.filter(|_| !is_plain(&text));
            numbers.extend(number.map(|number| ((at_row, at_column), number)));
            shown.push(text);
        }
        rows.push(shown);
    }
    Block {
        sheet,
        row,
        column,
        rows,
        formulas,
        numbers,
    }
}

fn tab(sheet: api::Sheet) -> Option<TabInfo> {
    let properties = sheet.properties?;
    let (rows, columns) = size(&properties);
    Some(TabInfo {
        sheet: sheet_id(&properties),
        title: properties.title?,
        rows,
        columns,
        filter: sheet.basic_filter.as_ref().map(filter),
        fill_formulas: sheet
            .conditional_formats
            .unwrap_or_default()
            .into_iter()
            .flat_map(formulas)
            .collect(),
        tables: sheet
            .tables
            .unwrap_or_default()
            .into_iter()
            .filter_map(table)
            .collect(),
    })
}

fn table(table: api::Table) -> Option<Table> {
    let range = table.range?;
    let first = index(range.start_column_index);
    let is_typed = |column: &api::TableColumnProperties| {
        let kind = column.column_type.as_deref().unwrap_or_default();
        !matches!(kind, "" | "COLUMN_TYPE_UNSPECIFIED")
    };
    let columns = table.column_properties.unwrap_or_default();
    let typed = columns.iter().filter(|&column| is_typed(column));
    let footer = table
        .rows_properties
        .and_then(|rows| rows.footer_color_style);
    Some(Table {
        id: table.table_id?,
        name: table.name.unwrap_or_default(),
        rows: (index(range.start_row_index), index(range.end_row_index)),
        columns: (first, index(range.end_column_index)),
        footer: footer.is_some(),
        typed: typed
            .map(|column| first + index(column.column_index))
            .collect(),
    })
}

fn sheet_id(properties: &api::SheetProperties) -> SheetId {
    SheetId(properties.sheet_id.unwrap_or_default())
}

/// Rows and columns; a tab that is a chart has none.
fn size(properties: &api::SheetProperties) -> (u32, u32) {
    let grid = properties.grid_properties.as_ref();
    (
        index(grid.and_then(|grid| grid.row_count)),
        index(grid.and_then(|grid| grid.column_count)),
    )
}

fn filter(filter: &api::BasicFilter) -> Filter {
    let range = filter.range.clone().unwrap_or_default();
    let mut raw = serde_json::to_value(filter).unwrap_or_default();
    remove_json_null_values(&mut raw);
    Filter {
        start_row: index(range.start_row_index),
        end_row: range.end_row_index.map(|end| index(Some(end))),
        start_column: index(range.start_column_index),
        end_column: range.end_column_index.map(|end| index(Some(end))),
        of_table: filter.table_id.is_some(),
        raw,
    }
}

/// The formula of a custom-formula rule; nothing of any other rule.
fn formulas(rule: api::ConditionalFormatRule) -> Vec<String> {
    let condition = rule
        .boolean_rule
        .and_then(|rule| rule.condition)
        .unwrap_or_default();
    if condition.type_.as_deref() != Some("CUSTOM_FORMULA") {
        return Vec::new();
    }
    let values = condition.values.unwrap_or_default();
    values
        .into_iter()
        .filter_map(|value| value.user_entered_value)
        .collect()
}

/// Google leaves out a zero, and counts in signed numbers what is never negative.
fn index(number: Option<i32>) -> u32 {
    number
        .and_then(|number| u32::try_from(number).ok())
        .unwrap_or(0)
}

/// A value as text: as people see it, it is text already.
fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        Value::Bool(truth) => truth.to_string().to_uppercase(),
        number_or_nested @ (Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            number_or_nested.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::BatchToken;
    use serde_json::{from_value, json};

    #[test]
    fn a_structure_with_and_without_furniture() {
        let filter = json!({"range": {"sheetId": 3, "startRowIndex": 1, "endRowIndex": 9, "endColumnIndex": 8}, "criteria": {"2": {"hiddenValues": ["x"]}}});
        let rules = json!([
            {"booleanRule": {"condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A1"}]}}},
            {"booleanRule": {"condition": {"type": "TEXT_EQ", "values": [{"userEnteredValue": "=B1"}]}}},
            {"gradientRule": {}},
        ]);
        let answer = json!({"sheets": [
            {"properties": {"sheetId": 0, "title": "Лист", "gridProperties": {"rowCount": 1000, "columnCount": 26}}},
            {"properties": {"sheetId": 3, "title": "Акции", "gridProperties": {"rowCount": 9, "columnCount": 8}},
             "basicFilter": filter, "conditionalFormats": rules, "tables": [
                {"tableId": "t1", "name": "Акции", "range": {"sheetId": 3, "endRowIndex": 9, "startColumnIndex": 1, "endColumnIndex": 5},
                 "columnProperties": [{"columnName": "Название"}, {"columnIndex": 2, "columnType": "DROPDOWN"}], "rowsProperties": {"headerColorStyle": {}}}]},
            {"properties": {"sheetId": 4, "title": "График"}},
        ]});
        let tabs = structure(from_value(answer).unwrap()).unwrap().tabs;
        let sizes: Vec<_> = tabs
            .iter()
            .map(|tab| (tab.sheet, tab.title.as_str(), tab.rows, tab.columns))
            .collect();
        assert_eq!(
            sizes,
            [
                (SheetId(0), "Лист", 1000, 26),
                (SheetId(3), "Акции", 9, 8),
                (SheetId(4), "График", 0, 0)
            ]
        );
        assert_eq!(tabs[0].filter, None);
        let expected = Filter {
            start_row: 1,
            end_row: Some(9),
            start_column: 0,
            end_column: Some(8),
            of_table: false,
            raw: filter,
        };
        assert_eq!(tabs[1].filter, Some(expected));
        let table = Table {
            id: "t1".to_owned(),
            name: "Акции".to_owned(),
            rows: (0, 9),
            columns: (1, 5),
            footer: false,
            typed: vec![3],
        };
        assert_eq!(tabs[1].tables, [table]);
        assert_eq!(tabs[1].fill_formulas, ["=A1"]);
    }

    #[test]
    fn ranges_are_answered_in_their_places() {
        let answer = json!({"valueRanges": [
            {"range": "'a'!A1:B2", "majorDimension": "COLUMNS", "values": [["код", "", "7"], []]},
            {"range": "'a'!C1:C9", "majorDimension": "COLUMNS"},
            {"range": "'a'!D1:D9", "values": [[11, true, null]]},
        ]});
        let answer: api::BatchGetValuesResponse = from_value(answer).unwrap();
        let texts = columns(answer.clone(), 3).unwrap();
        assert_eq!(texts[0], [vec!["код", "", "7"], vec![]]);
        assert_eq!(texts[1], Columns::<String>::new());
        assert_eq!(texts[2], [vec!["11", "TRUE", ""]]);
        assert_eq!(
            columns(answer.clone(), 2),
            None,
            "an answer to another question"
        );
        let values = stored(answer, 3).unwrap();
        assert_eq!(values[0][0][2], UnformattedValue::Text("7".to_owned()));
        assert_eq!(
            values[2],
            [vec![
                UnformattedValue::Number(11.0),
                UnformattedValue::Text("TRUE".to_owned()),
                UnformattedValue::Text(String::new())
            ]]
        );
        assert_eq!(columns(api::BatchGetValuesResponse::default(), 1), None);
    }

    fn changes() -> Vec<Change> {
        let compare = Change::CompareAndSet {
            sheet: SheetId(0),
            row: 1,
            column: 1,
            expect: "x".to_owned(),
            set: String::new(),
        };
        vec![Change::Token(BatchToken(1)), compare.clone(), compare]
    }

    #[test]
    fn a_read_back_tells_occurrences_and_cells() {
        let answer = json!({
            "replies": [{}, {"findReplace": {"occurrencesChanged": 1}}, {"findReplace": {}}],
            "updatedSpreadsheet": {"sheets": [
                {"properties": {"sheetId": 0, "title": "a"}, "data": [
                    {"rowData": [{"values": [
                        {"formattedValue": "1", "effectiveValue": {"numberValue": 1}}, {"formattedValue": "1,5", "effectiveValue": {"numberValue": 1.5}}, {"formattedValue": "x", "userEnteredValue": {"formulaValue": "=A1"}}]}, {}]},
                    {"startRow": 10, "startColumn": 2},
                ]},
                {"properties": {"sheetId": 5, "title": "b"}},
            ]},
        });
        let read = read_back(&changes(), from_value(answer).unwrap()).unwrap();
        assert_eq!(read.occurrences, [None, Some(1), Some(0)]);
        let first = Block {
            sheet: SheetId(0),
            row: 0,
            column: 0,
            rows: vec![
                vec!["1".to_owned(), "1,5".to_owned(), "x".to_owned()],
                vec![],
            ],
            formulas: vec![(0, 2)],
            numbers: vec![((0, 1), 1.5)],
        };
        let tail = Block {
            sheet: SheetId(0),
            row: 10,
            column: 2,
            rows: vec![],
            formulas: vec![],
            numbers: vec![],
        };
        assert_eq!(read.cells, [first, tail]);
    }

    #[test]
    fn replies_that_do_not_match_make_the_desk_look() {
        let answer = json!({
            "replies": [{"findReplace": {"occurrencesChanged": 1}}, {"findReplace": {"occurrencesChanged": 1}}],
            "updatedSpreadsheet": {"sheets": []},
        });
        let read = read_back(&changes(), from_value(answer).unwrap()).unwrap();
        assert_eq!(read.occurrences, [None, Some(0), Some(0)]);
        assert_eq!(
            read_back(&changes(), api::BatchUpdateSpreadsheetResponse::default()),
            None,
            "a success that tells nothing"
        );
    }
}
