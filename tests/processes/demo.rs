//! `demo` as somebody before its page finds it: steps of the tour, the service killed and started again, the storm's account.
//!
//! Invariant: all is asked over HTTP, as the page asks.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    time::Duration,
};

use reqwest::StatusCode;
use rustix::process::{Pid, Signal};
use serde_json::{Value, json};
use sheetdesk::{clock, testbed::IVAN};
use tempfile::TempDir;

use crate::{
    child::{Child, Exit, client},
    play::PATIENCE,
};

/// How often the page is asked.
const GLANCE: Duration = Duration::from_millis(100);
/// How long a short storm may take, with all that settles after it.
const STORM_WITHIN: Duration = Duration::from_secs(240);
/// How soon the service of a demo that was killed is gone.
const GONE_WITHIN: Duration = Duration::from_secs(5);
/// Marina's number.
const MARINA: &str = "700001042";

/// A demo with its page.
struct Demo {
    child: Child,
    url: String,
    client: reqwest::Client,
    _directory: TempDir,
}

impl Demo {
    /// Whoever opens it finds the tour unplayed.
    async fn open() -> Self {
        Self::with(&["--no-tour"]).await
    }

    async fn with(more: &[&str]) -> Self {
        let directory = TempDir::new().expect("a directory can be made");
        let arguments = [&["demo", "--page-listen", "127.0.0.1:0"], more].concat();
        let child = Child::start(directory.path(), &[], &arguments);
        child.tells("The page: ").await;
        let told = child.told();
        let url = told
            .lines()
            .find_map(|line| line.strip_prefix("The page: "))
            .expect("the address comes first");
        Self {
            url: url.trim_end_matches('/').to_owned(),
            client: client(),
            child,
            _directory: directory,
        }
    }

    async fn get(&self, path: &str) -> reqwest::Response {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await;
        answer.expect("the page answers")
    }

    /// A part of what stands behind the page, such as `/tour/at`.
    async fn sees(&self, pointer: &str) -> Value {
        let state: Value = self
            .get("/api/state")
            .await
            .json()
            .await
            .expect("the state is JSON");
        let backstage = &state["backstage"];
        backstage.pointer(pointer).cloned().unwrap_or_default()
    }

    /// Waits until a part of it is as wanted.
    async fn shows(&self, pointer: &str, wanted: &Value, within: Duration) {
        let deadline = clock::monotonic() + within;
        loop {
            let seen = self.sees(pointer).await;
            if seen == *wanted {
                return;
            }
            let heard = || format!("{}{}", self.child.told(), self.child.said());
            assert!(
                clock::monotonic() < deadline,
                "{pointer} is {seen}, not {wanted}: {}",
                heard()
            );
            tokio::time::sleep(GLANCE).await;
        }
    }

    async fn does(&self, act: &str, body: Value) -> (StatusCode, Value) {
        let request = self
            .client
            .post(format!("{}/api/backstage/{act}", self.url));
        let answer = request.json(&body).send().await.expect("the page answers");
        let status = answer.status();
        (status, answer.json().await.expect("the answer is JSON"))
    }

    /// What somebody with a phone does.
    async fn acts(&self, act: &str, body: Value) {
        let url = format!("{}/telegram/people/{IVAN}/{act}", self.url);
        let answer = self.client.post(url).json(&body).send().await;
        assert_eq!(answer.expect("the page answers").status(), 200);
    }

    async fn ends(self) -> Exit {
        let (exit, took) = self.child.stop(Signal::TERM).await;
        assert_eq!(exit.code, Some(0), "{}{}", exit.out, exit.err);
        assert!(took < Duration::from_secs(5), "{took:?}");
        exit
    }
}

#[tokio::test]
async fn the_page_plays_the_tour_up_to_a_step_and_tells_of_kills_and_starts() {
    let demo = Demo::open().await;
    let page = demo.get("/").await;
    assert_eq!(page.status(), 200);
    assert!(page.headers().contains_key("content-security-policy"));
    demo.shows("/service/state", &json!("running"), PATIENCE)
        .await;
    assert_eq!(demo.sees("/tour/at").await, 0);
    // A link to a step plays all before it.
    assert_eq!(
        demo.does("tour/goto", json!({"step": "contact"})).await.0,
        200
    );
    demo.shows("/tour/at", &json!(4), PATIENCE).await;
    let seen = demo.sees("/tour/seen/contact/ru").await;
    assert!(
        seen.as_str().is_some_and(|seen| seen.contains("Готово")),
        "{seen}"
    );
    let chat: Value = demo
        .get(&format!("/api/chats/{MARINA}"))
        .await
        .json()
        .await
        .expect("a chat");
    assert!(chat.to_string().contains("Готово, Марина"), "{chat}");
    let (status, refused) = demo.does("tour/goto", json!({"step": "nowhere"})).await;
    assert_eq!(status, 409);
    assert!(
        refused["error"]
            .as_str()
            .is_some_and(|words| words.contains("нет такого шага"))
    );

    assert_eq!(demo.does("service/kill", json!({})).await.0, 200);
    assert_eq!(demo.sees("/service/state").await, "killed");
    assert_eq!(demo.does("service/start", json!({})).await.0, 200);
    assert_eq!(demo.sees("/service/state").await, "running");
    assert_eq!(demo.does("service/stop", json!({})).await.0, 200);
    let words = demo.sees("/service/words/ru").await;
    assert!(
        words
            .as_str()
            .is_some_and(|words| words.starts_with("остановлен за") && words.ends_with("код 0")),
        "{words}"
    );
    assert_eq!(demo.does("tour/leave", json!({})).await.0, 200);
    assert_eq!(demo.does("service/start", json!({})).await.0, 200);
    let exit = demo.ends().await;
    assert!(
        exit.out.contains("/sim/people/700001042/write"),
        "{}",
        exit.out
    );
    assert!(
        exit.out.contains("/sim/workbooks/demo-workbook/type"),
        "{}",
        exit.out
    );
    // On a disk that is busy the journal may be closed by the next start, which is said; nothing else is logged.
    let mut logged = exit.err.lines();
    assert!(
        logged.all(|line| line.contains("the journal's writer has not ended in time")),
        "{}",
        exit.err
    );
}

#[tokio::test]
async fn a_short_storm_ends_with_an_account_in_which_nothing_is_lost() {
    let demo = Demo::open().await;
    demo.shows("/service/state", &json!("running"), PATIENCE)
        .await;
    // Marina has registered by then, and her row is among those that are sorted.
    demo.does("tour/goto", json!({"step": "contact"})).await;
    demo.shows("/tour/at", &json!(4), PATIENCE).await;
    let (status, refused) = demo.does("storm/start", json!({"seconds": 1})).await;
    assert_eq!(status, 409, "{refused}");
    assert_eq!(
        demo.does("storm/start", json!({"seconds": 12})).await.0,
        200
    );
    assert_eq!(demo.sees("/storm/state").await, "running");
    let (status, refused) = demo.does("tour/goto", json!({"step": "write"})).await;
    assert_eq!(status, 409, "{refused}");
    demo.shows("/storm/state", &json!("over"), STORM_WITHIN)
        .await;
    let account = demo.sees("/storm/account").await;
    assert!(
        account["wrote"].as_u64().is_some_and(|wrote| wrote > 100),
        "{account}"
    );
    assert_eq!(account["partners"], 60, "{account}");
    assert_eq!(account["arrived"], account["wrote"], "{account}");
    for nothing in ["lost", "messages_twice", "answers_lost"] {
        assert_eq!(account[nothing], 0, "{account}");
    }
    assert_eq!(account["restarts"], 2, "{account}");
    let words = account["words"]["ru"].as_str().expect("words");
    assert!(words.starts_with("Ничего не потеряно."), "{words}");
    let exit = demo.ends().await;
    assert!(exit.out.contains("Nothing is lost."), "{}", exit.out);
}

#[tokio::test]
async fn the_page_takes_the_tour_over_from_the_terminal() {
    let demo = Demo::with(&["--no-browser"]).await;
    demo.child.tells("is told how").await;
    assert_eq!(
        demo.does("tour/goto", json!({"step": "listed"})).await.0,
        200
    );
    demo.child.tells("The page leads the tour from here.").await;
    demo.shows("/tour/at", &json!(5), PATIENCE).await;
    demo.ends().await;
}

#[tokio::test]
async fn a_step_that_does_not_hold_is_named_and_the_tour_goes_on_or_is_left() {
    let demo = Demo::with(&["--no-browser"]).await;
    demo.child.tells("is told how").await;
    assert_eq!(demo.does("service/kill", json!({})).await.0, 200);
    // The step in hand waits in vain for the bot, as long as any step may take.
    demo.child.tells("or be left.").await;
    let at = demo.sees("/tour/at").await.as_u64().expect("a number");
    let step = demo.sees(&format!("/tour/steps/{at}")).await;
    let [ru, en] = ["ru", "en"].map(|language| step["title"][language].as_str().expect("a title"));
    let failed = demo.sees("/tour/failed").await;
    let [told_ru, told_en] = ["ru", "en"].map(|language| failed[language].as_str().expect("words"));
    let words = format!("Шаг экскурсии «{ru}» не получился: за 30 с так и не дождались.");
    assert_eq!(told_ru, words, "nothing English in it");
    let named = format!("The tour's step “{en}” did not hold: ");
    let why = told_en.strip_prefix(&named).expect("the step is named");
    assert!(why.contains("is not said within 30s; instead: "), "{why}");
    assert!(demo.child.told().contains(told_en), "{}", demo.child.told());

    assert_eq!(demo.does("service/start", json!({})).await.0, 200);
    let again = json!({"step": step["id"]});
    assert_eq!(demo.does("tour/goto", again).await.0, 200);
    demo.shows("/tour/at", &json!(at + 1), PATIENCE).await;
    assert_eq!(demo.sees("/tour/failed").await, Value::Null);
    assert_eq!(demo.does("tour/leave", json!({})).await.0, 200);
    let (exit, _) = demo.child.stop(Signal::TERM).await;
    assert_eq!(exit.code, Some(1), "{}{}", exit.out, exit.err);
}

#[tokio::test]
async fn the_tour_holds_up_to_the_promotion_with_whoever_has_registered_meanwhile() {
    let demo = Demo::open().await;
    demo.shows("/service/state", &json!("running"), PATIENCE)
        .await;
    let hears = async |words: &str| {
        let deadline = clock::monotonic() + PATIENCE;
        loop {
            let chat = demo.get(&format!("/api/chats/{IVAN}")).await;
            let chat = chat.text().await.expect("a chat");
            if chat.contains(words) {
                return;
            }
            assert!(clock::monotonic() < deadline, "{words:?}: {chat}");
            tokio::time::sleep(GLANCE).await;
        }
    };
    let newcomer = demo.sees("/partner_codes/1").await;
    demo.acts("write", json!({"text": newcomer["code"]})).await;
    hears("Код записали").await;
    demo.acts("contact", json!({"phone_number": newcomer["phone"]}))
        .await;
    hears("Готово, Иван").await;
    demo.does("tour/goto", json!({"step": "sent"})).await;
    demo.shows("/tour/at", &json!(20), 3 * PATIENCE).await;
    for (step, words) in [
        ("rated", "Ваша оценка: 👍"),
        ("again", "Оценка: 👍"),
        ("heard", "В работе: Ольга Крылова"),
        (
            "replied",
            "Ответственный: Ольга Крылова | Доставка: доставлено",
        ),
        ("corrected", "Доставка: доставлено: исправлено в"),
    ] {
        let seen = demo.sees(&format!("/tour/seen/{step}/ru")).await;
        assert!(
            seen.as_str().is_some_and(|seen| seen.contains(words)),
            "{step}: {seen}"
        );
    }
    let seen = demo.sees("/tour/seen/offer/ru").await;
    let words = seen.as_str().expect("words");
    assert!(words.starts_with("готово: 62 получателя"), "{words}");
    hears("двойная комиссия").await;
    // Neither he nor the tour changes who is in a storm.
    demo.does("storm/start", json!({"seconds": 12})).await;
    demo.shows("/storm/account/partners", &json!(60), PATIENCE)
        .await;
    demo.ends().await;
}

#[tokio::test]
async fn a_demo_that_is_killed_takes_its_service_along() {
    let demo = Demo::open().await;
    demo.shows("/service/state", &json!("running"), PATIENCE)
        .await;
    let url = demo.sees("/service/url").await;
    let address = url
        .as_str()
        .and_then(|url| url.strip_prefix("http://")?.strip_suffix("/readyz"))
        .expect("an address")
        .to_owned();
    let service = children_of(demo.child.pid());
    assert_eq!(service.len(), 1, "{service:?}");
    let exit = demo.child.kill().await;
    assert_eq!(exit.signal, Some(9));
    let deadline = clock::monotonic() + GONE_WITHIN;
    while is_running(&service[0]) || TcpListener::bind(&address).is_err() {
        assert!(clock::monotonic() < deadline, "it still holds {address}");
        tokio::time::sleep(GLANCE).await;
    }
}

/// The directories under `/proc` of a process's children.
fn children_of(parent: Pid) -> Vec<PathBuf> {
    let processes = fs::read_dir("/proc").expect("there is a /proc");
    let is_child = |process: &PathBuf| {
        let status = fs::read_to_string(process.join("status")).unwrap_or_default();
        let line = format!("PPid:\t{}", parent.as_raw_pid());
        status.lines().any(|known| known == line)
    };
    let processes = processes.flatten().map(|entry| entry.path());
    processes.filter(is_child).collect()
}

/// Whether a process has not ended; one that nobody has waited for has no command line any more.
fn is_running(process: &Path) -> bool {
    fs::read(process.join("cmdline")).is_ok_and(|line| !line.is_empty())
}

#[tokio::test]
async fn a_port_that_is_taken_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let directory = TempDir::new().expect("a directory can be made");
    for (arguments, option) in [
        (["demo", "--page-listen", &address], "--page-listen"),
        (
            ["simulate", "--telegram-listen", &address],
            "--telegram-listen",
        ),
        (["simulate", "--sheets-listen", &address], "--sheets-listen"),
    ] {
        let mut arguments = arguments.to_vec();
        if option == "--sheets-listen" {
            arguments.extend(["--telegram-listen", "127.0.0.1:0"]);
        }
        let exit = Child::start(directory.path(), &[], &arguments)
            .ended()
            .await;
        assert_eq!(exit.code, Some(1), "{}", exit.err);
        for words in [
            address.as_str(),
            "the port is taken by another program",
            option,
        ] {
            assert!(exit.err.contains(words), "{words}: {}", exit.err);
        }
    }
    let exit = Child::start(directory.path(), &[], &["demo", "--exit", "--no-tour"]);
    assert_eq!(exit.ended().await.code, Some(64));
}
