//! Messages of every form against a tiny Bot API, and the pictures of announcements against the stand-in.
//!
//! Invariant: every test says which calls were made, not only how it ended.

mod changes;

use std::{future::IntoFuture as _, net::SocketAddr};

use axum::{Router, http::header, routing::get};
use serde_json::{Value, json};
use simulator::telegram::{Attachment, FileKind, Limits, Profile, Telegram, TelegramOptions};
use tempfile::TempDir;

use super::*;
use crate::{
    domain::{
        effect::Keyboard,
        ids::{ChatId, OutboxId, Seq},
        media::Media,
        text::{Html, Text},
    },
    fetch::Fetcher,
    proxies::Proxies,
    secret::Secret,
    telegram::fake::{self, Call, Fake, FakeResponse, ok, refused},
};

/// A site with files of all kinds and a page.
async fn site() -> SocketAddr {
    let of = |media_type: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, media_type)], "bytes") })
    };
    let router = Router::new()
        .route("/a.png", of("image/png"))
        .route("/a.jpg", of("image/jpg"))
        .route("/a.gif", of("image/gif"))
        .route("/a.bmp", of("image/bmp"))
        .route("/a.mp4", of("video/mp4"))
        .route("/b.pdf", of("application/pdf"))
        .route("/page", of("text/html"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    address
}

/// What is behind one of its addresses, the address, and the directory in which it is laid down.
async fn fetched(path: &str) -> (Fetched, Text, TempDir) {
    fake::install_provider();
    let (site, directory) = (site().await, tempfile::tempdir().unwrap());
    let fetcher = Fetcher::of(directory.path(), |_| true, &[("files.example", site)]).unwrap();
    let address = format!("http://files.example:{}{path}", site.port());
    (
        fetcher.fetch(&address).await.unwrap(),
        Text(address),
        directory,
    )
}

fn message(form: MessageForm) -> Send {
    Send {
        form,
        ..Send::talk(
            OutboxId::Reply(Seq(1), 0),
            ChatId(42),
            Html::escape("1 < 2"),
        )
    }
}

/// What Telegram answers: a message with whatever the method sends.
fn sent(call: &Call) -> FakeResponse {
    let file = |id: &str| json!({"file_id": id, "file_unique_id": "u"});
    let (field, about) = match call.method.as_str() {
        "sendPhoto" => ("photo", json!([file("small"), file("photo")])),
        "sendVideo" => ("video", file("video")),
        "sendAnimation" => ("animation", file("animation")),
        "sendDocument" => ("document", file("document")),
        _ => ("text", json!("1 < 2")),
    };
    ok(&json!({"message_id": 17, "date": 0, "chat": {"id": 42, "type": "private"}, field: about}))
}

fn delivered() -> Result<SentMessage, SendError> {
    Ok(SentMessage::of(MessageId(17)))
}

fn uploaded(kind: MediaKind, file: &str) -> Result<SentMessage, SendError> {
    let file = file.to_owned();
    Ok(SentMessage {
        media: Some(Media { kind, file }),
        ..SentMessage::of(MessageId(17))
    })
}

fn methods(fake: &Fake) -> Vec<String> {
    fake.calls().into_iter().map(|call| call.method).collect()
}

/// How a message in this form, about a file of the site's, ends.
async fn sending(
    fake: &Fake,
    form: fn(Text) -> MessageForm,
    path: &str,
) -> Result<SentMessage, SendError> {
    let (found, address, _directory) = fetched(path).await;
    send(&fake.client(), &message(form(address)), Some(found)).await
}

#[tokio::test]
async fn a_picture_goes_as_a_photo_other_files_as_documents_and_a_page_as_its_address() {
    for (path, method) in [
        ("/a.png", "sendPhoto"),
        ("/a.jpg", "sendPhoto"),
        ("/b.pdf", "sendDocument"),
        ("/page", "sendMessage"),
    ] {
        let fake = Fake::start(sent).await;
        assert_eq!(
            sending(&fake, MessageForm::File, path).await,
            delivered(),
            "{path}"
        );
        assert_eq!(methods(&fake), [method], "{path}");
    }
}

#[tokio::test]
async fn a_picture_that_telegram_cannot_show_goes_as_a_document() {
    for words in [
        "Bad Request: PHOTO_INVALID_DIMENSIONS",
        "Bad Request: photo has unsupported extension",
        "Bad Request: Image_process_failed",
    ] {
        for (form, ended) in [
            (MessageForm::File as fn(Text) -> MessageForm, delivered()),
            (
                MessageForm::Picture,
                uploaded(MediaKind::Document, "document"),
            ),
        ] {
            let fake = Fake::start(move |call| match call.method.as_str() {
                "sendPhoto" => refused(400, words),
                _ => sent(call),
            })
            .await;
            assert_eq!(sending(&fake, form, "/a.png").await, ended);
            assert_eq!(methods(&fake), ["sendPhoto", "sendDocument"], "{words}");
        }
    }
}

#[tokio::test]
async fn a_chat_that_takes_no_pictures_is_not_tried_with_a_document() {
    let words = "Bad Request: not enough rights to send photos to the chat";
    let fake = Fake::start(move |_| refused(400, words)).await;
    let ended = sending(&fake, MessageForm::File, "/a.png").await;
    assert!(
        matches!(
            ended,
            Err(SendError::Call(TelegramError::Refused { code: 400, .. }))
        ),
        "{ended:?}"
    );
    assert_eq!(methods(&fake), ["sendPhoto"]);
}

#[tokio::test]
async fn a_receipt_that_says_so_already_is_as_good_as_changed() {
    let words = "Bad Request: message is not modified: specified new message content is the same";
    let fake = Fake::start(|_| refused(400, words)).await;
    let edit = message(MessageForm::Edit(MessageId(5)));
    let sent = send(&fake.client(), &edit, None).await.unwrap();
    assert_eq!((sent.message, sent.media), (MessageId(5), None));
    assert_eq!(fake.calls()[0].body["message_id"], 5);
}

#[tokio::test]
async fn a_picture_is_uploaded_as_what_it_is_and_telegram_s_id_comes_back() {
    for (path, method, kind, id) in [
        ("/a.png", "sendPhoto", MediaKind::Photo, "photo"),
        ("/a.mp4", "sendVideo", MediaKind::Video, "video"),
        ("/a.gif", "sendAnimation", MediaKind::Animation, "animation"),
        ("/a.bmp", "sendDocument", MediaKind::Document, "document"),
    ] {
        let fake = Fake::start(sent).await;
        assert_eq!(
            sending(&fake, MessageForm::Picture, path).await,
            uploaded(kind, id),
            "{path}"
        );
        assert_eq!(methods(&fake), [method], "{path}");
        let form = fake.calls()[0].body.as_str().unwrap().to_owned();
        let part = format!(
            "name=\"{id}\"; filename=\"{}\"",
            path.trim_start_matches('/')
        );
        assert!(form.contains(&part), "{form}");
    }
}

#[tokio::test]
async fn what_is_neither_picture_nor_video_calls_nobody() {
    let fake = Fake::start(sent).await;
    let none = Err(SendError::File(Unfetched::NotAPicture));
    for path in ["/b.pdf", "/page"] {
        assert_eq!(
            sending(&fake, MessageForm::Picture, path).await,
            none,
            "{path}"
        );
    }
    for source in ["data:text/plain;base64,cG5n", "data:image/png;base64,c"] {
        let broken = message(MessageForm::Picture(source.into()));
        assert_eq!(send(&fake.client(), &broken, None).await, none, "{source}");
    }
    let forbidden = Err(SendError::File(Unfetched::Forbidden));
    let nothing = message(MessageForm::Picture("нет картинки".into()));
    assert_eq!(send(&fake.client(), &nothing, None).await, forbidden);
    assert!(fake.calls().is_empty());
}

#[tokio::test]
async fn a_file_that_is_gone_is_refused_and_one_that_cannot_be_opened_now_is_tried_again() {
    for form in [
        MessageForm::File as fn(Text) -> MessageForm,
        MessageForm::Picture,
    ] {
        let fake = Fake::start(sent).await;
        let (found, address, directory) = fetched("/a.png").await;
        let message = message(form(address));
        let (laid, aside) = (
            directory.path().join("fetched"),
            directory.path().join("aside"),
        );
        let ended =
            async |found: &Fetched| match send(&fake.client(), &message, Some(found.clone())).await
            {
                Err(SendError::Call(error)) => error,
                other => panic!("{other:?}"),
            };
        std::fs::rename(&laid, &aside).unwrap();
        assert!(matches!(ended(&found).await, TelegramError::Unmade(_)));
        // No file can be opened below what is no directory.
        std::fs::write(&laid, "").unwrap();
        assert!(matches!(ended(&found).await, TelegramError::NotSent(_)));
        assert_eq!(methods(&fake), [""; 0]);
        std::fs::remove_file(&laid).unwrap();
        std::fs::rename(&aside, &laid).unwrap();
        assert!(
            send(&fake.client(), &message, Some(found)).await.is_ok(),
            "nothing is lost"
        );
    }
}

#[tokio::test]
async fn words_and_button_stand_beneath_an_upload() {
    let fake = Fake::start(sent).await;
    let full = Send {
        keyboard: Keyboard::Link("Сайт".to_owned(), "https://a.example".to_owned()),
        ..message(MessageForm::Picture(
            "data:image/png;base64,cG5nIQ==".into(),
        ))
    };
    let bare = Send {
        text: Html::escape(""),
        keyboard: Keyboard::Keep,
        ..full.clone()
    };
    for (send, words) in [(full, true), (bare, false)] {
        assert_eq!(
            super::send(&fake.client(), &send, None).await,
            uploaded(MediaKind::Photo, "photo")
        );
        let form = fake
            .calls()
            .pop()
            .unwrap()
            .body
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            form.contains("filename=\"picture.png\"\r\nContent-Type: image/png\r\n\r\npng!"),
            "{form}"
        );
        for part in [
            "\"caption\"\r\n\r\n1 &lt; 2\r\n",
            "\"parse_mode\"\r\n\r\nHTML\r\n",
            "\"reply_markup\"\r\n\r\n{\"inline_keyboard\":[[{",
        ] {
            assert_eq!(form.contains(part), words, "{part} in {form}");
        }
    }
}

#[tokio::test]
async fn an_id_of_unknown_kind_is_tried_until_telegram_takes_it() {
    let of_type = |method: &'static str, words: &'static str| {
        move |call: &Call| match &*call.method {
            taken if taken == method => sent(call),
            _ => refused(400, words),
        }
    };
    let other = "Bad Request: can't use file of type Animation as Photo";
    let old = "Bad Request: type of file mismatch";
    let all = ["sendPhoto", "sendVideo", "sendAnimation", "sendDocument"];
    let picture = message(MessageForm::Picture("AgAC".into()));
    for (method, words, tried, kind, id) in [
        ("sendPhoto", other, &all[..1], MediaKind::Photo, "photo"),
        ("sendVideo", old, &all[..2], MediaKind::Video, "video"),
        (
            "sendAnimation",
            other,
            &all[..3],
            MediaKind::Animation,
            "animation",
        ),
        ("sendDocument", other, &all, MediaKind::Document, "document"),
    ] {
        let fake = Fake::start(of_type(method, words)).await;
        assert_eq!(
            send(&fake.client(), &picture, None).await,
            uploaded(kind, id)
        );
        assert_eq!(methods(&fake), tried);
        assert_eq!(fake.calls()[0].body["photo"], "AgAC");
    }
    for (words, tried) in [
        (other, &all[..]),
        (
            "Bad Request: wrong file identifier/HTTP URL specified",
            &all[..1],
        ),
    ] {
        let fake = Fake::start(of_type("none", words)).await;
        let ended = send(&fake.client(), &picture, None).await;
        assert!(
            matches!(
                ended,
                Err(SendError::Call(TelegramError::Refused { code: 400, .. }))
            ),
            "{ended:?}"
        );
        assert_eq!(methods(&fake), tried);
    }
}

#[tokio::test]
async fn what_telegram_has_goes_by_its_id_and_is_not_told_of_again() {
    for (kind, method, field) in [
        (MediaKind::Photo, "sendPhoto", "photo"),
        (MediaKind::Video, "sendVideo", "video"),
        (MediaKind::Animation, "sendAnimation", "animation"),
        (MediaKind::Document, "sendDocument", "document"),
    ] {
        let fake = Fake::start(sent).await;
        let file = "BAAC".to_owned();
        let kept = message(MessageForm::Kept(Media { kind, file }));
        assert_eq!(send(&fake.client(), &kept, None).await, delivered());
        let body =
            json!({"chat_id": 42, field: "BAAC", "caption": "1 &lt; 2", "parse_mode": "HTML"});
        let call = Call {
            method: method.to_owned(),
            body,
        };
        assert_eq!(fake.calls(), [call]);
    }
}

#[tokio::test]
async fn words_whose_mark_up_telegram_cannot_read_go_out_plain_and_only_once_more() {
    let (found, address, _directory) = fetched("/a.png").await;
    let media = Media {
        kind: MediaKind::Video,
        file: "BAAC".to_owned(),
    };
    for (form, field) in [
        (MessageForm::Message, "text"),
        (MessageForm::Edit(MessageId(5)), "text"),
        (MessageForm::Caption(MessageId(5), "".into()), "caption"),
        (MessageForm::File(address.clone()), "caption"),
        (MessageForm::Picture(address), "caption"),
        (MessageForm::Picture("AgAC".into()), "caption"),
        (MessageForm::Kept(media), "caption"),
    ] {
        for endless in [false, true] {
            let is_marked_up = |call: &Call| match &call.body {
                Value::String(form) => form.contains("parse_mode"),
                body => !body["parse_mode"].is_null(),
            };
            let fake = Fake::start(move |call| {
                if endless || is_marked_up(call) {
                    refused(400, "Bad Request: can't parse entities: Can't find end tag")
                } else {
                    sent(call)
                }
            })
            .await;
            let ended = send(&fake.client(), &message(form.clone()), Some(found.clone())).await;
            assert_eq!(ended.is_err(), endless, "{form:?}");
            let calls = fake.calls();
            assert_eq!(
                (
                    calls.len(),
                    is_marked_up(&calls[0]),
                    is_marked_up(&calls[1])
                ),
                (2, true, false)
            );
            match &calls[1].body {
                Value::String(form) => assert!(form.contains("\r\n\r\n1 < 2\r\n"), "{form}"),
                body => assert_eq!(body[field], "1 < 2"),
            }
        }
    }
}

#[tokio::test]
async fn a_picture_reaches_the_stand_in_once_and_goes_by_its_id_from_then_on() {
    let options = TelegramOptions {
        limits: Limits::off(),
        record: 20,
        ..TelegramOptions::default()
    };
    let telegram = Telegram::start(options).await.unwrap();
    let anna = telegram.person(Profile::new(42, "Анна")).has_met_bot();
    fake::install_provider();
    let token = Secret::new(telegram.token().to_owned());
    let client = BotClient::new(&telegram.url(), token, Proxies::new(None)).unwrap();
    let first = message(MessageForm::Picture(
        "data:image/png;base64,cG5nIQ==".into(),
    ));
    let media = send(&client, &first, None).await.unwrap().media.unwrap();
    assert_eq!(media.kind, MediaKind::Photo);
    for _ in 0..2 {
        let sent = send(&client, &message(MessageForm::Kept(media.clone())), None)
            .await
            .unwrap();
        assert_eq!(sent.media, None);
    }
    assert_eq!(telegram.calls().uploads, 1);
    let seen = anna.messages().into_iter().map(|message| message.content);
    let shown = seen.map(|content| (content.text, content.media.unwrap().file_id));
    assert!(shown.eq(std::iter::repeat_n(("1 < 2".to_owned(), media.file), 3)));

    anna.send_file(Attachment::new(
        FileKind::Animation,
        "a.mp4",
        "video/mp4",
        b"film".as_slice(),
    ));
    let update = telegram.emitted().pop().unwrap();
    let id = update["message"]["animation"]["file_id"].as_str().unwrap();
    let sent = send(&client, &message(MessageForm::Picture(id.into())), None)
        .await
        .unwrap();
    let kept = Media {
        kind: MediaKind::Animation,
        file: id.to_owned(),
    };
    assert_eq!(sent.media, Some(kept));
    assert_eq!(telegram.calls().uploads, 1);
    let calls = telegram
        .exchanges()
        .into_iter()
        .map(|exchange| (exchange.method, exchange.files));
    let calls: Vec<String> = calls
        .map(|(method, files)| format!("{method} {files}"))
        .collect();
    assert_eq!(
        calls,
        [
            "sendPhoto 1",
            "sendPhoto 0",
            "sendPhoto 0",
            "sendPhoto 0",
            "sendVideo 0",
            "sendAnimation 0"
        ]
    );
}
