//! The judges themselves: what is right passes, what is wrong is named with its place.
//! Invariant: each kind of fault that a judge knows is met here once.

use serde_json::{Value, json};

use crate::support::{bot_api, discovery, fixture, none};

fn lines(path: std::path::PathBuf) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("it can be read");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

#[test]
fn updates_out_of_the_wild_are_judged_as_others_judge_them() {
    let (Some(api), Some(updates)) = (bot_api(), fixture("updates.jsonl")) else {
        return;
    };
    let (mut right, mut wrong) = (0, 0);
    for line in lines(updates) {
        let violations = api.update(&line["update"]);
        // The others look at types alone, not at closed lists of words.
        let of_types = violations
            .iter()
            .filter(|violation| !violation.what.contains(" is none of "));
        let words: Vec<String> = of_types.map(ToString::to_string).collect();
        match line["spec_ok"].as_bool() {
            Some(true) => {
                right += 1;
                assert!(words.is_empty(), "{}\n{}", words.join("\n"), line["update"]);
            }
            Some(false) => {
                wrong += 1;
                assert!(!words.is_empty(), "{}", line["update"]);
            }
            None => panic!("a line says whether it keeps to the description: {line}"),
        }
    }
    println!("{right} right ones, {wrong} wrong ones");
    assert!(right > 100);
}

#[test]
fn recorded_refusals_have_the_shape_of_refusals() {
    let (Some(api), Some(refusals)) = (bot_api(), fixture("telegram_errors.jsonl")) else {
        return;
    };
    for line in lines(refusals) {
        let body = &line["response"];
        let code = body["error_code"]
            .as_u64()
            .and_then(|code| u16::try_from(code).ok());
        none(&api.answer("sendMessage", code.expect("a code"), body));
    }
}

#[test]
fn what_is_wrong_for_telegram_is_named() {
    let Some(api) = bot_api() else { return };
    let button = |button: Value| json!({"chat_id": 1, "text": "a", "reply_markup": {"inline_keyboard": [[button]]}});
    for (params, words) in [
        (json!({"chat_id": 1}), "sendMessage: \"text\" is missing"),
        (
            json!({"chat_id": 1.5, "text": "a"}),
            "sendMessage.chat_id: expected Integer, found 1.5",
        ),
        (
            json!({"chat_id": 1, "text": 2}),
            "sendMessage.text: expected String, found 2",
        ),
        (
            json!({"chat_id": 1, "text": "a", "mode": 2}),
            "sendMessage: unknown field \"mode\"",
        ),
        (
            button(json!({"text": "a", "callback_date": "b"})),
            "sendMessage.reply_markup.inline_keyboard[0][0]: unknown field \"callback_date\"",
        ),
        (
            button(json!({"text": "a", "style": "red"})),
            "sendMessage.reply_markup.inline_keyboard[0][0].style: \"red\" is none of [\"danger\", \"success\", \"primary\"]",
        ),
    ] {
        let found = api.request("sendMessage", &params, false);
        assert_eq!(
            found.iter().map(ToString::to_string).collect::<Vec<_>>(),
            [words]
        );
    }
    let text = json!({"chat_id": "1", "text": "2", "reply_markup": "{\"force_reply\":1}", "disable_notification": "yes"});
    assert_eq!(api.request("sendMessage", &text, true).len(), 2);
    assert_eq!(
        api.request(
            "getUpdates",
            &json!({"allowed_updates": ["message", "post"]}),
            false
        )
        .len(),
        1
    );
    assert_eq!(api.request("sendPigeon", &json!({}), false).len(), 1);
    none(&api.request(
        "sendMessage",
        &button(json!({"text": "a", "callback_data": "b"})),
        false,
    ));
    none(&api.request(
        "sendPhoto",
        &json!({"chat_id": "@a", "photo": "attach://photo"}),
        true,
    ));
    for (status, body) in [
        (200, json!({"ok": true, "result": 1})),
        (
            200,
            json!({"ok": false, "error_code": 200, "description": "?"}),
        ),
        (
            400,
            json!({"ok": false, "error_code": 401, "description": "Unauthorized"}),
        ),
        (
            429,
            json!({"ok": false, "error_code": 429, "description": "?", "parameters": {"retry_after": "1"}}),
        ),
        (200, json!({"ok": true, "result": true, "extra": 1})),
    ] {
        assert_eq!(
            api.answer("deleteWebhook", status, &body).len(),
            1,
            "{body}"
        );
    }
    let update = json!({"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "secret"}}});
    let found = api.update(&update);
    assert_eq!(found.len(), 1);
    assert!(found[0].at.ends_with(".message.chat.type"), "{}", found[0]);
}

#[test]
fn what_is_wrong_for_sheets_is_named() {
    let Some(discovery) = discovery() else { return };
    let query = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    for (query, words) in [
        (
            query("includeGridData", "yes"),
            "?includeGridData: expected boolean, found \"yes\"",
        ),
        (query("range", "A1"), "?range: there is no such parameter"),
        (
            query("fields", "sheets.dota"),
            "?fields: Sheet has no field \"dota\"",
        ),
        (
            query("fields", "sheets("),
            "?fields: Request contains an invalid fields mask: sheets(",
        ),
    ] {
        let found = discovery.request("spreadsheets.get", &query, &Value::Null);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, [format!("spreadsheets.get{words}")]);
    }
    let body = |request: Value| json!({"requests": [request]});
    let cells = |value: Value, fields: &str| {
        body(json!({"updateCells": {
            "start": {"sheetId": 1, "rowIndex": 0}, "fields": fields,
            "rows": [{"values": [{"userEnteredValue": value}]}],
        }}))
    };
    let write = |body: &Value| discovery.request("spreadsheets.batchUpdate", &[], body);
    none(&write(&cells(
        json!({"stringValue": "a"}),
        "userEnteredValue,note",
    )));
    for body in [
        body(json!({})),
        body(json!({"updateCell": {}})),
        cells(json!({"stringValue": 1}), "userEnteredValue"),
        cells(
            json!({"stringValue": "a", "numberValue": 1}),
            "userEnteredValue",
        ),
        cells(json!({"stringValue": "a"}), "userEntered"),
        body(json!({"deleteSheet": {"sheetId": 3_000_000_000_u64}})),
        body(json!({"appendDimension": {"dimension": "ROW"}})),
        json!([]),
    ] {
        assert_eq!(write(&body).len(), 1, "{body}");
    }
    let refusal = |code: u16, status: &str| json!({"error": {"code": code, "status": status, "message": "?"}});
    none(&discovery.answer("spreadsheets.get", 404, &refusal(404, "NOT_FOUND")));
    for wrong in [refusal(400, "NOT_FOUND"), refusal(404, "GONE")] {
        assert!(!discovery.answer("spreadsheets.get", 404, &wrong).is_empty());
    }
    assert_eq!(
        discovery
            .request("spreadsheets.values.find", &[], &Value::Null)
            .len(),
        1
    );
}
