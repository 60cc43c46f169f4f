//! The commands beside a running service, against the stand-ins.
//!
//! Invariant: 0 means that it is so, 1 that it is not; and the words say what to do.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use rustix::process::Signal;
use serde_json::Value;
use sheetdesk::{
    health::Health,
    operator::StatusReport,
    testbed::{APPEALS, BOOK, PARTNERS, PROMOTIONS, Testbed},
};
use simulator::{
    sheets::{Closed, Role, SERVICE_ACCOUNT_EMAIL},
    telegram::Profile,
};

use crate::{
    child::{Child, probed, run},
    play::{PATIENCE, Play, hears},
};

/// What `status --format json` promises; `journal`, `telegram`, `links`, `desk.held…` and `oldest_s` are more than was promised.
const STATUS_KEYS: [(&str, &[&str]); 12] = [
    ("broadcasts", &[]),
    (
        "desk",
        &["dirty", "held", "held_numbers", "intents", "refused"],
    ),
    ("inbox", &["oldest_s", "pending", "quarantined"]),
    ("journal", &["figures_age_s", "storing", "trouble"]),
    ("links", &["sheets", "telegram"]),
    ("looks", &["appeals", "partners", "promotions"]),
    (
        "outbox",
        &["failed", "oldest_s", "pending", "sending", "unknown"],
    ),
    ("partners", &["blocked", "registered", "silent"]),
    ("quota", &["reads", "writes"]),
    ("restarts", &[]),
    (
        "telegram",
        &[
            "admin_chat",
            "admin_chat_moved",
            "barred",
            "silent_until",
            "staff_chat",
            "staff_chat_moved",
            "staff_topics",
            "webhook",
        ],
    ),
    ("uptime_s", &[]),
];

#[tokio::test]
async fn check_finds_everything_in_order() {
    let play = Play::set().await;
    let exit = run(&play.testbed, &["check"]).await;
    assert_eq!(
        (exit.code, exit.err.as_str()),
        (Some(0), ""),
        "{}",
        exit.out
    );
    let lines: Vec<_> = exit.out.lines().collect();
    for (line, (verdict, about)) in lines.iter().zip([
        ("ok", "settings"),
        ("ok", "time"),
        ("ok", "disk"),
        ("ok", "ports"),
        ("ok", "Telegram"),
        ("ok", "admin"),
        ("note", "webhook"),
        ("ok", "clock"),
        ("note", "address"),
        ("ok", "partners"),
        ("ok", "appeals"),
        ("ok", "promotions"),
        ("ok", "writing"),
        ("ok", "quota"),
    ]) {
        let words: Vec<_> = line.split_whitespace().take(2).collect();
        assert_eq!(words, [verdict, about], "{line}");
    }
    assert_eq!(lines[14..], ["", "Next: sheetdesk serve"], "{}", exit.out);
    let exit = run(&play.testbed, &["check", "--format", "json"]).await;
    let findings: Value = serde_json::from_str(&exit.out).expect("JSON");
    assert_eq!(
        findings[0],
        serde_json::json!({"about": "settings", "verdict": "fine", "words": "complete and readable"})
    );
}

#[tokio::test]
async fn check_names_the_promotions_that_wait_before_a_first_start() {
    let play = Play::set().await;
    let row = ("Название", "Двойное вознаграждение");
    play.testbed
        .type_into(PROMOTIONS, row, "Действие", "Опубликовать")
        .expect("the row is there");
    let other = ("Название", "Зимняя ипотека");
    play.testbed
        .type_into(PROMOTIONS, other, "Статус", "Ожидает")
        .expect("the row is there");
    let exit = run(&play.testbed, &["check"]).await;
    let told = "in rows 3 an action stands already: the first start does not take it, choose it anew then; rows 2 wait for their day";
    assert!(exit.out.contains(told), "{}", exit.out);
}

#[tokio::test]
async fn check_names_the_rows_of_the_list_that_cannot_be_read() {
    let play = Play::set().await;
    let rows = [
        ["ББ-1", "Первый", "'нет телефона"],
        ["'два слова", "Второй", "'+7 916 000-00-02"],
        ["ББ-3", "Третий", "'+7 916 000-00-03"],
        ["ББ-3", "Третий", "'+7 916 000-00-03"],
    ];
    let pasted = (play.testbed.sheets).with(BOOK, |book| book.paste(PARTNERS, "A10", &rows));
    pasted.expect("the rows are free");
    let exit = run(&play.testbed, &["check"]).await;
    for words in [
        "row 10, code ББ-1: the phone cannot be read",
        "row 11: what stands in the code's cell can be none",
        "rows 12, 13: one and the same code ББ-3",
    ] {
        assert!(exit.out.contains(words), "{words}: {}", exit.out);
    }
    assert_eq!(exit.code, Some(0), "it is for people to mend: {}", exit.out);
}

#[tokio::test]
async fn check_says_with_whom_to_share_the_workbook() {
    let play = Play::set().await;
    play.testbed
        .sheets
        .with(BOOK, |book| book.share(SERVICE_ACCOUNT_EMAIL, Role::None));
    let wrong = what_is_wrong(&play.testbed).await;
    assert_eq!(wrong.len(), 3, "{wrong:?}");
    for line in wrong {
        assert!(line.contains("press “Share” and let"), "{line}");
        assert!(line.contains(SERVICE_ACCOUNT_EMAIL), "{line}");
    }
}

#[tokio::test]
async fn check_calls_an_office_file_and_an_api_that_is_off_by_their_names() {
    for (closed, words) in [
        (
            Closed::OfficeFile,
            "the file is not a Google spreadsheet (an .xlsx?)",
        ),
        (
            Closed::ServiceDisabled,
            "switched on at https://console.cloud.google.com/apis/library/sheets.googleapis.com?project=",
        ),
    ] {
        let play = Play::set().await;
        play.testbed
            .sheets
            .with(BOOK, |book| book.close(Some(closed)));
        let wrong = what_is_wrong(&play.testbed).await;
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(wrong.iter().all(|line| line.contains(words)), "{wrong:?}");
    }
}

#[tokio::test]
async fn check_names_the_header_that_is_missing_and_says_what_to_do() {
    let play = Play::set().await;
    for (was, is, hint) in [
        (
            "специалист_ответ",
            "специалист_отвечает",
            "one like it is “специалист_отвечает”",
        ),
        (
            "специалист_отвечает",
            "примечание",
            "Correct the headers in the first row",
        ),
    ] {
        let renamed = play
            .testbed
            .sheets
            .with(BOOK, |book| book.rename_header(APPEALS, was, is));
        renamed.expect("the header was there");
        let wrong = what_is_wrong(&play.testbed).await;
        let [line] = wrong.as_slice() else {
            panic!("{wrong:?}")
        };
        for words in ["appeals", "there is no column “специалист_ответ”", hint] {
            assert!(line.contains(words), "{words}: {line}");
        }
    }
}

#[tokio::test]
async fn without_a_running_service_the_commands_beside_it_say_so() {
    let play = Play::set().await;
    for arguments in [&["probe"][..], &["probe", "--ready"]] {
        let exit = run(&play.testbed, arguments).await;
        assert_eq!(
            (exit.code, exit.out.as_str()),
            (Some(1), ""),
            "{arguments:?}"
        );
        let words = format!("nothing answers on {}", play.testbed.address());
        assert!(exit.err.contains(&words), "{}", exit.err);
    }
    for arguments in [
        &["status"][..],
        &["status", "--format", "json"],
        &["release", "answers"],
    ] {
        let exit = run(&play.testbed, arguments).await;
        assert_eq!(
            (exit.code, exit.out.as_str()),
            (Some(1), ""),
            "{arguments:?}"
        );
        assert!(
            exit.err.contains("start it with `sheetdesk serve`"),
            "{}",
            exit.err
        );
    }
}

#[tokio::test]
async fn probe_and_status_tell_of_a_running_service() {
    let play = Play::set().await;
    let child = Child::serve(&play.testbed).await;
    let connected =
        |status: &StatusReport| status.links.values().all(|health| *health == Health::Ok);
    let connected = play
        .testbed
        .status_where("both services answer", connected, PATIENCE);
    connected.await.expect("they do");
    play.settled().await;
    let alive = probed(&play.testbed, &["probe"]).await;
    assert_eq!(
        (alive.code, alive.out.as_str()),
        (Some(0), "{\"status\":\"ok\"}\n"),
        "{}",
        alive.err
    );
    let ready = probed(&play.testbed, &["probe", "--ready"]).await;
    assert_eq!(ready.code, Some(0), "{}", ready.err);
    assert!(ready.out.contains("\"status\":\"ready\""), "{}", ready.out);
    let text = run(&play.testbed, &["status"]).await;
    assert_eq!(text.code, Some(0), "{}", text.err);
    assert!(text.out.starts_with("All is well.\n\n"), "{}", text.out);
    let json = run(&play.testbed, &["status", "--format", "json"]).await;
    assert_eq!((json.code, json.err.as_str()), (Some(0), ""));
    let status = serde_json::from_str(&json.out).expect("it is JSON");
    let keys: Vec<_> = keys(&status)
        .into_iter()
        .map(|key| (key, keys(&status[key])))
        .collect();
    let promised: Vec<_> = STATUS_KEYS
        .iter()
        .map(|(key, within)| (*key, within.to_vec()))
        .collect();
    assert_eq!(keys, promised);
    child.stop(Signal::TERM).await;
}

#[tokio::test]
async fn what_a_running_service_lays_down_is_for_its_own_user_alone() {
    let play = Play::set().await;
    let child = Child::serve(&play.testbed).await;
    play.settled().await;
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    let directory = play.testbed.data_dir();
    assert_eq!(mode(&directory), 0o700);
    let files: Vec<_> = fs::read_dir(&directory)
        .expect("a directory")
        .map(|entry| entry.expect("readable").path())
        .collect();
    assert!(
        files.iter().any(|path| path.ends_with("admin.sock")),
        "{files:?}"
    );
    for path in files {
        assert_eq!(mode(&path), 0o600, "{path:?}");
    }
    child.stop(Signal::TERM).await;
}

#[tokio::test]
async fn the_webhook_is_set_once_and_taken_away() {
    let play = Play::set().await;
    for words in [
        "/telegram/webhook is set;",
        "/telegram/webhook was set already;",
    ] {
        let exit = run(&play.testbed, &["setup", "webhook"]).await;
        assert_eq!((exit.code, exit.err.as_str()), (Some(0), ""));
        assert!(exit.out.contains(words), "{}", exit.out);
        assert_eq!(
            webhook(&play.testbed).await,
            format!("http://{}/telegram/webhook", play.testbed.address())
        );
    }
    assert_eq!(
        play.testbed.telegram.calls().by_method.get("setWebhook"),
        Some(&1)
    );
    let exit = run(&play.testbed, &["setup", "webhook", "--delete"]).await;
    assert_eq!((exit.code, exit.err.as_str()), (Some(0), ""));
    assert!(exit.out.starts_with("The webhook is gone."), "{}", exit.out);
    assert_eq!(webhook(&play.testbed).await, "");
}

#[tokio::test]
async fn answers_from_before_the_first_look_wait_for_their_release() {
    const ANSWER: &str = "Напечатано до запуска";
    let play = Play::set().await;
    let pavel = play
        .testbed
        .telegram
        .person(Profile::new(700_001_043, "Павел"))
        .has_met_bot();
    let typed = play.testbed.sheets.with(BOOK, |book| {
        let address = book.address(APPEALS, ("telegram_id", "700001043"), "специалист_ответ")?;
        book.type_in(APPEALS, &address, ANSWER)
    });
    typed.expect("the old row is there");
    let check = run(&play.testbed, &["check"]).await;
    let words = "answers stand in the sheet already: 1, in rows 2. The first start sends none of them by itself";
    assert!(check.out.contains(words), "{}", check.out);
    let child = Child::serve(&play.testbed).await;
    let held = play
        .testbed
        .status_where("it is held", |status| status.desk.held == 1, PATIENCE);
    held.await.expect("the first look holds it");
    play.shows(1, "Доставка", |text| {
        text.starts_with("ждёт: ответ стоял здесь до запуска")
    })
    .await;
    let text = run(&play.testbed, &["status"]).await;
    assert!(
        text.out
            .starts_with("At work. Answers that stood in the spreadsheet before the start do not go out by themselves: 1, No. 1."),
        "{}",
        text.out
    );
    let check = run(&play.testbed, &["check"]).await;
    assert!(
        check
            .out
            .contains("answers from before the first look are held: 1, No. 1."),
        "{}",
        check.out
    );
    assert_eq!(pavel.messages(), [], "nothing is sent by itself");

    let released = run(&play.testbed, &["release", "answers"]).await;
    assert_eq!(released.code, Some(0), "{}", released.err);
    assert!(
        released.out.contains("Held answers are on their way: 1"),
        "{}",
        released.out
    );
    hears(&pavel, ANSWER).await;
    play.shows(1, "специалист_ответ", str::is_empty).await;
    play.settled().await;
    let again = run(&play.testbed, &["release", "answers"]).await;
    assert!(again.out.contains("No answers are held."), "{}", again.out);
    assert_eq!(pavel.messages().len(), 1);
    child.stop(Signal::TERM).await;
}

/// The lines of `check` that are wrong; there must be some.
#[tokio::test]
async fn what_was_set_aside_is_listed_replayed_and_let_go() {
    let play = Play::set().await;
    let service = Child::serve(&play.testbed).await;
    let empty = run(&play.testbed, &["quarantine", "list"]).await;
    assert!(
        empty.out.contains("No records are set aside."),
        "{}",
        empty.out
    );
    let update = serde_json::json!({"message": {"message_id": 1, "text": "без чата"}});
    play.testbed.telegram.update(update).expect("an update");
    let aside = |status: &StatusReport| status.inbox.quarantined == 1;
    play.testbed
        .status_where("one is set aside", aside, PATIENCE)
        .await
        .expect("it is");
    let listed = run(&play.testbed, &["quarantine", "list"]).await;
    assert!(
        listed.out.contains("нет поля message.chat"),
        "{}",
        listed.out
    );
    let number = listed.out.split_whitespace().next().expect("a number");
    let replayed = run(&play.testbed, &["replay", number]).await;
    assert_eq!(replayed.code, Some(1));
    assert!(
        replayed
            .err
            .contains("не разобрать: в обновлении Telegram нет поля message.chat"),
        "{}",
        replayed.err
    );
    let dropped = run(&play.testbed, &["quarantine", "drop", number]).await;
    assert_eq!(
        (dropped.code, dropped.out.contains("Done: 1.")),
        (Some(0), true)
    );
    let again = run(&play.testbed, &["quarantine", "drop", number]).await;
    assert_eq!(again.code, Some(1), "{}", again.err);
    service.stop(Signal::TERM).await;
}

#[tokio::test]
async fn a_stored_record_is_decided_again_and_comes_with_its_test() {
    let play = Play::set().await;
    let service = Child::serve(&play.testbed).await;
    play.marina.write("/start");
    play.hears("Здравствуйте!").await;
    play.settled().await;
    let replayed = run(&play.testbed, &["replay", "1"]).await;
    assert_eq!(replayed.code, Some(0), "{}", replayed.err);
    for part in [
        "What follows from record 1 now:",
        "tests/rules/cases/record_1.json:",
        "fn record_1() {",
    ] {
        assert!(replayed.out.contains(part), "{part} in {}", replayed.out);
    }
    let missing = run(&play.testbed, &["replay", "4242"]).await;
    assert!(missing.err.contains("записи 4242 нет"), "{}", missing.err);
    service.stop(Signal::TERM).await;
}

async fn what_is_wrong(testbed: &Testbed) -> Vec<String> {
    let exit = run(testbed, &["check"]).await;
    assert_eq!(
        (exit.code, exit.err.as_str()),
        (Some(1), ""),
        "{}",
        exit.out
    );
    exit.out
        .lines()
        .filter(|line| line.starts_with("WRONG"))
        .map(str::to_owned)
        .collect()
}

/// Where Telegram brings updates.
async fn webhook(testbed: &Testbed) -> String {
    let url = format!(
        "{}/bot{}/getWebhookInfo",
        testbed.telegram.url(),
        testbed.telegram.token()
    );
    let answer = reqwest::get(url).await.expect("the stand-in answers");
    let info: Value = answer.json().await.expect("it is JSON");
    info["result"]["url"]
        .as_str()
        .expect("there is always one")
        .to_owned()
}

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object();
    object
        .map(|object| object.keys().map(String::as_str).collect())
        .unwrap_or_default()
}
