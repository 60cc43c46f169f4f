//! Messages of every form, and files in both directions.
//!
//! Invariant: a file on its way to a partner was fetched under the guard of [`Fetcher`]; one on its way from a partner is passed through
//! as it comes, never held whole. What Telegram refuses for its mark-up alone goes out once more without it.

use reqwest::multipart::{Form as Parts, Part};

use super::{
    accepted::Accepted,
    answer::CallError,
    client::Client,
    encode::{self, Words},
};
use crate::{
    domain::{
        appeal::Unfetched,
        effect::{Form, Send},
        ids::MessageId,
        media::MediaKind,
    },
    fetch::{self, FetchError, Fetcher, Found},
};

mod media;

/// The largest picture that Telegram shows as one, in bytes (Bot API: `sendPhoto`).
const PHOTO_LIMIT: usize = 10_000_000;

/// Why a message was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// The call failed.
    Call(CallError),
    /// The file that belongs to it cannot be had; Telegram was not called.
    File(Unfetched),
}

impl From<CallError> for SendError {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// Sends a message as its form wants it. What Telegram keeps of it is told of a [`Form::Picture`] alone.
///
/// # Errors
/// See [`SendError`].
pub async fn send(client: &Client, fetcher: &Fetcher, send: &Send) -> Result<Accepted, SendError> {
    let accepted = match &send.form {
        Form::Message | Form::Silent | Form::Receipt => say(client, send, Way::Message).await?,
        Form::Edit(message) => edit(client, send, *message).await?,
        Form::File(address) => file(client, fetcher, send, address.as_str()).await?,
        Form::Picture(source) => return media::picture(client, fetcher, send, source.as_str()).await,
        Form::Kept(media) => say(client, send, Way::Kept(media.kind, &media.file)).await?,
    };
    Ok(Accepted { media: None, ..accepted })
}

/// How a message's words go out.
#[derive(Clone, Copy)]
enum Way<'a> {
    Message,
    Edit(MessageId),
    /// Beneath a file that comes along.
    Upload(MediaKind, &'a fetch::File),
    /// Beneath a file that Telegram has under this id.
    Kept(MediaKind, &'a str),
}

/// Calls Telegram; where it cannot read the mark-up, once more without it.
async fn say(client: &Client, send: &Send, way: Way<'_>) -> Result<Accepted, CallError> {
    match call(client, send, &Words::marked_up(&send.text), way).await {
        Err(error) if error.is_about_markup() => {
            tracing::warn!("outbox: Telegram cannot read the mark-up of a message; it goes out as plain text");
            call(client, send, &Words::plain(&send.text), way).await
        }
        ended => ended,
    }
}

async fn call(client: &Client, send: &Send, words: &Words, way: Way<'_>) -> Result<Accepted, CallError> {
    match way {
        Way::Message => client.send_message(send, words).await,
        Way::Edit(message) => client.edit_message_text(send, words, message).await,
        Way::Upload(kind, file) => client.upload(kind, parts(send, words, kind, file)).await,
        Way::Kept(kind, file) => client.send_kept(send, words, kind, file).await,
    }
}

/// A message that says already what it should is as good as edited.
async fn edit(client: &Client, send: &Send, message: MessageId) -> Result<Accepted, CallError> {
    match say(client, send, Way::Edit(message)).await {
        Err(CallError::Refused {
            code: 400, description, ..
        }) if description.contains("message is not modified") => Ok(Accepted { message, media: None }),
        ended => ended,
    }
}

async fn file(client: &Client, fetcher: &Fetcher, send: &Send, address: &str) -> Result<Accepted, SendError> {
    let file = match fetch(fetcher, address).await? {
        Found::File(file) => file,
        Found::Page => return Ok(say(client, &linked(send, address), Way::Message).await?),
    };
    let kind = if is_photo(&file) { MediaKind::Photo } else { MediaKind::Document };
    Ok(upload(client, send, kind, &file).await?)
}

/// Sends with a file; a picture that Telegram cannot show as one goes as a file.
async fn upload(client: &Client, send: &Send, kind: MediaKind, file: &fetch::File) -> Result<Accepted, CallError> {
    match say(client, send, Way::Upload(kind, file)).await {
        Err(error) if kind == MediaKind::Photo && error.is_about_the_picture() => {
            say(client, send, Way::Upload(MediaKind::Document, file)).await
        }
        ended => ended,
    }
}

async fn fetch(fetcher: &Fetcher, address: &str) -> Result<Found, SendError> {
    fetcher.fetch(address).await.map_err(|error| SendError::File(unfetched(&error)))
}

/// A page is passed on as a link.
fn linked(send: &Send, address: &str) -> Send {
    Send {
        text: send.text.followed_by(address),
        form: Form::Message,
        ..send.clone()
    }
}

fn is_photo(file: &fetch::File) -> bool {
    matches!(file.media_type.as_str(), "image/jpeg" | "image/png" | "image/webp") && file.bytes.len() <= PHOTO_LIMIT
}

fn parts(send: &Send, words: &Words, kind: MediaKind, file: &fetch::File) -> Parts {
    let content = Part::stream(file.bytes.clone()).file_name(file.name.clone());
    let content = match content.mime_str(&file.media_type) {
        Ok(content) => content,
        // A media type that is none says nothing.
        Err(_) => Part::stream(file.bytes.clone()).file_name(file.name.clone()),
    };
    let field = match kind {
        MediaKind::Photo => "photo",
        MediaKind::Video => "video",
        MediaKind::Animation => "animation",
        MediaKind::Document => "document",
    };
    let mut form = Parts::new().text("chat_id", send.to.to_string()).part(field, content);
    let (caption, mode) = words.caption();
    if let Some(caption) = caption {
        form = form.text("caption", caption.to_owned());
    }
    if mode.is_some() {
        form = form.text("parse_mode", "HTML");
    }
    match encode::reply_markup(send) {
        Some(markup) => form.text("reply_markup", markup),
        None => form,
    }
}

fn unfetched(error: &FetchError) -> Unfetched {
    match error {
        FetchError::Forbidden => Unfetched::Forbidden,
        FetchError::Unreachable => Unfetched::Unreachable,
        FetchError::Status(status) => Unfetched::Status(*status),
        FetchError::TooLarge => Unfetched::TooLarge,
    }
}

#[cfg(test)]
mod tests;
