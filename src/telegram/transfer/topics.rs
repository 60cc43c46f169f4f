//! Messages for a topic that somebody has deleted.
//!
//! Invariant: what was meant for a topic that is gone counts as refused, and does not stay where it landed.

use crate::{
    domain::effect::Send,
    telegram::{accepted::SentMessage, answer::TelegramError, client::BotClient},
};

/// What the server says of a topic that it has never known.
const GONE: &str = "Bad Request: message thread not found";

/// A message for a topic that was deleted may be taken all the same, into the chat itself, where nobody would know what it speaks of: it goes from
/// there again.
pub(super) async fn landed(
    client: &BotClient,
    send: &Send,
    sent: SentMessage,
) -> Result<SentMessage, TelegramError> {
    if send.topic.is_none() || sent.topic == send.topic {
        return Ok(sent);
    }
    if client.delete_message(send.to, sent.message).await.is_err() {
        tracing::warn!("outbox: a message stays beside the topic that it was for");
    }
    Err(TelegramError::Refused {
        code: 400,
        description: GONE.to_owned(),
        retry_after: None,
        moved_to: None,
    })
}
