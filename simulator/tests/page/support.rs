//! A page over two stand-ins, and a browser that looks at it.
//! Invariant: it speaks HTTP as a browser does, and sees no more than that.
#![expect(clippy::unwrap_used, reason = "a helper of tests fails like a test")]

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use simulator::page::{Backstage, NoBackstage, Page, PageOptions, SheetNames};
use simulator::sheets::{Quotas, Sheets, SheetsOptions, sample_workbook};
use simulator::telegram::{Limits, Profile, Telegram, TelegramOptions};

pub(crate) const BOOK: &str = "demo-book";
pub(crate) const APPEALS: &str = "обращения";
/// Far longer than anything here takes; only a failing test waits for it.
pub(crate) const SOON: Duration = Duration::from_secs(10);
pub(crate) const MARINA: i64 = 101;

pub(crate) struct Stage {
    pub(crate) telegram: Telegram,
    pub(crate) sheets: Sheets,
    pub(crate) page: Page,
    pub(crate) browser: reqwest::Client,
}

/// The events of one open page.
pub(crate) struct Listener {
    response: reqwest::Response,
    read: String,
}

pub(crate) async fn stage() -> Stage {
    stage_with(Arc::new(NoBackstage)).await
}

pub(crate) async fn stage_with(backstage: Arc<dyn Backstage>) -> Stage {
    let telegram = TelegramOptions {
        limits: Limits::off(),
        ..TelegramOptions::default()
    };
    let telegram = Telegram::start(telegram).await.unwrap();
    let sheets = SheetsOptions {
        quotas: Quotas::off(),
        ..SheetsOptions::default()
    };
    let sheets = Sheets::start(sheets).await.unwrap();
    sheets.insert_workbook(sample_workbook(BOOK));
    telegram
        .person(Profile::new(MARINA, "Марина").username("marina"))
        .has_met_bot();
    let options = PageOptions {
        listen: ([127, 0, 0, 1], 0).into(),
        telegram: telegram.clone(),
        sheets: sheets.clone(),
        workbook: BOOK.to_owned(),
        names: SheetNames {
            tab: APPEALS.to_owned(),
            history: "текст_обращений".to_owned(),
            answer: "специалист_ответ".to_owned(),
            delivery: "Доставка".to_owned(),
            unknown: vec!["неизвестно".to_owned()],
        },
        backstage,
    };
    let browser = reqwest::Client::builder().no_proxy().build().unwrap();
    Stage {
        telegram,
        sheets,
        page: Page::start(options).await.unwrap(),
        browser,
    }
}

impl Stage {
    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        let request = self.browser.get(format!("{}{path}", self.page.url()));
        answer(request.send().await.unwrap()).await
    }

    pub(crate) async fn seen(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.browser.post(format!("{}{path}", self.page.url()));
        answer(request.json(body).send().await.unwrap()).await
    }

    /// A person does something; it has to be possible.
    pub(crate) async fn act(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.post(path, &body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer}");
        answer
    }

    pub(crate) async fn switch(&self, switches: Value) {
        let request = self.browser.put(format!("{}/api/weather", self.page.url()));
        let response = request.json(&switches).send().await.unwrap();
        assert_eq!(response.status(), 204);
    }

    /// A call of the bot.
    pub(crate) async fn call(&self, method: &str, params: Value) -> reqwest::Result<(u16, Value)> {
        let (url, token) = (self.telegram.url(), self.telegram.token());
        let request = self.browser.post(format!("{url}/bot{token}/{method}"));
        Ok(answer(request.json(&params).send().await?).await)
    }

    /// The bot says something to Marina; its number.
    pub(crate) async fn say(&self, text: &str, more: Value) -> i64 {
        let mut params = json!({ "chat_id": MARINA, "text": text });
        for (name, value) in more.as_object().into_iter().flatten() {
            params[name] = value.clone();
        }
        let (status, body) = self.call("sendMessage", params).await.unwrap();
        assert_eq!(status, 200, "{body}");
        body["result"]["message_id"].as_i64().unwrap()
    }

    pub(crate) async fn marina(&self) -> Value {
        self.seen(&format!("/api/chats/{MARINA}")).await
    }

    pub(crate) async fn listen(&self) -> Listener {
        let request = self.browser.get(format!("{}/events", self.page.url()));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        let mut listener = Listener {
            response,
            read: String::new(),
        };
        assert_eq!(listener.block().await, "retry: 1000");
        listener
    }
}

impl Listener {
    /// The next block of the stream.
    async fn block(&mut self) -> String {
        loop {
            if let Some((block, rest)) = self.read.split_once("\n\n") {
                let block = block.to_owned();
                self.read = rest.to_owned();
                return block;
            }
            let chunk = tokio::time::timeout(SOON, self.response.chunk()).await;
            let chunk = chunk.expect("in time").unwrap().expect("more to come");
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            let block = self.block().await;
            if let Some(data) = block.strip_prefix("event: changed\ndata: ") {
                return serde_json::from_str(data).unwrap();
            }
        }
    }

    /// Events until one that is `wanted`, the last one included.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let event = self.next().await;
            let is_it = wanted(&event);
            events.push(event);
            if is_it {
                return events;
            }
        }
    }

    /// Whether the stream ends.
    pub(crate) async fn ends(&mut self) -> bool {
        let end = async { while let Ok(Some(_)) = self.response.chunk().await {} };
        tokio::time::timeout(SOON, end).await.is_ok()
    }
}

pub(crate) async fn answer(response: reqwest::Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (
        status,
        serde_json::from_str(&text).unwrap_or(Value::String(text)),
    )
}
