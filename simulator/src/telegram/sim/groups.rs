//! Groups over HTTP: whatever people do there names who does it.
//! Invariant: as in a private chat, each handler is one call of a handle.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;

use super::{NewFile, Stand, Unable, attachment, find, queued, queued_all};
use crate::telegram::Telegram;
use crate::telegram::groups::Group;
use crate::telegram::ids::{ChatId, MessageId};
use crate::telegram::person::Person;

pub(super) fn router() -> Router<Telegram> {
    Router::new()
        .route("/groups", post(group))
        .route("/groups/{id}/add", post(add_bot))
        .route("/groups/{id}/remove", post(remove_bot))
        .route("/groups/{id}/write", post(write))
        .route("/groups/{id}/reply", post(reply))
        .route("/groups/{id}/edit", post(edit))
        .route("/groups/{id}/press", post(press))
        .route("/groups/{id}/react", post(react))
        .route("/groups/{id}/contact", post(contact))
        .route("/groups/{id}/album", post(album))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewGroup {
    id: i64,
    title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct By {
    by: ChatId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    from: ChatId,
    text: String,
}

/// Words about a message: an answer to it, or its new text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    from: ChatId,
    message_id: MessageId,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    from: ChatId,
    message_id: MessageId,
    data: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reaction {
    from: ChatId,
    message_id: MessageId,
    emoji: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contact {
    from: ChatId,
    phone_number: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Album {
    from: ChatId,
    files: Vec<NewFile>,
    /// The message that they answer.
    reply_to: Option<MessageId>,
}

type Place = Path<ChatId>;
type Answer = Result<Response, Unable>;

async fn group(State(telegram): Stand, Json(new): Json<NewGroup>) -> StatusCode {
    telegram.group(new.id, &new.title);
    StatusCode::CREATED
}

async fn add_bot(State(telegram): Stand, Path(id): Place, Json(body): Json<By>) -> Answer {
    let (group, by) = both(telegram, id, body.by)?;
    Ok(queued(group.add_bot(&by)))
}

async fn remove_bot(State(telegram): Stand, Path(id): Place, Json(body): Json<By>) -> Answer {
    let (group, by) = both(telegram, id, body.by)?;
    Ok(queued(group.remove_bot(&by)))
}

async fn write(State(telegram): Stand, Path(id): Place, Json(body): Json<Said>) -> Answer {
    let (group, from) = both(telegram, id, body.from)?;
    Ok(queued(group.write(&from, &body.text)))
}

async fn reply(State(telegram): Stand, Path(id): Place, Json(body): Json<About>) -> Answer {
    let (group, from) = both(telegram, id, body.from)?;
    let update = group.reply(&from, body.message_id, &body.text)?;
    Ok(queued(Some(update)))
}

async fn edit(State(telegram): Stand, Path(id): Place, Json(body): Json<About>) -> Answer {
    let (group, from) = both(telegram, id, body.from)?;
    let update = group.edit(&from, body.message_id, &body.text)?;
    Ok(queued(Some(update)))
}

async fn press(State(telegram): Stand, Path(id): Place, Json(body): Json<Pressed>) -> Answer {
    let (group, from) = both(telegram, id, body.from)?;
    let update = group.press(&from, body.message_id, &body.data)?;
    Ok(queued(Some(update)))
}

async fn react(State(telegram): Stand, Path(id): Place, Json(body): Json<Reaction>) -> Answer {
    let (group, from) = both(telegram, id, body.from)?;
    let update = group.react(&from, body.message_id, body.emoji)?;
    Ok(queued(Some(update)))
}

async fn contact(State(telegram): Stand, Path(id): Place, Json(body): Json<Contact>) -> Answer {
    let (group, from) = both(telegram, id, body.from)?;
    Ok(queued(group.share_contact(&from, &body.phone_number)))
}

async fn album(State(telegram): Stand, Path(id): Place, Json(body): Json<Album>) -> Answer {
    let (group, from) = both(telegram, id, body.from)?;
    let files = body.files.into_iter().map(attachment);
    let files = files.collect::<Result<_, _>>()?;
    let updates = match body.reply_to {
        Some(message) => group.reply_with_files(&from, message, files)?,
        None => group.send_files(&from, files),
    };
    Ok(queued_all(&updates))
}

fn both(telegram: Telegram, group: ChatId, person: ChatId) -> Result<(Group, Person), Unable> {
    let person = find(&telegram, person)?;
    Ok((Group::new(telegram, group), person))
}
