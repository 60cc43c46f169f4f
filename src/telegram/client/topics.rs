//! Topics of a forum: made, closed, opened again.
//!
//! Invariant: a topic goes by the id of the message that made it, which is what Telegram calls its thread.

use frankenstein::methods::{CloseForumTopicParams, CreateForumTopicParams};
use serde::Deserialize;

use super::BotClient;
use crate::{
    domain::{
        effect::Send,
        ids::{ChatId, MessageId},
    },
    telegram::{accepted::SentMessage, answer::TelegramError},
};

/// The part of a `ForumTopic` that we keep.
#[derive(Deserialize)]
struct ForumTopic {
    message_thread_id: i64,
}

impl BotClient {
    /// Makes a topic; what is told of it is the message that did.
    ///
    /// # Errors
    /// [`answer::outcome`](crate::telegram::answer::outcome) says what each means; 400 where the chat has no topics, or the bot may make none.
    pub async fn create_topic(&self, send: &Send) -> Result<SentMessage, TelegramError> {
        let body = CreateForumTopicParams::builder()
            .chat_id(send.to.0)
            .name(send.text.plain())
            .build();
        let topic: ForumTopic = self.call("createForumTopic", &body).await?;
        Ok(SentMessage::of(MessageId(topic.message_thread_id)))
    }

    /// Closes a topic.
    ///
    /// # Errors
    /// 400 where it is closed, gone, or the bot may not.
    pub async fn close_topic(
        &self,
        chat: ChatId,
        topic: MessageId,
    ) -> Result<SentMessage, TelegramError> {
        self.turn_topic("closeForumTopic", chat, topic).await
    }

    /// Opens a closed topic again.
    ///
    /// # Errors
    /// 400 where it is open, gone, or the bot may not.
    pub async fn reopen_topic(
        &self,
        chat: ChatId,
        topic: MessageId,
    ) -> Result<SentMessage, TelegramError> {
        self.turn_topic("reopenForumTopic", chat, topic).await
    }

    /// Both methods want the same.
    async fn turn_topic(
        &self,
        method: &str,
        chat: ChatId,
        topic: MessageId,
    ) -> Result<SentMessage, TelegramError> {
        let body = CloseForumTopicParams::builder()
            .chat_id(chat.0)
            .message_thread_id(i32::try_from(topic.0).unwrap_or(i32::MAX))
            .build();
        let done = self.confirm(method, &body).await;
        done.map(|()| SentMessage::of(topic))
    }
}
