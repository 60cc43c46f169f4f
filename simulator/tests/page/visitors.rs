//! Who is let in, what a browser may do with what it is given, and what stands behind.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::{Value, json};
use simulator::page::Backstage;
use tokio::sync::watch;

use crate::support::{MARINA, stage, stage_with};

#[tokio::test]
async fn the_page_and_its_files_are_served_with_a_policy() {
    let stage = stage().await;
    for path in ["/", "/api/state", "/nothing"] {
        let url = format!("{}{path}", stage.page.url());
        let response = stage.browser.get(url).send().await.unwrap();
        let headers = response.headers();
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self';"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
    }
    let page = stage.browser.get(stage.page.url()).send().await.unwrap();
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.unwrap();
    for inline in ["<style", " style=", "onclick=", "<script>"] {
        assert!(!page.contains(inline), "{inline}");
    }
    for address in page.split('"').filter(|part| part.starts_with("/assets/")) {
        let url = format!("{}{address}", stage.page.url());
        let response = stage.browser.get(url).send().await.unwrap();
        assert_eq!(response.status(), 200, "{address}");
        let kept = response.headers()["cache-control"].to_str().unwrap();
        assert!(kept.contains("immutable"), "{address}");
    }
}

#[tokio::test]
async fn strangers_are_refused() {
    let stage = stage().await;
    let write = format!("{}/telegram/people/{MARINA}/write", stage.page.url());
    for (name, value) in [
        ("host", "evil.example:8080"),
        ("origin", "http://evil.example"),
        ("origin", "null"),
    ] {
        let request = stage.browser.post(&write).header(name, value);
        let response = request
            .json(&json!({ "text": "нет" }))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 403, "{name}: {value}");
    }
    assert_eq!(stage.marina().await["messages"], json!([]));
    let request = stage
        .browser
        .post(&write)
        .header("origin", stage.page.url());
    let response = request.json(&json!({ "text": "да" })).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(stage.marina().await["messages"][0]["text"], "да");
}

struct Theatre(watch::Sender<u64>);

impl Backstage for Theatre {
    fn state(&self) -> Value {
        json!({ "service": { "state": "running", "n": *self.0.borrow() } })
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }

    fn act<'a>(
        &'a self,
        name: &'a str,
        body: Value,
    ) -> Pin<Box<dyn Future<Output = Result<Value, String>> + Send + 'a>> {
        Box::pin(async move {
            match name {
                "service/kill" => {
                    self.0.send_modify(|count| *count += 1);
                    Ok(json!({ "killed": body }))
                }
                other => Err(format!("no {other}")),
            }
        })
    }
}

#[tokio::test]
async fn the_backstage_is_shown_and_acted_on() {
    let stage = stage_with(Arc::new(Theatre(watch::Sender::new(0)))).await;
    let mut listener = stage.listen().await;
    listener.next().await;
    assert_eq!(
        stage.seen("/api/state").await["backstage"]["service"]["n"],
        0
    );
    let (status, answer) = stage
        .post("/api/backstage/service/kill", &json!({ "now": 1 }))
        .await;
    assert_eq!((status, answer), (200, json!({ "killed": { "now": 1 } })));
    assert_eq!(listener.next().await["state"], true);
    assert_eq!(
        stage.seen("/api/state").await["backstage"]["service"]["n"],
        1
    );
    let (status, answer) = stage.post("/api/backstage/tour/goto", &json!({})).await;
    assert_eq!((status, answer), (409, json!({ "error": "no tour/goto" })));
}

#[tokio::test]
async fn without_a_backstage_its_acts_are_refused_in_words() {
    let stage = stage().await;
    let state = stage.seen("/api/state").await;
    assert_eq!(state["backstage"], json!({}));
    let people = json!([{ "id": MARINA, "first_name": "Марина", "known": true, "blocked": false }]);
    assert_eq!(state["people"], people);
    assert_eq!(state["workbook"]["tabs"][1], "обращения");
    assert_eq!(state["workbook"]["gids"], json!([0, 1, 2]));
    let calm = json!({ "telegram": "calm", "sheets": "calm", "sorting": false });
    assert_eq!(state["weather"], calm);
    assert_eq!(state["urls"]["telegram"], stage.telegram.url());
    assert_eq!(state["bot"]["commands"], json!([]));
    let (status, answer) = stage.post("/api/backstage/storm/start", &Value::Null).await;
    assert_eq!(status, 409);
    assert!(answer["error"].as_str().unwrap().contains("storm/start"));
}

#[tokio::test]
async fn a_page_that_is_stopped_is_gone() {
    let stage = stage().await;
    let mut listener = stage.listen().await;
    stage.page.stop().await;
    assert!(listener.ends().await, "its events end");
    assert!(stage.browser.get(stage.page.url()).send().await.is_err());
}
