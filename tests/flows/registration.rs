//! Registration against a workbook.

use sheetdesk::testbed::{BOOK, PARTNERS};
use simulator::{
    sheets::{CallKind, Fault, Side, TOUR_PARTNER, Trouble},
    telegram::Profile,
};

use crate::play::{PATIENCE, Play, hears};

#[tokio::test]
async fn code_and_contact_bind_the_account_and_the_row_says_so() {
    let (play, service) = Play::open().await;
    play.marina.write("п-1042");
    play.hears("Код записали").await;
    play.marina.share_contact("79123456789");
    play.hears("Готово, Марина Игоревна!").await;
    play.settled().await;
    let cell = |header| {
        play.testbed
            .cell(PARTNERS, ("Код партнера", TOUR_PARTNER.code), header)
    };
    assert_eq!(cell("Статус авторизации"), "авторизован");
    assert_eq!(cell("Telegram ID"), "700001042");
    assert_eq!(cell("Дата авторизации").len(), "2026-01-01 00:00:00".len());
    assert_eq!(
        cell("Телефон партнера"),
        TOUR_PARTNER.phone,
        "what is not ours is as it was"
    );
    play.ends(service).await;
}

#[tokio::test]
async fn a_line_that_was_added_a_moment_ago_is_found() {
    let (play, service) = Play::open().await;
    play.settled().await;
    play.testbed
        .sheets
        .with(BOOK, |book| {
            book.paste(
                PARTNERS,
                "A10",
                &[[
                    "АБ-9",
                    "Новиков Лев",
                    "'8 (900) 111-22-33",
                    "не авторизован",
                    "",
                    "",
                ]],
            )
        })
        .expect("the row is free");
    let lev = play
        .testbed
        .telegram
        .person(Profile::new(700_001_999, "Лев"));
    lev.write("аб-9");
    lev.share_contact("+79001112233");
    hears(&lev, "Готово, Новиков Лев!").await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_further_code_is_added_by_writing_it_and_both_rows_say_so() {
    let play = Play::set().await;
    let line = [
        "АБ-9",
        "Марина",
        "'8 (912) 345-67-89",
        "не авторизован",
        "",
        "",
    ];
    play.testbed
        .sheets
        .with(BOOK, |book| book.paste(PARTNERS, "A10", &[line]))
        .expect("the row is free");
    let service = play.start().await;
    play.registers().await;
    play.marina.write("аб-9");
    play.hears("Готово, добавили код АБ-9").await;
    for code in ["АБ-9", TOUR_PARTNER.code] {
        let account = play.testbed.cell_where(
            PARTNERS,
            ("Код партнера", code),
            "Telegram ID",
            |text| text == "700001042",
            PATIENCE,
        );
        account.await.expect("the row says whose it is");
    }
    play.marina.write("Вопрос");
    play.hears("Приняли, обращение № 2").await;
    play.settled().await;
    assert_eq!(play.testbed.appeal_cell(2, "код"), "АБ-9");
    let faults = play.operator.messages().into_iter();
    let mut faults = faults.map(|message| message.content.text);
    assert!(
        !faults.any(|text| text.contains("АБ-9")),
        "one person's two rows are no fault"
    );
    play.ends(service).await;
}

#[tokio::test]
async fn an_unknown_code_and_a_wrong_phone_are_refused_alike_after_a_fresh_look() {
    let (play, service) = Play::open().await;
    play.settled().await;
    let reads = play.testbed.sheets.calls().reads;
    let mut refusals = Vec::new();
    for (id, code, phone) in [
        (801, "Х-404", "79123456789"),
        (802, "П-1042", "79990001122"),
    ] {
        let stranger = play.testbed.telegram.person(Profile::new(id, "Кто-то"));
        stranger.write(code);
        stranger.share_contact(phone);
        let refusal = hears(&stranger, "в списке нет").await.content.text;
        assert!(
            refusal.contains(&format!("«{code}»")),
            "what was taken for the code is quoted: {refusal}"
        );
        refusals.push(refusal.replace(code, "…"));
    }
    assert_eq!(refusals[0], refusals[1]);
    assert!(
        play.testbed.sheets.calls().reads > reads,
        "nobody is refused on an old look"
    );
    play.ends(service).await;
}

#[tokio::test]
async fn an_account_of_another_is_refused_and_the_operator_hears_of_it() {
    let (play, service) = Play::registered().await;
    let thief = play.testbed.telegram.person(Profile::new(803, "Другой"));
    thief.write(TOUR_PARTNER.code);
    thief.share_contact("79123456789");
    hears(&thief, "уже привязан к другому Telegram").await;
    hears(&play.operator, "Код П-1042").await;
    assert_eq!(
        play.testbed
            .cell(PARTNERS, ("Код партнера", TOUR_PARTNER.code), "Telegram ID"),
        "700001042"
    );
    play.ends(service).await;
}

#[tokio::test]
async fn while_sheets_is_down_people_hear_that_we_answer_shortly_and_we_do() {
    let play = Play::set().await;
    play.testbed.sheets.fault(Fault {
        kind: CallKind::Read,
        times: 1000,
        trouble: Trouble::Unavailable,
    });
    let service = play.start().await;
    let written = sheetdesk::clock::monotonic();
    play.marina.write(TOUR_PARTNER.code);
    play.marina.share_contact("79123456789");
    play.hears("Ответим совсем скоро").await;
    assert!(
        written.elapsed().as_secs() < 6,
        "within 5 s and the way there"
    );
    play.testbed.sheets.clear_faults();
    play.hears("Готово").await;
    play.ends(service).await;
}

#[tokio::test]
async fn a_partner_of_the_predecessor_s_is_simply_served() {
    let play = Play::set().await;
    let hold = play.testbed.sheets.hold(CallKind::Read, Side::Before);
    let service = play.start().await;
    let pavel = play
        .testbed
        .telegram
        .person(Profile::new(700_001_043, "Павел"));
    pavel.write("Где мой договор?");
    hold.arrived().await;
    hold.release();
    hears(&pavel, "Приняли").await;
    play.settled().await;
    let history = play.testbed.appeal_cell(2, "текст_обращений");
    assert!(history.ends_with("Где мой договор?"), "{history}");
    let _ = PATIENCE;
    play.ends(service).await;
}
