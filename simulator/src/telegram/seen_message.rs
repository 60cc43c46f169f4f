//! One message as people see it: a bubble with its words, its file, its buttons and its reactions.
//! Invariant: the bot's messages and those of people have the same fields.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::ids::MessageId;
use super::marks;
use super::seen::{each_button, quoted, words};
use super::sent::{Content, SentFile, SentMessage};
use super::state::{Bot, Chat, Entry, Theirs};

/// Parts of a message that are neither words nor files.
const OTHERS: [&str; 5] = ["venue", "location", "poll", "new_chat_members", "dice"];

impl Chat {
    /// A message of the log.
    pub(super) fn message_seen(&self, bot: &Bot, number: MessageId, entry: &Entry) -> Value {
        let mut seen = match entry {
            Entry::Ours(sent) => self.ours(bot, sent),
            Entry::Theirs(theirs) => theirs.seen(),
        };
        seen["id"] = json!(number);
        let people = self.people_react.get(&number);
        let people = people.into_iter().flat_map(|by| by.values());
        let bots = self.reactions.get(&number).into_iter().flatten();
        seen["reactions"] = bots.chain(people).cloned().collect::<Vec<_>>().into();
        seen
    }

    fn ours(&self, bot: &Bot, sent: &SentMessage) -> Value {
        let Content {
            text,
            entities,
            reply_markup,
            media,
            ..
        } = &sent.content;
        let me = bot.user();
        let earlier = sent.earlier.iter().map(|content| &content.text);
        json!({
            "from": { "id": me["id"], "name": me["first_name"], "bot": true },
            "at": sent.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "text": text,
            "entities": entities,
            "reply_to": sent.reply_to.and_then(|number| quoted(self, bot, number)),
            "edited": !sent.earlier.is_empty(),
            "earlier": earlier.filter(|earlier| *earlier != text).collect::<Vec<_>>(),
            "media": media.as_ref().map(sent_file),
            "album": null,
            "contact": null,
            "other": null,
            "buttons": reply_markup.as_ref().map(buttons).unwrap_or_else(|| json!([])),
        })
    }
}

impl Theirs {
    fn seen(&self) -> Value {
        let message = &self.message;
        let from = &message["from"];
        let date = message["date"].as_i64().unwrap_or_default();
        let entities = ["entities", "caption_entities"].map(|name| message.get(name));
        let entities = entities.into_iter().flatten().next().cloned();
        let answered = message.get("reply_to_message").map(|answered| {
            json!({ "id": answered["message_id"], "name": answered["from"]["first_name"], "text": words(answered) })
        });
        json!({
            "from": { "id": from["id"], "name": from["first_name"], "bot": from["is_bot"] == true },
            "at": Timestamp::from_second(date).unwrap_or_default(),
            "text": words(message),
            "entities": entities.unwrap_or_else(|| json!([])),
            "reply_to": answered,
            "edited": message.get("edit_date").is_some(),
            "earlier": self.earlier,
            "media": media(message),
            "album": message.get("media_group_id"),
            "contact": message.get("contact").map(|contact| {
                json!({ "phone_number": contact["phone_number"], "first_name": contact["first_name"] })
            }),
            "other": other(message),
            "buttons": [],
        })
    }
}

/// The file of a person's message; of a photo its largest size.
fn media(message: &Value) -> Option<Value> {
    let kind = marks::file_kind(message)?;
    let about = &message[kind.field()];
    let about = about
        .as_array()
        .and_then(|sizes| sizes.last())
        .unwrap_or(about);
    Some(json!({
        "kind": kind.field(),
        "name": about.get("file_name"),
        "mime": about.get("mime_type"),
        "size": about.get("file_size"),
        "url": about["file_id"].as_str().map(address),
    }))
}

fn sent_file(file: &SentFile) -> Value {
    json!({
        "kind": file.kind.field(),
        "name": file.name,
        "mime": file.mime,
        "size": file.size,
        "url": file.bytes.is_some().then(|| address(&file.file_id)),
    })
}

fn address(file_id: &str) -> String {
    format!("/api/files/{file_id}")
}

fn other(message: &Value) -> Option<Value> {
    let part = |kind| Some((kind, message.get(kind)?));
    let (kind, about) = OTHERS.into_iter().find_map(part)?;
    let text = match kind {
        "venue" => about["title"].as_str().unwrap_or_default().to_owned(),
        "location" => format!("{}, {}", about["latitude"], about["longitude"]),
        "poll" => about["question"].as_str().unwrap_or_default().to_owned(),
        "new_chat_members" => {
            let names = about.as_array().into_iter().flatten();
            let names = names.filter_map(|member| member["first_name"].as_str());
            names.collect::<Vec<_>>().join(", ")
        }
        _ => String::new(),
    };
    Some(json!({ "kind": kind, "text": text }))
}

/// The buttons under a message of the bot.
fn buttons(markup: &Value) -> Value {
    let button = |button: &Value| {
        let mut seen = Map::new();
        seen.insert("text".into(), button["text"].clone());
        let parts = [
            ("data", &button["callback_data"]),
            ("url", &button["url"]),
            ("web_app", &button["web_app"]["url"]),
        ];
        for (name, value) in parts.into_iter().filter(|(_, value)| !value.is_null()) {
            seen.insert(name.into(), value.clone());
        }
        Value::Object(seen)
    };
    each_button(&markup["inline_keyboard"], button)
}
