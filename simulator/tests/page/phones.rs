//! Chats as people see them, and what people do in them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::support::{MARINA, Stage, stage};

const GROUP: i64 = -100_500;

#[tokio::test]
async fn a_chat_shows_both_sides_with_all_that_belongs_to_them() {
    let stage = stage().await;
    let write = |text: &str| stage.act("/telegram/people/101/write", json!({ "text": text }));
    write("Где договор?").await;
    stage
        .act(
            "/telegram/people/101/edit",
            json!({ "message_id": 1, "text": "Где мой договор?" }),
        )
        .await;
    let keyboard = json!({ "keyboard": [["Акции", { "text": "Телефон", "request_contact": true }]], "resize_keyboard": true, "input_field_placeholder": "Вопрос" });
    stage
        .say("Добрый день", json!({ "reply_markup": keyboard }))
        .await;
    let inline = json!({ "inline_keyboard": [[{ "text": "Да", "callback_data": "yes" }, { "text": "App", "web_app": { "url": "https://example.com/app" } }]] });
    let number = stage.say("<b>Нашли?</b>", json!({ "parse_mode": "HTML", "reply_markup": inline, "reply_parameters": { "message_id": 1 } })).await;
    stage.call("setMessageReaction", json!({ "chat_id": MARINA, "message_id": 1, "reaction": [{ "type": "emoji", "emoji": "👀" }] })).await.unwrap();
    stage
        .act(
            "/telegram/people/101/react",
            json!({ "message_id": number, "emoji": "👍" }),
        )
        .await;
    let chat = stage.marina().await;
    assert_eq!(
        (&chat["kind"], &chat["standing"]),
        (&json!("private"), &json!("member"))
    );
    let expected = json!({ "rows": [[{ "text": "Акции" }, { "text": "Телефон", "request_contact": true }]], "placeholder": "Вопрос", "one_time": false });
    assert_eq!(chat["keyboard"], expected);
    let mine = &chat["messages"][0];
    assert_eq!(
        (&mine["text"], &mine["edited"]),
        (&json!("Где мой договор?"), &json!(true))
    );
    assert_eq!(mine["earlier"], json!(["Где договор?"]));
    assert_eq!(
        mine["from"],
        json!({ "id": MARINA, "name": "Марина", "bot": false })
    );
    assert_eq!(mine["reactions"], json!(["👀"]));
    let theirs = &chat["messages"][2];
    assert_eq!(theirs["entities"][0]["type"], "bold");
    assert_eq!(
        theirs["reply_to"],
        json!({ "id": 1, "name": "Марина", "text": "Где мой договор?" })
    );
    assert_eq!(
        theirs["buttons"],
        json!([[{ "text": "Да", "data": "yes" }, { "text": "App", "web_app": "https://example.com/app" }]])
    );
    assert_eq!(theirs["reactions"], json!(["👍"]));
    assert_eq!(
        (&theirs["from"]["bot"], &theirs["media"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(stage.get("/api/chats/999").await.0, 404);
    let trail = stage.seen("/api/state").await["trail"].clone();
    let mut marks = trail.as_array().unwrap().iter();
    let is_read = |mark: &Value| mark["what"] == "send" && mark["text"] == "Нашли?";
    assert!(marks.any(is_read), "without its HTML: {trail}");
}

#[tokio::test]
async fn a_press_is_answered_by_a_toast() {
    let stage = stage().await;
    let inline = json!({ "inline_keyboard": [[{ "text": "Да", "callback_data": "yes" }]] });
    let number = stage.say("Нашли?", json!({ "reply_markup": inline })).await;
    let press = json!({ "message_id": number, "data": "yes" });
    let update = stage.act("/telegram/people/101/press", press).await["update_id"].clone();
    assert_eq!(stage.marina().await["toast"], Value::Null);
    let answer =
        json!({ "callback_query_id": update.to_string(), "text": "Спасибо", "show_alert": true });
    stage.call("answerCallbackQuery", answer).await.unwrap();
    let toast = stage.marina().await["toast"].clone();
    assert_eq!(
        toast,
        json!({ "text": "Спасибо", "alert": true, "number": update })
    );
}

#[tokio::test]
async fn files_are_shown_and_nothing_in_them_runs() {
    let stage = stage().await;
    let photo = |text: &str| json!({ "kind": "photo", "name": "p.png", "mime": "image/png", "base64": BASE64_STANDARD.encode(text) });
    stage
        .act(
            "/telegram/people/101/album",
            json!({ "files": [photo("один"), photo("два")] }),
        )
        .await;
    let page = json!({ "kind": "document", "name": "счёт 1.html", "mime": "text/html", "base64": BASE64_STANDARD.encode("<script>"), "caption": "Вот" });
    stage.act("/telegram/people/101/file", page).await;
    let messages = stage.marina().await["messages"].clone();
    assert_eq!(messages[0]["album"], messages[1]["album"]);
    assert!(messages[0]["album"].is_string());
    let media = &messages[1]["media"];
    assert_eq!(
        (&media["kind"], &media["size"]),
        (&json!("photo"), &json!("два".len()))
    );
    let fetch = async |media: &Value| {
        let url = format!("{}{}", stage.page.url(), media["url"].as_str().unwrap());
        stage.browser.get(url).send().await.unwrap()
    };
    let response = fetch(media).await;
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(response.text().await.unwrap(), "два");
    let media = &messages[2]["media"];
    assert_eq!(
        (&media["name"], &messages[2]["text"]),
        (&json!("счёт 1.html"), &json!("Вот"))
    );
    let response = fetch(media).await;
    let headers = response.headers();
    assert_eq!(headers["content-type"], "application/octet-stream");
    let disposition = headers["content-disposition"].to_str().unwrap();
    assert!(
        disposition.starts_with("attachment; filename*=UTF-8''%D1%81"),
        "{disposition}"
    );
    assert!(disposition.ends_with("%201.html"), "{disposition}");
    assert_eq!(stage.get("/api/files/nothing").await.0, 404);
}

/// Marina and Pyotr talk in a group.
async fn talk(stage: &Stage) {
    stage
        .act(
            "/telegram/people",
            json!({ "id": 102, "first_name": "Пётр" }),
        )
        .await;
    stage
        .act("/telegram/groups", json!({ "id": GROUP, "title": "Отдел" }))
        .await;
    let path = |act: &str| format!("/telegram/groups/{GROUP}/{act}");
    stage.act(&path("add"), json!({ "by": MARINA })).await;
    stage
        .act(
            &path("write"),
            json!({ "from": 102, "text": "Кто дежурит?" }),
        )
        .await;
    let first = stage.seen(&format!("/api/chats/{GROUP}")).await["messages"][1]["id"].clone();
    stage
        .act(
            &path("reply"),
            json!({ "from": MARINA, "message_id": first, "text": "Я" }),
        )
        .await;
    let edit = json!({ "from": MARINA, "message_id": first, "text": "Чужое" });
    assert_eq!(stage.post(&path("edit"), &edit).await.0, 404);
    stage
        .act(
            &path("edit"),
            json!({ "from": 102, "message_id": first, "text": "Кто сегодня дежурит?" }),
        )
        .await;
    stage
        .act(
            &path("contact"),
            json!({ "from": 102, "phone_number": "+79120000000" }),
        )
        .await;
    stage
        .act(
            &path("react"),
            json!({ "from": MARINA, "message_id": first, "emoji": "👌" }),
        )
        .await;
    let plan =
        json!({ "kind": "photo", "name": "p.jpg", "base64": BASE64_STANDARD.encode("план") });
    let mut answer = json!({ "from": 102, "files": [plan], "reply_to": 9_999 });
    assert_eq!(stage.post(&path("album"), &answer).await.0, 404);
    answer["reply_to"] = first;
    stage.act(&path("album"), answer).await;
}

#[tokio::test]
async fn a_group_is_a_chat_in_which_everybody_acts_under_his_name() {
    let stage = stage().await;
    talk(&stage).await;
    let chat = stage.seen(&format!("/api/chats/{GROUP}")).await;
    assert_eq!(
        (&chat["kind"], &chat["title"]),
        (&json!("group"), &json!("Отдел"))
    );
    let messages = &chat["messages"];
    assert_eq!(messages[0]["other"]["kind"], "new_chat_members");
    assert_eq!(messages[1]["text"], "Кто сегодня дежурит?");
    assert_eq!(messages[1]["reactions"], json!(["👌"]));
    assert_eq!(
        messages[2]["reply_to"]["text"], "Кто дежурит?",
        "as it was then"
    );
    assert_eq!(messages[3]["contact"]["phone_number"], "+79120000000");
    assert_eq!(messages[4]["reply_to"]["text"], "Кто сегодня дежурит?");
    assert_eq!(messages[4]["media"]["kind"], "photo");
    let state = stage.seen("/api/state").await;
    assert_eq!(
        state["groups"],
        json!([{ "id": GROUP, "title": "Отдел", "bot": true, "members": [MARINA, 102] }])
    );
}

#[tokio::test]
async fn a_web_app_opens_with_signed_launch_data() {
    let stage = stage().await;
    let seen = stage
        .seen("/api/launch?chat=101&url=https%3A%2F%2Fexample.com%2Fapp%3Fa%3D1")
        .await;
    let url = seen["url"].as_str().unwrap();
    let data = url
        .strip_prefix("https://example.com/app?a=1#tgWebAppData=")
        .unwrap();
    assert!(data.starts_with("auth_date%3D"), "{data}");
    assert!(data.contains("%2522id%2522%253A101"), "{data}");
    assert!(
        data.contains("%26hash%3D") && data.contains("&tgWebAppVersion="),
        "{data}"
    );
    assert_eq!(
        stage
            .get("/api/launch?chat=5&url=https%3A%2F%2Fx.example")
            .await
            .0,
        404
    );
    assert_eq!(
        stage
            .get("/api/launch?chat=101&url=javascript%3Aalert(1)")
            .await
            .0,
        400
    );
}
