//! Troubles in the admin chat: told once when they begin, once when they are over, each with what to do and a button.

use serde_json::json;

use crate::play::{PATIENCE, Play, hears};

const BEGUN: &str = "не удалось разобрать, она отложена";
const OVER: &str = "Отложенных записей больше нет";

fn times(play: &Play, words: &str) -> usize {
    let messages = play.operator.messages();
    messages
        .iter()
        .filter(|message| message.content.text.contains(words))
        .count()
}

#[tokio::test]
async fn a_trouble_is_told_once_when_it_begins_and_once_when_it_is_over() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__HEALTH", "* * * * * *");
    let service = play.testbed.open().await.expect("it starts");
    play.registers().await;
    let update = json!({"message": {"message_id": 1, "text": "без чата"}});
    play.testbed.telegram.update(update).expect("an update");
    let told = hears(&play.operator, BEGUN).await;
    assert!(
        told.content.text.contains("/quarantine"),
        "it says what to do: {}",
        told.content.text
    );

    play.operator
        .press(told.message_id, "check:again")
        .expect("there is a button");
    play.operator
        .await_message(
            |message| {
                message.message_id.0 > told.message_id.0 && message.content.text.contains(BEGUN)
            },
            PATIENCE,
        )
        .await
        .expect("it is still so");
    assert_eq!(
        times(&play, BEGUN),
        2,
        "once by itself, once by the button, however many checks there were"
    );

    play.operator.write("/quarantine drop all");
    hears(&play.operator, OVER).await;
    play.operator.write("/check");
    hears(&play.operator, "Проверили: всё в порядке.").await;
    assert_eq!((times(&play, BEGUN), times(&play, OVER)), (2, 1));
    play.ends(service).await;
}

#[tokio::test]
async fn a_sign_of_life_says_what_was_carried_and_makes_no_sound() {
    let mut play = Play::set().await;
    play.testbed.configure("SCHEDULE__HEARTBEAT", "* * * * * *");
    let service = play.testbed.open().await.expect("it starts");
    play.registers().await;
    play.opens_appeal().await;
    let beat = hears(
        &play.operator,
        "Работаем 0 ч. За сутки: сообщений – 1, ответов – 0.",
    )
    .await;
    assert!(beat.silent, "it may be night: {beat:?}");
    let greeting = play
        .marina
        .messages()
        .into_iter()
        .next()
        .expect("she was answered");
    assert!(!greeting.silent, "whoever asks wants to hear the answer");
    play.ends(service).await;
}
