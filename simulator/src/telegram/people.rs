//! What people do, as updates: they write, share contacts, press buttons, block the bot.
//! Invariant: whatever a person does makes the chat known to the bot before the update is queued.

use serde_json::{Map, Value, json};

use super::ids::{ChatId, MessageId, Profile, UpdateId};
use super::marks;
use super::markup;
use super::parts;
use super::seen;
use super::state::{Chat, Entry, Query, Standing, State, Theirs};
use super::topics;
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
    /// The chat has no such message, or it is not one that the person may change.
    #[error("there is no message {0} to answer or to edit")]
    NoSuchMessage(MessageId),
    /// A raw update has to be an object with at least one part that is an object.
    #[error("an update is a JSON object with one part, such as \"message\"")]
    NotAnUpdate,
}

impl State {
    /// A message of any kind in the private chat: `part` is merged into the envelope.
    /// As in the apps, somebody who has blocked the bot unblocks it in order to write.
    pub(super) fn write(
        &mut self,
        from: &Profile,
        part: Map<String, Value>,
        now: Moment,
    ) -> UpdateId {
        self.unblock(from, now);
        self.chat_with(from).known = true;
        self.post(from.id, from, part, now)
    }

    /// A message of any kind in any chat.
    pub(super) fn post(
        &mut self,
        to: ChatId,
        from: &Profile,
        part: Map<String, Value>,
        now: Moment,
    ) -> UpdateId {
        let message_id = self.number_message();
        let chat = self
            .chats
            .entry(to)
            .or_insert_with(|| Chat::new(from.chat(), None));
        if to != from.id {
            chat.members.insert(from.id);
        }
        let mut message = json!({
            "message_id": message_id,
            "from": from.user(),
            "chat": chat.about,
            "date": now.unix(),
        });
        for (name, value) in part {
            message[name] = value;
        }
        let update_id = self.queue("message", message.clone(), Some(to));
        let theirs = Theirs {
            update_id,
            message,
            earlier: Vec::new(),
        };
        self.log(to, message_id, Entry::Theirs(theirs));
        update_id
    }

    /// A message that answers another one in the same chat.
    pub(super) fn reply(
        &mut self,
        chat: ChatId,
        from: &Profile,
        to: MessageId,
        mut part: Map<String, Value>,
        now: Moment,
    ) -> Result<UpdateId, ActError> {
        let quoted = self
            .chats
            .get(&chat)
            .and_then(|chat| chat.quoted(&self.bot, to));
        part.insert(
            "reply_to_message".into(),
            quoted.ok_or(ActError::NoSuchMessage(to))?,
        );
        let topic = self.chats.get(&chat).and_then(|chat| chat.topic_of(to));
        part.extend(topic.map(topics::place).unwrap_or_default());
        if chat == from.id {
            return Ok(self.write(from, part, now));
        }
        Ok(self.post(chat, from, part, now))
    }

    /// The person writes other words into a message of his: a text, or the caption of a file.
    pub(super) fn rewrite(
        &mut self,
        place: ChatId,
        from: &Profile,
        number: MessageId,
        text: &str,
        now: Moment,
    ) -> Result<UpdateId, ActError> {
        let chat = self.chats.get_mut(&place);
        let entry = chat.and_then(|chat| chat.log.get_mut(&number));
        let Some(Entry::Theirs(theirs)) = entry else {
            return Err(ActError::NoSuchMessage(number));
        };
        let Theirs {
            message, earlier, ..
        } = theirs;
        // A message of a raw update may have been written by nobody that is known here.
        let author = message["from"]["id"].as_i64();
        if author.is_some_and(|author| author != from.id.0) {
            return Err(ActError::NoSuchMessage(number));
        }
        let former = seen::words(message).to_owned();
        let fields = message
            .as_object_mut()
            .ok_or(ActError::NoSuchMessage(number))?;
        let (words, entities) = match fields.contains_key("text") {
            true => ("text", "entities"),
            false => ("caption", "caption_entities"),
        };
        fields.insert(words.into(), json!(text));
        fields.remove(entities);
        if let Some(command) = parts::command(text) {
            fields.insert(entities.into(), command);
        }
        fields.insert("edit_date".into(), json!(now.unix()));
        earlier.push(former);
        let message = message.clone();
        Ok(self.queue("edited_message", message, Some(place)))
    }

    /// The person reacts to a message, or, with nothing, takes his reaction back.
    pub(super) fn react(
        &mut self,
        place: ChatId,
        from: &Profile,
        number: MessageId,
        emoji: Option<String>,
        now: Moment,
    ) -> Result<UpdateId, ActError> {
        let chat = self.chats.get_mut(&place);
        let chat = chat
            .filter(|chat| chat.log.contains_key(&number))
            .ok_or(ActError::NoSuchMessage(number))?;
        let by = chat.people_react.entry(number).or_default();
        let old = match &emoji {
            Some(emoji) => by.insert(from.id, emoji.clone()),
            None => by.remove(&from.id),
        };
        let list = |emoji: Option<String>| {
            let kind = |emoji| json!({ "type": "emoji", "emoji": emoji });
            emoji.into_iter().map(kind).collect::<Value>()
        };
        let body = json!({
            "chat": chat.about,
            "message_id": number,
            "user": from.user(),
            "date": now.unix(),
            "old_reaction": list(old),
            "new_reaction": list(emoji),
        });
        Ok(self.queue("message_reaction", body, Some(place)))
    }

    /// The person presses the inline button of `message` that carries `data`.
    pub(super) fn press(
        &mut self,
        chat: ChatId,
        from: &Profile,
        message: MessageId,
        data: &str,
        now: Moment,
    ) -> Result<UpdateId, ActError> {
        let missing = || ActError::NoSuchButton {
            message,
            data: data.to_owned(),
        };
        let place = self.chats.get(&chat).ok_or_else(missing)?;
        let pressed = place
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
            "message": place.message(&self.bot, pressed, None),
            "chat_instance": format!("-{chat}"),
            "data": data,
        });
        self.queries.insert(
            id,
            Query {
                chat,
                from: from.id,
                update_id,
                pressed: now.steady,
                answer: None,
            },
        );
        Ok(self.queue("callback_query", body, Some(chat)))
    }

    /// The person blocks the bot; `None` if that was so before.
    pub(super) fn block(&mut self, from: &Profile, now: Moment) -> Option<UpdateId> {
        self.chat_with(from);
        self.stand(from.id, from, &[Standing::Member], Standing::Blocked, now)
    }

    /// The person unblocks the bot; `None` if it was not blocked.
    pub(super) fn unblock(&mut self, from: &Profile, now: Moment) -> Option<UpdateId> {
        self.chat_with(from);
        self.stand(from.id, from, &[Standing::Blocked], Standing::Member, now)
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
            let chat = self
                .chats
                .entry(*id)
                .or_insert_with(|| Chat::new(about.clone(), None));
            chat.known = true;
            self.remember(*id, &kind, update_id, body);
        }
        let chat = chat.map(|(id, _)| id);
        self.trail.add(marks::update(&kind, &update[&kind], chat));
        self.webhook.updates.queue(update_id, &kind, &update, chat);
        Ok(update_id)
    }

    /// A message in a raw update can be answered and reacted to like any other.
    fn remember(&mut self, chat: ChatId, kind: &str, update_id: UpdateId, message: Value) {
        let number = message
            .get("message_id")
            .and_then(Value::as_i64)
            .map(MessageId);
        if let Some(number) = number.filter(|_| ["message", "channel_post"].contains(&kind)) {
            self.next_message = self.next_message.max(MessageId(number.0.saturating_add(1)));
            let theirs = Theirs {
                update_id,
                message,
                earlier: Vec::new(),
            };
            self.log(chat, number, Entry::Theirs(theirs));
        }
    }

    /// Changes how a chat stands to the bot, and tells it; `None` if it did not stand as expected.
    pub(super) fn stand(
        &mut self,
        chat: ChatId,
        by: &Profile,
        expected: &[Standing],
        new: Standing,
        now: Moment,
    ) -> Option<UpdateId> {
        let bot = self.bot.user();
        let place = self
            .chats
            .get_mut(&chat)
            .filter(|place| expected.contains(&place.standing))?;
        let old = std::mem::replace(&mut place.standing, new);
        place.known = true;
        let is_basic = place.about["type"] == "group";
        let body = json!({
            "chat": place.about,
            "from": by.user(),
            "date": now.unix(),
            "old_chat_member": member(old, &bot, is_basic),
            "new_chat_member": member(new, &bot, is_basic),
        });
        Some(self.queue("my_chat_member", body, Some(chat)))
    }

    pub(super) fn queue(&mut self, kind: &str, body: Value, chat: Option<ChatId>) -> UpdateId {
        let update_id = self.number_update();
        let mut update = json!({ "update_id": update_id });
        update[kind] = body;
        self.emitted.push(|| update.clone());
        self.trail.add(marks::update(kind, &update[kind], chat));
        self.webhook.updates.queue(update_id, kind, &update, chat);
        update_id
    }
}

/// The bot's `ChatMember` object; who is removed from a basic group counts as one who left.
fn member(standing: Standing, bot: &Value, is_basic: bool) -> Value {
    match standing {
        Standing::Removed | Standing::Upgraded(_) if is_basic => {
            json!({ "user": bot, "status": "left" })
        }
        Standing::Blocked | Standing::Removed | Standing::Upgraded(_) => {
            json!({ "user": bot, "status": "kicked", "until_date": 0 })
        }
        Standing::Outside => json!({ "user": bot, "status": "left" }),
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
