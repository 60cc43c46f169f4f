//! The words of a message as a sheet can hold them: the address of a linked word behind it, and what is in kinds that we don't serve.
//!
//! Invariant: no word is lost to an entity or a field that cannot be read.

use serde::Deserialize;
use serde_json::{Map, Value};

/// The fields that hold people's words, in the order in which they are read; whatever kind of content Telegram adds.
const WORDS: [&str; 6] = [
    "title",
    "question",
    "caption",
    "text",
    "description",
    "prize_description",
];

/// The fields beside a text that hold its entities.
const ENTITIES: [&str; 3] = ["entities", "text_entities", "caption_entities"];

/// What is no part of the content: who, where, and pictures with their descriptions.
const NOT_CONTENT: [&str; 8] = [
    "chat",
    "from",
    "photo",
    "sender",
    "sticker",
    "thumbnail",
    "user",
    "users",
];

/// The part of `MessageEntity` that tells where a word leads; offset and length count UTF-16 code units (Bot API).
#[derive(Deserialize)]
struct Entity {
    #[serde(rename = "type")]
    kind: String,
    offset: usize,
    length: usize,
    url: Option<String>,
}

/// A text in which each linked word has its address in brackets behind it.
pub(super) fn with_addresses(text: &str, entities: Option<&Value>) -> String {
    let all = entities.and_then(Value::as_array).into_iter().flatten();
    let mut links: Vec<_> = all.filter_map(|entity| link(text, entity)).collect();
    links.sort();
    // Telegram cuts a link in pieces where the look of its letters changes.
    let pieces = links.clone();
    links.retain(|(_, end, url)| {
        !pieces
            .iter()
            .any(|(start, _, other)| start == end && other == url)
    });
    let (mut whole, mut done) = (String::with_capacity(text.len()), 0);
    for (start, end, url) in links.into_iter().filter(|(start, end, _)| start < end) {
        let word = text[start..end].trim();
        // The address goes before the white space that the link covers.
        let end = start + text[start..end].trim_end().len();
        if end < done || says(word, &url) {
            continue;
        }
        whole.push_str(&text[done..end]);
        whole.push_str(&format!(" ({url})"));
        done = end;
    }
    whole + &text[done..]
}

/// Where a linked word begins and ends, in bytes, and where it leads.
fn link(text: &str, entity: &Value) -> Option<(usize, usize, String)> {
    let entity = Entity::deserialize(entity).ok()?;
    let url = entity
        .url
        .filter(|url| entity.kind == "text_link" && !url.trim().is_empty())?;
    let start = byte_at(text, entity.offset);
    let end = byte_at(text, entity.offset.saturating_add(entity.length));
    Some((start, end, url))
}

/// The byte before which so many UTF-16 code units stand; the end of a text that has fewer.
fn byte_at(text: &str, units: usize) -> usize {
    let mut before = 0;
    let found = text.char_indices().find(|(_, c)| {
        before += c.len_utf16();
        before > units
    });
    found.map_or(text.len(), |(at, _)| at)
}

/// Whether the words of a link are its address already.
fn says(word: &str, url: &str) -> bool {
    let bare = |text: &str| {
        let text = text
            .strip_prefix("https://")
            .or_else(|| text.strip_prefix("http://"))
            .unwrap_or(text);
        text.trim_end_matches('/').to_lowercase()
    };
    bare(word) == bare(url)
}

/// All words in a kind of content that we don't know, a line each.
pub(super) fn of_content(content: &Value) -> Vec<String> {
    let mut found = Vec::new();
    gather(content, &mut found);
    found
}

fn gather(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => gather_fields(fields, found),
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn gather_fields(fields: &Map<String, Value>, found: &mut Vec<String>) {
    let entities = ENTITIES.iter().find_map(|name| fields.get(*name));
    for text in WORDS.iter().filter_map(|name| fields.get(*name)?.as_str()) {
        if !text.trim().is_empty() {
            found.push(with_addresses(text, entities));
        }
    }
    let inner = fields
        .iter()
        .filter(|(name, _)| !NOT_CONTENT.contains(&name.as_str()));
    inner.for_each(|(_, value)| gather(value, found));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_address_of_a_linked_word_stands_behind_it() {
        let link = |offset: usize, length: usize, url: &str| json!({"type": "text_link", "offset": offset, "length": length, "url": url});
        for (text, entities, whole) in [
            (
                "Прайс здесь.",
                json!([link(6, 5, "https://a.example/p")]),
                "Прайс здесь (https://a.example/p).",
            ),
            // Offsets count UTF-16 code units: the emoji are two each.
            (
                "😀😀 тут и там",
                json!([
                    link(5, 3, "https://a.example"),
                    link(11, 3, "https://b.example")
                ]),
                "😀😀 тут (https://a.example) и там (https://b.example)",
            ),
            (
                "а тут ",
                json!([link(2, 4, "https://a.example")]),
                "а тут (https://a.example) ",
            ),
            (
                "здесь",
                json!([
                    link(0, 2, "https://a.example"),
                    link(2, 3, "https://a.example")
                ]),
                "здесь (https://a.example)",
            ),
            (
                "a.example/",
                json!([link(0, 10, "https://A.example")]),
                "a.example/",
            ),
            (
                "тут",
                json!([link(0, 99, "https://a.example")]),
                "тут (https://a.example)",
            ),
            (
                "тут",
                json!([
                    link(99, 1, "https://a.example"),
                    link(1, 0, "https://a.example")
                ]),
                "тут",
            ),
            (
                "😀!",
                json!([link(1, 1, "https://a.example")]),
                "😀 (https://a.example)!",
            ),
            (
                "тут",
                json!([{"type": "bold", "offset": 0, "length": 3}, {"type": "text_link"}, 5]),
                "тут",
            ),
            ("тут", json!("?"), "тут"),
        ] {
            assert_eq!(with_addresses(text, Some(&entities)), whole, "{entities}");
        }
        assert_eq!(with_addresses("тут", None), "тут");
    }

    #[test]
    fn words_are_found_in_whatever_is_new() {
        let checklist = json!({"title": "Заказ", "tasks": [
            {"id": 1, "text": "Лампы", "text_entities": [{"type": "text_link", "offset": 0, "length": 5, "url": "https://a.example"}]},
            {"id": 2, "text": "Провод", "completed_by_user": {"id": 1, "first_name": "Анна"}},
        ]});
        assert_eq!(
            of_content(&checklist),
            ["Заказ", "Лампы (https://a.example)", "Провод"]
        );
        let gift = json!({"gift": {"id": "1", "sticker": {"emoji": "🎁", "title": "нет"}}, "text": "Спасибо за работу"});
        assert_eq!(of_content(&gift), ["Спасибо за работу"]);
        assert!(
            of_content(&json!({"emoji": "🎲", "value": 3, "chat": {"title": "Канал"}})).is_empty()
        );
    }
}
