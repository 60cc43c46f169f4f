//! Answers: from the cell to the partner, into the dialogue, out of the cell; nothing swallowed, nothing twice.

use jiff::SignedDuration;
use sheetdesk::domain::{
    appeal::{Delivery, RejectReason, Status},
    effect::Wake,
    event::{AnswerCell, Command, Event, Outcome, RetryAfter, RowResult},
    ids::{MessageId, OutboxId, RowKey},
    message::Content,
    row::SharedCell,
    tab::Tab,
    view::View,
};

use crate::table::{ANNA, SheetRow, Table, bare};

const DELIVERED: Outcome = Outcome::Delivered(MessageId(9));

#[test]
fn a_typed_answer_is_sent_once_and_moves_on_when_delivered() {
    let mut table = Table::with_appeal();
    let sent = table.row(1, Status::New, "Отчёт выслали");
    assert_eq!(
        sent,
        [
            "7001: Ответ на обращение № 1 / Отчёт выслали",
            "wake in 10 s"
        ]
    );
    assert_eq!(
        table.row(1, Status::New, "Отчёт выслали"),
        [""; 0],
        "seeing it again sends nothing"
    );
    let id = table.answer_id(1, 1, 0);
    assert_eq!(
        table.sent(&id, DELIVERED),
        ["line 1: Отчёт выслали", "ended Delivered", "dirty appeal 6"]
    );
    let appeal = table.appeal(1);
    assert_eq!(
        (appeal.status, appeal.delivery.state),
        (
            Status::InWork,
            Delivery::Delivered {
                at: table.now,
                maybe_twice: false
            }
        )
    );
    assert_eq!(
        table.sent(&id, DELIVERED),
        [""; 0],
        "an outcome told twice counts once"
    );
}

#[test]
fn the_same_text_typed_again_after_the_clear_is_a_new_answer_and_before_it_is_not() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Да");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    assert_eq!(
        table.row(1, Status::New, "Да"),
        [""; 0],
        "it only stands there still"
    );
    table.placed(1);
    assert_eq!(
        table.row(1, Status::InWork, "Да")[0],
        "7001: Ответ на обращение № 1 / Да"
    );
}

#[test]
fn an_answer_typed_over_one_that_waits_replaces_it() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Первый");
    let decision = table.row(1, Status::New, "Второй");
    assert_eq!(
        decision,
        [
            "withdrawn",
            "7001: Ответ на обращение № 1 / Второй",
            "wake in 10 s"
        ]
    );
    assert!(table.state.outbox(&table.answer_id(1, 1, 0)).is_none());
}

#[test]
fn an_answer_typed_over_one_that_is_being_sent_follows_it() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Первый");
    let first = table.answer_id(1, 1, 0);
    table.sent(&first, Outcome::Retry(RetryAfter::Schedule));
    claim(&mut table, &first);
    assert_eq!(table.row(1, Status::New, "Второй"), [""; 0]);
    assert_eq!(
        table.sent(&first, DELIVERED),
        [
            "line 1: Первый",
            "ended Delivered",
            "7001: Ответ на обращение № 1 / Второй",
            "wake in 10 s",
            "dirty appeal 6"
        ]
    );
}

#[test]
fn an_answer_taken_out_of_its_cell_before_it_was_claimed_is_not_sent() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Ой");
    assert_eq!(table.row(1, Status::New, ""), ["withdrawn"]);
    assert!(table.appeal(1).delivery.answer.is_none());
}

#[test]
fn a_long_answer_goes_in_parts_and_counts_as_delivered_with_the_last() {
    let mut table = Table::with_appeal();
    let long = "слово ".repeat(1000);
    let parts = table
        .row(1, Status::New, &long)
        .iter()
        .filter(|line| line.starts_with("7001"))
        .count();
    assert_eq!(parts, 2);
    table.sent(&table.answer_id(1, 1, 1), DELIVERED);
    assert_eq!(table.appeal(1).status, Status::New);
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    assert_eq!(table.appeal(1).status, Status::InWork);
}

#[test]
fn an_answer_and_its_closing_arrive_in_that_order() {
    let mut table = Table::with_appeal();
    let decision = table.row(1, Status::Resolved, "Готово");
    assert_eq!(decision[0], "7001: Ответ на обращение № 1 / Готово");
    assert!(
        decision[2].starts_with("7001: Обращение № 1 решено."),
        "{decision:?}"
    );
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    assert_eq!(table.appeal(1).status, Status::Resolved);
}

#[test]
fn only_open_states_move_on_to_in_work() {
    for (status, after) in [
        (Status::New, Status::InWork),
        (Status::Forwarded, Status::InWork),
        (Status::AiAnswer, Status::InWork),
        (Status::InWork, Status::InWork),
        (
            Status::Other("Думаем".into()),
            Status::Other("Думаем".into()),
        ),
    ] {
        let mut table = Table::with_appeal();
        table.row(1, status, "Ответ");
        table.sent(&table.answer_id(1, 1, 0), DELIVERED);
        assert_eq!(table.appeal(1).status, after);
    }
}

#[test]
fn a_blocked_partner_s_answer_waits_in_its_cell_and_goes_out_when_he_is_back() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Ответ");
    table.sent(
        &table.answer_id(1, 1, 0),
        Outcome::Rejected(RejectReason::Blocked),
    );
    assert_eq!(
        (table.appeal(1).delivery.state, table.appeal(1).status),
        (Delivery::Blocked, Status::New)
    );
    assert_eq!(
        table.blocked(ANNA, false),
        ["7001: Ответ на обращение № 1 / Ответ", "wake in 10 s"]
    );
}

#[test]
fn an_answer_for_a_partner_known_to_be_away_is_not_even_tried() {
    let mut table = Table::with_appeal();
    table.blocked(ANNA, true);
    assert_eq!(table.row(1, Status::New, "Ответ"), ["dirty appeal 6"]);
    assert_eq!(
        table.text(ANNA, "Я вернулась")[1],
        "7001: Ответ на обращение № 1 / Ответ"
    );
}

#[test]
fn only_the_parts_that_are_missing_are_sent_again() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, &"слово ".repeat(1000));
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    table.sent(
        &table.answer_id(1, 1, 1),
        Outcome::Rejected(RejectReason::Blocked),
    );
    let again = table.blocked(ANNA, false);
    assert_eq!(
        again.iter().filter(|line| line.starts_with("7001")).count(),
        1
    );
    table.sent(&table.answer_id(1, 2, 1), DELIVERED);
    assert_eq!(table.appeal(1).status, Status::InWork);
}

/// An answer in words and a file, half of which the partner has: what it is typed as then, and what goes out.
#[test]
fn what_the_partner_has_of_a_failed_answer_is_not_sent_again() {
    let heading = "7001: Ответ на обращение № 1";
    let old = "Вот прайс:\nhttps://a.example/1.pdf\nhttps://a.example/2.pdf";
    let words = format!("{heading} / Вот прайс:");
    for (typed, goes) in [
        (
            "Вот прайс:\nhttps://a.example/1.pdf\nhttps://a.example/3.pdf",
            vec!["7001:  [file https://a.example/3.pdf]"],
        ),
        (
            "Вот прайс:\nhttps://a.example/3.pdf\nhttps://a.example/1.pdf",
            vec!["7001:  [file https://a.example/3.pdf]"],
        ),
        ("Вот прайс:\nhttps://a.example/1.pdf", vec![]),
        (
            "Прайса нет\nhttps://a.example/1.pdf",
            vec!["7001: Ответ на обращение № 1 / Прайса нет"],
        ),
    ] {
        for emptied_between in [false, true] {
            let mut table = Table::with_appeal();
            assert_eq!(table.row(1, Status::New, old)[0], words);
            table.sent(&table.answer_id(1, 1, 0), DELIVERED);
            table.sent(&table.answer_id(1, 1, 1), DELIVERED);
            table.sent(
                &table.answer_id(1, 1, 2),
                Outcome::Rejected(RejectReason::Refused("no".into())),
            );
            if emptied_between {
                table.row(1, Status::New, "");
            }
            let told = table.row(1, Status::New, typed);
            let sent: Vec<_> = told
                .iter()
                .filter(|line| line.starts_with("7001"))
                .collect();
            assert_eq!(sent, goes, "{typed}");
            let whole = matches!(table.appeal(1).delivery.state, Delivery::Delivered { .. });
            assert_eq!(
                whole,
                goes.is_empty(),
                "what he has already is delivered: {typed}"
            );
        }
    }
}

#[test]
fn a_whole_answer_is_sent_whole_again() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Вот прайс:\nhttps://a.example/1.pdf");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    table.sent(
        &table.answer_id(1, 1, 1),
        Outcome::Rejected(RejectReason::Refused("no".into())),
    );
    table.row(1, Status::New, "Вот прайс:\nhttps://a.example/2.pdf");
    table.sent(&table.answer_id(1, 2, 1), DELIVERED);
    table.placed(1);
    let told = table.row(1, Status::InWork, "Вот прайс:\nhttps://a.example/3.pdf");
    assert_eq!(
        told.iter().filter(|line| line.starts_with("7001")).count(),
        2,
        "{told:?}"
    );
}

#[test]
fn what_the_partner_has_answers_no_later_question() {
    for edited in [false, true] {
        let mut table = Table::with_appeal();
        let question = table.last_message();
        table.row(1, Status::New, "Да\nhttps://a.example/1.pdf");
        table.sent(&table.answer_id(1, 1, 0), DELIVERED);
        table.sent(
            &table.answer_id(1, 1, 1),
            Outcome::Rejected(RejectReason::Refused("no".into())),
        );
        table.row(1, Status::New, "");
        if edited {
            table.edited(
                ANNA,
                question,
                Content::Text("А его можно оплатить картой?".into()),
            );
        } else {
            table.text(ANNA, "А оплатить картой можно?");
        }
        let told = table.row(1, Status::New, "Да");
        assert!(
            told.contains(&"7001: Ответ на обращение № 1 / Да".to_owned()),
            "{told:?}"
        );
    }
}

#[test]
fn a_mended_answer_can_be_taken_back_and_what_the_partner_has_stays_known() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Вот прайс:\nhttps://a.example/1.pdf");
    table.sent(&table.answer_id(1, 1, 0), DELIVERED);
    table.sent(
        &table.answer_id(1, 1, 1),
        Outcome::Rejected(RejectReason::Refused("no".into())),
    );
    table.row(1, Status::New, "Вот прайс:\nhttps://a.example/2.pdf");
    let told = table.row(1, Status::New, "Вот прайс:\nhttps://a.example/3.pdf");
    assert_eq!(
        told[..2],
        ["withdrawn", "7001:  [file https://a.example/3.pdf]"]
    );
}

#[test]
fn a_refusal_stays_in_the_cell_and_editing_it_tries_again() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Ответ");
    let why = RejectReason::Refused("Bad Request".into());
    assert_eq!(
        table.sent(&table.answer_id(1, 1, 0), Outcome::Rejected(why.clone())),
        ["ended Failed", "dirty appeal 6"]
    );
    assert_eq!(table.appeal(1).delivery.state, Delivery::Failed(why));
    assert_eq!(table.row(1, Status::New, "Ответ"), [""; 0]);
    assert_eq!(
        table.row(1, Status::New, "Ответ.")[0],
        "7001: Ответ на обращение № 1 / Ответ."
    );
}

#[test]
fn an_answer_that_is_slow_says_so_in_its_row() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Ответ");
    table.later(10);
    let wake = Event::Due(Wake::Appeal(table.appeal(1).id));
    assert_eq!(table.event(&wake), ["dirty appeal 6"]);
    assert_eq!(table.appeal(1).delivery.state, Delivery::Waiting);
    assert_eq!(table.event(&wake), [""; 0]);
}

#[test]
fn with_a_grace_an_answer_rests_and_its_last_text_is_sent() {
    let mut table = Table::with_appeal();
    table.rules.grace = SignedDuration::from_secs(30);
    assert_eq!(
        table.row(1, Status::New, "Черновик"),
        ["wake in 30 s", "dirty appeal 6"]
    );
    assert_eq!(
        table.delivery(1),
        "ждёт до 11:00:30: очистите ячейку, чтобы отменить"
    );
    table.later(20);
    table.row(1, Status::New, "Чистовик");
    table.later(10);
    let wake = Event::Due(Wake::Appeal(table.appeal(1).id));
    assert_eq!(
        table.event(&wake),
        ["wake in 20 s"],
        "the second text rests for its own 30 seconds"
    );
    table.later(20);
    assert_eq!(
        table.event(&wake)[0],
        "7001: Ответ на обращение № 1 / Чистовик"
    );
}

#[test]
fn a_clock_that_is_set_back_lets_no_answer_rest_for_ever() {
    let mut table = Table::with_appeal();
    table.rules.grace = SignedDuration::from_secs(30);
    table.row(1, Status::New, "Отправили");
    let wake = Event::Due(Wake::Appeal(table.appeal(1).id));
    // Its timer comes after thirty seconds all the same, and the clock says twenty.
    table.later(20);
    assert_eq!(table.event(&wake), ["wake in 10 s"]);
    table.later(-120);
    assert_eq!(
        table.event(&wake)[0],
        "7001: Ответ на обращение № 1 / Отправили"
    );
}

#[test]
fn an_answer_that_rests_is_taken_back_by_emptying_its_cell() {
    let mut table = Table::with_appeal();
    table.rules.grace = SignedDuration::from_secs(30);
    table.row(1, Status::New, "Поспешил");
    assert_eq!(table.row(1, Status::New, ""), ["dirty appeal 6"]);
    assert_eq!(table.delivery(1), "");
    table.later(30);
    let wake = Event::Due(Wake::Appeal(table.appeal(1).id));
    assert_eq!(table.event(&wake), [""; 0]);
}

#[test]
fn the_value_of_a_formula_is_sent_once_and_the_formula_stays() {
    let mut table = Table::with_appeal();
    let written = |table: &mut Table, holds| {
        table.wrote(
            1,
            RowResult::Confirmed {
                status: None,
                cleared: None,
                filled: None,
                lines: 2,
                parts: 0,
                formula: Some(holds),
            },
        )
    };
    table.row(1, Status::New, "Здравствуйте");
    table.sent(&table.answer_id(1, 1, 0), Outcome::Delivered(MessageId(1)));
    written(&mut table, true);
    assert_eq!(
        table.delivery(1),
        "доставлено 11:00; в ячейке формула, очистите её сами"
    );
    let row = table
        .project(&RowKey::Appeal(table.appeal(1).id))
        .expect("a row");
    assert!(
        !row.shared
            .iter()
            .any(|cell| matches!(cell, SharedCell::Clear { .. }))
    );
    assert_eq!(
        table.row(1, Status::InWork, "До свидания"),
        ["dirty appeal 6"],
        "another value, or another answer?"
    );
    let row = table
        .project(&RowKey::Appeal(table.appeal(1).id))
        .expect("a row");
    assert!(row.asks_formula());
    written(&mut table, true);
    assert_eq!(
        table.delivery(1),
        "не доставлено: в ячейке формула, и её значение изменилось. Впишите ответ текстом – отправим"
    );
    table.row(1, Status::InWork, "Текстом");
    let told = written(&mut table, false);
    assert!(
        told.contains(&"7001: Ответ на обращение № 1 / Текстом".to_owned()),
        "{told:?}"
    );
}

#[test]
fn an_answer_typed_before_our_time_is_held_until_released() {
    let mut table = Table::empty();
    let old = of_before(AnswerCell::Text("Старый ответ".into()));
    assert_eq!(
        table.shows(vec![old]),
        ["line 0: 2025-01-01 10:00:00: Вопрос", "dirty appeal 1"]
    );
    assert_eq!(
        table.shows(Vec::new()),
        [""; 0],
        "one appeal, however often it is seen"
    );
    assert_eq!(table.looked(Tab::Appeals), [""; 0], "and silently");
    assert_eq!(table.appeal(1).delivery.state, Delivery::Held);
    table.placed(1);
    assert_eq!(table.row(1, Status::New, "Старый ответ"), [""; 0]);
    let release = Event::Admin(Command::ReleaseAnswers);
    assert_eq!(
        table.event(&release)[0],
        "7001: Ответ на обращение № 1 / Старый ответ"
    );
}

/// Anna's row without a number, as it was before our time.
fn of_before(answer: AnswerCell) -> SheetRow {
    SheetRow {
        answer,
        ..bare("2025-01-01 10:00:00: Вопрос")
    }
}

/// At first sight, or at the first after a restore, the cell of an old answer shows nothing but that its value is on its way.
fn loading_at_first_sight(restored: bool) -> Table {
    if restored {
        let mut table = Table::with_appeal();
        table.event(&Event::Admin(Command::Restored));
        unready(&mut table, "Loading...");
        table.looked(Tab::Appeals);
        return table;
    }
    let mut table = Table::empty();
    table.shows(vec![of_before(AnswerCell::Unready("Loading...".into()))]);
    table.looked(Tab::Appeals);
    table.placed(1);
    table
}

#[test]
fn an_old_answer_whose_value_comes_late_is_held_as_well() {
    let words_to_anna =
        |told: &[String]| told.iter().filter(|line| line.starts_with("7001")).count();
    for restored in [false, true] {
        let mut table = loading_at_first_sight(restored);
        assert_eq!(
            table.delivery(1),
            "ждёт: в ячейке «Loading...», это не ответ. Когда появится значение, придержим: оно могло стоять здесь до запуска"
        );
        unready(&mut table, "#REF!");
        for _ in 0..2 {
            // The value comes, flickers, and comes back.
            let told = table.row(1, Status::New, "Старый ответ");
            assert_eq!(
                (words_to_anna(&told), table.appeal(1).delivery.state),
                (0, Delivery::Held),
                "{told:?}"
            );
            unready(&mut table, "#N/A");
            unready(&mut table, "#N/A");
        }
        table.row(1, Status::New, "Старый ответ");
        let told = table.event(&Event::Admin(Command::ReleaseAnswers));
        assert_eq!(words_to_anna(&told), 1, "{told:?}");
        // Released it is, whatever the cell shows meanwhile.
        unready(&mut table, "#N/A");
        assert_eq!(words_to_anna(&table.row(1, Status::New, "Старый ответ")), 1);

        let mut table = loading_at_first_sight(restored);
        table.row(1, Status::New, "Старый ответ");
        assert_eq!(
            words_to_anna(&table.row(1, Status::New, "Новый ответ")),
            1,
            "its author has changed it"
        );

        let mut table = loading_at_first_sight(restored);
        table.row(1, Status::New, "");
        assert_eq!(table.delivery(1), "");
        assert_eq!(
            words_to_anna(&table.row(1, Status::New, "Новый ответ")),
            1,
            "the cell was empty between"
        );
    }
}

#[test]
fn a_text_taken_out_in_flight_and_typed_again_later_is_a_new_answer() {
    let mut table = Table::with_appeal();
    table.row(1, Status::New, "Да");
    let first = table.answer_id(1, 1, 0);
    claim(&mut table, &first);
    table.row(1, Status::New, "");
    table.sent(&first, DELIVERED);
    assert_eq!(
        table.row(1, Status::InWork, "Да")[0],
        "7001: Ответ на обращение № 1 / Да"
    );
}

#[test]
fn an_answer_that_rests_goes_before_its_closing() {
    let mut table = Table::with_appeal();
    table.rules.grace = SignedDuration::from_secs(30);
    let decision = table.row(1, Status::Resolved, "Готово");
    let said: Vec<_> = decision
        .iter()
        .filter(|words| words.starts_with("7001"))
        .collect();
    assert!(
        said[0].ends_with("Готово") && said[1].contains("решено"),
        "{decision:?}"
    );
}

/// What the delivery loop does before it calls Telegram.
fn claim(table: &mut Table, id: &OutboxId) {
    table.state.claim(id);
}

/// The answer cell shows a failed formula.
fn unready(table: &mut Table, shown: &str) -> Vec<String> {
    let mut cells = crate::table::cells(1, Status::New, "");
    cells.answer = AnswerCell::Unready(shown.into());
    table.shows(vec![cells])
}

#[test]
fn a_formula_that_has_failed_is_no_answer_and_undoes_none() {
    let mut table = Table::with_appeal();
    assert_eq!(
        unready(&mut table, "#REF!").len(),
        1,
        "the row says so, and no more happens"
    );
    assert_eq!(
        table.delivery(1),
        "ждёт: в ячейке «#REF!», это не ответ. Исправьте формулу или впишите текст – отправим"
    );
    table.row(1, Status::New, "");
    assert_eq!(table.delivery(1), "");
    unready(&mut table, "Loading...");
    assert_eq!(
        table.row(1, Status::New, "Да")[0],
        "7001: Ответ на обращение № 1 / Да"
    );
    // It is on its way: what the cell shows for a moment changes nothing.
    let first = table.answer_id(1, 1, 0);
    claim(&mut table, &first);
    unready(&mut table, "Loading...");
    table.sent(&first, DELIVERED);
    let told = table.row(1, Status::New, "Да");
    assert!(
        !told.iter().any(|line| line.starts_with("7001")),
        "{told:?}"
    );
    assert!(table.delivery(1).starts_with("доставлено"));

    let mut table = Table::with_appeal();
    table.rules.grace = SignedDuration::from_secs(30);
    table.row(1, Status::New, "Да");
    unready(&mut table, "#N/A");
    table.later(60);
    let id = table.appeal(1).id;
    let told = table.event(&Event::Due(Wake::Appeal(id)));
    assert_eq!(told, [""; 0], "it rested still, and is taken back");
}

#[test]
fn after_a_restore_an_answer_is_held_whenever_its_row_comes_up_first() {
    let mut table = Table::with_appeal();
    table.event(&Event::Admin(Command::Restored));
    table.misses(1);
    table.looked(Tab::Appeals);
    // Somebody undoes the deletion; the journal that was lost may have sent what stands there.
    let told = table.row(1, Status::New, "Отчёт отправили");
    assert!(
        !told.iter().any(|line| line.starts_with("7001")),
        "{told:?}"
    );
    assert_eq!(table.appeal(1).delivery.state, Delivery::Held);
    let told = table.row(1, Status::New, "Отчёт в почте");
    assert!(told.iter().any(|line| line.starts_with("7001")), "{told:?}");
}
