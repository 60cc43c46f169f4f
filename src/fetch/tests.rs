//! What is fetched and what is not, over real HTTP.
//!
//! Invariant: the servers listen on loopback, which the real fetcher refuses; where a test needs them, it says so.

use std::{future::IntoFuture as _, sync::Once};

use axum::{
    Router,
    extract::RawQuery,
    http::{HeaderMap, StatusCode},
    response::IntoResponse as _,
    routing::get,
};
use reqwest::header::{CONTENT_DISPOSITION, CONTENT_TYPE, USER_AGENT};
use tempfile::TempDir;

use super::*;

async fn server() -> SocketAddr {
    let router =
        Router::new()
            .route(
                "/price.pdf",
                get(|| async { ([(CONTENT_TYPE, "application/pdf")], "%PDF-") }),
            )
            .route(
                "/%D0%BF%D1%80.png",
                get(|| async { ([(CONTENT_TYPE, "image/png; x=y")], "png") }),
            )
            .route(
                "/page",
                get(|| async { ([(CONTENT_TYPE, "text/html; charset=utf-8")], "<html>") }),
            )
            .route(
                "/uc",
                get(|RawQuery(query): RawQuery| async {
                    ([(CONTENT_TYPE, "text/csv")], query.unwrap_or_default())
                }),
            )
            .route(
                "/who",
                get(|headers: HeaderMap| async move {
                    headers[USER_AGENT].to_str().unwrap().to_owned()
                }),
            )
            .route(
                "/named",
                get(|| async {
                    (
                        [(
                            CONTENT_DISPOSITION,
                            "attachment; filename*=UTF-8''%D0%BF%D1%80.pdf",
                        )],
                        "%PDF-",
                    )
                }),
            )
            .route("/gone", get(|| async { StatusCode::NOT_FOUND }))
            .route(
                "/empty",
                get(|| async { ([(CONTENT_TYPE, "image/png")], "") }),
            )
            .route(
                "/inside",
                get(|| async { (StatusCode::FOUND, [(LOCATION, "http://10.0.0.1/x")]) }),
            )
            .route(
                "/on",
                get(|| async { (StatusCode::FOUND, [(LOCATION, "/price.pdf")]) }),
            )
            .route(
                "/round",
                get(|| async { (StatusCode::FOUND, [(LOCATION, "/round")]) }),
            )
            .route(
                "/large",
                get(|| async { vec![0_u8; usize::try_from(LIMIT).unwrap() + 1].into_response() }),
            );
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

/// A fetcher to which the loopback is public, and where it lays down what it has.
fn fetcher(server: SocketAddr) -> (Fetcher, TempDir) {
    install_provider();
    let directory = tempfile::tempdir().unwrap();
    let allowed = |address: IpAddr| address.is_loopback() || is_public(address);
    let fetcher = Fetcher::of(directory.path(), allowed, &[("files.example", server)]).unwrap();
    (fetcher, directory)
}

/// What was found, in words: a file's name, its media type and what is in it.
async fn told(found: Result<Fetched, FetchError>) -> Result<String, FetchError> {
    Ok(match found? {
        Fetched::Page => "a page".to_owned(),
        Fetched::File(file) => {
            let body = file.content.body().await.unwrap();
            let bytes = http_body_util::BodyExt::collect(body)
                .await
                .unwrap()
                .to_bytes();
            assert_eq!(file.content.size(), bytes.len() as u64);
            assert!(bytes.starts_with(file.content.head()));
            format!(
                "{} {} {}",
                file.name,
                file.media_type,
                String::from_utf8_lossy(&bytes)
            )
        }
    })
}

#[tokio::test]
async fn files_are_fetched_and_pages_are_not() {
    let address = server().await;
    let (fetcher, directory) = fetcher(address);
    let us = concat!("who text/plain Sheetdesk/", env!("CARGO_PKG_VERSION"));
    for (path, found) in [
        ("/price.pdf", Ok("price.pdf application/pdf %PDF-")),
        ("/пр.png", Ok("пр.png image/png png")),
        ("/named", Ok("пр.pdf text/plain %PDF-")),
        ("/on", Ok("price.pdf application/pdf %PDF-")),
        ("/who", Ok(us)),
        ("/page", Ok("a page")),
        ("/gone", Err(FetchError::Status(404))),
        ("/empty", Err(FetchError::Status(204))),
        // A redirect is checked again.
        ("/inside", Err(FetchError::Forbidden)),
        ("/round", Err(FetchError::Unreachable)),
        ("/large", Err(FetchError::TooLarge)),
    ] {
        let fetched = fetcher
            .fetch(&format!("http://files.example:{}{path}", address.port()))
            .await;
        assert_eq!(told(fetched).await, found.map(str::to_owned), "{path}");
    }
    let left = std::fs::read_dir(directory.path().join("fetched")).unwrap();
    assert_eq!(left.count(), 0, "what nobody holds is deleted");
}

#[tokio::test]
async fn what_an_earlier_process_left_goes_at_the_start() {
    let address = server().await;
    let (first, directory) = fetcher(address);
    let held = first
        .fetch(&format!(
            "http://files.example:{}/price.pdf",
            address.port()
        ))
        .await
        .unwrap();
    // As after a kill: nobody deletes it.
    std::mem::forget(held);
    let laid = directory.path().join("fetched");
    assert_eq!(std::fs::read_dir(&laid).unwrap().count(), 1);
    Fetcher::of(directory.path(), is_public, &[]).unwrap();
    assert!(!laid.exists());
}

#[tokio::test]
async fn a_full_disk_is_no_fault_of_the_file_s() {
    let address = server().await;
    let (fetcher, directory) = fetcher(address);
    // No directory can be made where a file exists.
    std::fs::write(directory.path().join("fetched"), "").unwrap();
    let fetched = fetcher
        .fetch(&format!(
            "http://files.example:{}/price.pdf",
            address.port()
        ))
        .await;
    assert!(matches!(fetched, Err(FetchError::Here(_))), "{fetched:?}");
}

/// Resolves no name: the machine answers with this error.
struct Short(i32);

impl Resolve for Short {
    fn resolve(&self, _: Name) -> Resolving {
        let error = io::Error::from_raw_os_error(self.0);
        Box::pin(async move { Err(error.into()) })
    }
}

#[tokio::test]
async fn what_this_machine_lacks_is_no_fault_of_the_site_s() {
    const TOO_MANY_OPEN_FILES: i32 = 24;
    const NO_ROUTE: i32 = 113;
    install_provider();
    let directory = tempfile::tempdir().unwrap();
    for (error, ours) in [(TOO_MANY_OPEN_FILES, true), (NO_ROUTE, false)] {
        let resolver = reqwest::Client::builder()
            .no_proxy()
            .dns_resolver(Arc::new(Short(error)));
        let fetcher = Fetcher {
            http: resolver.build().unwrap(),
            ..Fetcher::of(directory.path(), |_| true, &[]).unwrap()
        };
        let fetched = fetcher.fetch("http://files.example/price.pdf").await;
        assert_eq!(
            matches!(fetched, Err(FetchError::Here(_))),
            ours,
            "{fetched:?}"
        );
        assert_eq!(
            matches!(fetched, Err(FetchError::Unreachable)),
            !ours,
            "{fetched:?}"
        );
    }
}

#[tokio::test]
async fn a_file_that_drive_shows_on_a_page_is_fetched_itself() {
    install_provider();
    let directory = tempfile::tempdir().unwrap();
    let fetcher = Fetcher::of(
        directory.path(),
        |_| true,
        &[("drive.google.com", server().await)],
    )
    .unwrap();
    let found = told(
        fetcher
            .fetch("http://drive.google.com/file/d/1aB/view?usp=sharing")
            .await,
    )
    .await;
    assert_eq!(found.as_deref(), Ok("uc text/csv export=download&id=1aB"));
}

#[tokio::test]
async fn a_file_of_drive_that_is_not_shared_is_private_and_any_other_page_is_a_page() {
    install_provider();
    let to_sign_in = || async {
        (
            StatusCode::FOUND,
            [(LOCATION, "http://accounts.google.com/signin")],
        )
    };
    let router = Router::new()
        .route(
            "/uc",
            get(move |RawQuery(query): RawQuery| async move {
                match query.unwrap_or_default().as_str() {
                    "export=download&id=refused" => StatusCode::FORBIDDEN.into_response(),
                    "export=download&id=gone" => StatusCode::NOT_FOUND.into_response(),
                    _ => to_sign_in().await.into_response(),
                }
            }),
        )
        .route("/drive/folders/x", get(to_sign_in))
        .route(
            "/signin",
            get(|| async { ([(CONTENT_TYPE, "text/html")], "<html>") }),
        );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let google = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    let directory = tempfile::tempdir().unwrap();
    let hosts = [
        ("drive.google.com", google),
        ("accounts.google.com", google),
    ];
    let fetcher = Fetcher::of(directory.path(), |_| true, &hosts).unwrap();
    for (path, found) in [
        ("file/d/closed/view", Err(FetchError::Private)),
        ("file/d/refused/view", Err(FetchError::Private)),
        ("file/d/gone/view", Err(FetchError::Status(404))),
        ("drive/folders/x", Ok("a page".to_owned())),
    ] {
        let fetched = fetcher
            .fetch(&format!("http://drive.google.com/{path}"))
            .await;
        assert_eq!(told(fetched).await, found, "{path}");
    }
}

#[tokio::test]
async fn nothing_is_fetched_from_inside() {
    install_provider();
    let directory = tempfile::tempdir().unwrap();
    let fetcher = Fetcher::new(directory.path()).unwrap();
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
        assert_eq!(
            told(fetcher.fetch(address).await).await,
            Err(FetchError::Forbidden),
            "{address}"
        );
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
