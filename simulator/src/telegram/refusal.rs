//! Why a call is refused, in Telegram's own words.
//! Invariant: each text here stands in a recorded response of the real server; clients match on them.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::ids::ChatId;

/// A refusal of the Bot API: the description is the `Display` text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("Unauthorized")]
    Unauthorized,
    #[error("Not Implemented: {0} is not part of this stand-in")]
    NotImplemented(String),
    #[error("Bad Request: {0}")]
    Malformed(String),
    #[error("Bad Request: chat_id is empty")]
    ChatIdEmpty,
    #[error("Bad Request: chat not found")]
    ChatNotFound,
    #[error("Bad Request: message text is empty")]
    TextEmpty,
    #[error("Bad Request: message is too long")]
    TooLong,
    #[error("Bad Request: unsupported parse_mode")]
    ParseMode,
    #[error("Bad Request: can't parse entities: {0}")]
    Entities(String),
    #[error("Bad Request: BUTTON_DATA_INVALID")]
    ButtonData,
    #[error("Bad Request: BUTTON_URL_INVALID")]
    ButtonUrl,
    #[error(
        "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
    )]
    TextButton,
    #[error("Bad Request: object expected as reply markup")]
    ReplyMarkup,
    #[error("Bad Request: message to be replied not found")]
    ReplyNotFound,
    #[error("Bad Request: the chat is not a forum")]
    NoForum,
    #[error("Bad Request: not enough rights to create a topic")]
    NoTopicRights,
    #[error("Bad Request: title must be non-empty")]
    TopicUnnamed,
    #[error("Bad Request: message thread not found")]
    ThreadNotFound,
    #[error("Bad Request: TOPIC_ID_INVALID")]
    TopicInvalid,
    #[error("Bad Request: TOPIC_CLOSED")]
    TopicClosed,
    #[error("Bad Request: TOPIC_NOT_MODIFIED")]
    TopicNotModified,
    #[error("Bad Request: message to copy not found")]
    CopyNotFound,
    #[error("Bad Request: message can't be copied")]
    NotCopyable,
    #[error("Bad Request: message to react not found")]
    ReactNotFound,
    #[error("Bad Request: REACTION_INVALID")]
    ReactionInvalid,
    #[error("Bad Request: REACTIONS_TOO_MANY")]
    ReactionsTooMany,
    #[error("Bad Request: message to delete not found")]
    DeleteNotFound,
    #[error("Bad Request: message can't be deleted")]
    NotDeletable,
    #[error("Bad Request: there is no caption in the message to edit")]
    NoCaptionToEdit,
    #[error("Bad Request: wrong parameter action in request")]
    ChatAction,
    #[error("Bad Request: message identifier is not specified")]
    MessageIdMissing,
    #[error("Bad Request: message to edit not found")]
    EditNotFound,
    #[error("Bad Request: there is no text in the message to edit")]
    NoTextToEdit,
    #[error("Bad Request: message can't be edited")]
    NotEditable,
    #[error(
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
    )]
    NotModified,
    #[error("Bad Request: query is too old and response timeout expired or query id is invalid")]
    QueryTooOld,
    #[error("Bad Request: there is no {0} in the request")]
    FileMissing(&'static str),
    #[error("Bad Request: file_id not specified")]
    FileIdMissing,
    #[error("Bad Request: invalid file_id")]
    FileIdInvalid,
    #[error("Bad Request: wrong file identifier/HTTP URL specified")]
    FileUnknown,
    #[error("Bad Request: can't use file of type {0} as {1}")]
    FileKind(&'static str, &'static str),
    #[error("Bad Request: file must be non-empty")]
    FileEmpty,
    #[error("Bad Request: file is too big")]
    FileTooBig,
    #[error(
        "Bad Request: file of size {0} bytes is too big for a photo; the maximum size is {1} bytes"
    )]
    PhotoTooBig(u64, u64),
    #[error("Bad Request: group chat was upgraded to a supergroup chat")]
    Upgraded(ChatId),
    #[error("Bad Request: photo has unsupported extension {0:?}")]
    PhotoExtension(String),
    #[error("Bad Request: message caption is too long")]
    CaptionTooLong,
    #[error("Not Found")]
    NotFound,
    #[error("Request Entity Too Large")]
    EntityTooLarge,
    #[error("Bad Request: secret token contains unallowed characters")]
    SecretToken,
    #[error("Bad Request: bad webhook: HTTPS url must be provided for webhook")]
    WebhookHttps,
    #[error("Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")]
    WebhookPort,
    #[error(
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )]
    WebhookActive,
    #[error(
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    )]
    OtherPoll,
    #[error("Conflict: terminated by setWebhook request")]
    WebhookSet,
    #[error("Forbidden: bot was blocked by the user")]
    Blocked,
    #[error("Forbidden: user is deactivated")]
    Deactivated,
    #[error("Forbidden: bot was kicked from the {0} chat")]
    Kicked(&'static str),
    #[error("Too Many Requests: retry after {0}")]
    TooMany(u64),
}

impl Refusal {
    /// The `error_code` of the body, and the HTTP status.
    pub(super) fn code(&self) -> StatusCode {
        match self {
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NotImplemented(_) => StatusCode::NOT_IMPLEMENTED,
            Self::Blocked | Self::Deactivated | Self::Kicked(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::EntityTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::WebhookActive | Self::OtherPoll | Self::WebhookSet => StatusCode::CONFLICT,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Malformed(_)
            | Self::ChatIdEmpty
            | Self::ChatNotFound
            | Self::TextEmpty
            | Self::TooLong
            | Self::ParseMode
            | Self::Entities(_)
            | Self::ButtonData
            | Self::ButtonUrl
            | Self::TextButton
            | Self::ReplyMarkup
            | Self::ReplyNotFound
            | Self::NoForum
            | Self::NoTopicRights
            | Self::TopicUnnamed
            | Self::ThreadNotFound
            | Self::TopicInvalid
            | Self::TopicClosed
            | Self::TopicNotModified
            | Self::CopyNotFound
            | Self::NotCopyable
            | Self::ReactNotFound
            | Self::ReactionInvalid
            | Self::ReactionsTooMany
            | Self::DeleteNotFound
            | Self::NotDeletable
            | Self::NoCaptionToEdit
            | Self::ChatAction
            | Self::MessageIdMissing
            | Self::EditNotFound
            | Self::NoTextToEdit
            | Self::NotEditable
            | Self::NotModified
            | Self::QueryTooOld
            | Self::FileMissing(_)
            | Self::FileIdMissing
            | Self::FileIdInvalid
            | Self::FileUnknown
            | Self::FileKind(..)
            | Self::FileEmpty
            | Self::FileTooBig
            | Self::PhotoTooBig(..)
            | Self::Upgraded(_)
            | Self::PhotoExtension(_)
            | Self::CaptionTooLong
            | Self::SecretToken
            | Self::WebhookHttps
            | Self::WebhookPort => StatusCode::BAD_REQUEST,
        }
    }
}

impl Refusal {
    /// The body of the answer.
    pub(super) fn body(&self) -> Value {
        let mut body = json!({
            "ok": false,
            "error_code": self.code().as_u16(),
            "description": self.to_string(),
        });
        if let Self::TooMany(seconds) = self {
            body["parameters"] = json!({ "retry_after": seconds });
        }
        if let Self::Upgraded(chat) = self {
            body["parameters"] = json!({ "migrate_to_chat_id": chat });
        }
        body
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (self.code(), Json(self.body())).into_response()
    }
}
