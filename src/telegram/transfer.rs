//! Messages of every form, and files in both directions.
//!
//! Invariant: a file on its way to a partner was had before, see `stock`, and is read from the disk as it is sent. What Telegram refuses for
//! its mark-up alone goes out once more without it.

use std::io;

use reqwest::multipart::{Form as Parts, Part};

use super::{
    accepted::SentMessage,
    answer::TelegramError,
    client::BotClient,
    encode::{self, MessageText},
};
use crate::{
    domain::{
        appeal::Unfetched,
        effect::{MessageForm, Send},
        ids::{ChatId, MessageId},
        media::MediaKind,
    },
    fetch::{self, Fetched, SpooledContent},
};

mod media;
mod naming;
mod topics;

/// The largest picture that Telegram shows as one, in bytes (Bot API: `sendPhoto`).
const PHOTO_LIMIT: u64 = 10_000_000;

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// The call failed.
    Call(TelegramError),
    /// The file that belongs to it cannot be had; Telegram was not called.
    File(Unfetched),
}

impl From<TelegramError> for SendError {
    fn from(error: TelegramError) -> Self {
        Self::Call(error)
    }
}

/// The address of the file that must be had before a message of this form can be sent.
pub(super) fn address(form: &MessageForm) -> Option<&str> {
    match form {
        MessageForm::File(address) => Some(address.as_str()),
        MessageForm::Picture(source) => media::address(source.as_str()),
        MessageForm::Message
        | MessageForm::Silent
        | MessageForm::Receipt
        | MessageForm::Edit(_)
        | MessageForm::Caption(..)
        | MessageForm::Delete(_)
        | MessageForm::Kept(_)
        | MessageForm::Copy(..)
        | MessageForm::Captioned(..)
        | MessageForm::Topic
        | MessageForm::CloseTopic(_)
        | MessageForm::ReopenTopic(_) => None,
    }
}

/// Sends a message as its form wants it, with what was found behind its address. What Telegram keeps of it is told of a
/// [`MessageForm::Picture`] alone.
///
/// # Errors
/// See [`SendError`].
pub(super) async fn send(
    client: &BotClient,
    send: &Send,
    found: Option<Fetched>,
) -> Result<SentMessage, SendError> {
    let accepted = match &send.form {
        MessageForm::Message | MessageForm::Silent | MessageForm::Receipt => {
            let sent = say(client, send, Way::Message).await?;
            topics::landed(client, send, sent).await?
        }
        MessageForm::Edit(message) => edit(client, send, *message).await?,
        MessageForm::Caption(message, page) => {
            caption(client, send, *message, page.as_str()).await?
        }
        MessageForm::Delete(message) => delete(client, send, *message).await?,
        MessageForm::File(address) => file(client, send, address.as_str(), found).await?,
        MessageForm::Picture(source) => {
            return media::picture(client, send, source.as_str(), found).await;
        }
        MessageForm::Kept(media) => say(client, send, Way::Kept(media.kind, &media.file)).await?,
        MessageForm::Copy(from, message) | MessageForm::Captioned(from, message) => {
            say(client, send, Way::Copy(*from, *message)).await?
        }
        MessageForm::Topic => client.create_topic(send).await?,
        MessageForm::CloseTopic(topic) => {
            or_done(*topic, client.close_topic(send.to, *topic).await)?
        }
        MessageForm::ReopenTopic(topic) => {
            or_done(*topic, client.reopen_topic(send.to, *topic).await)?
        }
    };
    Ok(SentMessage {
        media: None,
        ..accepted
    })
}

/// A file as it is uploaded.
struct Upload<'a> {
    name: &'a str,
    media_type: &'a str,
    content: &'a SpooledContent,
}

impl<'a> Upload<'a> {
    fn of(file: &'a fetch::File) -> Self {
        Self {
            name: &file.name,
            media_type: &file.media_type,
            content: &file.content,
        }
    }
}

/// How a message's words go out.
#[derive(Clone, Copy)]
enum Way<'a> {
    Message,
    Edit(MessageId),
    /// Beneath the file of a message that is there.
    Caption(MessageId),
    /// Beneath a file that comes along.
    Upload(MediaKind, &'a Upload<'a>),
    /// Beneath the file of another message, if there is one.
    Copy(ChatId, MessageId),
    /// Beneath a file that Telegram has under this id.
    Kept(MediaKind, &'a str),
}

/// Calls Telegram; where it cannot read the mark-up, once more without it.
async fn say(client: &BotClient, send: &Send, way: Way<'_>) -> Result<SentMessage, TelegramError> {
    match call(client, send, &MessageText::marked_up(&send.text), way).await {
        Err(error) if error.is_about_markup() => {
            tracing::warn!(
                "outbox: Telegram cannot read the mark-up of a message; it goes out as plain text"
            );
            call(client, send, &MessageText::plain(&send.text), way).await
        }
        ended => ended,
    }
}

async fn call(
    client: &BotClient,
    send: &Send,
    words: &MessageText,
    way: Way<'_>,
) -> Result<SentMessage, TelegramError> {
    match way {
        Way::Message => client.send_message(send, words).await,
        Way::Edit(message) => client.edit_message_text(send, words, message).await,
        Way::Caption(message) => client.edit_message_caption(send, words, message).await,
        Way::Upload(kind, file) => {
            let form = parts(send, words, kind, file).await?;
            client.upload(kind, form).await
        }
        Way::Copy(from, message) => client.copy_message(send, words, (from, message)).await,
        Way::Kept(kind, file) => client.send_kept(send, words, kind, file).await,
    }
}

/// A message that says already what it should is as good as edited.
async fn edit(
    client: &BotClient,
    send: &Send,
    message: MessageId,
) -> Result<SentMessage, TelegramError> {
    or_done(message, say(client, send, Way::Edit(message)).await)
}

/// The words beneath a file; where it was a page, they stand before its address.
async fn caption(
    client: &BotClient,
    send: &Send,
    message: MessageId,
    page: &str,
) -> Result<SentMessage, TelegramError> {
    match say(client, send, Way::Caption(message)).await {
        Err(error) if error.is_about_no_caption() => {
            edit(client, &linked(send, page), message).await
        }
        ended => or_done(message, ended),
    }
}

/// A message that is gone already is as good as deleted.
async fn delete(
    client: &BotClient,
    send: &Send,
    message: MessageId,
) -> Result<SentMessage, TelegramError> {
    match client.delete_message(send.to, message).await {
        Err(error) if !error.is_about_nothing_to_delete() => Err(error),
        Ok(()) | Err(_) => Ok(SentMessage::of(message)),
    }
}

fn or_done(
    message: MessageId,
    ended: Result<SentMessage, TelegramError>,
) -> Result<SentMessage, TelegramError> {
    match ended {
        Err(error) if error.is_about_nothing_new() => Ok(SentMessage::of(message)),
        ended => ended,
    }
}

async fn file(
    client: &BotClient,
    send: &Send,
    address: &str,
    found: Option<Fetched>,
) -> Result<SentMessage, SendError> {
    let file = match found.ok_or(SendError::File(Unfetched::Unreachable))? {
        Fetched::File(file) => file,
        Fetched::Page => return Ok(say(client, &linked(send, address), Way::Message).await?),
    };
    let kind = if is_photo(&file.media_type, &file.content) {
        MediaKind::Photo
    } else {
        MediaKind::Document
    };
    Ok(upload(client, send, kind, &Upload::of(&file)).await?)
}

/// Sends with a file; a picture that Telegram cannot show as one goes as a file.
async fn upload(
    client: &BotClient,
    send: &Send,
    kind: MediaKind,
    file: &Upload<'_>,
) -> Result<SentMessage, TelegramError> {
    match say(client, send, Way::Upload(kind, file)).await {
        Err(error) if kind == MediaKind::Photo && error.is_about_the_picture() => {
            say(client, send, Way::Upload(MediaKind::Document, file)).await
        }
        ended => ended,
    }
}

/// A page is passed on as a link.
fn linked(send: &Send, address: &str) -> Send {
    Send {
        text: send.text.followed_by(address),
        form: MessageForm::Message,
        ..send.clone()
    }
}

fn is_photo(media_type: &str, content: &SpooledContent) -> bool {
    matches!(media_type, "image/jpeg" | "image/png" | "image/webp") && content.size() <= PHOTO_LIMIT
}

async fn parts(
    send: &Send,
    words: &MessageText,
    kind: MediaKind,
    file: &Upload<'_>,
) -> Result<Parts, TelegramError> {
    let content = part(kind, file).await?;
    let content = match content.mime_str(file.media_type) {
        Ok(content) => content,
        // A media type that is none says nothing.
        Err(_) => part(kind, file).await?,
    };
    let mut form = Parts::new()
        .text("chat_id", send.to.to_string())
        .part(encode::field(kind), content);
    let (caption, mode) = words.caption();
    if let Some(caption) = caption {
        form = form.text("caption", caption.to_owned());
    }
    if mode.is_some() {
        form = form.text("parse_mode", "HTML");
    }
    Ok(match encode::reply_markup(send) {
        Some(markup) => form.text("reply_markup", markup),
        None => form,
    })
}

async fn part(kind: MediaKind, file: &Upload<'_>) -> Result<Part, TelegramError> {
    let body = file.content.body().await;
    let body = body.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => TelegramError::Unmade(error.to_string()),
        // It is the machine that lacks something, as a rule for a moment.
        _ => TelegramError::NotSent(error.to_string()),
    })?;
    let name = naming::upload_name(kind, file.name, file.media_type);
    Ok(Part::stream_with_length(body, file.content.size()).file_name(name))
}

#[cfg(test)]
mod tests;
