//! The staff list, cleared and written anew by a script while partners register.
//!
//! Invariant: the right person is bound, and only a person's word takes access away.

use sheetdesk::testbed::{BOOK, PARTNERS};
use simulator::{
    sheets::{ApiError, TOUR_PARTNER},
    telegram::Profile,
};

use crate::play::{Play, hears};

/// The first three columns of the list, as a script takes them down.
fn people(play: &Play) -> Vec<Vec<String>> {
    let table = play
        .testbed
        .sheets
        .with(BOOK, |book| book.table(PARTNERS))
        .expect("the list");
    let filled = table.into_iter().skip(1).filter(|row| !row[0].is_empty());
    filled
        .map(|row| row[..3].iter().map(|cell| format!("'{cell}")).collect())
        .collect()
}

async fn edit(
    play: &Play,
    act: impl FnOnce(&mut simulator::sheets::Workbook) -> Result<(), ApiError>,
) {
    play.testbed
        .sheets
        .with(BOOK, act)
        .expect("the script runs");
    play.testbed
        .callback(PARTNERS)
        .await
        .expect("the callback is taken");
}

#[tokio::test]
async fn whoever_registers_while_a_script_rewrites_the_list_is_bound_to_his_own_line() {
    let (play, service) = Play::open().await;
    play.marina.write(TOUR_PARTNER.code);
    play.hears("Код записали").await;
    let mut lines = people(&play);
    edit(&play, |book| book.clear(PARTNERS, "A2:F60")).await;
    play.marina.share_contact("79123456789");
    lines.reverse();
    for (at, line) in lines.iter().enumerate() {
        edit(&play, |book| {
            book.paste(PARTNERS, &format!("A{}", at + 2), &[line])
        })
        .await;
    }
    play.hears("Готово").await;
    let account = play
        .testbed
        .cell_where(
            PARTNERS,
            ("Код партнера", TOUR_PARTNER.code),
            "Telegram ID",
            |id| id == "700001042",
            crate::play::PATIENCE,
        )
        .await;
    account.expect("beside her own code");
    assert_eq!(
        play.testbed
            .cell(PARTNERS, ("Telegram ID", "700001042"), "ФИО партнера"),
        TOUR_PARTNER.name
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_partner_beside_whose_account_somebody_types_not_authorized_loses_access_and_is_told() {
    let (play, service) = Play::registered().await;
    edit(&play, |book| {
        let cell = book.address(
            PARTNERS,
            ("Код партнера", TOUR_PARTNER.code),
            "Статус авторизации",
        )?;
        book.type_in(PARTNERS, &cell, "не авторизован")
    })
    .await;
    play.hears("Ваш код больше не привязан").await;
    hears(&play.operator, "отвязан").await;
    let account = play
        .testbed
        .cell_where(
            PARTNERS,
            ("Код партнера", TOUR_PARTNER.code),
            "Telegram ID",
            str::is_empty,
            crate::play::PATIENCE,
        )
        .await;
    account.expect("the account is taken out of the row");
    play.marina.write("Вопрос");
    play.hears("Сообщение сохранили").await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_person_in_two_rows_keeps_both_codes_and_hears_of_a_promotion_once() {
    let play = Play::set().await;
    let vera = play
        .testbed
        .telegram
        .person(Profile::new(700_001_777, "Вера"))
        .has_met_bot();
    let line = |code: &'static str, phone: &'static str| {
        [
            code,
            "Ветрова Вера",
            phone,
            "авторизован",
            "700001777",
            "'2026-01-01 10:00:00",
        ]
    };
    let rows = [line("ВВ-2", "'+7 916 000-00-02"), line("ВВ-1", "'нет")];
    play.testbed
        .sheets
        .with(BOOK, |book| book.paste(PARTNERS, "A10", &rows))
        .expect("the rows are free");
    vera.write("Где договор?");
    let service = play.start().await;
    hears(&vera, "Приняли").await;
    let told = hears(&play.operator, "В списке партнёров поправьте строки")
        .await
        .content
        .text;
    assert!(
        told.contains("строка 11, код ВВ-1: телефон не читается"),
        "{told}"
    );
    assert!(!told.contains("ВВ-2"), "her other row is in order: {told}");
    play.settled().await;
    for code in ["ВВ-1", "ВВ-2"] {
        let cell = |header| play.testbed.cell(PARTNERS, ("Код партнера", code), header);
        assert_eq!(cell("Telegram ID"), "700001777", "{code}");
        assert_eq!(cell("Статус авторизации"), "авторизован", "{code}");
    }
    assert_eq!(play.testbed.appeal_cell(2, "код"), "ВВ-2", "the upper one");
    vera.write("/code");
    let codes = hears(&vera, "Новые обращения пишем под кодом ВВ-2").await;
    let markup = codes.content.reply_markup.as_ref().expect("a button");
    let button = &markup["inline_keyboard"][0][0];
    assert_eq!(button["text"], "Писать под кодом ВВ-1");
    let data = button["callback_data"].as_str().expect("its meaning");
    vera.press(codes.message_id, data).expect("it is pressed");
    hears(&vera, "Обращение № 2 теперь под кодом ВВ-1").await;
    play.shows(2, "код", |code| code == "ВВ-1").await;
    play.types(2, "статус", "Решено").await;
    hears(&vera, "Обращение № 2 решено").await;
    vera.write("Ещё вопрос");
    hears(&vera, "обращение № 3").await;
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(3, "код"), "ВВ-1");
    play.ends(service).await;
}
