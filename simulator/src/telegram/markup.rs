//! Keyboards under a message: checked as the server checks them.
//! Invariant: a markup that passes can be shown, and each inline button of it does exactly one thing.

use serde_json::Value;

use super::params::Params;
use super::refusal::Refusal;

/// The longest `callback_data`, in bytes (Bot API, `InlineKeyboardButton`).
const CALLBACK_DATA_BYTES: usize = 64;

/// What an inline button may do; exactly one of them must stand in it.
const INLINE_ACTIONS: [&str; 10] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];

/// The markup of a call, if it carries one.
///
/// # Errors
/// The server's refusals of keyboards that it can't show.
pub(super) fn read(params: &Params) -> Result<Option<Value>, Refusal> {
    let Some(markup) = params.structure("reply_markup")? else {
        return Ok(None);
    };
    if !markup.is_object() {
        return Err(Refusal::ReplyMarkup);
    }
    if let Some(rows) = markup.get("inline_keyboard") {
        each_button(rows, inline_button)?;
        let mut rows = rows.as_array().into_iter().flatten();
        if rows.all(|row| row.as_array().is_some_and(Vec::is_empty)) {
            // The server takes a keyboard without buttons for none.
            return Ok(None);
        }
    } else if let Some(rows) = markup.get("keyboard") {
        each_button(rows, reply_button)?;
    } else if !is_true(&markup, "remove_keyboard") && !is_true(&markup, "force_reply") {
        return Err(Refusal::ReplyMarkup);
    }
    Ok(Some(markup))
}

/// Whether the markup belongs to the message itself and not to the input field.
pub(super) fn is_inline(markup: &Value) -> bool {
    markup.get("inline_keyboard").is_some()
}

/// Whether a button with this `callback_data` stands in the markup.
pub(super) fn offers(markup: &Value, data: &str) -> bool {
    let rows = markup.get("inline_keyboard").and_then(Value::as_array);
    rows.into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
        .any(|button| button.get("callback_data").and_then(Value::as_str) == Some(data))
}

fn each_button(rows: &Value, check: impl Fn(&Value) -> Result<(), Refusal>) -> Result<(), Refusal> {
    let rows = rows
        .as_array()
        .ok_or_else(|| keyboard("field must be an Array of Arrays"))?;
    for row in rows {
        let row = row
            .as_array()
            .ok_or_else(|| keyboard("field must be an Array of Arrays"))?;
        row.iter().try_for_each(&check)?;
    }
    Ok(())
}

fn inline_button(button: &Value) -> Result<(), Refusal> {
    labelled(button)?;
    let actions: Vec<&str> = INLINE_ACTIONS
        .into_iter()
        .filter(|action| button.get(action).is_some_and(|value| !value.is_null()))
        .collect();
    match actions.as_slice() {
        [] => Err(Refusal::TextButton),
        ["callback_data"] => match button["callback_data"].as_str() {
            Some(data) if (1..=CALLBACK_DATA_BYTES).contains(&data.len()) => Ok(()),
            Some(_) | None => Err(Refusal::ButtonData),
        },
        ["url"] => match button["url"].as_str() {
            Some(url) if reqwest::Url::parse(url).is_ok() => Ok(()),
            Some(_) | None => Err(Refusal::ButtonUrl),
        },
        [_] => Ok(()),
        [..] => Err(Refusal::Malformed(
            "can't parse inline keyboard button: exactly one action is allowed".into(),
        )),
    }
}

fn reply_button(button: &Value) -> Result<(), Refusal> {
    match button {
        Value::String(text) if !text.is_empty() => Ok(()),
        other => labelled(other),
    }
}

fn labelled(button: &Value) -> Result<(), Refusal> {
    match button.get("text").and_then(Value::as_str) {
        Some(text) if !text.is_empty() => Ok(()),
        Some(_) | None => Err(keyboard("button must have a non-empty text")),
    }
}

fn is_true(markup: &Value, field: &str) -> bool {
    markup.get(field).and_then(Value::as_bool) == Some(true)
}

fn keyboard(what: &str) -> Refusal {
    Refusal::Malformed(format!(
        "can't parse reply keyboard markup JSON object: {what}"
    ))
}
