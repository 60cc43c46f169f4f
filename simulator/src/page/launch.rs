//! `GET /api/launch`: the address under which Telegram would open a web app for somebody, with signed launch data.
//! Invariant: the signature is the one of Telegram's documentation ("Validating data received via the Mini App"), by the bot's token.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::server::Shared;
use crate::clock::Moment;
use crate::telegram::{ChatId, Profile};

/// The Bot API's version that the launch data follow.
const VERSION: &str = "9.1";

pub(super) async fn launch(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let telegram = &shared.options.telegram;
    let query: Vec<(String, String)> =
        form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let field = |name: &str| {
        let mut fields = query.iter();
        fields
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    };
    let (Some(chat), Some(url)) = (field("chat"), field("url")) else {
        return refused(StatusCode::BAD_REQUEST, "chat and url are wanted");
    };
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return refused(
            StatusCode::BAD_REQUEST,
            "a web app has an address that begins with https://",
        );
    }
    let chat = chat.parse().map(ChatId);
    let person = telegram
        .people()
        .into_iter()
        .find(|person| Ok(person.id()) == chat);
    let Some(person) = person else {
        return refused(StatusCode::NOT_FOUND, "nobody here has this chat");
    };
    let data = init_data(person.profile(), telegram.token(), Moment::now().unix());
    let gap = if url.contains('#') { '&' } else { '#' };
    let url = format!(
        "{url}{gap}tgWebAppData={}&tgWebAppVersion={VERSION}&tgWebAppPlatform=web&tgWebAppThemeParams=%7B%7D",
        encoded(&data)
    );
    Json(json!({ "url": url })).into_response()
}

/// `initData`: who opens the app, since when, and the proof.
fn init_data(person: &Profile, token: &str, at: i64) -> String {
    let mut user = json!({ "id": person.id, "first_name": person.first_name });
    if let Some(username) = &person.username {
        user["username"] = json!(username);
    }
    user["language_code"] = json!(person.language_code.as_deref().unwrap_or("ru"));
    user["allows_write_to_pm"] = json!(true);
    let fields = [("auth_date", at.to_string()), ("user", user.to_string())];
    signed(&fields, token)
}

/// The fields, which stand in the order of their names, and their hash.
fn signed(fields: &[(&str, String)], token: &str) -> String {
    let lines: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let secret = hmac(b"WebAppData", token.as_bytes());
    let hash = hmac(&secret, lines.join("\n").as_bytes());
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let pairs = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encoded(value)));
    pairs
        .chain([format!("hash={hash}")])
        .collect::<Vec<_>>()
        .join("&")
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// As `encodeURIComponent` does it.
pub(super) fn encoded(text: &str) -> String {
    let form: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    form.replace('+', "%20")
}

fn refused(status: StatusCode, words: &str) -> Response {
    (status, Json(json!({ "error": words }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vector of the init-data-golang library (MIT).
    #[test]
    fn the_signature_is_telegrams() {
        let user = r#"{"id":279058397,"first_name":"Vladislav","last_name":"Kibenko","username":"vdkfrost","language_code":"ru","is_premium":true}"#;
        let fields = [
            ("auth_date", "1662771648".to_owned()),
            ("query_id", "AAHdF6IQAAAAAN0XohDhrOrc".to_owned()),
            ("user", user.to_owned()),
        ];
        let data = signed(&fields, "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8");
        assert!(
            data.ends_with(
                "&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
            ),
            "{data}"
        );
    }
}
