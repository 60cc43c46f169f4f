//! What a tab lacks, over everything that can be there.

use super::*;
use crate::{
    domain::{row::CellValue, session::Locale, wording::Wording},
    sheets::{
        table::layout::tests::appeals,
        wire::look::{CellFormat, ChosenFormat, ColumnLook, LookChange},
    },
};

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
        warning: "Sheetdesk: …".to_owned(),
        views: Vec::new(),
        overdue: None,
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

/// As the tab is that is added: its first row stays in sight.
fn fresh() -> TabLook {
    TabLook {
        frozen: 1,
        ..TabLook::default()
    }
}

/// All of it was chosen by somebody.
fn dressed() -> TabLook {
    let all = ChosenFormat {
        bold: true,
        background: true,
        wrap: true,
        vertical: true,
        number: true,
    };
    let column = ColumnLook {
        width: 77,
        header: all,
        body: all,
    };
    TabLook {
        columns: vec![column; 10],
        ..fresh()
    }
}

fn words(steps: &[ProvisionStep]) -> Vec<String> {
    let wording = Wording::built_in();
    let english = |step: &ProvisionStep| wording.tell(Locale::En, &step.words);
    steps.iter().map(english).collect()
}

const WHOLE: &str = "telegram_id|текст_обращений|статус|специалист_ответ|№|Доставка";

#[test]
fn a_tab_that_is_not_there_gets_everything() {
    let steps = tab_plan("", 0, true)
        .unwrap()
        .plan(&Validation::default(), &fresh(), Lists::Keep);
    let told = words(&steps);
    assert_eq!(told[0], "add the tab “обращения”");
    assert!(told[1].starts_with("write the headers “код”"), "{told:?}");
    assert!(told[1].ends_with("“№”, “Доставка”"), "{told:?}");
    assert_eq!(
        told[2..],
        [
            "offer in “статус”: Новое, Решено",
            "colour the statuses",
            "make the headers stand out",
            "give “код”, “телефон”, “ФИО”, “telegram_id”, “текст_обращений”, “статус”, “специалист_ответ”, \
             “время_обновления”, “№”, “Доставка” the width of what they hold",
            "wrap the texts of “ФИО”, “текст_обращений”, “специалист_ответ”, “Доставка”",
            "begin at the top in “код”, “телефон”, “ФИО”, “telegram_id”, “текст_обращений”, “статус”, \
             “специалист_ответ”, “время_обновления”, “№”, “Доставка”",
            "tint as the service's own: “№”",
            "show plain digits in “telegram_id”, “№”",
            "keep what is typed as it is in “код”, “телефон”",
            "warn whoever types in “№”"
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
    assert_eq!(words(&steps), ["write the headers “статус”"]);
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
        tab_plan.plan(validation, &dressed(), lists)
    };
    let plan = |validation: &Validation| planned(validation, Lists::Keep);
    assert_eq!(plan(&validation), []);
    validation.rules[0].1 = ValidationRule::Words(vec!["Ждём".to_owned(), "Новое".to_owned()]);
    let steps = plan(&validation);
    assert_eq!(
        words(&steps),
        ["“статус” does not offer “Решено”: --extend-lists adds it to your list"]
    );
    assert!(steps[0].changes.is_empty(), "their list stays");
    assert_eq!(
        words(&planned(&validation, Lists::Extend)),
        ["offer in “статус”: Ждём, Новое, Решено"],
        "their own words stay"
    );
    validation.rules[0].1 = ValidationRule::Other;
    assert_eq!(plan(&validation), [], "their own rule stays");
    validation.protected.clear();
    assert_eq!(words(&plan(&validation)), ["warn whoever types in “№”"]);
}

#[test]
fn what_somebody_has_chosen_for_a_column_stays() {
    let mut look = dressed();
    look.frozen = 0;
    look.columns[1].width = 100;
    look.columns[2].header = ChosenFormat::default();
    look.columns[3].header = ChosenFormat::default();
    look.columns[3].body = ChosenFormat {
        background: true,
        ..ChosenFormat::default()
    };
    look.columns[4].body.background = false;
    let planned = |look: &TabLook| {
        let existing = Validation {
            rules: vec![((1, 2), ValidationRule::Other)],
            protected: vec![(Some(4), Some(5))],
        };
        let mut plan = tab_plan(WHOLE, 6, false).unwrap();
        plan.info.fill_formulas = ["Новое", "В работе", "Решено"]
            .map(|word| format!("=$C2=\"{word}\""))
            .to_vec();
        plan.plan(&existing, look, Lists::Keep)
    };
    assert_eq!(planned(&dressed()), []);
    let steps = planned(&look);
    assert_eq!(
        words(&steps),
        [
            "keep the headers in sight",
            "make the headers stand out",
            "give “текст_обращений” the width of what they hold",
            "wrap the texts of “специалист_ответ”",
            "begin at the top in “специалист_ответ”",
            "tint as the service's own: “№”",
        ]
    );
    let Change::Look(LookChange::Format { span, format }) = &steps[1].changes[0] else {
        panic!("{:?}", steps[1]);
    };
    assert_eq!((span.rows, span.columns), ((0, 1), (2, 4)));
    assert!(matches!(format, CellFormat::Header(_)));
}

#[test]
fn a_table_of_google_s_keeps_its_own_colours() {
    let mut plan = tab_plan(WHOLE, 6, false).unwrap();
    plan.info.tables.push(Table {
        id: "t".to_owned(),
        name: "Обращения".to_owned(),
        rows: (0, 3),
        columns: (0, 6),
        footer: false,
        typed: Vec::new(),
    });
    let steps = plan.plan(&Validation::default(), &fresh(), Lists::Keep);
    let told = words(&steps);
    let coloured = |words: &&String| words.contains("stand out") || words.contains("tint");
    assert!(!told.iter().any(|words| coloured(&words)), "{told:?}");
    assert!(
        told.iter().any(|words| words.starts_with("wrap")),
        "{told:?}"
    );
}
