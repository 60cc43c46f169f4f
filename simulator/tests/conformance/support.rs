//! The descriptions, and calls as any client might make them.
//! Invariant: nothing here looks at an answer; that is the judges' work.

use std::path::PathBuf;

use serde_json::Value;
use simulator::conformance::{BotApi, Discovery, Violation};
use simulator::telegram::Telegram;

/// Where the descriptions lie; `None`, and a line about it, if they are not there.
pub(crate) fn fixture(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/fixtures")
        .join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: there is no shared/fixtures/{name} beside the repository");
    None
}

pub(crate) fn bot_api() -> Option<BotApi> {
    fixture("botapi.json").map(|path| BotApi::load(path).expect("the description can be read"))
}

pub(crate) fn discovery() -> Option<Discovery> {
    fixture("sheets.v4.json").map(|path| Discovery::load(path).expect("the document can be read"))
}

/// Fails with every violation on a line of its own.
pub(crate) fn none(violations: &[Violation]) {
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// A bot that calls and does not care what is answered.
pub(crate) struct Caller {
    client: reqwest::Client,
    base: String,
}

impl Caller {
    pub(crate) fn new(telegram: &Telegram) -> Self {
        let client = reqwest::Client::builder().no_proxy().build();
        Self {
            client: client.expect("a plain client can be built"),
            base: format!("{}/bot{}", telegram.url(), telegram.token()),
        }
    }

    /// The result, null if the call was refused.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        let request = self
            .client
            .post(format!("{}/{method}", self.base))
            .json(&params);
        let mut body: Value = request
            .send()
            .await
            .expect("answered")
            .json()
            .await
            .expect("JSON");
        body["result"].take()
    }

    pub(crate) async fn form(&self, method: &str, kind: &str, body: impl Into<reqwest::Body>) {
        let request = self
            .client
            .post(format!("{}/{method}", self.base))
            .header("content-type", kind);
        request.body(body).send().await.expect("answered");
    }
}
