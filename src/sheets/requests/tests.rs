//! Each change as Google is asked for it.
//!
//! Invariant: requests are compared whole, as the JSON that leaves.

use super::*;
use crate::domain::{
    text::Text,
    wording::{Note, TableNote, Wording},
};
use google_sheets4::common::remove_json_null_values;
use serde_json::{Value, json};

const SHEET: SheetId = SheetId(7);

fn text(text: &str) -> CellValue {
    CellValue::Text(Text::from(text))
}

/// The requests as the library sends them.
fn sent(changes: Vec<Change>) -> Value {
    let batch = Batch {
        changes,
        read_back: Vec::new(),
    };
    let mut value = serde_json::to_value(super::batch(&batch).unwrap()).unwrap();
    remove_json_null_values(&mut value);
    value["requests"].take()
}

#[test]
fn a_protected_range_is_known_for_ours_in_every_language() {
    for words in Wording::built_in().every_note(Note::Table(TableNote::Protection)) {
        assert!(words.starts_with(PROTECTION), "{words}");
    }
}

#[test]
fn cells_that_only_we_write_are_set_as_text_or_number() {
    let set = Change::Set {
        sheet: SHEET,
        row: 0,
        column: 3,
        values: vec![
            text("=1+1"),
            text(""),
            text("две\nстроки"),
            CellValue::Number(0),
        ],
    };
    let expected = json!([{"updateCells": {
        "start": {"sheetId": 7, "rowIndex": 0, "columnIndex": 3},
        "rows": [{"values": [
            {"userEnteredValue": {"stringValue": "=1+1"}},
            {"userEnteredValue": {"stringValue": ""}},
            {"userEnteredValue": {"stringValue": "две\nстроки"}},
            {"userEnteredValue": {"numberValue": 0.0}},
        ]}],
        "fields": "userEnteredValue",
    }}]);
    assert_eq!(sent(vec![set]), expected);
}

#[test]
fn empty_cells_of_a_new_row_keep_their_place() {
    let append = Change::Append {
        sheet: SHEET,
        values: vec![
            Some(text("A-1")),
            None,
            None,
            Some(CellValue::Number(12)),
            None,
        ],
    };
    let expected = json!([{"appendCells": {
        "sheetId": 7,
        "rows": [{"values": [
            {"userEnteredValue": {"stringValue": "A-1"}}, {}, {}, {"userEnteredValue": {"numberValue": 12.0}}, {},
        ]}],
        "fields": "userEnteredValue",
    }}]);
    assert_eq!(sent(vec![append]), expected);
}

#[test]
fn a_shared_cell_is_found_by_its_exact_text() {
    let compare = Change::CompareAndSet {
        sheet: SHEET,
        row: 4,
        column: 6,
        expect: "Да, .*".to_owned(),
        set: String::new(),
    };
    let expected = json!([{"findReplace": {
        "find": "Да, .*", "replacement": "", "matchCase": true, "matchEntireCell": true, "includeFormulas": false,
        "range": {"sheetId": 7, "startRowIndex": 4, "endRowIndex": 5, "startColumnIndex": 6, "endColumnIndex": 7},
    }}]);
    assert_eq!(sent(vec![compare]), expected);
}

#[test]
fn fences_go_up_and_down_by_their_id() {
    let expected = json!([
        {"createDeveloperMetadata": {"developerMetadata": {
            "metadataId": 41, "metadataKey": "sheetdesk.fence", "visibility": "PROJECT", "location": {"spreadsheet": true},
        }}},
        {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": 40}}}},
    ]);
    assert_eq!(
        sent(vec![
            Change::Token(BatchToken(41)),
            Change::DropToken(BatchToken(40))
        ]),
        expected
    );
}

#[test]
fn a_tab_is_furnished() {
    let span = Span {
        sheet: SHEET,
        rows: (1, 1000),
        columns: (5, 6),
    };
    let fill = Change::AddFill {
        span,
        formula: "=$F2=\"Новое\"".to_owned(),
        color: [255, 0, 51],
    };
    let offer = Change::Offer {
        span,
        words: vec!["Новое".to_owned(), "Решено".to_owned()],
    };
    let protect = |columns| Change::Protect {
        sheet: SHEET,
        columns,
        words: "Sheetdesk: ours".to_owned(),
    };
    let add = Change::AddTab {
        sheet: SHEET,
        title: "обращения".to_owned(),
    };
    let filter = Filter {
        start_row: 0,
        end_row: None,
        start_column: 0,
        end_column: Some(10),
        of_table: false,
        raw: json!({
            "range": {"sheetId": 7, "endColumnIndex": 8, "endRowIndex": 5},
            "sortSpecs": [{"dimensionIndex": 2, "sortOrder": "DESCENDING"}],
            "criteria": {"5": {"hiddenValues": ["Решено"]}},
        }),
    };
    let expected = json!([
        {"appendDimension": {"sheetId": 7, "dimension": "COLUMNS", "length": 2}},
        {"setBasicFilter": {"filter": {
            "range": {"sheetId": 7, "startRowIndex": 0, "startColumnIndex": 0, "endColumnIndex": 10},
            "sortSpecs": [{"dimensionIndex": 2, "sortOrder": "DESCENDING"}],
            "criteria": {"5": {"hiddenValues": ["Решено"]}},
        }}},
        {"addConditionalFormatRule": {"index": 0, "rule": {
            "ranges": [{"sheetId": 7, "startRowIndex": 1, "startColumnIndex": 5, "endColumnIndex": 6}],
            "booleanRule": {
                "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$F2=\"Новое\""}]},
                "format": {"backgroundColor": {"red": 1.0, "green": 0.0, "blue": f64::from(0.2_f32)}},
            },
        }}},
        {"setDataValidation": {
            "range": {"sheetId": 7, "startRowIndex": 1, "startColumnIndex": 5, "endColumnIndex": 6},
            "rule": {
                "condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "Новое"}, {"userEnteredValue": "Решено"}]},
                "strict": false, "showCustomUi": true,
            },
            "filteredRowsIncluded": true,
        }},
        {"addProtectedRange": {"protectedRange": {
            "range": {"sheetId": 7, "startColumnIndex": 8, "endColumnIndex": 9}, "description": "Sheetdesk: ours", "warningOnly": true,
        }}},
        {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 7}, "description": "Sheetdesk: ours", "warningOnly": true}}},
        {"addSheet": {"properties": {"sheetId": 7, "title": "обращения", "gridProperties": {"frozenRowCount": 1}}}},
    ]);
    let changes = vec![
        Change::AddColumns {
            sheet: SHEET,
            count: 2,
        },
        Change::SetFilter {
            sheet: SHEET,
            filter,
        },
        fill,
        offer,
        protect(Some((8, 9))),
        protect(None),
        add,
    ];
    assert_eq!(sent(changes), expected);
}

#[test]
fn cells_are_read_back_only_where_asked_for() {
    let span = Span {
        sheet: SHEET,
        rows: (1, 3),
        columns: (0, 2),
    };
    let mut batch = Batch {
        changes: vec![Change::DropToken(BatchToken(1))],
        read_back: vec![("it's".to_owned(), span)],
    };
    let request = super::batch(&batch).unwrap();
    assert_eq!(
        request.response_ranges,
        Some(vec!["'it''s'!A2:B3".to_owned()])
    );
    assert_eq!(
        (
            request.include_spreadsheet_in_response,
            request.response_include_grid_data
        ),
        (Some(true), Some(true))
    );
    assert!(fields(&batch).contains("data("));
    batch.read_back.clear();
    let request = super::batch(&batch).unwrap();
    assert_eq!(
        (request.response_ranges, request.response_include_grid_data),
        (None, Some(false))
    );
    assert!(
        !fields(&batch).contains("data("),
        "or whole grids would come"
    );
}

#[test]
fn what_cannot_be_said_names_its_change() {
    let number = |number| Change::Append {
        sheet: SHEET,
        values: vec![Some(CellValue::Number(number))],
    };
    let far = Change::Set {
        sheet: SHEET,
        row: u32::MAX,
        column: 0,
        values: Vec::new(),
    };
    let empty = Change::CompareAndSet {
        sheet: SHEET,
        row: 1,
        column: 1,
        expect: String::new(),
        set: "В работе".to_owned(),
    };
    let strange = Change::SetFilter {
        sheet: SHEET,
        filter: Filter {
            start_row: 0,
            end_row: None,
            start_column: 0,
            end_column: None,
            of_table: false,
            raw: json!("all"),
        },
    };
    assert!(requests(&[number(1 << 53)]).is_ok());
    for change in [
        number(i64::MIN),
        number((1 << 53) + 1),
        far,
        empty,
        strange,
        Change::Token(BatchToken(0)),
    ] {
        let refused = requests(&[Change::DropToken(BatchToken(1)), change.clone()]).unwrap_err();
        assert_eq!(refused.change, 1, "{change:?}");
    }
}
