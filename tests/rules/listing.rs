//! Rows of the staff list that cannot be taken as they stand.

use sheetdesk::domain::{
    event::{Event, RowEvent, TelegramCell},
    listing::ListFault,
    partner::RowTrouble,
    tab::Tab,
    view::View,
};

use crate::table::{ANNA, SheetRow, Table, bare, code};

/// Anna's account is beside two codes, the upper one first in the sheet.
fn shared() -> Table {
    shared_in(Table::empty())
}

fn shared_in(mut table: Table) -> Table {
    for (code, phone) in [("П-1", "8 912 345 67 89"), ("П-2", "8 916 000 00 01")] {
        table.lists_bound(code, "Анна", phone, TelegramCell::Doubled(ANNA));
    }
    table
}

fn doubled() -> Event {
    let rows = vec![(4, code("П-2")), (7, code("П-1"))];
    Event::Row(RowEvent::Listed(vec![ListFault::TelegramDoubled(rows)]))
}

fn bound(table: &Table) -> Option<String> {
    let session = table.state.session(ANNA)?;
    let code = session.partner?;
    let partner = table.state.partner(&code)?;
    assert_eq!(partner.binding.map(|binding| binding.chat), Some(ANNA));
    Some(code.as_str().to_owned())
}

#[test]
fn the_row_whose_phone_the_person_has_shared_goes_first() {
    let mut table = Table::empty();
    table.contact(ANNA, "79123456789", true);
    let mut table = shared_in(table);
    assert_eq!(
        table.event(&doubled()),
        [""; 0],
        "one person's rows are no fault"
    );
    assert_eq!(bound(&table).as_deref(), Some("П-1"));
}

#[test]
fn the_row_whose_code_an_appeal_bears_goes_first() {
    let mut table = shared();
    table.event(&doubled());
    table.looked(Tab::Partners);
    for code in ["П-1", "П-2"] {
        table.shows(vec![SheetRow {
            partner: Some(self::code(code)),
            status: None,
            ..bare(code)
        }]);
        assert_eq!(
            bound(&table).as_deref(),
            Some("П-1"),
            "the first that is confirmed stays"
        );
    }
}

#[test]
fn later_looks_bind_nobody_and_a_line_that_stands_twice_stays_its_partner_s() {
    let mut table = Table::sighted();
    for code in ["П-1", "П-2"] {
        table.lists_bound(code, "Анна", "8 912 345 67 89", TelegramCell::Doubled(ANNA));
    }
    let told = table.event(&doubled()).join("\n");
    assert!(
        told.contains("строки 4 (П-2), 7 (П-1)"),
        "rows that are not his are a fault: {told}"
    );
    assert_eq!(bound(&table), None);

    let mut table = Table::empty();
    table.lists_bound(
        "П-1",
        "Анна",
        "8 912 345 67 89",
        TelegramCell::Doubled(ANNA),
    );
    let doubled = RowEvent::PartnerStopped(code("П-1"), RowTrouble::Doubled);
    table.event(&Event::Row(doubled));
    let fault = ListFault::CodeDoubled(vec![2, 3], code("П-1"));
    table.event(&Event::Row(RowEvent::Listed(vec![fault])));
    assert_eq!(bound(&table).as_deref(), Some("П-1"));
}

#[test]
fn a_fault_is_told_once_also_when_rows_move_and_the_end_of_all() {
    let mut table = Table::sighted();
    let listed = |faults: Vec<ListFault>| Event::Row(RowEvent::Listed(faults));
    let phone = |row| ListFault::Phone(row, code("П-1"));
    assert!(
        table.event(&listed(vec![phone(5)]))[0]
            .starts_with("1: В списке партнёров поправьте строки")
    );
    assert_eq!(table.event(&listed(vec![phone(6)])), [""; 0]);
    let two = table.event(&listed(vec![ListFault::NoCode(3), phone(6)]));
    assert!(
        two[0].contains("строка 3") && !two[0].contains("строка 6"),
        "{two:?}"
    );
    assert!(
        table
            .event(&listed(vec![
                ListFault::NoCode(3),
                ListFault::NoCode(4),
                phone(6)
            ]))
            .len()
            == 1
    );
    assert!(table.event(&listed(Vec::new()))[0].contains("читаются все строки"));
    assert_eq!(table.event(&listed(Vec::new())), [""; 0]);
}
