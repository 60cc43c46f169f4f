//! Files over HTTP: who gets one, and how it arrives.
//!
//! Invariant: what is checked is what a browser would see.

use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;
use reqwest::{StatusCode, header};

use super::*;
use crate::domain::message::{Attachment, FileKind};

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn links() -> Links {
    Links::new("http://desk.example", b"a secret", MINUTE)
}

/// The path of a link to a file, made so long before now.
fn path(file: u64, before: SignedDuration) -> String {
    let link = links().link(FileId(Seq(file)), now() - before);
    link.strip_prefix("http://desk.example").unwrap().to_owned()
}

async fn bench() -> Bench {
    let open_file: OpenFile = Arc::new(|file| {
        Box::pin(async move {
            let attachment = Attachment {
                kind: FileKind::Document,
                remote: "a secret id".to_owned(),
                unique: None,
                name: Some("отчёт.html".into()),
                media_type: Some("text/html".to_owned()),
                size: None,
            };
            let chunks = ["<script>", "1</script>"].map(|chunk| Ok(chunk.into()));
            match file {
                FileId(Seq(41)) => Ok(OpenedFile {
                    attachment,
                    length: Some(18),
                    bytes: stream::iter(chunks).boxed(),
                }),
                FileId(Seq(42)) => Err(Unavailable::Later),
                FileId(_) => Err(Unavailable::Gone),
            }
        })
    });
    Bench::start(Setup {
        links: Some(links()),
        open_file,
        ..Setup::default()
    })
    .await
}

#[tokio::test]
async fn a_file_arrives_whole_under_its_name_and_cannot_run() {
    let bench = bench().await;
    let response = bench
        .client
        .get(bench.url(&path(41, SignedDuration::ZERO)))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let headers = response.headers().clone();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html"),
        (header::CONTENT_LENGTH, "18"),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        assert_eq!(headers.get(&name).unwrap(), value);
    }
    let disposition = headers
        .get(header::CONTENT_DISPOSITION)
        .unwrap()
        .to_str()
        .unwrap();
    assert!(
        disposition.starts_with("attachment; ")
            && disposition.ends_with("''%D0%BE%D1%82%D1%87%D1%91%D1%82.html"),
        "{disposition}"
    );
    assert_eq!(response.text().await.unwrap(), "<script>1</script>");
    bench.stop.cancel();
    bench.drained().await;
}

#[tokio::test]
async fn whoever_has_no_good_link_gets_nothing() {
    let bench = bench().await;
    for (path, status) in [
        (path(41, MINUTE), StatusCode::GONE),
        (
            path(41, SignedDuration::ZERO).replacen("/41-", "/43-", 1),
            StatusCode::NOT_FOUND,
        ),
        ("/files/41".to_owned(), StatusCode::NOT_FOUND),
        ("/files/".to_owned(), StatusCode::NOT_FOUND),
        (
            path(42, SignedDuration::ZERO),
            StatusCode::SERVICE_UNAVAILABLE,
        ),
        (path(43, SignedDuration::ZERO), StatusCode::GONE),
    ] {
        for accept in ["*/*", "text/html,*/*"] {
            let response = bench
                .client
                .get(bench.url(&path))
                .header(header::ACCEPT, accept)
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), status, "{path}");
            let body = response.text().await.unwrap();
            assert!(!body.contains("secret"), "{body}");
        }
    }
    bench.stop.cancel();
    bench.drained().await;
}

#[tokio::test]
async fn without_a_public_address_there_are_no_files() {
    let bench = Bench::start(Setup::default()).await;
    let response = bench
        .client
        .get(bench.url(&path(41, SignedDuration::ZERO)))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    bench.stop.cancel();
    bench.drained().await;
}

#[tokio::test]
async fn a_link_to_a_row_leads_to_where_it_stands_and_is_remembered_by_nobody() {
    let links = Links::new("https://desk.example", b"a secret", MINUTE);
    let link = links.row(Number(41)).unwrap();
    let path = link.strip_prefix("https://desk.example").unwrap();
    let bench = bench().await;
    let get = async |path: &str| bench.client.get(bench.url(path)).send().await.unwrap();
    let response = get(path).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    let headers = response.headers();
    assert_eq!(
        headers[header::LOCATION],
        "https://sheet.example/#range=G41"
    );
    assert_eq!(headers[header::CACHE_CONTROL], "private, no-store");
    let touched = get(&path.replacen("41", "42", 1)).await;
    assert_eq!(touched.status(), StatusCode::NOT_FOUND);
}
