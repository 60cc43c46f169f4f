//! Messages of every form, and files in both directions.
//!
//! Invariant: a file on its way to a partner was fetched under the guard of [`Fetcher`]; one on its way from a partner is passed through
//! as it comes, never held whole.

use reqwest::multipart::{Form as Parts, Part};

use super::{answer::CallError, client::Client, encode};
use crate::{
    domain::{
        appeal::Unfetched,
        effect::{Form, Send},
        ids::MessageId,
    },
    fetch::{self, FetchError, Fetcher, Found},
};

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

/// Sends a message as its form wants it.
///
/// # Errors
/// See [`SendError`].
pub async fn send(client: &Client, fetcher: &Fetcher, send: &Send) -> Result<MessageId, SendError> {
    match &send.form {
        Form::Message | Form::Receipt => Ok(client.send_message(send).await?),
        Form::Edit(message) => Ok(edit(client, send, *message).await?),
        Form::File(address) | Form::Picture(address) => file(client, fetcher, send, address.as_str()).await,
        Form::Kept(_) => Ok(client.send_message(send).await?),
    }
}

/// A message that says already what it should is as good as edited.
async fn edit(client: &Client, send: &Send, message: MessageId) -> Result<MessageId, CallError> {
    match client.edit_message_text(send, message).await {
        Err(CallError::Refused {
            code: 400, description, ..
        }) if description.contains("message is not modified") => Ok(message),
        ended => ended.map(|()| message),
    }
}

async fn file(client: &Client, fetcher: &Fetcher, send: &Send, address: &str) -> Result<MessageId, SendError> {
    let file = match fetcher.fetch(address).await.map_err(|error| SendError::File(unfetched(&error)))? {
        Found::File(file) => file,
        Found::Page => return Ok(client.send_message(&linked(send, address)).await?),
    };
    if is_photo(&file) {
        match client.upload("sendPhoto", parts(send, "photo", &file)).await {
            // Too long, too narrow, broken: as a file it goes.
            Err(CallError::Refused {
                code: 400, description, ..
            }) if is_about_the_picture(&description) => {}
            ended => return Ok(ended?),
        }
    }
    Ok(client.upload("sendDocument", parts(send, "document", &file)).await?)
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

fn is_about_the_picture(description: &str) -> bool {
    description.contains("PHOTO_") || description.contains("IMAGE_PROCESS_FAILED") || description.contains("Photo")
}

fn parts(send: &Send, field: &'static str, file: &fetch::File) -> Parts {
    let content = Part::stream(file.bytes.clone()).file_name(file.name.clone());
    let content = match content.mime_str(&file.media_type) {
        Ok(content) => content,
        // A media type that is none says nothing.
        Err(_) => Part::stream(file.bytes.clone()).file_name(file.name.clone()),
    };
    let mut form = Parts::new().text("chat_id", send.to.to_string()).part(field, content);
    if !send.text.as_str().is_empty() {
        form = form.text("caption", send.text.as_str().to_owned()).text("parse_mode", "HTML");
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
mod tests {
    use std::{future::IntoFuture as _, net::SocketAddr};

    use axum::{Router, http::header, routing::get};
    use serde_json::json;

    use super::*;
    use crate::{
        domain::{
            ids::{ChatId, OutboxId, Seq},
            text::{Html, Text},
        },
        telegram::fake::{Fake, ok, refused},
    };

    /// A site with a picture, a document and a page.
    async fn site() -> SocketAddr {
        let of = |media_type: &'static str| get(move || async move { ([(header::CONTENT_TYPE, media_type)], "bytes") });
        let router = Router::new()
            .route("/a.png", of("image/png"))
            .route("/b.pdf", of("application/pdf"))
            .route("/page", of("text/html"));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(axum::serve(listener, router).into_future());
        address
    }

    fn message(form: Form) -> Send {
        Send {
            form,
            ..Send::talk(OutboxId::Reply(Seq(1), 0), ChatId(42), Html::escape("Ответ"))
        }
    }

    fn sent() -> (u16, String) {
        ok(&json!({"message_id": 17, "date": 0, "chat": {"id": 42, "type": "private"}}))
    }

    /// The methods that a message in this form leads to, and how it ends.
    async fn sending(fake: &Fake, path: &str) -> (Vec<String>, Result<MessageId, SendError>) {
        let site = site().await;
        let client = fake.client();
        let fetcher = Fetcher::of(|_| true, &[("files.example", site)]).unwrap();
        let address = Text(format!("http://files.example:{}{path}", site.port()));
        let ended = send(&client, &fetcher, &message(Form::File(address))).await;
        (fake.calls().into_iter().map(|call| call.method).collect(), ended)
    }

    #[tokio::test]
    async fn a_picture_goes_as_a_photo_other_files_as_documents_and_a_page_as_its_address() {
        for (path, method) in [("/a.png", "sendPhoto"), ("/b.pdf", "sendDocument"), ("/page", "sendMessage")] {
            let fake = Fake::start(|_| sent()).await;
            assert_eq!(sending(&fake, path).await, (vec![method.to_owned()], Ok(MessageId(17))), "{path}");
        }
    }

    #[tokio::test]
    async fn a_picture_that_telegram_cannot_show_goes_as_a_document() {
        let fake = Fake::start(|call| match call.method.as_str() {
            "sendPhoto" => refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
            _ => sent(),
        })
        .await;
        let methods = vec!["sendPhoto".to_owned(), "sendDocument".to_owned()];
        assert_eq!(sending(&fake, "/a.png").await, (methods, Ok(MessageId(17))));
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_calls_nobody() {
        let fake = Fake::start(|_| sent()).await;
        let missing = SendError::File(Unfetched::Status(404));
        assert_eq!(sending(&fake, "/gone.png").await, (vec![], Err(missing)));
    }

    #[tokio::test]
    async fn a_receipt_that_says_so_already_is_as_good_as_changed() {
        let fake = Fake::start(|_| {
            refused(
                400,
                "Bad Request: message is not modified: specified new message content is the same",
            )
        })
        .await;
        let fetcher = Fetcher::of(|_| true, &[]).unwrap();
        let edit = message(Form::Edit(MessageId(5)));
        assert_eq!(send(&fake.client(), &fetcher, &edit).await, Ok(MessageId(5)));
        assert_eq!(fake.calls()[0].body["message_id"], 5);
    }
}
