//! The operator's hands: the admin chat asks, and things that wait for a person are dealt with.

use serde_json::json;
use simulator::telegram::{Fault, FaultKind, SentMessage};

use crate::play::{PATIENCE, Play, hears};

/// An update that nobody can understand.
fn broken(play: &Play) {
    let update = json!({"message": {"message_id": 1, "text": "без чата"}});
    play.testbed.telegram.update(update).expect("an update");
}

#[tokio::test]
async fn the_admin_chat_hears_how_things_are() {
    let (play, service) = Play::registered().await;
    // A read of the sheet may be waiting to be decided just when the question is answered: then it is asked again.
    let told = loop {
        let before = play.operator.messages().len();
        play.operator.write("/status");
        let answered = |_: &SentMessage| play.operator.messages().len() > before;
        let waits = play.operator.await_message(answered, PATIENCE).await;
        waits.expect("an answer");
        let told = play.operator.messages().pop().expect("it is there");
        if !told.content.text.contains("разбора – 1") {
            break told;
        }
    };
    for line in [
        "Всё в порядке.",
        "Ждут: разбора – 0",
        "Лист обращений: смотрели",
        "Осталось вызовов Google",
        "перезапусков частей: 0",
    ] {
        assert!(
            told.content.text.contains(line),
            "{line} in {}",
            told.content.text
        );
    }
    play.operator.write("/operator");
    hears(
        &play.operator,
        "/quarantine – записи, которые не удалось разобрать",
    )
    .await;
    play.ends(service).await;
}

#[tokio::test]
async fn what_was_set_aside_is_named_tried_again_and_let_go() {
    let (play, service) = Play::registered().await;
    broken(&play);
    let aside =
        |count| move |status: &sheetdesk::operator::StatusReport| status.inbox.quarantined == count;
    play.testbed
        .status_where("one is set aside", aside(1), PATIENCE)
        .await
        .expect("it is");
    play.operator.write("/quarantine");
    let told = hears(&play.operator, "нет поля message.chat").await;
    let number = told
        .content
        .text
        .lines()
        .nth(1)
        .and_then(|line| line.split(' ').next())
        .expect("a number")
        .to_owned();
    play.operator.write(&format!("/quarantine retry {number}"));
    hears(&play.operator, "Сделано: 1.").await;
    play.testbed
        .status_where("it is set aside again", aside(1), PATIENCE)
        .await
        .expect("it is");
    play.operator.write("/quarantine drop 999999");
    hears(&play.operator, "Такого в списке нет").await;
    play.operator.write("/quarantine drop all");
    play.testbed
        .status_where("it is gone", aside(0), PATIENCE)
        .await
        .expect("it is");
    play.ends(service).await;
}

#[tokio::test]
async fn a_message_of_unknown_outcome_is_sent_again_by_the_operator_s_word() {
    let mut play = Play::set().await;
    play.testbed.configure("APPEALS__RESEND_UNKNOWN", "false");
    let service = play.start().await;
    play.registers().await;
    play.testbed
        .telegram
        .fault(Fault::next(1, FaultKind::CutBefore).of("sendMessage"));
    play.marina.write("Не приходит отчёт");
    let unknown =
        |count| move |status: &sheetdesk::operator::StatusReport| status.outbox.unknown == count;
    play.testbed
        .status_where("one is unknown", unknown(1), PATIENCE)
        .await
        .expect("it is");
    assert_eq!(play.heard("Приняли, обращение"), 0);
    play.operator.write("/status");
    hears(&play.operator, "Неизвестно, дошли ли сообщения: 1.").await;
    play.operator.write("/unknown");
    hears(&play.operator, ", обращение № 2").await;
    play.operator.write("/unknown resend all");
    play.hears("Приняли, обращение № 2").await;
    play.testbed
        .status_where("none is unknown", unknown(0), PATIENCE)
        .await
        .expect("it is");
    play.ends(service).await;
}

#[tokio::test]
async fn the_day_begins_with_what_waits() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__DIGEST", "* * * * * *");
    let service = play.start().await;
    play.registers().await;
    hears(&play.operator, "Доброе утро! Никто не ждёт ответа.").await;
    play.opens_appeal().await;
    hears(
        &play.operator,
        "Доброе утро! Ответа ждёт 1 обращение: № 2, 0 ч.",
    )
    .await;
    assert_eq!(service.stop().await, sheetdesk::app::Ended::Stopped);
}
