//! What is fetched and what is not, over real HTTP.
//!
//! Invariant: the servers listen on loopback, which the real fetcher refuses; where a test needs them, it says so.

use std::{future::IntoFuture as _, sync::Once};

use axum::{Router, extract::RawQuery, http::StatusCode, response::IntoResponse as _, routing::get};

use super::*;

async fn server() -> SocketAddr {
    let router = Router::new()
        .route("/price.pdf", get(|| async { ([(CONTENT_TYPE, "application/pdf")], "%PDF-") }))
        .route("/%D0%BF%D1%80.png", get(|| async { ([(CONTENT_TYPE, "image/png; x=y")], "png") }))
        .route("/page", get(|| async { ([(CONTENT_TYPE, "text/html; charset=utf-8")], "<html>") }))
        .route(
            "/uc",
            get(|RawQuery(query): RawQuery| async { ([(CONTENT_TYPE, "text/csv")], query.unwrap_or_default()) }),
        )
        .route("/gone", get(|| async { StatusCode::NOT_FOUND }))
        .route("/empty", get(|| async { ([(CONTENT_TYPE, "image/png")], "") }))
        .route("/inside", get(|| async { (StatusCode::FOUND, [(LOCATION, "http://10.0.0.1/x")]) }))
        .route("/on", get(|| async { (StatusCode::FOUND, [(LOCATION, "/price.pdf")]) }))
        .route("/round", get(|| async { (StatusCode::FOUND, [(LOCATION, "/round")]) }))
        .route("/large", get(|| async { vec![0_u8; LIMIT + 1].into_response() }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// A fetcher to which the loopback is public.
fn fetcher(server: SocketAddr) -> Fetcher {
    install_provider();
    Fetcher::of(|address| address.is_loopback() || is_public(address), &[("files.example", server)]).unwrap()
}

#[tokio::test]
async fn files_are_fetched_and_pages_are_not() {
    let address = server().await;
    let fetcher = fetcher(address);
    let fetch = async |path: &str| fetcher.fetch(&format!("http://files.example:{}{path}", address.port())).await;
    let file = |name: &str, media_type: &str, bytes: &'static str| {
        Ok(Found::File(File {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            bytes: Bytes::from_static(bytes.as_bytes()),
        }))
    };
    assert_eq!(fetch("/price.pdf").await, file("price.pdf", "application/pdf", "%PDF-"));
    assert_eq!(fetch("/пр.png").await, file("пр.png", "image/png", "png"));
    assert_eq!(
        fetch("/on").await,
        file("price.pdf", "application/pdf", "%PDF-"),
        "a redirect is followed"
    );
    assert_eq!(fetch("/page").await, Ok(Found::Page));
    assert_eq!(fetch("/gone").await, Err(FetchError::Status(404)));
    assert_eq!(fetch("/empty").await, Err(FetchError::Status(204)));
    assert_eq!(fetch("/inside").await, Err(FetchError::Forbidden), "a redirect is checked again");
    assert_eq!(fetch("/round").await, Err(FetchError::Unreachable));
    assert_eq!(fetch("/large").await, Err(FetchError::TooLarge));
}

#[tokio::test]
async fn a_file_that_drive_shows_on_a_page_is_fetched_itself() {
    install_provider();
    let fetcher = Fetcher::of(|_| true, &[("drive.google.com", server().await)]).unwrap();
    let found = fetcher.fetch("http://drive.google.com/file/d/1aB/view?usp=sharing").await;
    let Ok(Found::File(file)) = found else { panic!("{found:?}") };
    assert_eq!(file.bytes, "export=download&id=1aB");
}

#[tokio::test]
async fn nothing_is_fetched_from_inside() {
    install_provider();
    let fetcher = Fetcher::new().unwrap();
    for address in [
        "http://127.0.0.1/x",
        "http://[::1]/x",
        "http://[::ffff:10.0.0.1]/x",
        "http://0x7f.1/x",
        "http://2130706433/x",
        "http://169.254.169.254/latest/meta-data",
        "http://localhost/x",
        "http://user:word@example.org/x",
        "ftp://example.org/x",
        "file:///etc/passwd",
        "https://",
        "no address",
    ] {
        assert_eq!(fetcher.fetch(address).await, Err(FetchError::Forbidden), "{address}");
    }
}

#[test]
fn special_addresses_are_not_public() {
    for inside in [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "ff02::1",
        "100::1",
    ] {
        assert!(!is_public(inside.parse().unwrap()), "{inside}");
    }
    for outside in [
        "8.8.8.8",
        "100.63.0.1",
        "100.128.0.1",
        "172.32.0.1",
        "192.0.1.1",
        "2a00:1450::1",
        "64:ff9b::808:808",
        "2002:808:808::",
    ] {
        assert!(is_public(outside.parse().unwrap()), "{outside}");
    }
}
