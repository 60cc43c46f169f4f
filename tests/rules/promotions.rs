//! The promotions tab: what each action and each date does, what the row says, and whose key a row keeps.

use jiff::civil::time;
use sheetdesk::domain::{
    appeal::RejectReason,
    broadcast::QuietWindow,
    effect::Wake,
    event::{Event, Outcome, TelegramCell},
    ids::{MessageId, OutboxId, PromotionKey},
    promotion::{Offer, Stage},
    tab::Tab,
    text::Text,
    view::View,
};

use crate::{
    pinboard::{Pinboard, pinned},
    table::{ANNA, Table},
};

pub(crate) const RUNS: &str = "Скидка|Только сегодня|01.03.2026|31.03.2026";
pub(crate) const COMES: &str = "Скидка|Со среды|04.03.2026|31.03.2026";

/// Anna is the only partner, and the tab has been seen empty.
pub(crate) fn table() -> Table {
    let mut table = Table::registered();
    table.looked(Tab::Promotions);
    table
}

/// A tab that has been seen for a while, with these rows.
pub(crate) fn board(table: &mut Table, rows: &[&str]) -> Pinboard {
    let mut board = Pinboard::of(rows);
    board.cycle(table);
    board
}

/// Announced, and delivered to Anna.
fn announced(table: &mut Table, rows: &[&str]) -> Pinboard {
    let mut board = board(table, rows);
    board.acts(table, 0, "Опубликовать");
    deliver(table, &board.key(0));
    board.cycle(table);
    board
}

pub(crate) fn to_anna(key: &PromotionKey) -> OutboxId {
    OutboxId::Promotion(key.clone(), ANNA)
}

pub(crate) fn deliver(table: &mut Table, key: &PromotionKey) {
    let id = to_anna(key);
    table.state.claim(&id);
    table.sent(&id, Outcome::Delivered(MessageId(5)));
}

/// How many announcements were ever made for partners.
pub(crate) fn made(table: &Table) -> usize {
    let all = (1..10).map(PromotionKey::numbered);
    all.filter(|key| table.state.outbox(&to_anna(key)).is_some())
        .count()
}

#[test]
fn a_row_says_what_is_missing_while_it_is_typed() {
    let mut table = table();
    let mut board = board(&mut table, &["Скидка"]);
    assert_eq!(
        board.says(0),
        "ещё не готово: нет описания; нет даты начала; нет даты окончания"
    );
    assert_eq!(board.rows[0].cells.key.0, "1-пх");
    board.rows[0] = pinned("Скидка|Только сегодня|05.03.2026|04.03.2026|x|y");
    board.cycle(&mut table);
    assert_eq!(
        board.says(0),
        "ещё не готово: окончание раньше начала; в «Ссылке» не адрес сайта, нужно как https://example.ru; в «Контенте» не картинка: нужна \
         одна ссылка на неё"
    );
    board.rows[0] = pinned(RUNS);
    board.cycle(&mut table);
    assert_eq!(board.says(0), "готово: 1 получатель, ≈ 1 с");
    assert_eq!(made(&table), 0);
}

#[test]
fn each_action_on_each_stage() {
    for (row, actions, says) in [
        (
            RUNS,
            vec!["Опубликовать"],
            "Активна: 0 из 1, осталось ≈ 1 с (0 %)",
        ),
        (
            COMES,
            vec!["Опубликовать"],
            "Ожидает: разошлём 04.03.2026 00:00",
        ),
        (
            "Скидка||04.03.2026|31.03.2026",
            vec!["Опубликовать"],
            "ещё не готово: нет описания",
        ),
        (
            RUNS,
            vec!["Пауза"],
            "готово: 1 получатель, ≈ 1 с · делать нечего: эта акция сейчас не рассылается",
        ),
        (
            RUNS,
            vec!["Завершить"],
            "готово: 1 получатель, ≈ 1 с · делать нечего: эта акция сейчас не рассылается",
        ),
        (
            RUNS,
            vec!["Опубликовать", "Пауза"],
            "Активна: пауза: 0 из 1. «Продолжить» или «Отменить»",
        ),
        (
            RUNS,
            vec!["Опубликовать", "Пауза", "Продолжить"],
            "Активна: 0 из 1, осталось ≈ 1 с (0 %)",
        ),
        (
            RUNS,
            vec!["Опубликовать", "Отменить"],
            "Активна: отменена: 0 из 1",
        ),
        (
            RUNS,
            vec!["Опубликовать", "Завершить"],
            "Закончена: отменена: 0 из 1",
        ),
        (
            RUNS,
            vec!["Опубликовать", "Отменить", "Опубликовать"],
            "Активна: 0 из 1, осталось ≈ 1 с (0 %)",
        ),
        (
            COMES,
            vec!["Опубликовать", "Отменить"],
            "Закончена: отменена: никто её не получил",
        ),
        (
            COMES,
            vec!["Опубликовать", "Отменить", "Опубликовать"],
            "Ожидает: разошлём 04.03.2026 00:00",
        ),
        (
            COMES,
            vec!["Опубликовать", "Завершить"],
            "Закончена: отменена: никто её не получил",
        ),
        (
            RUNS,
            vec!["Опубликовать", "Опубликовать"],
            "Активна: 0 из 1, осталось ≈ 1 с (0 %) · уже объявлена 02.03.2026; чтобы объявить снова, скопируйте строку",
        ),
        (
            RUNS,
            vec!["Станцевать"],
            " <Станцевать>: готово: 1 получатель, ≈ 1 с · нет такого действия: «Станцевать»",
        ),
    ] {
        let mut table = table();
        let mut board = board(&mut table, &[row]);
        for action in &actions {
            board.acts(&mut table, 0, action);
        }
        assert_eq!(board.says(0), says, "{actions:?} on {row}");
        board.cycle(&mut table);
        assert_eq!(
            board.says(0),
            says,
            "a second look changes nothing: {actions:?} on {row}"
        );
    }
}

#[test]
fn a_delivered_promotion_says_so_and_ends_by_its_date() {
    let mut table = table();
    let mut board = announced(&mut table, &[RUNS]);
    assert_eq!(board.says(0), "Активна: разослана 11:00: 1 из 1");
    assert_eq!(board.rows[0].cells.notified.as_str(), "SENT");
    table.later(30 * 86_400);
    table.event(&Event::Due(Wake::Promotion(board.key(0))));
    board.write(&mut table);
    assert_eq!(board.says(0), "Закончена: разослана 11:00: 1 из 1");
    assert_eq!(made(&table), 1);
}

#[test]
fn a_promotion_begins_by_its_date_and_as_it_stands_then() {
    let mut table = table();
    let mut board = board(&mut table, &[COMES]);
    board.acts(&mut table, 0, "Опубликовать");
    board.rows[0].cells.offer.title = "Скидка пять".into();
    board.cycle(&mut table);
    assert_eq!(made(&table), 0);
    table.later(2 * 86_400);
    table.event(&Event::Due(Wake::Promotion(board.key(0))));
    let sent = table
        .state
        .outbox(&to_anna(&board.key(0)))
        .expect("announced");
    assert!(sent.send.text.as_str().starts_with("<b>Скидка пять</b>"));
    board.write(&mut table);
    assert_eq!(board.rows[0].cells.status.as_str(), "Активна");
    let before = made(&table);
    table.event(&Event::Due(Wake::Promotion(board.key(0))));
    board.cycle(&mut table);
    assert_eq!(made(&table), before, "its day comes once");
}

#[test]
fn what_is_late_or_not_right_waits_for_somebody() {
    let mut late = table();
    late.rules.hold_if_later_than = Some(jiff::SignedDuration::from_hours(12));
    let mut board = board(&mut late, &[COMES]);
    board.acts(&mut late, 0, "Опубликовать");
    late.later(4 * 86_400);
    let told = board.cycle(&mut late).join("\n");
    assert!(
        told.contains("Акция «Скидка» опоздала на 59 часов"),
        "{told}"
    );
    assert!(
        board
            .says(0)
            .starts_with("Ожидает: не разослана, хотя ждала 04.03.2026"),
        "{}",
        board.says(0)
    );
    assert_eq!(made(&late), 0);
    board.acts(&mut late, 0, "Опубликовать");
    assert_eq!(made(&late), 1);

    let mut unfit = table();
    let mut board = self::board(&mut unfit, &[COMES]);
    board.acts(&mut unfit, 0, "Опубликовать");
    board.rows[0].cells.offer.description = "".into();
    board.cycle(&mut unfit);
    assert_eq!(
        board.says(0),
        "Ожидает: разошлём 04.03.2026 00:00; ещё не готово: нет описания"
    );
    unfit.later(3 * 86_400);
    let told = unfit
        .event(&Event::Due(Wake::Promotion(board.key(0))))
        .join("\n");
    assert!(told.contains("в её строке что-то не так"), "{told}");
    assert_eq!(made(&unfit), 0);
}

#[test]
fn a_value_that_is_still_loading_when_the_day_comes_is_waited_for() {
    let cells: [fn(&mut Offer) -> &mut Text; 6] = [
        |offer| &mut offer.title,
        |offer| &mut offer.description,
        |offer| &mut offer.starts,
        |offer| &mut offer.ends,
        |offer| &mut offer.content,
        |offer| &mut offer.link,
    ];
    for (at, cell) in cells.into_iter().enumerate() {
        let mut table = table();
        let mut board = board(
            &mut table,
            &[&format!("{COMES}|https://a.example/x.png|a.example")],
        );
        board.acts(&mut table, 0, "Опубликовать");
        let offer = board.rows[0].cells.offer.clone();
        *cell(&mut board.rows[0].cells.offer) = "Loading...".into();
        board.cycle(&mut table);
        table.later(2 * 86_400);
        let told = table.event(&Event::Due(Wake::Promotion(board.key(0))));
        board.write(&mut table);
        assert!(
            matches!(board.promotion(&table, 0).stage, Stage::Scheduled(_)),
            "{at}: {told:?}"
        );
        board.rows[0].cells.offer = offer;
        board.cycle(&mut table);
        assert!(
            matches!(board.promotion(&table, 0).stage, Stage::Announced(_)),
            "{at}"
        );
    }
}

#[test]
fn quiet_hours_are_waited_for_and_are_no_delay() {
    let mut table = table();
    table.rules.quiet = Some(QuietWindow {
        from: time(21, 0, 0, 0),
        until: time(9, 0, 0, 0),
    });
    table.rules.hold_if_later_than = Some(jiff::SignedDuration::from_hours(1));
    let mut board = board(&mut table, &[COMES]);
    board.acts(&mut table, 0, "Опубликовать");
    assert_eq!(board.says(0), "Ожидает: разошлём 04.03.2026 09:00");
    table.later(37 * 3600);
    table.event(&Event::Due(Wake::Promotion(board.key(0))));
    board.write(&mut table);
    assert_eq!(
        board.says(0),
        "Активна: 0 из 1; тихие часы, продолжим в 09:00"
    );
    assert_eq!(made(&table), 0);
    table.later(9 * 3600);
    table.event(&Event::Due(Wake::Promotion(board.key(0))));
    assert_eq!(made(&table), 1);
}

#[test]
fn the_first_sight_adopts_silently_and_asks_again() {
    let mut table = Table::registered();
    let running = format!("{RUNS}|||Активна|");
    let marked = "Подарок|Всем|01.02.2026|28.02.2026|||Закончена|";
    let waiting = format!("{COMES}|||Ожидает|");
    let late = "Опоздала|Да|01.03.2026|31.03.2026|||Ожидает|";
    let asked = format!("{RUNS}|||Активна|Опубликовать");
    let mut board = Pinboard::of(&[&running, marked, &waiting, late, &asked]);
    let told = board.cycle(&mut table).join("\n");
    assert!(!told.contains(':'), "silently: {told}");
    let says: Vec<String> = (0..5).map(|row| board.says(row)).collect();
    assert_eq!(
        says,
        [
            "Активна: объявлена раньше",
            "Закончена: ",
            "Ожидает: разошлём 04.03.2026 00:00",
            "Ожидает: не разослана, хотя ждала 01.03.2026 00:00. «Опубликовать» – разослать сейчас, «Отменить» – не рассылать",
            "Активна: объявлена раньше · действие стояло здесь до запуска: выберите его ещё раз",
        ]
    );
    assert_eq!(
        board.acts(&mut table, 0, "Опубликовать"),
        "объявлена раньше · уже объявлена раньше; чтобы объявить снова, скопируйте строку"
    );
    assert_eq!(made(&table), 0);
}

#[test]
fn sorting_renaming_and_correcting_never_announce_again() {
    let mut table = table();
    let mut board = announced(
        &mut table,
        &[RUNS, "Подарок|Всем|01.03.2026|31.03.2026", COMES],
    );
    let keys: Vec<_> = (0..3).map(|row| board.key(row)).collect();
    board.rows.reverse();
    board.cycle(&mut table);
    board.rows.insert(1, pinned(""));
    board.rows[3].cells.offer.title = "Скидка!".into();
    board.cycle(&mut table);
    assert_eq!(
        [board.key(3), board.key(2), board.key(0)],
        [keys[0].clone(), keys[1].clone(), keys[2].clone()]
    );
    assert_eq!(board.says(3), "Активна: разослана 11:00: 1 из 1");
    // A sort that leaves our columns out trades keys and what is beside them.
    board.rows.remove(1);
    let traded = board.rows[2].cells.key.clone();
    board.rows[2].cells.key = board.rows[0].cells.key.clone();
    board.rows[0].cells.key = traded;
    board.cycle(&mut table);
    assert_eq!(
        (board.key(2), board.key(0)),
        (keys[0].clone(), keys[2].clone()),
        "put back"
    );
    assert_eq!(made(&table), 1);
    assert_eq!(board.says(2), "Активна: разослана 11:00: 1 из 1");
}

#[test]
fn a_copy_gets_a_key_of_its_own_and_waits() {
    let mut table = table();
    let mut board = announced(&mut table, &[RUNS]);
    let mut copy = board.rows[0].clone();
    copy.cells.action = "Опубликовать".into();
    board.rows.push(copy);
    board.cycle(&mut table);
    assert_eq!(
        (board.key(0).0.as_str(), board.key(1).0.as_str()),
        ("1-пх", PromotionKey::numbered(2).0.as_str())
    );
    assert!(
        board
            .says(1)
            .ends_with("это копия строки: когда будет готова, выберите «Опубликовать» ещё раз"),
        "{}",
        board.says(1)
    );
    assert_eq!(
        (board.rows[1].cells.notified.as_str(), made(&table)),
        ("", 1)
    );
    board.rows[1].cells.offer.title = "Скидка ещё раз".into();
    board.acts(&mut table, 1, "Опубликовать");
    assert_eq!(made(&table), 2);
    // The copy is above, and the row below was edited: whoever still matches keeps the key.
    let mut copy = board.rows[0].clone();
    copy.cells.offer.starts = "02.03.2026".into();
    board.rows.insert(0, copy);
    board.cycle(&mut table);
    assert_eq!(
        (board.key(1).0.as_str(), board.key(0)),
        ("1-пх", PromotionKey::numbered(3))
    );
}

#[test]
fn a_row_that_is_gone_pauses_its_broadcast_and_brings_it_back() {
    let mut table = table();
    let mut board = board(&mut table, &[RUNS]);
    board.acts(&mut table, 0, "Опубликовать");
    let row = board.rows.remove(0);
    let told = board.cycle(&mut table).join("\n");
    assert!(
        told.contains("withdrawn") && told.contains("исчезла посреди рассылки"),
        "{told}"
    );
    board.rows.push(row);
    board.cycle(&mut table);
    assert_eq!(board.says(0), "Активна: 0 из 1, осталось ≈ 1 с (0 %)");
    assert!(
        table.state.outbox(&to_anna(&board.key(0))).is_some(),
        "made again"
    );
    deliver(&mut table, &board.key(0));
    board.cycle(&mut table);
    let key = board.key(0);
    board.rows.clear();
    board.cycle(&mut table);
    table.later(25 * 3600);
    let told = board.cycle(&mut table);
    assert_eq!(told, [format!("drop the ledger of {}", key.0)]);
    assert_eq!(board.cycle(&mut table), [""; 0]);
}

#[test]
fn a_test_shows_it_to_the_admin_alone() {
    let mut table = table();
    let mut board = board(&mut table, &[&format!("{RUNS}||a.example")]);
    board.rows[0].cells.action = "Тест".into();
    let told = board.cycle(&mut table);
    assert_eq!(
        told[0],
        "1: <b>Скидка</b> / Только сегодня / 1 марта 2026 – 31 марта 2026 [Подробнее: https://a.example]"
    );
    assert_eq!(
        told[1],
        "1: Это проверка: так акцию увидит 1 получатель. Рассылка займёт: ≈ 1 с."
    );
    assert_eq!(
        (made(&table), board.says(0)),
        (0, "готово: 1 получатель, ≈ 1 с".to_owned())
    );
    table.rules.admin_chat = None;
    assert!(
        board
            .acts(&mut table, 0, "Тест")
            .ends_with("показать негде: в настройках нет чата администратора")
    );
}

#[test]
fn the_list_of_promotions_is_paged_newest_first() {
    let mut table = table();
    let rows: Vec<String> = (1..=4)
        .map(|n| format!("Акция {n}|Описание {n}|01.03.2026|31.03.2026||a.example/{n}"))
        .collect();
    assert_eq!(
        table.text(ANNA, "/promotions"),
        ["7001: Сейчас акций нет. Когда появятся, сразу напишем."]
    );
    let mut board = board(
        &mut table,
        &rows.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    for row in 0..4 {
        table.later(60);
        board.acts(&mut table, row, "Опубликовать");
    }
    let page = &table.text(ANNA, "/promotions")[0];
    assert!(
        page.starts_with(
            "7001: Действующие акции, страница 1 из 2: / <b>Акция 4</b> / Описание 4 / "
        ),
        "{page}"
    );
    assert!(
        page.ends_with("[Ещё ›]") && page.contains("<a href=\"https://a.example/4\">Подробнее</a>"),
        "{page}"
    );
    board.acts(&mut table, 3, "Завершить");
    let page = &table.text(ANNA, "/promotions")[0];
    assert!(
        page.starts_with("7001: Действующие акции: / <b>Акция 3</b>"),
        "{page}"
    );
}

#[test]
fn a_status_typed_by_hand_says_how_to_announce() {
    for (status, says) in [
        (
            "Активна",
            "Активна: готово: 1 получатель, ≈ 1 с · сам по себе статус ничего не рассылает: выберите «Опубликовать»",
        ),
        (
            "ожидает",
            "ожидает: готово: 1 получатель, ≈ 1 с · сам по себе статус ничего не рассылает: выберите «Опубликовать»",
        ),
        ("Закончена", "Закончена: "),
        ("Черновик", "Черновик: готово: 1 получатель, ≈ 1 с"),
    ] {
        let mut table = table();
        let mut board = board(&mut table, &[RUNS]);
        board.rows[0].cells.status = status.into();
        board.cycle(&mut table);
        board.cycle(&mut table);
        assert_eq!(board.says(0), says, "{status}");
        assert_eq!(made(&table), 0);
        assert_eq!(
            table.text(ANNA, "/promotions"),
            ["7001: Сейчас акций нет. Когда появятся, сразу напишем."]
        );
    }
    // The status that ended it before its day gives way to a person's.
    let mut table = table();
    let mut board = board(&mut table, &[COMES]);
    board.acts(&mut table, 0, "Опубликовать");
    board.acts(&mut table, 0, "Отменить");
    board.rows[0].cells.status = "Активна".into();
    board.cycle(&mut table);
    assert!(
        board.says(0).starts_with("Активна: готово: 1 получатель"),
        "{}",
        board.says(0)
    );
}

#[test]
fn a_promotion_whose_picture_failed_is_not_in_the_list() {
    let mut table = table();
    let mut board = board(&mut table, &[&format!("{RUNS}|https://a.example/x.png")]);
    board.acts(&mut table, 0, "Опубликовать");
    let none = ["7001: Сейчас акций нет. Когда появятся, сразу напишем."];
    assert_eq!(
        table.text(ANNA, "/promotions"),
        none,
        "its picture is awaited"
    );
    let preview = OutboxId::Preview(board.key(0), 3);
    table.state.claim(&preview);
    table.sent(
        &preview,
        Outcome::Rejected(RejectReason::Refused(
            "Bad Request: wrong type of the web page content".into(),
        )),
    );
    board.cycle(&mut table);
    assert!(
        board
            .says(0)
            .starts_with("Активна: не разослана: Telegram не принял картинку"),
        "{}",
        board.says(0)
    );
    assert_eq!(table.text(ANNA, "/promotions"), none, "nobody has got it");
    assert_eq!(made(&table), 0);
}

#[test]
fn nothing_is_announced_or_counted_before_the_partners_are_known() {
    let mut table = Table::empty();
    table.looked(Tab::Promotions);
    let mut board = board(&mut table, &[RUNS, COMES]);
    assert_eq!(
        board.says(0),
        "готово; сколько получателей, скажем, когда прочитаем список партнёров"
    );
    assert!(
        board
            .acts(&mut table, 0, "Опубликовать")
            .ends_with("· список партнёров ещё не прочитан: выберите «Опубликовать» чуть позже"),
        "{}",
        board.says(0)
    );
    table.lists_bound("П-1", "Анна", "8 912 345 67 89", TelegramCell::Id(ANNA));
    table.looked(Tab::Partners);
    board.write(&mut table);
    assert!(
        board.says(0).starts_with("готово: 1 получатель"),
        "{}",
        board.says(0)
    );
    board.acts(&mut table, 0, "Опубликовать");
    assert_eq!(made(&table), 1);
}

#[test]
fn a_date_that_is_mistyped_announces_nothing() {
    let mut table = table();
    let mut board = board(
        &mut table,
        &[
            "Скидка|Скоро|10-12-27|31.12.2027",
            "Скидка|Давно|26.12.10|31.12.2027",
            "Скидка|Как?|03/04/2026|31.12.2027",
        ],
    );
    let says: Vec<String> = (0..3)
        .map(|row| {
            board.acts(&mut table, row, "Опубликовать");
            board.says(row)
        })
        .collect();
    assert_eq!(
        says,
        [
            "Ожидает: разошлём 10.12.2027 00:00",
            "ещё не готово: дата начала дальше трёх лет от сегодняшней: проверьте год, нужно как 31.12.2026",
            "ещё не готово: дату начала можно прочесть и как 03.04.2026, и как 04.03.2026: напишите так, как верно",
        ]
    );
    // One that waits keeps its day while another is mistyped.
    board.rows[0].cells.offer.starts = "10.12.2207".into();
    board.cycle(&mut table);
    assert!(
        board
            .says(0)
            .starts_with("Ожидает: разошлём 10.12.2027 00:00; ещё не готово: дата начала дальше"),
        "{}",
        board.says(0)
    );
    assert_eq!(made(&table), 0);
}

#[test]
fn a_restored_journal_lets_nothing_go_out_by_itself() {
    use sheetdesk::domain::{
        event::Restored,
        ids::{BatchToken, SpreadsheetId},
    };
    let mut table = table();
    let mut board = board(&mut table, &[RUNS, COMES]);
    board.acts(&mut table, 0, "Опубликовать");
    board.acts(&mut table, 1, "Опубликовать");
    table.event(&Event::Restored(Restored {
        spreadsheet: SpreadsheetId("book".into()),
        tabs: vec![Tab::Promotions],
        token: BatchToken(9),
    }));
    board.rows[1].cells.status = "Активна".into();
    board.cycle(&mut table);
    assert_eq!(
        board.says(0),
        "Активна: пауза: 0 из 1; неизвестно 1. «Продолжить» или «Отменить»"
    );
    assert_eq!(
        board.promotion(&table, 1).stage,
        Stage::Adopted,
        "it was announced since"
    );
}
