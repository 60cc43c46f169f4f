//! The outside contract: which call gets which answer, and what is counted.

use std::sync::atomic::{AtomicUsize, Ordering};

use metrics_exporter_prometheus::PrometheusBuilder;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::*;

/// The status and the code, once the shape has proved right.
async fn refusal(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(
        response.headers().get("retry-after").is_some(),
        status == 503
    );
    let body: Value = response.json().await.unwrap();
    let error = body["error"].as_object().unwrap();
    assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
    assert_eq!(error.len(), 2, "{body}");
    assert!(
        error["message"]
            .as_str()
            .is_some_and(|message| !message.is_empty()),
        "{body}"
    );
    (status, error["code"].as_str().unwrap().to_owned())
}

/// Sends each request, and expects its refusal.
async fn all_refused<const N: usize>(cases: [(&str, RequestBuilder, u16, &str); N]) {
    for (name, request, status, code) in cases {
        let response = request.send().await.unwrap();
        assert_eq!(refusal(response).await, (status, code.to_owned()), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_served_is_refused() {
    let bench = Bench::start(Setup::default()).await;
    let plain = |method: Method, path: &str| bench.client.request(method, bench.url(path));
    all_refused([
        (
            "no such address",
            plain(Method::GET, "/admin?token=x"),
            404,
            "not_found",
        ),
        (
            "metrics are not for the outside",
            plain(Method::GET, "/metrics"),
            404,
            "not_found",
        ),
        (
            "wrong method",
            plain(Method::GET, WEBHOOK),
            405,
            "method_not_allowed",
        ),
        (
            "wrong method for a probe",
            plain(Method::POST, "/readyz"),
            405,
            "method_not_allowed",
        ),
    ])
    .await;
    let allowed = plain(Method::GET, WEBHOOK).send().await.unwrap();
    assert_eq!(allowed.headers()["allow"], "POST");
}

#[tokio::test]
async fn updates_that_are_not_telegram_s_are_refused() {
    let bench = Bench::start(Setup::default()).await;
    let post = || bench.client.post(bench.url(WEBHOOK));
    let json = || post().header("Content-Type", "application/json");
    let wrong = json()
        .header("X-Telegram-Bot-Api-Secret-Token", "a-guess")
        .body(UPDATE);
    let untyped_stranger = post().header("Content-Type", "text/plain").body("x");
    let untyped = post()
        .header("X-Telegram-Bot-Api-Secret-Token", SECRET)
        .body(UPDATE);
    let large = format!(r#"{{"update_id":1,"x":"{}"}}"#, "x".repeat(1024 * 1024));
    all_refused([
        ("no secret", json().body(UPDATE), 401, "unsigned"),
        ("wrong secret", wrong, 401, "unsigned"),
        (
            "the secret goes before the type",
            untyped_stranger,
            401,
            "unsigned",
        ),
        ("no type", untyped, 415, "unsupported_media_type"),
        ("no JSON", bench.update("{"), 400, "malformed"),
        ("no update_id", bench.update("{}"), 400, "malformed"),
        (
            "no integer",
            bench.update(r#"{"update_id":"5"}"#),
            400,
            "malformed",
        ),
        ("an array", bench.update("[5]"), 400, "malformed"),
        ("too large", bench.update(large), 413, "too_large"),
    ])
    .await;
}

#[tokio::test]
async fn calls_that_are_not_the_scripts_are_refused() {
    let bench = Bench::start(Setup::default()).await;
    let post = || bench.client.post(bench.url(CHANGED));
    let good = r#"{"spreadsheet_id":"s","tab":"обращения"}"#;
    let late = post()
        .header("webhook-id", "m1")
        .header("webhook-timestamp", NOW_S - 301);
    let late = late.header("webhook-signature", signature(good)).body(good);
    let half = r#"{"spreadsheet_id":"s"}"#;
    all_refused([
        ("unsigned call", post().body(good), 401, "unsigned"),
        ("old call", late, 401, "unsigned"),
        (
            "changed call",
            bench.callback(good).body("{}"),
            401,
            "unsigned",
        ),
        ("signed nonsense", bench.callback("{"), 400, "malformed"),
        (
            "signed, without a tab",
            bench.callback(half),
            400,
            "malformed",
        ),
    ])
    .await;
    assert_eq!(*bench.nudges.lock().unwrap(), []);
}

#[tokio::test]
async fn an_update_is_stored_byte_by_byte_before_it_is_acknowledged() {
    let log = Log::default();
    let setup = Setup {
        accept: remembering(&log),
        ..Setup::default()
    };
    let bench = Bench::start(setup).await;
    for _ in 0..2 {
        let response = bench.update(UPDATE).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.text().await.unwrap()),
            (200, String::new())
        );
    }
    let stored = (
        DedupKey {
            bot: BOT,
            update: 5,
        },
        Bytes::from_static(UPDATE.as_bytes()),
    );
    assert_eq!(*log.lock().unwrap(), [stored.clone(), stored]);
    log.lock().unwrap().clear();
    assert_eq!(
        bench.update(BROKEN).send().await.unwrap().status(),
        200,
        "one that is not JSON states its id"
    );
    let stored = (
        DedupKey {
            bot: BOT,
            update: 7,
        },
        Bytes::from_static(BROKEN.as_bytes()),
    );
    assert_eq!(*log.lock().unwrap(), [stored]);
}

#[tokio::test]
async fn what_is_not_stored_is_503_without_a_word_of_why() {
    for error in [
        || StoreError::Disk("/var/lib is full".to_owned()),
        || StoreError::Closed,
        || StoreError::Busy,
    ] {
        let setup = Setup {
            accept: refusing(error),
            ..Setup::default()
        };
        let response = Bench::start(setup)
            .await
            .update(UPDATE)
            .send()
            .await
            .unwrap();
        assert_eq!(response.headers()["retry-after"], "1");
        assert_eq!(refusal(response).await, (503, "not_stored".to_owned()));
    }
}

#[tokio::test]
async fn in_polling_mode_there_is_no_webhook() {
    let setup = Setup {
        polling: true,
        ..Setup::default()
    };
    let response = Bench::start(setup)
        .await
        .update(UPDATE)
        .send()
        .await
        .unwrap();
    assert_eq!(refusal(response).await, (404, "not_found".to_owned()));
}

#[tokio::test]
async fn a_signed_call_nudges_and_a_replay_nudges_again() {
    let bench = Bench::start(Setup::default()).await;
    let body = r#"{"spreadsheet_id":"s1","tab":"обращения","sent_by":"onEdit"}"#;
    for body in [body, body, r#"{"spreadsheet_id":"s1","tab":"черновик"}"#] {
        let response = bench.callback(body).send().await.unwrap();
        assert_eq!(response.status(), 202);
        assert_eq!(
            response.json::<Value>().await.unwrap(),
            json!({"known": body.contains("обращения")})
        );
    }
    let tabs: Vec<_> = bench
        .nudges
        .lock()
        .unwrap()
        .iter()
        .map(|nudge| nudge.tab.clone())
        .collect();
    assert_eq!(tabs, ["обращения", "обращения", "черновик"]);
}

#[tokio::test]
async fn outcomes_are_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    // This thread's alone: the runtime of a test has no other.
    let _guard = metrics::set_default_local_recorder(&recorder);
    let bench = Bench::start(Setup::default()).await;
    for request in [
        bench.update(UPDATE),
        bench.update(UPDATE),
        bench.update("{}"),
        bench.callback(r#"{"spreadsheet_id":"s1","tab":"обращения"}"#),
        bench.callback(r#"{"spreadsheet_id":"s1","tab":"черновик"}"#),
        bench.client.post(bench.url(WEBHOOK)),
        bench.client.post(bench.url(CHANGED)),
    ] {
        request.send().await.unwrap();
    }
    let admin = Bench::serve(
        admin(move || handle.render(), Closures::idle()),
        Caps::new(4),
        Arc::default(),
    )
    .await;
    let response = admin
        .client
        .get(admin.url("/metrics"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let text = response.text().await.unwrap();
    for line in [
        "sheetdesk_updates_total{result=\"stored\"} 1",
        "sheetdesk_updates_total{result=\"duplicate\"} 1",
        "sheetdesk_updates_total{result=\"malformed\"} 1",
        "sheetdesk_updates_total{result=\"unsigned\"} 1",
        "sheetdesk_callbacks_total{result=\"nudged\"} 1",
        "sheetdesk_callbacks_total{result=\"unknown\"} 1",
        "sheetdesk_callbacks_total{result=\"unsigned\"} 1",
    ] {
        assert!(
            text.lines().any(|found| found == line),
            "{line} is not in\n{text}"
        );
    }
    // The probes have places here too, whatever strangers do to the public address.
    for path in ["/livez", "/healthz", "/readyz"] {
        assert_eq!(
            admin
                .client
                .get(admin.url(path))
                .send()
                .await
                .unwrap()
                .status(),
            200,
            "{path}"
        );
    }
    let outside = admin.client.get(admin.url(WEBHOOK)).send().await.unwrap();
    assert_eq!(refusal(outside).await, (404, "not_found".to_owned()));
}

#[tokio::test]
async fn probes_tell_the_parts() {
    let bench = Bench::start(Setup::default()).await;
    for path in ["/livez", "/healthz"] {
        let response = bench.client.get(bench.url(path)).send().await.unwrap();
        assert_eq!(
            response.json::<Value>().await.unwrap(),
            json!({"status": "ok"})
        );
    }
    let setup = Setup {
        readiness: Readiness {
            phase: ServicePhase::Running,
            storing: false,
            telegram: Health::Throttled,
            sheets: Health::Down,
            silent_until: None,
            tabs_down: vec!["promotions".to_owned()],
        },
        ..Setup::default()
    };
    let bench = Bench::start(setup).await;
    let response = bench.client.get(bench.url("/readyz")).send().await.unwrap();
    assert_eq!(response.status(), 503);
    let parts = json!({"journal": "down", "telegram": "throttled", "sheets": "down"});
    assert_eq!(
        response.json::<Value>().await.unwrap(),
        json!({"status": "degraded", "parts": parts, "tabs": {"promotions": "down"}})
    );
    let alive = bench.client.get(bench.url("/livez")).send().await.unwrap();
    assert_eq!(alive.status(), 200);
}

#[tokio::test]
async fn the_predecessor_s_push_is_a_nudge_with_its_secret_and_not_there_without_one() {
    let nudges = Arc::new(AtomicUsize::new(0));
    let bench = Bench::start(Setup {
        promotions: Some(Secret::new("old-secret".to_owned())),
        pushes: Arc::clone(&nudges),
        ..Setup::default()
    })
    .await;
    let push = |secret: &str, body: &'static str| {
        let request = bench
            .client
            .post(bench.url("/webhook/promotions"))
            .header("x-webhook-secret", secret);
        request.body(body).send()
    };
    let taken = push("old-secret", r#"{"promotion": {"name": "Скидка"}}"#)
        .await
        .unwrap();
    assert_eq!(
        (
            taken.status().as_u16(),
            taken.json::<Value>().await.unwrap()
        ),
        (200, json!({"status": "success"}))
    );
    assert_eq!(
        refusal(push("wrong", "{}").await.unwrap()).await,
        (401, "unsigned".to_owned())
    );
    assert_eq!(
        refusal(push("old-secret", "?").await.unwrap()).await,
        (400, "malformed".to_owned())
    );
    assert_eq!(nudges.load(Ordering::Relaxed), 1);
    let off = Bench::start(Setup::default()).await;
    let gone = off
        .client
        .post(off.url("/webhook/promotions"))
        .header("x-webhook-secret", "old-secret")
        .body("{}")
        .send();
    assert_eq!(
        refusal(gone.await.unwrap()).await,
        (404, "not_found".to_owned())
    );
}
