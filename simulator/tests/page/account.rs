//! The account, from messages that are written to answers that come back.

use serde_json::{Value, json};

use crate::support::{APPEALS, BOOK, Stage, stage};

async fn account(stage: &Stage) -> Value {
    stage.seen("/api/state").await["account"].clone()
}

async fn enter(stage: &Stage, cell: &str, text: &str) {
    let body = json!({ "tab": APPEALS, "cell": cell, "text": text });
    stage
        .act(&format!("/sheets/workbooks/{BOOK}/type"), body)
        .await;
}

#[tokio::test]
async fn what_is_written_arrives_once_and_so_do_the_answers() {
    let stage = stage().await;
    let write = |text: &str| stage.act("/telegram/people/101/write", json!({ "text": text }));
    write("Где договор?").await;
    let seen = account(&stage).await;
    assert_eq!(
        (&seen["wrote"], &seen["waiting"], &seen["arrived"]),
        (&json!(1), &json!(1), &json!(0))
    );
    enter(&stage, "E3", "2026-01-01 10:00:00: Где договор?").await;
    let seen = account(&stage).await;
    assert_eq!(
        (&seen["waiting"], &seen["arrived"], &seen["twice"]),
        (&json!(0), &json!(1), &json!(0))
    );
    enter(&stage, "E4", "2026-01-01 10:00:00: Где договор?").await;
    assert_eq!(account(&stage).await["twice"], 1);
    write("/help").await;
    stage.say("Напишите вопрос", json!({})).await;
    let seen = account(&stage).await;
    assert_eq!((&seen["wrote"], &seen["answered"]), (&json!(2), &json!(1)));
    enter(&stage, "G3", "Отправили на почту").await;
    enter(&stage, "F3", "В работе").await;
    let seen = account(&stage).await;
    assert_eq!(
        (&seen["answers_typed"], &seen["answers_arrived"]),
        (&json!(1), &json!(0))
    );
    stage.say("Специалист: Отправили на почту", json!({})).await;
    let seen = account(&stage).await;
    assert_eq!(
        (&seen["answers_arrived"], &seen["answers_twice"]),
        (&json!(1), &json!(0))
    );
    stage.say("Отправили на почту", json!({})).await;
    assert_eq!(account(&stage).await["answers_twice"], 1);
    stage.sheets.with(BOOK, |book| {
        book.insert_columns(APPEALS, "A", 1).unwrap();
        book.paste(
            APPEALS,
            "A1",
            &[["Доставка"], ["Неизвестно, отправлено дважды"]],
        )
        .unwrap();
    });
    let seen = account(&stage).await;
    assert_eq!((&seen["unknown"], &seen["lost"]), (&json!(1), &json!(0)));
}
