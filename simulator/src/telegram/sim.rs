//! The people and the faults over HTTP, for the page and for scripts, under `/sim`.
//! Invariant: a thin skin: each handler is one call of the handles that tests use.

mod groups;

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Telegram;
use super::attachment::{Attachment, FileKind};
use super::faults::Fault;
use super::ids::{ChatId, MessageId, Profile, UpdateId};
use super::people::ActError;
use super::person::Person;
use super::record::Exchange;
use super::sent::SentMessage;
use super::state::{Calls, CommandSet};

/// The largest body: an album of photos in base64.
const BODY_BYTES: usize = 64 << 20;

type Stand = State<Telegram>;

/// The routes below `/sim`.
pub(crate) fn router(telegram: Telegram) -> Router {
    Router::new()
        .route("/people", get(people).post(add_person))
        .route("/people/{id}/write", post(write))
        .route("/people/{id}/contact", post(contact))
        .route("/people/{id}/send", post(send))
        .route("/people/{id}/file", post(file))
        .route("/people/{id}/album", post(album))
        .route("/people/{id}/react", post(react))
        .route("/people/{id}/reply", post(reply))
        .route("/people/{id}/edit", post(edit))
        .route("/people/{id}/press", post(press))
        .route("/people/{id}/block", post(block))
        .route("/people/{id}/unblock", post(unblock))
        .route("/people/{id}/deactivate", post(deactivate))
        .route("/chats/{id}/messages", get(messages))
        .route("/chats/{id}/reactions/{message}", get(reactions))
        .route("/updates", get(pending).post(update))
        .route("/faults", post(fault).delete(clear_faults))
        .route("/release", post(release))
        .route("/calls", get(calls))
        .route("/commands", get(commands))
        .route("/exchanges", get(exchanges))
        .merge(groups::router())
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .with_state(telegram)
}

/// What can't be done, in words.
enum Unable {
    Nobody(ChatId),
    NotBase64,
    Act(ActError),
}

impl From<ActError> for Unable {
    fn from(error: ActError) -> Self {
        Self::Act(error)
    }
}

impl IntoResponse for Unable {
    fn into_response(self) -> Response {
        let (status, words) = match self {
            Self::Nobody(id) => (
                StatusCode::NOT_FOUND,
                format!("nobody here has the id {id}"),
            ),
            Self::NotBase64 => (
                StatusCode::BAD_REQUEST,
                "the bytes are not base64".to_owned(),
            ),
            Self::Act(error @ ActError::NoSuchButton { .. }) => {
                (StatusCode::CONFLICT, error.to_string())
            }
            Self::Act(error @ ActError::NoSuchMessage(_)) => {
                (StatusCode::NOT_FOUND, error.to_string())
            }
            Self::Act(error @ ActError::NotAnUpdate) => {
                (StatusCode::BAD_REQUEST, error.to_string())
            }
        };
        (status, Json(json!({ "error": words }))).into_response()
    }
}

#[derive(Deserialize)]
struct NewPerson {
    #[serde(flatten)]
    profile: Profile,
    /// Whether the bot has heard of the person before.
    #[serde(default)]
    known: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

/// Without an owner the contact is the person's own; `null` is one without an account.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contact {
    phone_number: String,
    first_name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    owner: Option<Option<ChatId>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Press {
    message_id: MessageId,
    data: String,
}

/// A file, its bytes in base64, or of a size alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewFile {
    kind: FileKind,
    name: String,
    #[serde(default)]
    mime: String,
    #[serde(default)]
    base64: String,
    size: Option<u64>,
    #[serde(default)]
    caption: String,
}

/// Words about a message: an answer to it, or its new text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    message_id: MessageId,
    text: String,
}

/// Several files that are sent at once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Album {
    files: Vec<NewFile>,
}

/// Without an emoji the reaction is taken back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reaction {
    message_id: MessageId,
    emoji: Option<String>,
}

async fn people(State(telegram): Stand) -> Json<Vec<Profile>> {
    let people = telegram.people();
    Json(
        people
            .iter()
            .map(|person| person.profile().clone())
            .collect(),
    )
}

async fn add_person(State(telegram): Stand, Json(new): Json<NewPerson>) -> StatusCode {
    let person = telegram.person(new.profile);
    if new.known {
        person.has_met_bot();
    }
    StatusCode::CREATED
}

async fn write(
    State(telegram): Stand,
    Path(id): Path<ChatId>,
    Json(body): Json<Text>,
) -> Result<Response, Unable> {
    Ok(queued(Some(find(&telegram, id)?.write(&body.text))))
}

async fn contact(
    State(telegram): Stand,
    Path(id): Path<ChatId>,
    Json(body): Json<Contact>,
) -> Result<Response, Unable> {
    let person = find(&telegram, id)?;
    let first_name = body.first_name.as_deref();
    let update_id = match body.owner {
        None => person.share_contact(&body.phone_number),
        Some(owner) => {
            let first_name = first_name.unwrap_or("Contact");
            person.share_foreign_contact(&body.phone_number, first_name, owner)
        }
    };
    Ok(queued(Some(update_id)))
}

async fn send(
    State(telegram): Stand,
    Path(id): Path<ChatId>,
    Json(part): Json<Map<String, Value>>,
) -> Result<Response, Unable> {
    Ok(queued(Some(find(&telegram, id)?.send(part))))
}

async fn file(
    State(telegram): Stand,
    Path(id): Path<ChatId>,
    Json(new): Json<NewFile>,
) -> Result<Response, Unable> {
    let person = find(&telegram, id)?;
    Ok(queued(Some(person.send_file(attachment(new)?))))
}

async fn album(
    State(telegram): Stand,
    Path(id): Path<ChatId>,
    Json(body): Json<Album>,
) -> Result<Response, Unable> {
    let person = find(&telegram, id)?;
    let files = body.files.into_iter().map(attachment);
    let files = files.collect::<Result<_, _>>()?;
    Ok(queued_all(&person.send_album(files)))
}

async fn react(
    State(telegram): Stand,
    Path(id): Path<ChatId>,
    Json(body): Json<Reaction>,
) -> Result<Response, Unable> {
    let person = find(&telegram, id)?;
    Ok(queued(Some(person.react(body.message_id, body.emoji)?)))
}

async fn reply(
    State(telegram): Stand,
    Path(id): Path<ChatId>,
    Json(body): Json<About>,
) -> Result<Response, Unable> {
    Ok(queued(Some(
        find(&telegram, id)?.reply(body.message_id, &body.text)?,
    )))
}

async fn edit(
    State(telegram): Stand,
    Path(id): Path<ChatId>,
    Json(body): Json<About>,
) -> Result<Response, Unable> {
    Ok(queued(Some(
        find(&telegram, id)?.edit(body.message_id, &body.text)?,
    )))
}

async fn reactions(
    State(telegram): Stand,
    Path((chat, message)): Path<(ChatId, MessageId)>,
) -> Json<Vec<String>> {
    Json(telegram.reactions(chat, message))
}

async fn press(
    State(telegram): Stand,
    Path(id): Path<ChatId>,
    Json(body): Json<Press>,
) -> Result<Response, Unable> {
    let update_id = find(&telegram, id)?.press(body.message_id, &body.data)?;
    Ok(queued(Some(update_id)))
}

async fn block(State(telegram): Stand, Path(id): Path<ChatId>) -> Result<Response, Unable> {
    Ok(queued(find(&telegram, id)?.block()))
}

async fn unblock(State(telegram): Stand, Path(id): Path<ChatId>) -> Result<Response, Unable> {
    Ok(queued(find(&telegram, id)?.unblock()))
}

async fn deactivate(State(telegram): Stand, Path(id): Path<ChatId>) -> Result<Response, Unable> {
    find(&telegram, id)?.deactivate();
    Ok(queued(None))
}

async fn messages(State(telegram): Stand, Path(id): Path<ChatId>) -> Json<Vec<SentMessage>> {
    Json(telegram.messages(id))
}

async fn update(State(telegram): Stand, Json(body): Json<Value>) -> Result<Response, Unable> {
    Ok(queued(Some(telegram.update(body)?)))
}

async fn pending(State(telegram): Stand) -> Json<Value> {
    Json(json!({ "pending": telegram.pending_updates() }))
}

async fn fault(State(telegram): Stand, Json(fault): Json<Fault>) -> StatusCode {
    telegram.fault(fault);
    StatusCode::CREATED
}

async fn clear_faults(State(telegram): Stand) -> StatusCode {
    telegram.clear_faults();
    StatusCode::NO_CONTENT
}

async fn release(State(telegram): Stand) -> StatusCode {
    telegram.release();
    StatusCode::NO_CONTENT
}

async fn calls(State(telegram): Stand) -> Json<Calls> {
    Json(telegram.calls())
}

async fn exchanges(State(telegram): Stand) -> Json<Vec<Exchange>> {
    Json(telegram.exchanges())
}

async fn commands(State(telegram): Stand) -> Json<Vec<CommandSet>> {
    Json(telegram.commands())
}

fn find(telegram: &Telegram, id: ChatId) -> Result<Person, Unable> {
    let mut people = telegram.people().into_iter();
    people
        .find(|person| person.id() == id)
        .ok_or(Unable::Nobody(id))
}

/// The update that an act became; null where nothing changed.
fn queued(update_id: Option<UpdateId>) -> Response {
    Json(json!({ "update_id": update_id })).into_response()
}

/// The updates that one act became.
fn queued_all(updates: &[UpdateId]) -> Response {
    Json(json!({ "update_ids": updates })).into_response()
}

/// A file as it is sent.
fn attachment(new: NewFile) -> Result<Attachment, Unable> {
    let file = match new.size {
        Some(size) => Attachment::of_size(new.kind, new.name, new.mime, size),
        None => {
            let bytes = BASE64_STANDARD
                .decode(new.base64)
                .map_err(|_| Unable::NotBase64)?;
            Attachment::new(new.kind, new.name, new.mime, bytes)
        }
    };
    Ok(file.caption(new.caption))
}

/// Tells a field that is null from one that is absent.
fn given<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<ChatId>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
