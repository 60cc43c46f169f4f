//! Messages as the Bot API shows them to the bot.
//! Invariant: a message looks the same wherever it stands, but for the message that it answers,
//! which is shown one step deep only.

use serde_json::{Value, json};

use super::ids::MessageId;
use super::markup;
use super::sent::SentMessage;
use super::state::{Bot, Chat, Entry};

impl Chat {
    /// The Bot API's `Message` object of one of the bot's messages.
    pub(super) fn message(&self, bot: &Bot, sent: &SentMessage, edited: Option<i64>) -> Value {
        let mut message = self.shown(bot, sent, edited);
        if let Some(answered) = sent.reply_to.and_then(|number| self.quoted(bot, number)) {
            message["reply_to_message"] = answered;
        }
        message
    }

    /// A message of the log as it stands in the answer to it.
    pub(super) fn quoted(&self, bot: &Bot, number: MessageId) -> Option<Value> {
        Some(match self.log.get(&number)? {
            Entry::Ours(sent) => self.shown(bot, sent, None),
            Entry::Theirs(theirs) => {
                let mut message = theirs.message.clone();
                message.as_object_mut()?.remove("reply_to_message");
                message
            }
        })
    }

    fn shown(&self, bot: &Bot, sent: &SentMessage, edited: Option<i64>) -> Value {
        let content = &sent.content;
        let mut message = json!({
            "message_id": sent.message_id,
            "from": bot.user(),
            "chat": self.about,
            "date": sent.at.as_second(),
        });
        let (words, entities) = match &content.media {
            None => ("text", "entities"),
            Some(file) => {
                message[file.kind.field()] = file.about.clone();
                if let Some(document) = &file.as_document {
                    message["document"] = document.clone();
                }
                ("caption", "caption_entities")
            }
        };
        if !content.text.is_empty() {
            message[words] = json!(content.text);
        }
        if !content.entities.is_empty() {
            message[entities] = json!(content.entities);
        }
        if let Some(inline) = content
            .reply_markup
            .as_ref()
            .filter(|m| markup::is_inline(m))
        {
            message["reply_markup"] = inline.clone();
        }
        if let Some(topic) = sent.topic {
            message["message_thread_id"] = json!(topic);
            message["is_topic_message"] = json!(true);
        }
        if let Some(date) = edited {
            message["edit_date"] = json!(date);
        }
        message
    }
}
