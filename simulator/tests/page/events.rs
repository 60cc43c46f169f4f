//! What is pushed to open pages.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::clock::Moment;

use crate::support::{APPEALS, BOOK, MARINA, SOON, Stage, stage};

async fn write(stage: &Stage, text: &str) {
    stage
        .act("/telegram/people/101/write", json!({ "text": text }))
        .await;
}

#[tokio::test]
async fn an_event_names_what_has_changed_and_nothing_else() {
    let stage = stage().await;
    stage
        .act(
            "/telegram/people",
            json!({ "id": 102, "first_name": "Пётр" }),
        )
        .await;
    let mut listener = stage.listen().await;
    write(&stage, "Первое").await;
    // The first event after a start names everything.
    listener
        .until(|event| !event["trail"].as_array().unwrap().is_empty())
        .await;
    write(&stage, "Второе").await;
    let event = listener
        .until(|event| event["chats"] == json!([MARINA]))
        .await;
    let event = event.last().unwrap();
    assert_eq!(
        (&event["tabs"], &event["state"]),
        (&json!([]), &json!(true))
    );
    let marks: Vec<&Value> = event["trail"].as_array().unwrap().iter().collect();
    let texts: Vec<&Value> = marks.iter().map(|mark| &mark["text"]).collect();
    assert_eq!(texts, [&json!("Второе")]);
    assert_eq!(
        (&marks[0]["side"], &marks[0]["way"], &marks[0]["what"]),
        (&json!("telegram"), &json!("in"), &json!("update"))
    );
    let cell = json!({ "tab": APPEALS, "cell": "G2", "text": "Ответ" });
    stage
        .act(&format!("/sheets/workbooks/{BOOK}/type"), cell)
        .await;
    let events = listener
        .until(|event| event["tabs"] == json!([APPEALS]))
        .await;
    assert_eq!(events.last().unwrap()["chats"], json!([]));
}

#[tokio::test]
async fn many_changes_become_few_events() {
    let stage = stage().await;
    let mut listener = stage.listen().await;
    let started = Moment::now().steady;
    for number in 0..60 {
        write(&stage, &format!("Вопрос {number}")).await;
    }
    let last = |event: &Value| {
        let mut marks = event["trail"].as_array().unwrap().iter();
        marks.any(|mark| mark["text"] == "Вопрос 59")
    };
    let events = listener.until(last).await;
    let most = 2 + started.elapsed().as_millis() / 80;
    assert!(
        (events.len() as u128) <= most,
        "{} events, at most {most}",
        events.len()
    );
    let marks: usize = events
        .iter()
        .map(|event| event["trail"].as_array().unwrap().len())
        .sum();
    assert_eq!(marks, 60, "no mark is left out");
}

#[tokio::test]
async fn sixteen_pages_listen_and_no_more() {
    let stage = stage().await;
    let mut listeners = Vec::new();
    for _ in 0..16 {
        listeners.push(stage.listen().await);
    }
    let url = format!("{}/events", stage.page.url());
    let ask = || async { stage.browser.get(&url).send().await.unwrap().status() };
    assert_eq!(ask().await, 503);
    write(&stage, "Всем").await;
    for listener in &mut listeners {
        listener
            .until(|event| {
                event["chats"] == json!([MARINA]) || !event["trail"].as_array().unwrap().is_empty()
            })
            .await;
    }
    listeners.pop();
    let freed = async {
        while ask().await != 200 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, freed)
        .await
        .expect("a page that is closed makes room");
}
