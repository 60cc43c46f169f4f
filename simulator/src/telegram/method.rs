//! The methods of the Bot API that the stand-in knows, and what each may be given.
//! Invariant: a method or a parameter that is not listed here is refused aloud, never ignored.

use super::attachment::FileKind;
use super::refusal::Refusal;
use crate::trail::What;

/// A method that the stand-in knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    GetMe,
    SetWebhook,
    DeleteWebhook,
    GetWebhookInfo,
    GetUpdates,
    GetFile,
    SetMyCommands,
    SendMessage,
    SendFile(FileKind),
    CopyMessage,
    EditMessageText,
    EditMessageCaption,
    EditMessageReplyMarkup,
    DeleteMessage,
    SetMessageReaction,
    SendChatAction,
    AnswerCallbackQuery,
    CreateForumTopic,
    CloseForumTopic,
    ReopenForumTopic,
}

/// Every method by its name.
const METHODS: [(&str, Method); 23] = [
    ("getMe", Method::GetMe),
    ("setWebhook", Method::SetWebhook),
    ("deleteWebhook", Method::DeleteWebhook),
    ("getWebhookInfo", Method::GetWebhookInfo),
    ("getUpdates", Method::GetUpdates),
    ("getFile", Method::GetFile),
    ("setMyCommands", Method::SetMyCommands),
    ("sendMessage", Method::SendMessage),
    ("sendPhoto", Method::SendFile(FileKind::Photo)),
    ("sendDocument", Method::SendFile(FileKind::Document)),
    ("sendVideo", Method::SendFile(FileKind::Video)),
    ("sendAnimation", Method::SendFile(FileKind::Animation)),
    ("copyMessage", Method::CopyMessage),
    ("editMessageText", Method::EditMessageText),
    ("editMessageCaption", Method::EditMessageCaption),
    ("editMessageReplyMarkup", Method::EditMessageReplyMarkup),
    ("deleteMessage", Method::DeleteMessage),
    ("setMessageReaction", Method::SetMessageReaction),
    ("sendChatAction", Method::SendChatAction),
    ("answerCallbackQuery", Method::AnswerCallbackQuery),
    ("createForumTopic", Method::CreateForumTopic),
    ("closeForumTopic", Method::CloseForumTopic),
    ("reopenForumTopic", Method::ReopenForumTopic),
];

/// Every method that the stand-in knows, with the parameters that it takes; anything else is answered with 501.
#[must_use]
pub fn known_methods() -> Vec<(&'static str, Vec<&'static str>)> {
    METHODS
        .map(|(name, method)| (name, method.parameters()))
        .to_vec()
}

impl Method {
    /// The method of this name; names are compared without case, as the server does.
    pub(super) fn named(name: &str) -> Result<Self, Refusal> {
        let known = METHODS
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        known
            .map(|(_, method)| *method)
            .ok_or_else(|| Refusal::NotImplemented(format!("method {name}")))
    }

    /// Whether a running flood wait refuses it. Settings of the bot stay reachable.
    pub(super) fn waits(self) -> bool {
        match self {
            Self::SendMessage
            | Self::SendFile(_)
            | Self::CopyMessage
            | Self::EditMessageText
            | Self::EditMessageCaption
            | Self::EditMessageReplyMarkup
            | Self::DeleteMessage
            | Self::SetMessageReaction
            | Self::SendChatAction
            | Self::AnswerCallbackQuery
            | Self::CreateForumTopic
            | Self::CloseForumTopic
            | Self::ReopenForumTopic => true,
            Self::GetMe
            | Self::SetWebhook
            | Self::DeleteWebhook
            | Self::GetWebhookInfo
            | Self::GetUpdates
            | Self::GetFile
            | Self::SetMyCommands => false,
        }
    }

    /// Whether it changes anything that people or the bot see afterwards.
    pub(super) fn changes(self) -> bool {
        match self {
            Self::SendChatAction => false,
            Self::SetWebhook | Self::DeleteWebhook | Self::SetMyCommands => true,
            other => other.waits(),
        }
    }

    /// What the trail calls it, if it concerns people.
    pub(super) fn what(self, uploads: bool) -> Option<What> {
        match self {
            Self::SendFile(_) if uploads => Some(What::Upload),
            Self::SendMessage | Self::SendFile(_) | Self::CopyMessage | Self::CreateForumTopic => {
                Some(What::Send)
            }
            Self::EditMessageText
            | Self::EditMessageCaption
            | Self::EditMessageReplyMarkup
            | Self::DeleteMessage
            | Self::CloseForumTopic
            | Self::ReopenForumTopic => Some(What::Edit),
            Self::SetMessageReaction | Self::AnswerCallbackQuery => Some(What::React),
            Self::GetMe
            | Self::SetWebhook
            | Self::DeleteWebhook
            | Self::GetWebhookInfo
            | Self::GetUpdates
            | Self::GetFile
            | Self::SetMyCommands
            | Self::SendChatAction => None,
        }
    }

    /// The parameters that the stand-in models, or that change nothing that it shows.
    pub(super) fn parameters(self) -> Vec<&'static str> {
        match self {
            Self::GetMe | Self::GetWebhookInfo => vec![],
            Self::SetWebhook => vec![
                "url",
                "secret_token",
                "allowed_updates",
                "max_connections",
                "drop_pending_updates",
            ],
            Self::DeleteWebhook => vec!["drop_pending_updates"],
            Self::GetUpdates => vec!["offset", "limit", "timeout", "allowed_updates"],
            Self::GetFile => vec!["file_id"],
            Self::SetMyCommands => vec!["commands", "scope", "language_code"],
            Self::SendMessage => vec![
                "chat_id",
                "text",
                "parse_mode",
                "reply_markup",
                "reply_parameters",
                "link_preview_options",
                "disable_notification",
                "protect_content",
                "message_thread_id",
            ],
            Self::SendFile(kind) => vec![
                "chat_id",
                kind.field(),
                "caption",
                "parse_mode",
                "reply_markup",
                "reply_parameters",
                "disable_notification",
                "protect_content",
                "disable_content_type_detection",
                "supports_streaming",
                "message_thread_id",
            ],
            Self::CopyMessage => vec![
                "chat_id",
                "from_chat_id",
                "message_id",
                "caption",
                "parse_mode",
                "reply_markup",
                "reply_parameters",
                "disable_notification",
                "protect_content",
                "message_thread_id",
            ],
            Self::EditMessageText => vec![
                "chat_id",
                "message_id",
                "text",
                "parse_mode",
                "reply_markup",
                "link_preview_options",
            ],
            Self::EditMessageCaption => vec![
                "chat_id",
                "message_id",
                "caption",
                "parse_mode",
                "reply_markup",
            ],
            Self::EditMessageReplyMarkup => vec!["chat_id", "message_id", "reply_markup"],
            Self::DeleteMessage => vec!["chat_id", "message_id"],
            Self::SetMessageReaction => vec!["chat_id", "message_id", "reaction", "is_big"],
            Self::SendChatAction => vec!["chat_id", "action"],
            Self::AnswerCallbackQuery => {
                vec!["callback_query_id", "text", "show_alert", "cache_time"]
            }
            Self::CreateForumTopic => vec!["chat_id", "name"],
            Self::CloseForumTopic | Self::ReopenForumTopic => vec!["chat_id", "message_thread_id"],
        }
    }
}
