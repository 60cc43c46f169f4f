//! `simulate` with a service of its own beside it, and an edit by hand that reaches it through the script's signed call.
//!
//! Invariant: the service knows nothing but what `simulate` has printed.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::child::{Child, client};

/// A partner of the sample workbook who is registered.
const PAVEL: &str = "700001043";

#[tokio::test]
async fn an_edit_by_hand_calls_the_service_that_simulate_has_told() {
    let directory = TempDir::new().expect("a directory can be made");
    let free = "127.0.0.1:0";
    let simulate = Child::start(
        directory.path(),
        &[],
        &[
            "simulate",
            "--telegram-listen",
            free,
            "--sheets-listen",
            free,
            "--page-listen",
            free,
        ],
    );
    simulate.tells("Until Ctrl-C.").await;
    let told = simulate.told();
    let mut variables: Vec<(String, String)> = told
        .lines()
        .filter_map(|line| line.strip_prefix("export ")?.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.trim_matches('\'').to_owned()))
        .collect();
    let value = |wanted: &str| {
        let found = variables.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.clone()).expect("it is told")
    };
    let telegram = value("SHEETDESK_TELEGRAM__API_URL");
    let sheets = value("SHEETDESK_SHEETS__API_URL");
    let own = [
        (
            "DATA_DIR",
            directory.path().join("data").display().to_string(),
        ),
        // So that nothing but the script's call makes it look in time.
        ("SCHEDULE__APPEALS", "0 0 5 1 1 *".to_owned()),
    ];
    variables.extend(own.map(|(name, value)| (format!("SHEETDESK_{name}"), value)));
    let service = Child::start(directory.path(), &variables, &["serve"]);
    service.says("serving").await;

    let client = client();
    let post = async |url: String, body: Value| {
        let answer = client.post(url).json(&body).send().await;
        answer.expect("the stand-in answers").status()
    };
    let messages = async || {
        let answer = client.get(format!("{telegram}/sim/chats/{PAVEL}/messages"));
        let answer = answer.send().await.expect("the stand-in answers");
        answer.text().await.expect("words")
    };
    let waits_for = async |words: &str| {
        for _ in 0..300 {
            if messages().await.contains(words) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!(
            "{words:?} does not come: {}{}",
            messages().await,
            service.said()
        );
    };
    let written = post(
        format!("{telegram}/sim/people/{PAVEL}/write"),
        json!({"text": "Где мой договор?"}),
    );
    assert_eq!(written.await, 200);
    waits_for("Приняли, обращение № 2").await;
    // His row is there once the service has written it.
    let row = async || {
        let url = format!("{sheets}/sim/workbooks/demo-workbook/tabs/обращения");
        let answer = client.get(url).send().await.expect("the stand-in answers");
        let table: Value = answer.json().await.expect("a table");
        table["rows"][2][4]
            .as_str()
            .unwrap_or_default()
            .contains("договор")
    };
    for _ in 0..300 {
        if row().await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let typed = post(
        format!("{sheets}/sim/workbooks/demo-workbook/type"),
        json!({"tab": "обращения", "cell": "G3", "text": "Выслали на почту"}),
    );
    assert_eq!(typed.await, 200);
    waits_for("Выслали на почту").await;
    // Whoever opens Telegram's stand-in in a browser gets the page.
    let page = client
        .get(&telegram)
        .send()
        .await
        .expect("the page answers");
    assert!(told.contains(&format!("# The page: {}", page.url())));
    let exchanges = client.get(format!("{telegram}/sim/exchanges")).send().await;
    let exchanges = exchanges.expect("the stand-in answers").text().await;
    assert!(exchanges.expect("words").contains("Выслали на почту"));

    let (exit, _) = service.stop(rustix::process::Signal::TERM).await;
    assert_eq!(exit.code, Some(0), "{}", exit.err);
    let (exit, _) = simulate.stop(rustix::process::Signal::INT).await;
    assert_eq!(exit.code, Some(0), "{}", exit.err);
}

#[tokio::test]
async fn what_the_stand_ins_know_is_listed() {
    let exit = Child::start(std::path::Path::new("/"), &[], &["simulate", "--knows"]);
    let exit = exit.ended().await;
    assert_eq!((exit.code, exit.err.as_str()), (Some(0), ""));
    for words in [
        "sendMessage chat_id text",
        "spreadsheets.values.batchGet",
        "findReplace",
    ] {
        assert!(exit.out.contains(words), "{words}: {}", exit.out);
    }
}
