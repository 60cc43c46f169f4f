//! The predecessor's workbook, as a firm would hand it over.
//!
//! Invariant: nothing in it was made by this project – no columns of ours, and
//! phones, codes and statuses in the forms that people left them in.

use serde_json::json;

use super::{Look, Role, Workbook};
use crate::sheets::credentials::SERVICE_ACCOUNT_EMAIL;
use crate::sheets::error::ApiError;

/// The partner whom the tour of the demo plays.
pub const TOUR_PARTNER: TourPartner = TourPartner {
    code: "П-1042",
    phone: "+7 (912) 345-67-89",
    name: "Соколова Марина Игоревна",
};

/// What the tour must know of its partner.
#[derive(Clone, Copy, Debug)]
pub struct TourPartner {
    /// The code that is given to the bot.
    pub code: &'static str,
    /// The phone as it stands in the sheet.
    pub phone: &'static str,
    /// The full name.
    pub name: &'static str,
}

const PARTNERS: &str = "список сотрудников для авторизации";
const APPEALS: &str = "обращения";
const PROMOTIONS: &str = "Акции";
/// The old copies of the appeals tab have no room to the right of their headers.
const APPEALS_SIZE: (usize, usize) = (200, 8);

const PARTNER_ROWS: [[&str; 6]; 9] = [
    [
        "Код партнера",
        "ФИО партнера",
        "Телефон партнера",
        "Статус авторизации",
        "Telegram ID",
        "Дата авторизации",
    ],
    [
        TOUR_PARTNER.code,
        TOUR_PARTNER.name,
        "'+7 (912) 345-67-89",
        "не авторизован",
        "",
        "",
    ],
    [
        "1043",
        "Орлов Павел Андреевич",
        "8 922 110-20-30",
        "authorized",
        "700001043",
        "'2025-02-11 09:14:52",
    ],
    [
        "П-1044",
        "Громова Алла Юрьевна",
        "79031234567",
        "авторизован",
        "700001044",
        "'2025-02-12 18:40:03",
    ],
    [
        "1045",
        "Лебедев Иван Сергеевич",
        "'9161112233",
        "не авторизован",
        "",
        "",
    ],
    [
        "П-1046",
        "Чернова Ольга Викторовна",
        "+7 (903) 555-01-02",
        "не авторизован",
        "",
        "",
    ],
    ["'1047", "Зайцев Егор Петрович", "'+79265550147", "", "", ""],
    [
        "П-1048",
        "Котова Нина Львовна",
        "8(495)555-01-48",
        "не авторизован",
        "",
        "",
    ],
    [
        "АГ-7",
        "Белов Артём Романович",
        "",
        "не авторизован",
        "",
        "",
    ],
];

const APPEAL_ROWS: [[&str; 8]; 2] = [
    [
        "код",
        "телефон",
        "ФИО",
        "telegram_id",
        "текст_обращений",
        "статус",
        "специалист_ответ",
        "время_обновления",
    ],
    [
        "1043",
        "8 922 110-20-30",
        "Орлов Павел Андреевич",
        "700001043",
        "2025-03-03 10:21:44: Специалист: Договор отправлен на почту.\n\
         2025-03-03 09:58:10: Где посмотреть договор по объекту?",
        "Решено",
        "",
        "'2025-03-03 10:21:44",
    ],
];

const PROMOTION_ROWS: [[&str; 10]; 3] = [
    [
        "Дата релиза",
        "Название",
        "Описание",
        "Статус",
        "Дата начала",
        "Дата окончания",
        "Контент",
        "Ссылка",
        "Действие",
        "NOTIFICATION_STATUS",
    ],
    [
        "01.02.2025",
        "Зимняя ипотека",
        "Ставка 5,9 % на квартиры в сданных домах.",
        "Закончена",
        "01.02.2025",
        "28.02.2025",
        "",
        "",
        "",
        "SENT",
    ],
    [
        "01.06.2026",
        "Двойное вознаграждение",
        "За каждую сделку в ЖК «Речной» – двойная комиссия.",
        "",
        "01.06.2026",
        "31.12.2035",
        "",
        "https://example.com/river",
        "",
        "",
    ],
];

/// One spreadsheet with the partners', appeals' and promotions' tabs, shared for
/// writing with the service account of [`crate::sheets::service_account`].
///
/// The tour uses [`TOUR_PARTNER`]: known, not authorized, without an appeal.
/// The second promotion lacks only its `Опубликовать`.
#[must_use]
pub fn sample_workbook(id: &str) -> Workbook {
    let mut workbook = Workbook::new(id, "Партнёры: демонстрация");
    workbook.share(SERVICE_ACCOUNT_EMAIL, Role::Writer);
    let (rows, columns) = APPEALS_SIZE;
    let filled = workbook
        .add_tab(PARTNERS)
        .and_then(|_| workbook.paste(PARTNERS, "A1", &PARTNER_ROWS))
        .and_then(|()| workbook.add_tab_sized(APPEALS, rows, columns))
        .and_then(|sheet_id| {
            workbook.paste(APPEALS, "A1", &APPEAL_ROWS)?;
            let filter = json!({"filter": {"range": {"sheetId": sheet_id}}});
            workbook.apply(&json!({"requests": [{"setBasicFilter": filter}]}))
        })
        .and_then(|_| workbook.add_tab(PROMOTIONS))
        .and_then(|_| workbook.paste(PROMOTIONS, "A1", &PROMOTION_ROWS))
        .and_then(|()| dress(&mut workbook));
    filled.expect("the rows above fit the tabs above");
    workbook
}

/// As somebody has made the tabs look who works with them every day.
fn dress(workbook: &mut Workbook) -> Result<(), ApiError> {
    let header = Look {
        bold: true,
        background: Some("#f3f6fc"),
        ..Look::default()
    };
    for tab in [PARTNERS, APPEALS, PROMOTIONS] {
        workbook.freeze(tab, 1)?;
        workbook.look(tab, "1:1", header)?;
    }
    for (tab, columns, width, wrap) in [
        (PARTNERS, "B:B", 220, false),
        (PARTNERS, "C:D", 150, false),
        (PARTNERS, "F:F", 150, false),
        (APPEALS, "A:A", 70, false),
        (APPEALS, "B:B", 140, false),
        (APPEALS, "C:C", 180, true),
        (APPEALS, "E:E", 360, true),
        (APPEALS, "G:G", 260, true),
        (APPEALS, "H:H", 150, false),
        (PROMOTIONS, "B:B", 180, true),
        (PROMOTIONS, "C:C", 280, true),
        (PROMOTIONS, "G:H", 200, false),
    ] {
        let look = Look {
            width: Some(width),
            wrap,
            ..Look::default()
        };
        workbook.look(tab, columns, look)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Cell, CellError, Shown};
    use super::*;

    #[test]
    fn the_sample_holds_the_forms_found_in_the_wild() {
        let book = sample_workbook("book");
        assert_eq!(book.tab_titles(), [PARTNERS, APPEALS, PROMOTIONS]);
        let phone = book
            .address(
                PARTNERS,
                ("Код партнера", TOUR_PARTNER.code),
                "Телефон партнера",
            )
            .unwrap();
        assert_eq!(
            book.cell(PARTNERS, &phone).unwrap(),
            Cell::text(TOUR_PARTNER.phone)
        );
        assert_eq!(book.cell(PARTNERS, "A3").unwrap(), Cell::number(1043.0));
        assert_eq!(book.cell(PARTNERS, "A7").unwrap(), Cell::text("1047"));
        assert_eq!(
            book.cell(PARTNERS, "C4").unwrap(),
            Cell::number(79_031_234_567.0)
        );
        assert!(matches!(
            book.cell(PARTNERS, "C6").unwrap(),
            Cell::Formula(_, Shown::Error(CellError::Parse))
        ));
        assert_eq!(book.shown(PROMOTIONS, "E3").unwrap(), "01.06.2026");
        assert_eq!(book.role(SERVICE_ACCOUNT_EMAIL), Role::Writer);
    }
}
