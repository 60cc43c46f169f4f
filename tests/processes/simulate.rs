//! `simulate` with a service of its own beside it, and an edit by hand that reaches it through the script's signed call.
//!
//! Invariant: the service knows nothing but what `simulate` has printed.

use serde_json::{Value, json};
use sheetdesk::clock;
use tempfile::TempDir;

use crate::{
    child::{Child, client},
    play::PATIENCE,
};

/// How often it is looked whether something has come.
const GLANCE: std::time::Duration = std::time::Duration::from_millis(100);

/// A partner of the sample workbook who is registered.
const PAVEL: &str = "700001043";

/// People at the stand-ins, by script.
struct Hands {
    client: reqwest::Client,
    telegram: String,
    sheets: String,
}

impl Hands {
    async fn post(&self, url: String, body: Value) {
        let answer = self.client.post(url).json(&body).send().await;
        assert_eq!(answer.expect("the stand-in answers").status(), 200);
    }

    async fn get(&self, url: String) -> String {
        let answer = self.client.get(url).send().await;
        let words = answer.expect("the stand-in answers").text().await;
        words.expect("words")
    }

    /// Waits until the bot has said this to Pavel.
    async fn hears(&self, words: &str, service: &Child) {
        let url = format!("{}/sim/chats/{PAVEL}/messages", self.telegram);
        self.waits(url, words, service).await;
    }

    /// Waits until this stands in the appeals tab.
    async fn finds(&self, words: &str, service: &Child) {
        let sheets = &self.sheets;
        let url = format!("{sheets}/sim/workbooks/demo-workbook/tabs/обращения");
        self.waits(url, words, service).await;
    }

    async fn waits(&self, url: String, words: &str, service: &Child) {
        let deadline = clock::monotonic() + PATIENCE;
        loop {
            let seen = self.get(url.clone()).await;
            if seen.contains(words) {
                return;
            }
            assert!(
                clock::monotonic() < deadline,
                "{words:?} does not come: {seen}{}",
                service.said()
            );
            tokio::time::sleep(GLANCE).await;
        }
    }
}

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
    let hands = Hands {
        client: client.clone(),
        telegram: telegram.clone(),
        sheets,
    };
    hands
        .post(
            format!("{telegram}/sim/people/{PAVEL}/write"),
            json!({"text": "Где мой договор?"}),
        )
        .await;
    hands.hears("Приняли, обращение № 2", &service).await;
    hands.finds("Где мой договор?", &service).await;
    let workbook = format!("{}/sim/workbooks/demo-workbook", hands.sheets);
    hands
        .post(
            format!("{workbook}/type"),
            json!({"tab": "обращения", "cell": "G3", "text": "Выслали на почту"}),
        )
        .await;
    hands.hears("Выслали на почту", &service).await;
    hands
        .post(
            format!("{workbook}/type"),
            json!({"tab": "обращения", "cell": "F3", "text": "Решено"}),
        )
        .await;
    hands.hears("решено. Если", &service).await;
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
async fn the_workbook_is_furnished_as_setup_sheets_does_it() {
    let directory = TempDir::new().expect("a directory can be made");
    let free = "127.0.0.1:0";
    let options = ["--telegram-listen", "--sheets-listen", "--page-listen"];
    let options = options.map(|option| [option, free]).concat();
    let arguments = [&["simulate"], &options[..]].concat();
    let simulate = Child::start(directory.path(), &[], &arguments);
    simulate.tells("Until Ctrl-C.").await;
    let told = simulate.told();
    let mut lines = told.lines();
    let page = lines.find_map(|line| line.strip_prefix("# The page: "));
    let page = page.expect("the page's address").to_owned();
    let client = client();
    let tab = async |title: &str| {
        let tab = client.get(format!("{page}api/tabs/{title}")).send().await;
        let tab: Value = tab.expect("it answers").json().await.expect("JSON");
        tab
    };
    let offers = |tab: &Value, header: &str, word: &str| {
        let headers = tab["cells"][0].as_array().expect("headers");
        let column = headers.iter().position(|known| known == header);
        let mut lists = tab["lists"].as_array().expect("lists").iter();
        lists.any(|list| {
            let words = list["values"].as_array().expect("words");
            list["range"][1] == json!(column) && words.contains(&json!(word))
        })
    };
    let appeals = tab("обращения").await;
    assert!(offers(&appeals, "статус", "Решено"), "{appeals}");
    for header in ["№", "Доставка"] {
        assert!(
            appeals["cells"][0].to_string().contains(header),
            "{appeals}"
        );
    }
    assert_eq!(appeals["frozen_rows"], 1, "{appeals}");
    let fills = appeals["fills"].as_array().expect("fills");
    let columns = appeals["columns"].as_u64().expect("a number");
    let is_bold_above = |fill: &Value| fill["bold"] == true && fill["range"][3] == columns;
    assert!(fills.iter().any(is_bold_above), "{appeals}");
    let is_below = |fill: &Value| fill["range"][0] == 1 && fill["range"][1] == 5;
    assert!(
        fills.iter().any(is_below),
        "the colour of «Решено»: {appeals}"
    );
    assert_ne!(appeals["warnings"], json!([]), "{appeals}");
    let promotions = tab("Акции").await;
    assert!(
        offers(&promotions, "Действие", "Опубликовать"),
        "{promotions}"
    );
    let partners = tab("список сотрудников для авторизации").await;
    assert!(offers(&partners, "Статус авторизации", "авторизован"));
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
