//! What the server takes from those who are slow, many, large or in the way of its end.

use std::io;

use super::*;
use crate::clock;

const LIVEZ: &str = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";
const OK: &str = "{\"status\":\"ok\"}";
/// Long enough to show that nothing comes; what it guards against would come within microseconds.
const A_MOMENT: Duration = Duration::from_millis(100);

fn short(change: impl FnOnce(&mut Caps)) -> Setup {
    let mut setup = Setup::default();
    change(&mut setup.caps);
    setup
}

fn head(extra: &str) -> String {
    format!(
        "POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{extra}\r\n\r\n"
    )
}

#[tokio::test]
async fn a_slow_head_is_cut() {
    let bench = Bench::start(short(|caps| caps.head = A_MOMENT)).await;
    let mut never_begins = bench.raw("").await;
    let mut never_ends = bench.raw("POST /telegram/webhook HTTP/1.1\r\nHost: ").await;
    let mut idles = bench.raw(LIVEZ).await;
    assert_eq!(rest(&mut never_begins).await, "");
    assert_eq!(rest(&mut never_ends).await, "");
    assert!(rest(&mut idles).await.ends_with(OK));
}

#[tokio::test]
async fn a_connection_serves_many_requests_but_not_for_ever() {
    let bench = Bench::start(Setup::default()).await;
    let mut stream = bench.raw(LIVEZ).await;
    until(&mut stream, OK).await;
    stream.write_all(LIVEZ.as_bytes()).await.unwrap();
    until(&mut stream, OK).await;

    let bench = Bench::start(short(|caps| caps.life = A_MOMENT)).await;
    let mut stream = bench.raw(LIVEZ).await;
    assert!(rest(&mut stream).await.ends_with(OK));
}

#[tokio::test]
async fn what_is_no_http_gets_an_answer_that_arrives() {
    let bench = Bench::start(Setup::default()).await;
    let mut stream = bench.raw("\u{1}\u{2} nonsense\r\n\r\nand more of it").await;
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn over_the_cap_the_longest_idle_connection_gives_way() {
    let bench = Bench::start(short(|caps| caps.connections = 2)).await;
    let mut silent = bench.raw("").await;
    let mut slow = bench.raw("GET /livez HT").await;
    let mut good = bench.raw(LIVEZ).await;
    until(&mut good, OK).await;
    assert_eq!(
        rest(&mut silent).await,
        "",
        "who came first and said nothing is closed first"
    );
    let mut next = bench.raw(LIVEZ).await;
    until(&mut next, OK).await;
    assert_eq!(
        rest(&mut slow).await,
        "",
        "a head that is not whole counts for nothing"
    );
    good.write_all(LIVEZ.as_bytes()).await.unwrap();
    until(&mut good, OK).await;
}

#[tokio::test]
async fn strangers_take_no_place_from_whoever_has_shown_a_secret() {
    let gate = Gate::closed();
    let setup = Setup {
        accept: gate.accept(),
        ..short(|caps| caps.connections = 2)
    };
    let bench = Bench::start(setup).await;
    let update = tokio::spawn(bench.update(UPDATE).send());
    gate.entered().await;
    for _ in 0..20 {
        let mut stranger = bench.raw(LIVEZ).await;
        until(&mut stranger, OK).await;
        // It stays, as long as it may.
        tokio::spawn(async move { rest(&mut stranger).await });
    }
    gate.open.add_permits(1);
    assert_eq!(update.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn slow_callbacks_without_a_signature_hold_back_nobody() {
    let bench = Bench::start(short(|caps| caps.connections = 32)).await;
    let slow = || async {
        let head = format!(
            "POST {CHANGED} HTTP/1.1\r\nHost: x\r\nwebhook-id: m1\r\nwebhook-timestamp: {NOW_S}\r\nwebhook-signature: v1,{}\r\nContent-Length: 4000\r\n\r\n{{",
            "A".repeat(44)
        );
        bench.raw(&head).await
    };
    let began = clock::monotonic();
    let mut first = slow().await;
    for _ in 0..20 {
        let mut stranger = slow().await;
        tokio::spawn(async move { rest(&mut stranger).await });
        assert_eq!(bench.update(UPDATE).send().await.unwrap().status(), 200);
        assert_eq!(
            bench
                .callback("{\"spreadsheet_id\":\"s\",\"tab\":\"t\"}")
                .send()
                .await
                .unwrap()
                .status(),
            202
        );
    }
    let answer = rest(&mut first).await;
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.contains("\"timed_out\""),
        "{answer}"
    );
    assert!(
        began.elapsed() < DEADLINE / 2,
        "the usual time-out is longer"
    );
}

#[tokio::test]
async fn a_callbacks_body_may_have_four_kibibytes_and_no_byte_more() {
    let bench = Bench::start(Setup::default()).await;
    let padded = |size: usize| format!("{:<size$}", "{\"spreadsheet_id\":\"s\",\"tab\":\"t\"}");
    assert_eq!(
        bench.callback(&padded(4096)).send().await.unwrap().status(),
        202
    );
    assert_eq!(
        bench.callback(&padded(4097)).send().await.unwrap().status(),
        413
    );
}

#[tokio::test]
async fn a_stranger_gets_his_401_without_sending_the_body() {
    let bench = Bench::start(Setup::default()).await;
    for extra in [
        "Content-Length: 1000000",
        "Content-Length: 9000000000",
        "Content-Length: 1000\r\nX-Telegram-Bot-Api-Secret-Token: a-guess\r\nExpect: 100-continue",
        "Transfer-Encoding: chunked",
    ] {
        let mut stream = bench.raw(&head(extra)).await;
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{extra}: {answer}");
        assert!(answer.contains("\"unsigned\""), "{extra}: {answer}");
    }
}

#[tokio::test]
async fn an_early_answer_survives_the_body_that_follows_it() {
    let bench = Bench::start(Setup::default()).await;
    let mut stream = bench.raw(&head("Content-Length: 1000000")).await;
    // The answer is on its way; the client writes all the same, and only then reads.
    until_readable(&stream).await;
    stream.write_all(&vec![b'x'; 1_000_000]).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 401 "));
}

#[tokio::test]
async fn a_large_answer_arrives_whole_before_the_connection_ends() {
    let large = "# a line of metrics\n".repeat(1_000_000);
    let size = large.len();
    let bench = Bench::serve(
        admin(move || large.clone(), Closures::idle()),
        Caps::new(1),
        Arc::default(),
    )
    .await;
    let mut stream = bench
        .raw("GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    // By now the kernel's buffers are full, and most of the answer still waits in ours.
    until_readable(&stream).await;
    let answer = rest(&mut stream).await;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.len(), size);
}

async fn until_readable(stream: &TcpStream) {
    timeout(DEADLINE, stream.readable()).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_body_may_have_one_mebibyte_and_no_byte_more() {
    let bench = Bench::start(Setup::default()).await;
    let padded = |size: usize| format!("{UPDATE}{}", " ".repeat(size - UPDATE.len()));
    let limit = 1024 * 1024;
    assert_eq!(
        bench.update(padded(limit)).send().await.unwrap().status(),
        200
    );
    assert_eq!(
        bench
            .update(padded(limit + 1))
            .send()
            .await
            .unwrap()
            .status(),
        413
    );
    // Without a declared length only counting helps.
    let chunks = padded(limit + 1)
        .into_bytes()
        .chunks(4096)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect::<Vec<_>>();
    let streamed = reqwest::Body::wrap_stream(futures_util::stream::iter(
        chunks.into_iter().map(|chunk: io::Result<Bytes>| chunk),
    ));
    assert_eq!(bench.update(streamed).send().await.unwrap().status(), 413);
    // With one, nothing needs to be sent.
    let secret = format!(
        "X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {}",
        limit + 1
    );
    let mut stream = bench.raw(&head(&secret)).await;
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn one_request_too_many_is_503_while_probes_answer() {
    let gate = Gate::closed();
    let limits = Limits {
        at_once: 1,
        time: DEADLINE,
    };
    let setup = Setup {
        limits,
        accept: gate.accept(),
        ..Setup::default()
    };
    let bench = Bench::start(setup).await;
    let first = tokio::spawn(bench.update(UPDATE).send());
    gate.entered().await;
    let response = bench.update(UPDATE).send().await.unwrap();
    assert_eq!(
        (
            response.status().as_u16(),
            &response.headers()["retry-after"]
        ),
        (503, &"1".parse().unwrap())
    );
    assert!(response.text().await.unwrap().contains("\"overloaded\""));
    // Each route has limits of its own.
    assert_eq!(bench.callback("{}").send().await.unwrap().status(), 400);
    for path in ["/livez", "/readyz"] {
        assert_eq!(
            bench
                .client
                .get(bench.url(path))
                .send()
                .await
                .unwrap()
                .status(),
            200
        );
    }
    gate.open.add_permits(2);
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    assert_eq!(bench.update(UPDATE).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn what_takes_too_long_is_503() {
    let gate = Gate::closed();
    let setup = Setup {
        limits: Limits::new(A_MOMENT),
        accept: gate.accept(),
        ..Setup::default()
    };
    let bench = Bench::start(setup).await;
    let slow_store = bench.update(UPDATE).send().await.unwrap();
    assert_eq!(slow_store.status(), 503);
    assert!(slow_store.text().await.unwrap().contains("\"timed_out\""));
    let secret = format!("X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: 100");
    let mut slow_body = bench.raw(&head(&secret)).await;
    let answer = rest(&mut slow_body).await;
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.contains("\"timed_out\""),
        "{answer}"
    );
}

#[tokio::test]
async fn a_stop_finishes_the_request_in_hand_and_takes_no_other() {
    let gate = Gate::closed();
    let setup = Setup {
        accept: gate.accept(),
        ..Setup::default()
    };
    let mut bench = Bench::start(setup).await;
    let mut idle = bench.raw(LIVEZ).await;
    until(&mut idle, OK).await;
    let mut silent = bench.raw("").await;
    let in_hand = tokio::spawn(bench.update(UPDATE).send());
    gate.entered().await;

    bench.stop.cancel();
    timeout(DEADLINE, &mut bench.running)
        .await
        .unwrap()
        .unwrap();
    bench.running = tokio::spawn(async {});
    assert_eq!(rest(&mut idle).await, "");
    assert_eq!(rest(&mut silent).await, "");
    let refused = TcpStream::connect(bench.address).await;
    assert_eq!(
        refused.unwrap_err().kind(),
        io::ErrorKind::ConnectionRefused
    );
    assert!(!in_hand.is_finished());

    gate.open.add_permits(1);
    assert_eq!(in_hand.await.unwrap().unwrap().status(), 200);
    bench.drained().await;
}

#[tokio::test]
async fn the_trace_names_routes_and_nothing_that_strangers_wrote() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&log);
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || Tee(Arc::clone(&written)));
    let _guard = tracing::subscriber::set_default(subscriber.finish());
    // While a process has a single dispatcher, `tracing` asks the thread that comes by first whether a log line matters at all,
    // and a test on another thread would say no for us. With a second one it asks both.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let bench = Bench::start(Setup::default()).await;
    let body = "{\"update_id\": \"marker-body\"}";
    let secret = format!(
        "X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nConnection: close\r\nContent-Length: {}",
        body.len()
    );
    for request in [
        format!("{}{body}", head(&secret)),
        "MARKER-METHOD /marker-path?marker=query HTTP/1.1\r\nHost: marker-host\r\nConnection: close\r\n\r\n".to_owned(),
        LIVEZ
            .replace("/livez", "/livez?marker=query")
            .replace("Host: x", "Host: x\r\nConnection: close"),
    ] {
        let mut stream = bench.raw(&request).await;
        rest(&mut stream).await;
    }
    let text = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    for route in [WEBHOOK, "unknown", "/livez"] {
        assert!(
            text.contains(&format!("http.route=\"{route}\"")),
            "{route} is not in\n{text}"
        );
    }
    assert!(!text.to_lowercase().contains("marker"), "{text}");
    assert!(!text.contains(SECRET), "{text}");
}

/// A writer that keeps what is logged.
struct Tee(Arc<Mutex<Vec<u8>>>);

impl io::Write for Tee {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
