//! What people see on their phones: who there is, and each chat as its person or its group has it.
//! Invariant: a look changes nothing, and shows what the apps would show, no more.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use axum::body::Body;
use serde_json::{Value, json};

use super::ids::{ChatId, MessageId, UpdateId};
use super::state::{Bot, Chat, Entry, Standing, State};
use super::{Telegram, download};

/// Messages of a chat that are shown.
const SHOWN: usize = 200;

/// A message of a person to the bot, for the account.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// What it says; empty for a file without a caption.
    pub(crate) text: String,
    /// Whether the bot has taken its update.
    pub(crate) taken: bool,
    /// Whether the bot has said anything in the chat since.
    pub(crate) answered: bool,
}

impl Telegram {
    /// Everybody, every group, and the bot.
    pub(crate) fn cast(&self) -> Value {
        let state = self.0.lock();
        let person = |chat: &Chat| {
            let profile = chat.profile.as_ref()?;
            let is_blocked = chat.standing == Standing::Blocked;
            Some(
                json!({ "id": profile.id, "first_name": profile.first_name, "known": chat.known, "blocked": is_blocked }),
            )
        };
        let people: Vec<Value> = state.chats.values().filter_map(person).collect();
        let groups = state.chats.iter().filter(|(_, chat)| chat.is_group());
        let groups: Vec<Value> = groups
            .map(|(id, chat)| json!({ "id": id, "title": chat.about["title"], "bot": chat.standing == Standing::Member, "members": chat.members }))
            .collect();
        let bot = state.bot.user();
        json!({
            "people": people,
            "groups": groups,
            "bot": { "name": bot["first_name"], "username": bot["username"], "commands": commands(&state, None) },
        })
    }

    /// A chat as it is seen; `None` if there is none such.
    pub(crate) fn chat_seen(&self, id: ChatId) -> Option<Value> {
        let state = self.0.lock();
        let chat = state.chats.get(&id)?;
        let skipped = chat.log.len().saturating_sub(SHOWN);
        let newest = chat.log.iter().skip(skipped);
        let messages: Vec<Value> = newest
            .map(|(number, entry)| chat.message_seen(&state.bot, *number, entry))
            .collect();
        let (title, kind) = match chat.is_group() {
            true => (chat.about["title"].clone(), "group"),
            false => (state.bot.user()["first_name"].clone(), "private"),
        };
        Some(json!({
            "id": id,
            "title": title,
            "kind": kind,
            "standing": standing(chat.standing),
            "keyboard": chat.keyboard(),
            "messages": messages,
            "toast": state.toast(id),
            "commands": commands(&state, Some(id)),
        }))
    }

    /// A number for each chat that changes with what is seen of it.
    pub(crate) fn prints(&self) -> BTreeMap<ChatId, u64> {
        let state = self.0.lock();
        let mut prints: BTreeMap<ChatId, u64> = state
            .chats
            .iter()
            .map(|(id, chat)| (*id, chat.print()))
            .collect();
        for query in state.queries.values() {
            if let (Some(print), Some(answer)) = (prints.get_mut(&query.chat), &query.answer) {
                *print = print.wrapping_add(answer.update_id.0.unsigned_abs().wrapping_mul(31));
            }
        }
        prints
    }

    /// What people have written to the bot in their own chats, oldest first in each.
    pub(crate) fn written(&self) -> Vec<Written> {
        let state = self.0.lock();
        let waiting = state.webhook.updates.waiting();
        let private = state.chats.values().filter(|chat| chat.profile.is_some());
        private
            .flat_map(|chat| {
                let last = chat.sent().map(|sent| sent.message_id).max();
                chat.log.iter().filter_map({
                    let waiting = &waiting;
                    move |(number, entry)| match entry {
                        Entry::Ours(_) => None,
                        Entry::Theirs(theirs) => {
                            let text = words(&theirs.message).to_owned();
                            // Where there are no words to be found again, a reaction is an answer.
                            let is_shown = text.is_empty() && chat.reactions.contains_key(number);
                            Some(Written {
                                answered: is_shown || last > Some(*number),
                                taken: !waiting.contains(&theirs.update_id),
                                text,
                            })
                        }
                    }
                })
            })
            .collect()
    }

    /// What the bot has said to people in their own chats, edited messages as they stand now.
    pub(crate) fn spoken(&self) -> Vec<String> {
        let state = self.0.lock();
        let private = state.chats.values().filter(|chat| chat.profile.is_some());
        private
            .flat_map(|chat| chat.sent().map(|sent| sent.content.text.clone()))
            .collect()
    }

    /// A file that somebody has sent: its name, the type under which it may be shown, and what it holds.
    pub(crate) fn file_seen(&self, file_id: &str) -> Option<(Option<String>, &'static str, Body)> {
        let state = self.0.lock();
        let stored = state.files.find(file_id)?;
        let body = download::whole(stored.held()?.clone()).into_body();
        Some((stored.name.clone(), stored.safe_mime(), body))
    }
}

impl Chat {
    fn is_group(&self) -> bool {
        self.about["type"] == "group" || self.about["type"] == "supergroup"
    }

    fn print(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (standing(self.standing), self.known).hash(&mut hasher);
        self.about["title"].as_str().hash(&mut hasher);
        for (number, entry) in &self.log {
            let edits = match entry {
                Entry::Theirs(theirs) => theirs.earlier.len(),
                Entry::Ours(sent) => sent.earlier.len(),
            };
            (number, edits).hash(&mut hasher);
        }
        self.reactions.hash(&mut hasher);
        self.people_react.hash(&mut hasher);
        hasher.finish()
    }

    /// The reply keyboard in force.
    fn keyboard(&self) -> Value {
        let markups = self
            .sent()
            .filter_map(|sent| sent.content.reply_markup.as_ref());
        let mut in_force = Value::Null;
        for markup in markups {
            if let Some(rows) = markup.get("keyboard") {
                in_force = json!({ "rows": labelled(rows), "one_time": markup["one_time_keyboard"] == true });
                if let Some(words) = markup.get("input_field_placeholder") {
                    in_force["placeholder"] = words.clone();
                }
            } else if markup["remove_keyboard"] == true {
                in_force = Value::Null;
            }
        }
        in_force
    }
}

impl State {
    /// The bot's last answer to a button that was pressed in a chat, if it shows anything.
    fn toast(&self, chat: ChatId) -> Value {
        let queries = self.queries.values().filter(|query| query.chat == chat);
        let answer = queries
            .filter_map(|query| query.answer.as_ref())
            .max_by_key(|answer| answer.update_id)
            .filter(|answer| !answer.text.is_empty());
        answer.map_or(Value::Null, |answer| {
            let UpdateId(number) = answer.update_id;
            json!({ "text": answer.text, "alert": answer.show_alert, "number": number })
        })
    }
}

/// The commands that a chat offers: its own, those of its kind, or those of all.
fn commands(state: &State, chat: Option<ChatId>) -> Value {
    let kind = match chat {
        Some(ChatId(id)) if id < 0 => "all_group_chats",
        Some(_) | None => "all_private_chats",
    };
    let own = |scope: &Value| {
        scope["type"] == "chat" && chat.is_some_and(|ChatId(id)| scope["chat_id"] == id)
    };
    let rank = |scope: &Value| match scope["type"].as_str() {
        _ if own(scope) => Some(0),
        Some(named) if named == kind => Some(1),
        Some("default") => Some(2),
        Some(_) | None => None,
    };
    let ranked = state.commands.iter().filter_map(|set| {
        let rank = rank(&set.scope)?;
        Some(((rank, set.language_code.len()), set))
    });
    let best = ranked.min_by_key(|(rank, _)| *rank);
    best.map_or_else(|| json!([]), |(_, set)| set.commands.clone())
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Member => "member",
        Standing::Blocked => "blocked",
        Standing::Deactivated => "deactivated",
        Standing::Outside => "outside",
        Standing::Removed => "removed",
        Standing::Upgraded(_) => "upgraded",
    }
}

/// Buttons, each as an object.
fn labelled(rows: &Value) -> Value {
    let button = |button: &Value| match button {
        Value::String(text) => json!({ "text": text }),
        other => {
            let mut seen = json!({ "text": other["text"] });
            if other["request_contact"] == true {
                seen["request_contact"] = json!(true);
            }
            if let Some(url) = other["web_app"]["url"].as_str() {
                seen["web_app"] = json!(url);
            }
            seen
        }
    };
    each_button(rows, button)
}

/// Rows of buttons, each as it is seen.
pub(super) fn each_button(rows: &Value, button: impl Fn(&Value) -> Value) -> Value {
    let rows = rows.as_array().into_iter().flatten();
    rows.map(|row| {
        let row = row.as_array().into_iter().flatten();
        row.map(&button).collect::<Value>()
    })
    .collect()
}

/// What a message says: its text, or what is said under its file.
pub(super) fn words(message: &Value) -> &str {
    let field = |name: &str| message.get(name).and_then(Value::as_str);
    field("text")
        .or_else(|| field("caption"))
        .unwrap_or_default()
}

/// How the message that another answers is shown above it.
pub(super) fn quoted(chat: &Chat, bot: &Bot, number: MessageId) -> Option<Value> {
    let message = chat.quoted(bot, number)?;
    Some(json!({ "id": number, "name": message["from"]["first_name"], "text": words(&message) }))
}
