//! Files, both ways: what people send can be fetched, what the bot sends can be seen and sent again.
//! Invariant: bytes come back exactly as they went, and sizes are told before anything is fetched.

use serde_json::{Value, json};
use simulator::telegram::{
    Attachment, Fault, FaultKind, FileKind, FileSource, Held, Person, SentFile, TelegramOptions,
};

use crate::support::{Bot, unhurried};

async fn last(bot: &Bot) -> Value {
    bot.done("getUpdates", json!({"offset": -1})).await[0]["message"].take()
}

fn media(person: &Person) -> SentFile {
    let message = person.messages().pop().expect("a message");
    message.content.media.expect("with a file")
}

/// One part of a form: its head and what it holds.
fn form(parts: &[(&str, &[u8])]) -> (&'static str, Vec<u8>) {
    let mut body = Vec::new();
    for (head, content) in parts {
        body.extend_from_slice(
            format!("--frontier\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--frontier--\r\n");
    ("multipart/form-data; boundary=frontier", body)
}

async fn upload(bot: &Bot, method: &str, parts: &[(&str, &[u8])]) -> (u16, Value) {
    let (kind, body) = form(parts);
    let request = bot
        .raw()
        .post(bot.method(method))
        .header("content-type", kind)
        .body(body);
    let response = request.send().await.expect("answered");
    (
        response.status().as_u16(),
        response.json().await.expect("JSON"),
    )
}

#[tokio::test]
async fn each_kind_of_file_comes_as_the_bot_api_describes_it() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    for (kind, name, path, fields) in [
        (
            FileKind::Document,
            "Акт сверки.PDF",
            "documents/file_0.PDF",
            "file_name mime_type",
        ),
        (
            FileKind::Voice,
            "v.oga",
            "voice/file_1.oga",
            "duration mime_type",
        ),
        (
            FileKind::Video,
            "v.mov",
            "videos/file_2.mov",
            "duration width height file_name mime_type",
        ),
        (
            FileKind::VideoNote,
            "v.mp4",
            "video_notes/file_3.mp4",
            "duration length",
        ),
        (
            FileKind::Audio,
            "a.mp3",
            "music/file_4.mp3",
            "duration file_name mime_type",
        ),
        (
            FileKind::Sticker,
            "s.webp",
            "stickers/file_5.webp",
            "type width height is_animated is_video emoji",
        ),
        (
            FileKind::Animation,
            "a.mp4",
            "animations/file_6.mp4",
            "duration width height file_name mime_type",
        ),
    ] {
        let bytes = name.repeat(3).into_bytes();
        anna.send_file(Attachment::new(kind, name, "x/y", bytes.clone()).caption("Смотрите"));
        let message = last(&bot).await;
        let field = kind.field();
        let about = message[field]
            .as_object()
            .unwrap_or_else(|| panic!("{field} in {message}"));
        let mut expected: Vec<&str> = fields
            .split(' ')
            .chain(["file_id", "file_unique_id", "file_size"])
            .collect();
        expected.sort_unstable();
        assert_eq!(
            about.keys().map(String::as_str).collect::<Vec<_>>(),
            expected,
            "{field}"
        );
        assert_eq!(message["caption"], json!("Смотрите"));
        let file = bot
            .done("getFile", json!({"file_id": about["file_id"]}))
            .await;
        assert_eq!(
            (&file["file_path"], &file["file_size"]),
            (&json!(path), &json!(bytes.len()))
        );
        assert_eq!(bot.download(path).await, (200, bytes));
    }
}

#[tokio::test]
async fn a_photo_has_several_sizes_and_an_album_one_group() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let pictures: Vec<Vec<u8>> = (0..3_u8).map(|shade| vec![shade; 200_000]).collect();
    let updates = anna.send_album(pictures.iter().cloned().map(Attachment::photo).collect());
    assert_eq!(updates.len(), 3);
    let updates = bot.done("getUpdates", json!({})).await;
    let group = &updates[0]["message"]["media_group_id"];
    assert!(group.is_string());
    for (at, picture) in pictures.into_iter().enumerate() {
        let message = &updates[at]["message"];
        assert_eq!(&message["media_group_id"], group);
        let sizes = message["photo"].as_array().unwrap();
        let widths: Vec<&Value> = sizes.iter().map(|size| &size["width"]).collect();
        assert_eq!(widths, [90, 320, 1280]);
        let largest = bot
            .done("getFile", json!({"file_id": sizes[2]["file_id"]}))
            .await;
        assert_eq!(
            bot.download(largest["file_path"].as_str().unwrap()).await.1,
            picture
        );
        let smallest = bot
            .done("getFile", json!({"file_id": sizes[0]["file_id"]}))
            .await;
        let thumbnail = bot
            .download(smallest["file_path"].as_str().unwrap())
            .await
            .1;
        assert_eq!(json!(thumbnail.len()), sizes[0]["file_size"]);
    }
}

#[tokio::test]
async fn what_can_not_be_fetched() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let limit = 20 << 20;
    anna.send_file(Attachment::of_size(
        FileKind::Video,
        "big.mp4",
        "video/mp4",
        limit + 1,
    ));
    let big = last(&bot).await["video"].take();
    assert_eq!(big["file_size"], json!(limit + 1));
    anna.send_file(Attachment::of_size(
        FileKind::Video,
        "fits.mp4",
        "video/mp4",
        limit,
    ));
    let fits = last(&bot).await["video"].take();
    for (params, words) in [
        (
            json!({"file_id": big["file_id"]}),
            "Bad Request: file is too big",
        ),
        (
            json!({"file_id": "nonsense"}),
            "Bad Request: invalid file_id",
        ),
        (json!({}), "Bad Request: file_id not specified"),
    ] {
        assert_eq!(bot.refused(400, "getFile", params).await, words);
    }
    let file = bot
        .done("getFile", json!({"file_id": fits["file_id"]}))
        .await;
    let path = file["file_path"].as_str().unwrap();
    let (status, bytes) = bot.download(path).await;
    assert_eq!((status, bytes.len() as u64), (200, limit));
    assert_eq!(bot.download("videos/file_0.mp4").await.0, 404);
    assert_eq!(bot.download("videos/file_9.mp4").await.0, 404);
    let stranger = format!("{}/file/bot1:wrong/{path}", bot.telegram.url());
    assert_eq!(bot.raw().get(stranger).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn faults_strike_files_too() {
    let bot = Bot::start(unhurried()).await;
    bot.anna().send_file(Attachment::of_size(
        FileKind::Document,
        "a.bin",
        "x/y",
        300_000,
    ));
    let file = last(&bot).await["document"].take();
    let path = "documents/file_0.bin";
    bot.telegram
        .fault(Fault::next(1, FaultKind::CutMidway).of("download"));
    bot.telegram
        .fault(Fault::next(1, FaultKind::answer(502, "<html>")).of("download"));
    bot.telegram
        .fault(Fault::next(1, FaultKind::CutBefore).of("getFile"));
    bot.telegram
        .fault(Fault::next(1, FaultKind::CutMidway).of("getFile"));
    let broken = bot.raw().get(bot.file(path)).send().await.unwrap();
    assert_eq!(
        (broken.status(), broken.content_length()),
        (reqwest::StatusCode::OK, Some(300_000))
    );
    assert!(
        broken.bytes().await.is_err(),
        "the connection broke in the middle"
    );
    assert_eq!(bot.download(path).await.0, 502);
    assert_eq!(bot.download(path).await.1.len(), 300_000);
    let ask = json!({"file_id": file["file_id"]});
    assert!(bot.try_call("getFile", ask.clone()).await.is_err());
    let half = bot.try_call("getFile", ask.clone()).await.unwrap();
    assert!(half.text().await.is_err());
    bot.done("getFile", ask).await;
    assert_eq!(bot.telegram.calls().by_method["download"], 3);
}

#[tokio::test]
async fn the_bot_sends_by_id_by_address_and_in_the_call() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let markup = r#"{"inline_keyboard":[[{"text":"OK","callback_data":"ok"}]]}"#.as_bytes();
    let parts: &[(&str, &[u8])] = &[
        ("name=\"chat_id\"", b"101"),
        ("name=\"caption\"", "<b>Отчёт</b> за март".as_bytes()),
        ("name=\"parse_mode\"", b"HTML"),
        ("name=\"reply_markup\"", markup),
        (
            "name=\"document\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf",
            b"%PDF\x00\xff",
        ),
    ];
    let (status, body) = upload(&bot, "sendDocument", parts).await;
    assert_eq!(status, 200, "{body}");
    let sent = &body["result"];
    assert_eq!(
        (&sent["caption"], &sent["document"]["file_name"]),
        (&json!("Отчёт за март"), &json!("a.pdf"))
    );
    assert_eq!(
        sent["caption_entities"],
        json!([{"type": "bold", "offset": 0, "length": 5}])
    );
    assert_eq!(
        (sent.get("text"), sent["reply_markup"].is_object()),
        (None, true)
    );
    let file = media(&anna);
    assert_eq!(
        (file.kind, file.size, &file.source),
        (FileKind::Document, Some(6), &FileSource::Upload)
    );
    assert_eq!(
        (file.mime.as_deref(), file.bytes.as_deref()),
        (Some("application/pdf"), Some(&b"%PDF\x00\xff"[..]))
    );
    let again = json!({"chat_id": 101, "document": sent["document"]["file_id"]});
    assert_eq!(
        bot.done("sendDocument", again).await["document"],
        sent["document"]
    );
    assert_eq!(
        (media(&anna).source, media(&anna).file_id),
        (FileSource::FileId, file.file_id)
    );
    let parts: &[(&str, &[u8])] = &[
        ("name=\"chat_id\"", b"101"),
        ("name=\"photo\"", b"attach://picture"),
        ("name=\"picture\"; filename=\"p.jpg\"", b"JFIF"),
    ];
    let (_, body) = upload(&bot, "sendPhoto", parts).await;
    assert_eq!(body["result"]["photo"][2]["file_size"], json!(4), "{body}");
    let smallest = json!({"chat_id": 101, "photo": body["result"]["photo"][0]["file_id"]});
    assert_eq!(
        bot.done("sendPhoto", smallest).await["photo"],
        body["result"]["photo"]
    );
    let url = "https://example.org/files/film.mp4?x=1";
    let params = json!({"chat_id": 101, "video": url, "reply_parameters": {"message_id": sent["message_id"]}});
    let film = bot.done("sendVideo", params).await;
    assert_eq!(
        (&film["video"]["file_name"], film["video"].get("file_size")),
        (&json!("film.mp4"), None)
    );
    assert_eq!(film["reply_to_message"]["caption"], json!("Отчёт за март"));
    assert_eq!(media(&anna).source, FileSource::Url(url.into()));
    assert!(anna.press(anna.messages()[0].message_id, "ok").is_ok());
}

#[tokio::test]
async fn what_is_uploaded_once_is_sent_by_its_id_and_only_as_what_it_is() {
    let options = TelegramOptions {
        record: 20,
        ..unhurried()
    };
    let bot = Bot::start(options).await;
    let anna = bot.anna();
    for (method, field, name, kind) in [
        ("sendPhoto", "photo", "a.jpg", FileKind::Photo),
        ("sendVideo", "video", "a.bin", FileKind::Video),
        ("sendAnimation", "animation", "a.bin", FileKind::Animation),
        ("sendDocument", "document", "a.bin", FileKind::Document),
    ] {
        let file = format!("name=\"{field}\"; filename=\"{name}\"");
        let (_, body) = upload(
            &bot,
            method,
            &[("name=\"chat_id\"", b"101"), (&file, b"bytes")],
        )
        .await;
        let message = &body["result"];
        let largest = message[field]
            .as_array()
            .and_then(|sizes| sizes.last())
            .unwrap_or(&message[field]);
        let beside = kind == FileKind::Animation;
        assert_eq!(
            message.get("document").is_some(),
            beside || kind == FileKind::Document,
            "{message}"
        );
        let again = bot
            .done(method, json!({"chat_id": 101, field: largest["file_id"]}))
            .await;
        assert_eq!(
            (&again[field], again.get("document")),
            (&message[field], message.get("document"))
        );
        assert_eq!(
            (media(&anna).kind, media(&anna).source),
            (kind, FileSource::FileId)
        );
        if kind != FileKind::Photo {
            let words = format!("Bad Request: can't use file of type {kind:?} as Photo");
            let photo = json!({"chat_id": 101, "photo": largest["file_id"]});
            assert_eq!(bot.refused(400, "sendPhoto", photo).await, words);
        }
    }
    assert_eq!(bot.telegram.calls().uploads, 4);
    let files: Vec<usize> = bot
        .telegram
        .exchanges()
        .iter()
        .map(|exchange| exchange.files)
        .collect();
    assert_eq!(files, [1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0]);
}

#[tokio::test]
async fn files_that_can_not_be_sent() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    anna.send_file(Attachment::photo(b"JFIF".as_slice()));
    let photo = last(&bot).await["photo"][2]["file_id"].take();
    let photo = photo.as_str().unwrap();
    let with = |document: &str, caption: &str| json!({"chat_id": 101, "document": document, "caption": caption, "parse_mode": "HTML"});
    let longest = format!("<b>{}</b>&amp;я", "😀".repeat(511));
    for (params, words) in [
        (
            json!({"chat_id": 101}),
            "Bad Request: there is no document in the request",
        ),
        (
            with("attach://nothing", ""),
            "Bad Request: there is no document in the request",
        ),
        (
            with("nonsense", ""),
            "Bad Request: wrong file identifier/HTTP URL specified",
        ),
        (
            with("ftp://example.org/a", ""),
            "Bad Request: wrong file identifier/HTTP URL specified",
        ),
        (
            with(photo, ""),
            "Bad Request: can't use file of type Photo as Document",
        ),
        (
            with("https://example.org/a", &format!("{longest}!")),
            "Bad Request: message caption is too long",
        ),
    ] {
        assert_eq!(bot.refused(400, "sendDocument", params).await, words);
    }
    let too_big = vec![0; (10 << 20) + 1];
    let parts: &[(&str, &[u8])] = &[
        ("name=\"chat_id\"", b"101"),
        ("name=\"photo\"; filename=\"p.jpg\"", &too_big),
    ];
    let (status, body) = upload(&bot, "sendPhoto", parts).await;
    let words = "Bad Request: file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes";
    assert_eq!((status, &body["description"]), (400, &json!(words)));
    let parts: &[(&str, &[u8])] = &[
        ("name=\"chat_id\"", b"101"),
        ("name=\"document\"; filename=\"p\"", b""),
    ];
    assert_eq!(
        upload(&bot, "sendDocument", parts).await.1["description"],
        json!("Bad Request: file must be non-empty")
    );
    let huge = vec![0; (50 << 20) + 1];
    let parts: &[(&str, &[u8])] = &[
        ("name=\"chat_id\"", b"101"),
        ("name=\"document\"; filename=\"p\"", &huge),
    ];
    assert_eq!(
        upload(&bot, "sendDocument", parts).await.1["description"],
        json!("Request Entity Too Large")
    );
    assert!(anna.messages().is_empty());
    bot.done("sendDocument", with("https://example.org/a", &longest))
        .await;
    let sent = anna.messages()[0].message_id;
    let edit = json!({"chat_id": 101, "message_id": sent, "text": "a"});
    let words = bot.refused(400, "editMessageText", edit).await;
    assert_eq!(
        words,
        "Bad Request: there is no text in the message to edit"
    );
}

#[tokio::test]
async fn everything_may_come_as_a_form_with_parts() {
    let bot = Bot::start(unhurried()).await;
    let anna = bot.anna();
    let parts: &[(&str, &[u8])] = &[
        ("name=\"chat_id\"", b"101"),
        ("name=\"text\"", "привет".as_bytes()),
    ];
    assert_eq!(upload(&bot, "sendMessage", parts).await.0, 200);
    assert_eq!(anna.messages()[0].content.text, "привет");
    let stray: &[(&str, &[u8])] = &[
        ("name=\"chat_id\"", b"101"),
        ("name=\"text\"", b"a"),
        ("name=\"x\"; filename=\"x\"", b"x"),
    ];
    assert_eq!(upload(&bot, "sendMessage", stray).await.0, 501);
    let request = bot
        .raw()
        .post(bot.method("sendMessage"))
        .header("content-type", "multipart/form-data; boundary=x");
    assert_eq!(
        request
            .body("no parts at all")
            .send()
            .await
            .unwrap()
            .status(),
        400
    );
    assert_eq!(Held::Zeros(7).size(), 7);
}
