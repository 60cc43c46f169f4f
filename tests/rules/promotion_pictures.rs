//! Pictures of promotions: uploaded once, by way of the admin chat or of the first partner; without one that can be had nobody gets anything.

use sheetdesk::domain::{
    appeal::{RejectReason, Unfetched},
    broadcast::AnnouncementState,
    effect::{MessageForm, Wake},
    event::{Event, Outcome},
    ids::{ChatId, MessageId, OutboxId},
    media::{Media, MediaKind},
    promotion::Stage,
    view::View,
};

use crate::{
    pinboard::Pinboard,
    promotions::{COMES, RUNS, board, deliver, made, table, to_anna},
    table::ANNA,
};

fn media() -> Media {
    Media {
        kind: MediaKind::Photo,
        file: "AgAC".into(),
    }
}

#[test]
fn a_picture_is_uploaded_once_by_way_of_the_admin_chat() {
    let mut table = table();
    let mut board = board(&mut table, &[&format!("{RUNS}|https://a.example/x.png")]);
    board.rows[0].cells.action = "Опубликовать".into();
    let told = board.cycle(&mut table);
    assert_eq!(
        told[0],
        "1: <b>Скидка</b> / Только сегодня / 1 марта 2026 – 31 марта 2026 [picture https://a.example/x.png]"
    );
    assert_eq!(
        (made(&table), board.says(0)),
        (0, "Активна: готовим картинку".to_owned())
    );
    let shown = OutboxId::Preview(board.key(0), 3);
    let told = table.sent(&shown, Outcome::Uploaded(MessageId(9), media()));
    assert!(
        told.iter()
            .any(|line| line.starts_with("7001:") && line.ends_with("[kept Photo AgAC]")),
        "{told:?}"
    );
    assert_eq!(
        board.promotion(&table, 0).media.map(|(_, media)| media),
        Some(media())
    );
}

#[test]
fn without_an_admin_chat_the_first_partner_s_message_uploads_it() {
    let mut table = table();
    table.rules.admin_chat = None;
    let mut board = board(&mut table, &[&format!("{RUNS}|https://a.example/x.png")]);
    board.acts(&mut table, 0, "Опубликовать");
    let first = table.state.outbox(&to_anna(&board.key(0))).expect("made");
    assert!(matches!(first.send.form, MessageForm::Picture(_)));
    table.state.claim(&first.send.id);
    table.sent(&first.send.id, Outcome::Uploaded(MessageId(9), media()));
    board.write(&mut table);
    assert_eq!(board.says(0), "Активна: разослана 11:00: 1 из 1");
}

#[test]
fn a_picture_that_cannot_be_had_stops_all_until_somebody_decides() {
    for admin in [Some(ChatId(1)), None] {
        let mut table = table();
        table.rules.admin_chat = admin;
        let mut board = board(&mut table, &[&format!("{RUNS}|https://a.example/x.png")]);
        board.acts(&mut table, 0, "Опубликовать");
        let key = board.key(0);
        let id = if admin.is_some() {
            OutboxId::Preview(key.clone(), 3)
        } else {
            to_anna(&key)
        };
        table.state.claim(&id);
        table.sent(
            &id,
            Outcome::Rejected(RejectReason::File(Unfetched::Status(404))),
        );
        board.write(&mut table);
        assert_eq!(
            board.says(0),
            "Активна: не разослана: по ссылке нет картинки (ответ сайта 404). Исправьте ссылку или очистите «Контент» и выберите \
             «Опубликовать»"
        );
        assert!(
            table
                .state
                .announced(&key, ANNA)
                .is_none_or(|it| it.fate == AnnouncementState::Withdrawn)
        );
        board.rows[0].cells.offer.content = "".into();
        board.acts(&mut table, 0, "Опубликовать");
        assert_eq!(board.says(0), "Активна: 0 из 1, осталось ≈ 1 с (0 %)");
        deliver(&mut table, &key);
        board.write(&mut table);
        assert_eq!(
            board.says(0),
            "Активна: разослана 11:00: 1 из 1",
            "with {admin:?}"
        );
    }
}

const UNSHOWN: &str = "в «Контенте» формула (например, =IMAGE), картинку которой видно только в таблице: вставьте саму ссылку на картинку или \
                       очистите ячейку";

#[test]
fn a_picture_that_a_formula_draws_is_said_and_nothing_goes_out_without_it() {
    for action in ["", "Опубликовать", "Тест"] {
        let mut table = table();
        let mut board = Pinboard::of(&[RUNS]);
        board.rows[0].cells.offer.unshown = true;
        board.cycle(&mut table);
        let says = board.acts(&mut table, 0, action);
        assert_eq!(says, format!("ещё не готово: {UNSHOWN}"), "{action:?}");
        assert_eq!(
            (made(&table), board.promotion(&table, 0).stage),
            (0, Stage::Draft),
            "{action:?}"
        );
        board.rows[0].cells.offer.unshown = false;
        board.acts(&mut table, 0, "Опубликовать");
        assert_eq!(made(&table), 1, "{action:?}");
    }
}

#[test]
fn a_formula_in_the_content_holds_up_what_waits_for_its_day_or_for_a_decision() {
    let mut table = table();
    let mut board = board(
        &mut table,
        &[COMES, &format!("{RUNS}|https://a.example/x.png")],
    );
    board.acts(&mut table, 0, "Опубликовать");
    board.acts(&mut table, 1, "Опубликовать");
    let upload = OutboxId::Preview(board.key(1), 3);
    table.state.claim(&upload);
    table.sent(
        &upload,
        Outcome::Rejected(RejectReason::File(Unfetched::Status(404))),
    );
    board.rows[0].cells.offer.unshown = true;
    board.rows[1].cells.offer.unshown = true;
    board.rows[1].cells.offer.content = "".into();
    board.acts(&mut table, 1, "Опубликовать");
    assert!(board.says(1).contains(UNSHOWN), "{}", board.says(1));
    table.later(3 * 86_400);
    let told = table.event(&Event::Due(Wake::Promotion(board.key(0))));
    assert!(
        told.iter()
            .any(|told| told.contains("Пришёл срок акции «Скидка»")),
        "{told:?}"
    );
    board.write(&mut table);
    assert!(board.says(0).contains(UNSHOWN), "{}", board.says(0));
    assert_eq!(made(&table), 0);
}

#[test]
fn long_words_go_behind_their_picture() {
    let mut table = table();
    table.rules.admin_chat = None;
    let long = "я".repeat(1100);
    let mut board = board(
        &mut table,
        &[&format!(
            "Скидка|{long}|01.03.2026|31.03.2026|AgACAgIAAxkBAAIBY2ZvY2Y|a.example"
        )],
    );
    board.rows[0].cells.action = "Опубликовать".into();
    let told = board.cycle(&mut table);
    assert_eq!(told[0], "7001:  [picture AgACAgIAAxkBAAIBY2ZvY2Y]");
    assert!(
        told[1].starts_with("7001: <b>Скидка</b>")
            && told[1].ends_with("[Подробнее: https://a.example]"),
        "{told:?}"
    );
    let key = board.key(0);
    let cover = OutboxId::Cover(key.clone(), ANNA);
    table.state.claim(&cover);
    table.sent(
        &cover,
        Outcome::Rejected(RejectReason::Refused(
            "Bad Request: wrong file identifier".into(),
        )),
    );
    board.write(&mut table);
    assert!(
        board.says(0).contains("Telegram не принял картинку"),
        "{}",
        board.says(0)
    );
    assert!(
        table.state.outbox(&to_anna(&key)).is_none(),
        "his words are taken back"
    );
}

#[test]
fn a_picture_that_was_replaced_while_it_was_tested_is_not_sent_for_the_new_one() {
    let mut table = table();
    let mut board = board(&mut table, &[&format!("{RUNS}|https://a.example/old.png")]);
    board.acts(&mut table, 0, "Тест");
    let tested = OutboxId::Preview(board.key(0), 3);
    board.rows[0].cells.offer.content = "https://a.example/new.png".into();
    board.acts(&mut table, 0, "Опубликовать");
    table.state.claim(&tested);
    table.sent(&tested, Outcome::Uploaded(MessageId(9), media()));
    assert_eq!(
        (made(&table), board.promotion(&table, 0).media),
        (0, None),
        "it still waits for its own"
    );
    let shown = OutboxId::Preview(board.key(0), 5);
    table.state.claim(&shown);
    table.sent(&shown, Outcome::Uploaded(MessageId(10), media()));
    assert_eq!(made(&table), 1);
}

#[test]
fn an_admin_chat_that_takes_no_pictures_is_no_fault_of_the_picture() {
    let mut table = table();
    let mut board = board(&mut table, &[&format!("{RUNS}|https://a.example/x.png")]);
    board.acts(&mut table, 0, "Опубликовать");
    let shown = OutboxId::Preview(board.key(0), 3);
    table.state.claim(&shown);
    let rights =
        RejectReason::Recipient("Bad Request: not enough rights to send photos to the chat".into());
    table.sent(&shown, Outcome::Rejected(rights.clone()));
    let first = table
        .state
        .outbox(&to_anna(&board.key(0)))
        .expect("the first partner's message uploads it");
    assert!(matches!(first.send.form, MessageForm::Picture(_)));
    assert_eq!(
        table.state.alerts().admin_chat.refused,
        Some(rights),
        "and the operator's report says so"
    );
    board.write(&mut table);
    assert_eq!(board.says(0), "Активна: 0 из 1, осталось ≈ 1 с (0 %)");
}
