//! Whom a refusal of Telegram's concerns: the bot, the recipient, or what was sent.
//!
//! Invariant: a refusal that concerns the bot rejects no message. Descriptions are compared without case, since the server changes that
//! of the first letter; what is in no list here is blamed on nobody.

use serde::{Deserialize, Serialize};

use crate::domain::{appeal::RejectReason, ids::ChatId};

/// Why Telegram does not serve the bot at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceRefusal {
    /// 401: the token was revoked, or is none of Telegram's.
    Token,
    /// 404: there is no such bot, or no Bot API, under this address.
    Unknown,
    /// 400 `Logged out`: the bot has left this server for another.
    LoggedOut,
    /// `FROZEN_METHOD_INVALID`: Telegram has frozen the bot, or the account that owns it.
    Frozen,
    /// 421: another server of the Bot API is in charge of the bot.
    Misdirected,
    /// 409: somebody else uses the bot at the same time.
    Conflict,
}

/// What a chat refuses whatever is sent there.
const OF_THE_RECIPIENT: [&str; 23] = [
    "user not found",
    "peer_id_invalid",
    "user_is_bot",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_admin_required",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_send_",
    "chat_guest_send_forbidden",
    "chat_id is empty",
    "group is deactivated",
    "group chat was migrated",
    "chat was upgraded",
    "chat was deleted",
    "channel_private",
    "is not a member",
    "was kicked",
    "participant_id_invalid",
    "voice_messages_forbidden",
    "user_privacy",
    "privacy_premium_required",
];

/// What is said of a topic that is not there any more.
const OF_A_LOST_TOPIC: [&str; 4] = [
    "thread not found",
    "topic not found",
    "topic_deleted",
    "topic_id_invalid",
];

/// What is said where a chat has no topics, or one is closed to the bot.
const OF_TOPICS: [&str; 3] = ["not a forum", "forum_missing", "topic_"];

/// What is refused wherever it is sent.
const OF_THE_CONTENT: [&str; 27] = [
    "button_",
    "can't parse",
    "caption",
    "document_invalid",
    "entities too long",
    "file identifier",
    "file is too big",
    "file must be non-empty",
    "file of type",
    "file_id",
    "http url",
    "image_process_failed",
    "invalid file",
    "inline keyboard",
    "media_",
    "message is too long",
    "message text is empty",
    "message_too_long",
    "photo",
    "reply markup",
    "request entity too large",
    "text is too long",
    "text must be non-empty",
    "type of file mismatch",
    "video",
    "web page content",
    "wrong file",
];

impl ServiceRefusal {
    /// What a refusal says of the bot, if it concerns the bot.
    #[must_use]
    pub fn of(code: u16, description: &str) -> Option<Self> {
        let says = |words: &str| says(description, words);
        match code {
            _ if says("frozen_method_invalid") => Some(Self::Frozen),
            401 => Some(Self::Token),
            400 if says("logged out") => Some(Self::LoggedOut),
            404 => Some(Self::Unknown),
            409 => Some(Self::Conflict),
            421 => Some(Self::Misdirected),
            _ => None,
        }
    }

    /// Its name, by which texts for people tell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Unknown => "unknown",
            Self::LoggedOut => "logged_out",
            Self::Frozen => "frozen",
            Self::Misdirected => "misdirected",
            Self::Conflict => "conflict",
        }
    }

    /// What is wrong and what to do, for the log and the commands.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Token => {
                "Telegram does not know the token (401): it was revoked or mistyped. Put the one that @BotFather shows into telegram.token and restart"
            }
            Self::Unknown => {
                "Telegram knows no such bot (404): telegram.token or telegram.api_url is mistyped. Correct it and restart"
            }
            Self::LoggedOut => {
                "the bot has logged out of this Bot API server: put the address of the server that it uses now into telegram.api_url, or log it out there and wait ten minutes"
            }
            Self::Frozen => {
                "Telegram has frozen the bot or the account that owns it: appeal in that account, by @SpamBot"
            }
            Self::Misdirected => {
                "another Bot API server is in charge of the bot (421): put its address into telegram.api_url and restart"
            }
            Self::Conflict => {
                "somebody else uses the bot at the same time (409): stop the other program, or give it a bot of its own"
            }
        }
    }
}

/// Why a message is refused for good, by a refusal that does not concern the bot.
pub(super) fn reject_reason(code: u16, description: &str, moved_to: Option<i64>) -> RejectReason {
    let says = |words: &str| says(description, words);
    let any = |words: &[&str]| words.iter().any(|words| says(words));
    match code {
        _ if moved_to.is_some() => RejectReason::Moved(ChatId(moved_to.unwrap_or_default())),
        400 | 403 if says("bot was blocked by the user") || says("user_is_blocked") => {
            RejectReason::Blocked
        }
        400 | 403 if says("user is deactivated") || says("user_deactivated") => {
            RejectReason::Deactivated
        }
        400 if says("chat not found") => RejectReason::ChatNotFound,
        400 if says("message to edit not found") => RejectReason::Gone,
        400 if says("message can't be edited") || says("message can't be deleted") => {
            RejectReason::Fixed
        }
        403 => RejectReason::Recipient(description.to_owned()),
        _ if any(&OF_A_LOST_TOPIC) => RejectReason::TopicGone,
        _ if any(&OF_TOPICS) || (says("not enough rights") && says(" topic")) => {
            RejectReason::Topics(description.to_owned())
        }
        _ if any(&OF_THE_RECIPIENT) => RejectReason::Recipient(description.to_owned()),
        413 => RejectReason::Content(description.to_owned()),
        _ if any(&OF_THE_CONTENT) => RejectReason::Content(description.to_owned()),
        _ => RejectReason::Refused(description.to_owned()),
    }
}

/// Whether a description says something, in whatever case.
pub(super) fn says(description: &str, words: &str) -> bool {
    description.to_ascii_lowercase().contains(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_concerns_the_bot_the_recipient_or_the_content() {
        let words = |why: RejectReason| match why {
            RejectReason::Recipient(_) => "recipient",
            RejectReason::Content(_) => "content",
            RejectReason::Refused(_) => "nobody",
            RejectReason::Blocked => "blocked",
            RejectReason::Deactivated => "deactivated",
            RejectReason::ChatNotFound => "not found",
            RejectReason::Moved(_) => "moved",
            RejectReason::TopicGone => "the topic",
            RejectReason::Topics(_) => "topics",
            RejectReason::Gone | RejectReason::Fixed => "the message",
            RejectReason::GaveUp | RejectReason::File(_) => "ours",
        };
        for (code, description, concerns) in [
            (401, "Unauthorized: invalid token specified", "bot"),
            (401, "Unauthorized", "bot"),
            (400, "Bad Request: logged out", "bot"),
            (400, "Logged out", "bot"),
            (400, "Bad Request: FROZEN_METHOD_INVALID", "bot"),
            (403, "Forbidden: FROZEN_METHOD_INVALID", "bot"),
            (404, "Not Found", "bot"),
            (
                409,
                "Conflict: terminated by other getUpdates request",
                "bot",
            ),
            (421, "Misdirected Request", "bot"),
            (403, "Forbidden: bot was blocked by the user", "blocked"),
            (403, "Forbidden: Bot was blocked by the user", "blocked"),
            (400, "Bad Request: INPUT_USER_DEACTIVATED", "deactivated"),
            (400, "Bad Request: private chat not found", "not found"),
            (
                403,
                "Forbidden: bot can't initiate conversation with a user",
                "recipient",
            ),
            (
                400,
                "Bad Request: not enough rights to send photos to the chat",
                "recipient",
            ),
            (400, "Bad Request: message to edit not found", "the message"),
            (400, "Bad Request: message can't be edited", "the message"),
            (
                400,
                "Bad Request: message can't be deleted for everyone",
                "the message",
            ),
            (400, "Bad Request: PEER_ID_INVALID", "recipient"),
            (400, "Bad Request: message thread not found", "the topic"),
            (400, "Bad Request: TOPIC_ID_INVALID", "the topic"),
            (400, "Bad Request: TOPIC_CLOSED", "topics"),
            (400, "Bad Request: the chat is not a forum", "topics"),
            (
                400,
                "Bad Request: not enough rights to create a topic",
                "topics",
            ),
            (400, "Bad Request: BUTTON_URL_INVALID", "content"),
            (
                400,
                "Bad Request: inline keyboard button URL 'x' is invalid: Wrong HTTP URL",
                "content",
            ),
            (
                400,
                "Bad Request: photo has unsupported extension \"bin\"",
                "content",
            ),
            (
                400,
                "Bad Request: Photo should be uploaded as an InputFile",
                "content",
            ),
            (
                400,
                "Bad Request: wrong file identifier/HTTP URL specified",
                "content",
            ),
            (413, "Request Entity Too Large", "content"),
            (400, "Bad Request: message is too long", "content"),
            (400, "Bad Request: SOMETHING_NEW", "nobody"),
        ] {
            let concerned = ServiceRefusal::of(code, description)
                .map_or_else(|| words(reject_reason(code, description, None)), |_| "bot");
            assert_eq!(concerned, concerns, "{code} {description}");
        }
        let upgraded = "Bad Request: group chat was upgraded to a supergroup chat";
        assert_eq!(
            reject_reason(400, upgraded, Some(-1009)),
            RejectReason::Moved(ChatId(-1009))
        );
    }
}
