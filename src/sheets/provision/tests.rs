//! What a tab lacks, over everything that can be there.

use super::*;
use crate::{domain::row::CellValue, sheets::table::layout::tests::appeals};

const SHEET: SheetId = SheetId(7);

fn spec() -> TabSpec {
    TabSpec {
        title: "обращения".to_owned(),
        words: Some(appeals()),
        offers: vec![(
            Column::Status,
            vec!["Новое".to_owned(), "Решено".to_owned()],
        )],
        protect: Protect::Columns(vec![Column::Number]),
    }
}

fn place_for(spec: &TabSpec) -> (TabInfo, bool) {
    place(spec, &[], SHEET)
}

fn tab_plan(headers: &str, width: u32, is_new: bool) -> Result<TabPlan, LayoutError> {
    let existing = ExistingTab {
        headers: headers.split('|').map(str::to_owned).collect(),
        width,
    };
    let (info, _) = place_for(&spec());
    TabPlan::survey(spec(), info, is_new, &existing)
}

fn words(steps: &[ProvisionStep]) -> Vec<&str> {
    steps.iter().map(|step| step.words.as_str()).collect()
}

const WHOLE: &str = "telegram_id|текст_обращений|статус|специалист_ответ|№|Доставка";

#[test]
fn a_tab_that_is_not_there_gets_everything() {
    let steps = tab_plan("", 0, true)
        .unwrap()
        .plan(&Validation::default(), Lists::Keep);
    let told = words(&steps);
    assert_eq!(told[0], "add the tab «обращения»");
    assert!(told[1].starts_with("write the headers «код»"), "{told:?}");
    assert!(told[1].ends_with("«№», «Доставка»"), "{told:?}");
    assert_eq!(
        told[2..],
        [
            "offer in «статус»: Новое, Решено",
            "colour the statuses",
            "warn whoever types in «№»"
        ]
    );
}

#[test]
fn headers_are_added_behind_whatever_stands_there() {
    let steps = tab_plan(
        "telegram_id|текст_обращений|статус|специалист_ответ",
        6,
        false,
    )
    .unwrap()
    .steps;
    let set = Change::Set {
        sheet: SHEET,
        row: 0,
        column: 6,
        values: vec![
            CellValue::Text("№".into()),
            CellValue::Text("Доставка".into()),
        ],
    };
    assert_eq!(steps[0].changes, [set]);
    let steps = tab_plan(
        "telegram_id|текст_обращений|специалист_ответ|№|Доставка",
        25,
        false,
    )
    .unwrap()
    .steps;
    assert_eq!(words(&steps), ["write the headers «статус»"]);
    let steps = tab_plan(
        "telegram_id|текст_обращений|специалист_ответ|№|Доставка",
        26,
        false,
    )
    .unwrap()
    .steps;
    assert_eq!(
        steps[0].changes[0],
        Change::AddColumns {
            sheet: SHEET,
            count: 1
        }
    );
}

#[test]
fn what_may_be_meant_is_left_to_people() {
    for headers in [
        "telegram_id|текст_обращений|статусы|специалист_ответ",
        "telegram_id|текст_обращений|статус|статус|специалист_ответ",
        "Иванов|Здравствуйте|вчера",
    ] {
        assert!(tab_plan(headers, 0, false).is_err(), "{headers}");
    }
}

#[test]
fn a_second_time_nothing_is_left_to_do() {
    let mut validation = Validation {
        rules: vec![(
            (1, 2),
            ValidationRule::Words(vec![
                "новое".to_owned(),
                "Ждём".to_owned(),
                "Решено".to_owned(),
            ]),
        )],
        protected: vec![(Some(4), Some(5))],
    };
    let planned = |validation: &Validation, lists| {
        let mut tab_plan = tab_plan(WHOLE, 6, false).unwrap();
        let fill = |word: &str| format!("=$C2=\"{word}\"");
        tab_plan.info.fill_formulas = ["Новое", "В работе", "Решено"].map(fill).to_vec();
        tab_plan.plan(validation, lists)
    };
    let plan = |validation: &Validation| planned(validation, Lists::Keep);
    assert_eq!(plan(&validation), []);
    validation.rules[0].1 = ValidationRule::Words(vec!["Ждём".to_owned(), "Новое".to_owned()]);
    let steps = plan(&validation);
    assert_eq!(
        words(&steps),
        ["«статус» does not offer «Решено»: --extend-lists adds it to your list"]
    );
    assert!(steps[0].changes.is_empty(), "their list stays");
    assert_eq!(
        words(&planned(&validation, Lists::Extend)),
        ["offer in «статус»: Ждём, Новое, Решено"],
        "their own words stay"
    );
    validation.rules[0].1 = ValidationRule::Other;
    assert_eq!(plan(&validation), [], "their own rule stays");
    validation.protected.clear();
    assert_eq!(words(&plan(&validation)), ["warn whoever types in «№»"]);
}
