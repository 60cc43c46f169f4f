//! Updates as other people's bots have met them, every one of them at our webhook.
//!
//! Invariant: the samples are beside the repository; where they are absent, the test says so.

use std::path::Path;

use serde_json::{Value, json};
use sheetdesk::{
    domain::event::{Event, Update},
    telegram::decode::decode,
};

use crate::play::{PATIENCE, Play};

/// What each sample is to us.
#[derive(Default)]
struct Tally {
    handled: u64,
    unserved: u64,
    undecodable: u64,
}

fn samples() -> Option<Vec<Value>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/updates.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("no samples at {}: skipped", path.display());
        return None;
    };
    let update =
        |line: &str| serde_json::from_str::<Value>(line).expect("a line is JSON")["update"].clone();
    Some(text.lines().map(update).collect())
}

#[tokio::test]
async fn every_sample_is_taken_and_none_brings_anything_down() {
    let Some(samples) = samples() else { return };
    let (play, service) = Play::open().await;
    let secret = variable(&play, "SHEETDESK_TELEGRAM__WEBHOOK_SECRET");
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let mut tally = Tally::default();
    for (number, mut update) in (1_000_000..).zip(samples) {
        update["update_id"] = json!(number);
        match decode(update.to_string().as_bytes()) {
            Ok(Event::Update(Update::Unserved(_))) => tally.unserved += 1,
            Ok(_) => tally.handled += 1,
            Err(_) => tally.undecodable += 1,
        }
        let response = client
            .post(format!(
                "http://{}/telegram/webhook",
                variable(&play, "SHEETDESK_HTTP__LISTEN")
            ))
            .header("x-telegram-bot-api-secret-token", &secret)
            .json(&update)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), 200, "{update}");
    }
    println!(
        "{} handled, {} not served, {} undecodable",
        tally.handled, tally.unserved, tally.undecodable
    );
    assert!(
        tally.handled > 100 && tally.unserved > 10,
        "the samples are of many kinds"
    );
    let status = play
        .testbed
        .status_where(
            "all are decided",
            |status| status.inbox.pending == 0,
            PATIENCE,
        )
        .await
        .expect("they are");
    assert_eq!(
        (status.inbox.quarantined, status.restarts),
        (tally.undecodable, 0)
    );
    let metrics = reqwest::get(format!(
        "http://{}/metrics",
        variable(&play, "SHEETDESK_HTTP__ADMIN_LISTEN")
    ));
    let metrics = metrics
        .await
        .expect("an answer")
        .text()
        .await
        .expect("a text");
    assert!(
        metrics.contains("sheetdesk_unserved_total"),
        "unknown kinds are counted"
    );
    play.ends(service).await;
}

fn variable(play: &Play, name: &str) -> String {
    let found = play
        .testbed
        .variables()
        .iter()
        .find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone()).expect("it is set")
}
