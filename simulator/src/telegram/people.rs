//! What people do, as updates: they write, share contacts, press buttons, block the bot.
//! Invariant: whatever a person does makes the chat known to the bot before the update is queued.

use serde_json::{Map, Value, json};

use super::ids::{ChatId, MessageId, Profile, UpdateId};
use super::markup;
use super::state::{Chat, Entry, Query, Standing, State};
use crate::clock::Moment;

/// Why a person can't do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// The message isn't the bot's, or no button of it carries the data.
    #[error("message {message} has no button with the data {data:?}")]
    NoSuchButton {
        /// The message named.
        message: MessageId,
        /// The data looked for.
        data: String,
    },
    /// A raw update has to be an object with at least one part that is an object.
    #[error("an update is a JSON object with one part, such as \"message\"")]
    NotAnUpdate,
}

impl State {
    /// A message of any kind: `part` is merged into the envelope.
    /// As in the apps, somebody who has blocked the bot unblocks it in order to write.
    pub(super) fn write(&mut self, from: &Profile, part: Map<String, Value>, now: Moment) -> UpdateId {
        self.unblock(from, now);
        let message_id = self.number_message();
        let chat = self.chat_with(from);
        chat.known = true;
        chat.log.insert(message_id, Entry::Theirs);
        let mut message = json!({
            "message_id": message_id,
            "from": from.user(),
            "chat": chat.about,
            "date": now.unix(),
        });
        for (name, value) in part {
            message[name] = value;
        }
        self.queue("message", message, Some(from.id))
    }

    /// The person presses the inline button of `message` that carries `data`.
    pub(super) fn press(&mut self, from: &Profile, message: MessageId, data: &str, now: Moment) -> Result<UpdateId, ActError> {
        let missing = || ActError::NoSuchButton {
            message,
            data: data.to_owned(),
        };
        let chat = self.chats.get(&from.id).ok_or_else(missing)?;
        let pressed = chat
            .sent()
            .find(|sent| sent.message_id == message)
            .filter(|sent| {
                let markup = sent.content.reply_markup.as_ref();
                markup.is_some_and(|markup| markup::offers(markup, data))
            })
            .ok_or_else(missing)?;
        let update_id = self.next_update;
        let id = update_id.0.to_string();
        let body = json!({
            "id": id,
            "from": from.user(),
            "message": chat.message(&self.bot, pressed, None),
            "chat_instance": format!("-{}", from.id),
            "data": data,
        });
        self.queries.insert(
            id,
            Query {
                from: from.id,
                update_id,
                pressed: now.steady,
                answer: None,
            },
        );
        Ok(self.queue("callback_query", body, Some(from.id)))
    }

    /// The person blocks the bot; `None` if that was so before.
    pub(super) fn block(&mut self, from: &Profile, now: Moment) -> Option<UpdateId> {
        self.stand(from, Standing::Member, Standing::Blocked, now)
    }

    /// The person unblocks the bot; `None` if it was not blocked.
    pub(super) fn unblock(&mut self, from: &Profile, now: Moment) -> Option<UpdateId> {
        self.stand(from, Standing::Blocked, Standing::Member, now)
    }

    /// Any update as it stands; it is given a number if it has none, so that a test
    /// may also repeat one.
    pub(super) fn raw(&mut self, mut update: Value) -> Result<UpdateId, ActError> {
        let fields = update.as_object_mut().ok_or(ActError::NotAnUpdate)?;
        let (kind, body) = fields
            .iter()
            .find(|(_, value)| value.is_object())
            .map(|(kind, body)| (kind.clone(), body.clone()))
            .ok_or(ActError::NotAnUpdate)?;
        let update_id = match fields.get("update_id").and_then(Value::as_i64) {
            Some(number) => UpdateId(number),
            None => self.number_update(),
        };
        fields.insert("update_id".into(), json!(update_id));
        let chat = chat_of(&body);
        if let Some((id, about)) = &chat {
            let chat = self.chats.entry(*id).or_insert_with(|| Chat::new(about.clone(), None));
            chat.known = true;
        }
        self.webhook.updates.queue(update_id, &kind, &update, chat.map(|(id, _)| id));
        Ok(update_id)
    }

    fn stand(&mut self, from: &Profile, old: Standing, new: Standing, now: Moment) -> Option<UpdateId> {
        let bot = self.bot.user();
        let chat = self.chat_with(from);
        if chat.standing != old {
            return None;
        }
        chat.standing = new;
        chat.known = true;
        let body = json!({
            "chat": chat.about,
            "from": from.user(),
            "date": now.unix(),
            "old_chat_member": member(old, &bot),
            "new_chat_member": member(new, &bot),
        });
        Some(self.queue("my_chat_member", body, Some(from.id)))
    }

    fn queue(&mut self, kind: &str, body: Value, chat: Option<ChatId>) -> UpdateId {
        let update_id = self.number_update();
        let mut update = json!({ "update_id": update_id });
        update[kind] = body;
        self.webhook.updates.queue(update_id, kind, &update, chat);
        update_id
    }
}

/// The message part of a text; a leading command gets its entity, as in the apps.
pub(super) fn text_part(text: &str) -> Map<String, Value> {
    let mut part = Map::new();
    part.insert("text".into(), json!(text));
    if text.starts_with('/') {
        let command = text.split_whitespace().next().unwrap_or_default();
        let length = command.encode_utf16().count();
        part.insert("entities".into(), json!([{ "type": "bot_command", "offset": 0, "length": length }]));
    }
    part
}

/// The message part of a shared contact.
pub(super) fn contact_part(phone_number: &str, first_name: &str, owner: Option<ChatId>) -> Map<String, Value> {
    let mut contact = json!({ "phone_number": phone_number, "first_name": first_name });
    if let Some(owner) = owner {
        contact["user_id"] = json!(owner);
    }
    let mut part = Map::new();
    part.insert("contact".into(), contact);
    part
}

/// The bot's `ChatMember` object in a private chat.
fn member(standing: Standing, bot: &Value) -> Value {
    match standing {
        Standing::Blocked => json!({ "user": bot, "status": "kicked", "until_date": 0 }),
        Standing::Member | Standing::Deactivated => json!({ "user": bot, "status": "member" }),
    }
}

/// The chat that an update part belongs to: its own, or that of the message in it.
fn chat_of(body: &Value) -> Option<(ChatId, Value)> {
    let chat = body
        .get("chat")
        .or_else(|| body.get("message").and_then(|message| message.get("chat")))?;
    let id = chat.get("id").and_then(Value::as_i64)?;
    Some((ChatId(id), chat.clone()))
}
