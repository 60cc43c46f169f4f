//! The script of the spreadsheet, as `setup apps-script` prints it, in Node against the real service.
//!
//! Invariant: the Apps Script services are stubs, the calls are real: the service verifies what the script has signed.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    child::{Child, run},
    play::Play,
};

/// Telegram and Google, the service, and the script as it was printed.
struct Harness {
    play: Play,
    service: Child,
    script: PathBuf,
}

impl Harness {
    async fn set() -> Option<Self> {
        if !has_node() {
            return None;
        }
        let play = Play::set().await;
        let service = Child::serve(&play.testbed).await;
        let printed = run(&play.testbed, &["setup", "apps-script"]).await;
        assert_eq!(printed.code, Some(0), "{}", printed.err);
        let script = play.testbed.directory().join("printed.gs");
        std::fs::write(&script, printed.out).expect("the testbed has room");
        Some(Self {
            play,
            service,
            script,
        })
    }

    /// Installs the script and plays steps with it.
    fn plays(&self, steps: &[Value]) -> Value {
        let mut all = vec![json!({"do": "call", "name": "sheetdeskInstall"})];
        all.extend_from_slice(steps);
        node(&[&self.script], &all)
    }

    async fn ends(self) {
        self.play.settled().await;
        self.service.stop(Signal::TERM).await;
    }
}

fn of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/apps-script")
        .join(name)
}

/// Whether Node.js is here; elsewhere a line says so, and CI does not put up with it.
fn has_node() -> bool {
    let found = Command::new("node")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    assert!(
        found || std::env::var_os("CI").is_none(),
        "CI needs Node.js, as `node`"
    );
    if !found {
        println!("there is no `node` here: the script of the spreadsheet is not tried");
    }
    found
}

/// Plays steps in Node with these scripts side by side.
fn node(scripts: &[&Path], steps: &[Value]) -> Value {
    let mut child = Command::new("node")
        .arg(of("harness.js"))
        .args(scripts)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`node` was there a moment ago");
    let mut input = child.stdin.take().expect("it is piped");
    input
        .write_all(Value::from(steps).to_string().as_bytes())
        .expect("it listens");
    drop(input);
    let ended = child.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{told}");
    serde_json::from_slice(&ended.stdout).expect("it prints JSON")
}

fn statuses(log: &Value) -> Vec<u64> {
    let calls = log["calls"].as_array().expect("a list");
    calls
        .iter()
        .map(|call| call["status"].as_u64().expect("a number"))
        .collect()
}

fn alert(log: &Value) -> &str {
    log["alerts"][0].as_str().expect("an alert")
}

#[tokio::test]
async fn an_edit_is_one_call_and_the_answer_leaves_at_once() {
    if !has_node() {
        return;
    }
    let mut play = Play::set().await;
    // Nothing but the script's call can bring the read.
    play.testbed.configure("SCHEDULE__APPEALS", "0 0 0 1 1 *");
    let service = Child::serve(&play.testbed).await;
    let printed = run(&play.testbed, &["setup", "apps-script"]).await;
    let script = play.testbed.directory().join("printed.gs");
    std::fs::write(&script, printed.out).expect("the testbed has room");
    play.registers().await;
    play.opens_appeal().await;
    play.testbed
        .type_in(2, "специалист_ответ", "Отправили")
        .expect("there is such a cell");
    let steps = [
        json!({"do": "call", "name": "sheetdeskInstall"}),
        json!({"do": "meanwhile", "steps": [{"do": "change"}]}),
        json!({"do": "edit"}),
    ];
    let log = node(&[&script], &steps);
    assert_eq!(
        statuses(&log),
        [202],
        "onEdit and onChange of one edit are one call"
    );
    assert_eq!(
        log["calls"][0]["body"],
        json!({"spreadsheet_id": "demo-workbook", "tab": "обращения"})
    );
    play.hears("Отправили").await;
    service.stop(Signal::TERM).await;
}

#[tokio::test]
async fn a_burst_is_one_call_and_what_comes_after_it_is_another() {
    let Some(harness) = Harness::set().await else {
        return;
    };
    let burst: Vec<_> = (0..20).map(|_| json!({"do": "edit"})).collect();
    let log = harness.plays(&[
        json!({"do": "meanwhile", "steps": burst}),
        json!({"do": "edit"}),
        json!({"do": "edit"}),
    ]);
    assert_eq!(statuses(&log), [202, 202]);
    let log = harness.plays(&[
        json!({"do": "meanwhile", "steps": [{"do": "tab", "name": "список сотрудников для авторизации"}, {"do": "edit"}]}),
        json!({"do": "edit"}),
    ]);
    assert_eq!(statuses(&log), [202, 202], "another tab is another call");
    harness.ends().await;
}

#[tokio::test]
async fn formats_edits_told_twice_and_foreign_tabs_call_nobody() {
    let Some(harness) = Harness::set().await else {
        return;
    };
    let log = harness.plays(&[
        json!({"do": "change", "type": "FORMAT"}),
        // What the service writes may come as this, too.
        json!({"do": "change", "type": "EDIT"}),
        json!({"do": "tab", "name": "черновик"}),
        json!({"do": "edit"}),
    ]);
    assert_eq!((statuses(&log), &log["errors"]), (vec![], &json!([])));
    harness.ends().await;
}

#[tokio::test]
async fn the_menu_tells_how_the_connection_is_and_what_to_do() {
    let Some(harness) = Harness::set().await else {
        return;
    };
    let check = json!({"do": "call", "name": "sheetdeskCheckConnection"});
    let log = harness.plays(std::slice::from_ref(&check));
    assert_eq!(
        alert(&log),
        "Связь есть: сервис услышал об изменении листа «обращения»."
    );
    assert_eq!(
        log["menus"][0][0],
        json!(["Проверить связь", "sheetdeskCheckConnection"])
    );
    let foreign = harness.plays(&[json!({"do": "tab", "name": "черновик"}), check.clone()]);
    assert!(
        alert(&foreign).contains("за листом «черновик» сервис не следит"),
        "{}",
        alert(&foreign)
    );
    let wrong = json!({"do": "set", "properties": {"SHEETDESK_SECRET": "whsec_d3JvbmcgYnV0IGxvbmcgZW5vdWdoIHRvIGJlIG9uZQ=="}});
    let refused = harness.plays(&[wrong, check.clone()]);
    assert!(
        alert(&refused).contains("Секрет здесь и в настройках сервиса разный"),
        "{}",
        alert(&refused)
    );
    assert_eq!(statuses(&refused), [401], "a refusal is not tried again");
    let unset = harness.plays(&[
        json!({"do": "set", "properties": {"SHEETDESK_URL": ""}}),
        check.clone(),
    ]);
    assert!(
        alert(&unset).contains("Адрес и секрет сервиса не заданы"),
        "{}",
        alert(&unset)
    );
    let lost = harness.plays(&[json!({"do": "lose"}), check]);
    assert!(
        alert(&lost).contains("«Включить уведомления»"),
        "{}",
        alert(&lost)
    );
    harness.ends().await;
}

#[tokio::test]
async fn a_service_that_is_away_is_tried_three_times_and_the_trouble_is_shown() {
    let Some(harness) = Harness::set().await else {
        return;
    };
    let log = harness.plays(&[
        json!({"do": "offline", "is": true}),
        json!({"do": "edit"}),
        json!({"do": "offline", "is": false}),
        json!({"do": "call", "name": "sheetdeskCheckConnection"}),
    ]);
    assert_eq!(statuses(&log), [0, 0, 0, 202]);
    assert_eq!(log["pauses"], json!([2000, 1000, 4000]));
    let ids: Vec<_> = (0..3).map(|call| &log["calls"][call]["id"]).collect();
    assert!(
        ids[0] == ids[1] && ids[1] == ids[2],
        "a message keeps its id"
    );
    assert_eq!(log["errors"], json!([]), "nobody who edits sees an error");
    assert!(
        alert(&log).contains("Последняя неудача: 01.02 03:04 – Error: Address unavailable"),
        "{}",
        alert(&log)
    );
    harness.ends().await;
}

#[tokio::test]
async fn a_tab_is_called_as_the_service_calls_it() {
    let Some(harness) = Harness::set().await else {
        return;
    };
    for name in [
        "Обращения",
        " обращения\u{a0}",
        "обра\u{ad}щения:",
        "oбpaщeния",
    ] {
        let log = harness.plays(&[
            json!({"do": "tab", "name": name}),
            json!({"do": "edit"}),
            json!({"do": "call", "name": "sheetdeskCheckConnection"}),
        ]);
        assert_eq!(statuses(&log), [202, 202], "{name:?}");
        assert!(
            alert(&log).starts_with("Связь есть: сервис услышал"),
            "{name:?}: {}",
            alert(&log)
        );
    }
    harness.ends().await;
}

#[tokio::test]
async fn a_click_makes_all_triggers_anew_and_the_daily_one_only_tells_what_is_lost() {
    let Some(harness) = Harness::set().await else {
        return;
    };
    let ours = [
        "sheetdeskCheckTriggers",
        "sheetdeskMenu",
        "sheetdeskOnChange",
        "sheetdeskOnEdit",
    ];
    let foreign = json!({"do": "foreign", "handler": "sendToServer", "kind": "change"});
    let former = json!({"do": "foreign", "handler": "sheetdeskKeepTriggers", "kind": "clock"});
    let click = json!({"do": "call", "name": "sheetdeskInstall"});
    let log = harness.plays(&[foreign, former, json!({"do": "double"}), click.clone()]);
    let mut all: Vec<_> = ["sendToServer", "sendToServer"]
        .into_iter()
        .chain(ours)
        .collect();
    all.sort_unstable();
    assert_eq!(log["triggers"], json!(all), "of others none is taken away");
    assert_eq!(
        log["made"],
        json!(2 * ours.len()),
        "one that stands may be dead"
    );
    let (lose, day) = (json!({"do": "keep_clock"}), json!({"do": "clock"}));
    let check = json!({"do": "call", "name": "sheetdeskCheckConnection"});
    let log = harness.plays(&[lose.clone(), day.clone(), check.clone()]);
    assert_eq!(
        log["triggers"],
        json!(["sheetdeskCheckTriggers"]),
        "a trigger makes none"
    );
    for words in ["«Включить уведомления»", "sheetdeskOnEdit"] {
        assert!(alert(&log).contains(words), "{}", alert(&log));
    }
    let log = harness.plays(&[lose, day, click, check]);
    assert_eq!(log["triggers"], json!(ours));
    assert!(!alert(&log).contains("неудача"), "{}", alert(&log));
    harness.ends().await;
}

#[tokio::test]
async fn it_works_beside_another_script() {
    let Some(harness) = Harness::set().await else {
        return;
    };
    let neighbour = of("neighbour.js");
    let steps = [
        json!({"do": "foreign", "handler": "sendToServer", "kind": "edit"}),
        json!({"do": "call", "name": "sheetdeskInstall"}),
        json!({"do": "open"}),
        json!({"do": "edit"}),
    ];
    for scripts in [[&neighbour, &harness.script], [&harness.script, &neighbour]] {
        let scripts: Vec<&Path> = scripts.iter().map(|script| script.as_path()).collect();
        let log = node(&scripts, &steps);
        assert_eq!(
            log["others"],
            json!(["their menu", "their push", "their edit of обращения"])
        );
        assert_eq!(
            (statuses(&log), log["errors"].clone()),
            (vec![202], json!([]))
        );
    }
    harness.ends().await;
}

#[tokio::test]
async fn without_a_public_address_there_is_nothing_to_print() {
    let mut play = Play::set().await;
    play.testbed.configure("HTTP__PUBLIC_URL", "");
    let printed = run(&play.testbed, &["setup", "apps-script"]).await;
    assert_eq!((printed.code, printed.out.as_str()), (Some(1), ""));
    assert!(
        printed
            .err
            .contains("Set SHEETDESK_HTTP__PUBLIC_URL=https://…"),
        "{}",
        printed.err
    );
}
