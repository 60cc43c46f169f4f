//! What we say, as the bodies of Bot API calls.
//!
//! Invariant: the text goes out exactly as the domain escaped it, or plain, and no link in it grows a preview.

use frankenstein::{
    ParseMode,
    methods::{
        AnswerCallbackQueryParams, CopyMessageParams, DeleteMessageParams,
        EditMessageCaptionParams, EditMessageTextParams, SendChatActionParams, SendMessageParams,
        SetMessageReactionParams,
    },
    types::{
        ChatAction, InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, LinkPreviewOptions,
        ReactionType, ReactionTypeEmoji, ReplyKeyboardMarkup, ReplyKeyboardRemove, ReplyMarkup,
        ReplyParameters,
    },
};

use serde_json::{Map, Value, json};

use super::button;
use crate::domain::{
    effect::{Button, Keyboard, MessageForm, Send},
    ids::{CallbackId, ChatId, MessageId},
    media::MediaKind,
    text::Html,
};

/// The words of a message, as they go over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageText {
    text: String,
    mode: Option<ParseMode>,
}

impl MessageText {
    /// With their mark-up.
    #[must_use]
    pub fn marked_up(html: &Html) -> Self {
        Self {
            text: html.as_str().to_owned(),
            mode: Some(ParseMode::Html),
        }
    }

    /// Without it.
    #[must_use]
    pub fn plain(html: &Html) -> Self {
        Self {
            text: html.plain(),
            mode: None,
        }
    }

    /// What is beneath a file, if anything, and how it is marked up.
    #[must_use]
    pub fn caption(&self) -> (Option<&str>, Option<ParseMode>) {
        if self.text.is_empty() {
            (None, None)
        } else {
            (Some(&self.text), self.mode)
        }
    }
}

/// The body of `sendMessage`.
#[must_use]
pub fn send_message(send: &Send, words: &MessageText) -> SendMessageParams {
    SendMessageParams::builder()
        .chat_id(send.to.0)
        .maybe_message_thread_id(topic(send))
        .text(words.text.as_str())
        .maybe_parse_mode(words.mode)
        .link_preview_options(LinkPreviewOptions::DISABLED)
        .maybe_disable_notification((send.form == MessageForm::Silent).then_some(true))
        .maybe_reply_parameters(reply(send))
        .maybe_reply_markup(markup(&send.keyboard))
        .build()
}

/// The body of `copyMessage`; without words what is beneath the file stays, unless the form says that they are all.
#[must_use]
pub fn copy_message(
    send: &Send,
    words: &MessageText,
    (from, message): (ChatId, MessageId),
) -> CopyMessageParams {
    let (caption, mode) = match send.form {
        // No words take the caption away.
        MessageForm::Captioned(..) => (Some(words.text.as_str()), words.mode),
        _ => words.caption(),
    };
    CopyMessageParams::builder()
        .chat_id(send.to.0)
        .maybe_message_thread_id(topic(send))
        .from_chat_id(from.0)
        .message_id(i32::try_from(message.0).unwrap_or(i32::MAX))
        .maybe_caption(caption)
        .maybe_parse_mode(mode)
        .maybe_reply_parameters(reply(send))
        .maybe_reply_markup(markup(&send.keyboard))
        .build()
}

/// The topic into which a message goes.
fn topic(send: &Send) -> Option<i32> {
    let topic = send.topic?;
    Some(i32::try_from(topic.0).unwrap_or(i32::MAX))
}

/// What a message replies to; one that is gone does not hold it back.
fn reply(send: &Send) -> Option<ReplyParameters> {
    let message = send.reply_to?;
    let parameters = ReplyParameters::builder()
        .message_id(i32::try_from(message.0).unwrap_or(i32::MAX))
        .allow_sending_without_reply(true);
    Some(parameters.build())
}

/// The body of `sendChatAction`.
#[must_use]
pub fn send_chat_action(chat: ChatId) -> SendChatActionParams {
    SendChatActionParams::builder()
        .chat_id(chat.0)
        .action(ChatAction::Typing)
        .build()
}

/// The body of `editMessageText`.
#[must_use]
pub fn edit_message_text(
    send: &Send,
    words: &MessageText,
    message: MessageId,
) -> EditMessageTextParams {
    EditMessageTextParams::builder()
        .chat_id(send.to.0)
        .message_id(i32::try_from(message.0).unwrap_or(i32::MAX))
        .text(words.text.as_str())
        .maybe_parse_mode(words.mode)
        .link_preview_options(LinkPreviewOptions::DISABLED)
        .maybe_reply_markup(inline_markup(&send.keyboard))
        .build()
}

/// The body of `editMessageCaption`: the same parameters as in [`edit_message_text`], beneath a file; no words take the caption away.
#[must_use]
pub fn edit_message_caption(
    send: &Send,
    words: &MessageText,
    message: MessageId,
) -> EditMessageCaptionParams {
    let (caption, mode) = words.caption();
    EditMessageCaptionParams::builder()
        .chat_id(send.to.0)
        .message_id(i32::try_from(message.0).unwrap_or(i32::MAX))
        .maybe_caption(caption)
        .maybe_parse_mode(mode)
        .build()
}

/// The body of `deleteMessage`.
#[must_use]
pub fn delete_message(chat: ChatId, message: MessageId) -> DeleteMessageParams {
    DeleteMessageParams::builder()
        .chat_id(chat.0)
        .message_id(i32::try_from(message.0).unwrap_or(i32::MAX))
        .build()
}

/// The method that sends a file as this.
#[must_use]
pub fn method(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => "sendPhoto",
        MediaKind::Video => "sendVideo",
        MediaKind::Animation => "sendAnimation",
        MediaKind::Document => "sendDocument",
    }
}

/// The field of that method which holds the file.
#[must_use]
pub fn field(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Photo => "photo",
        MediaKind::Video => "video",
        MediaKind::Animation => "animation",
        MediaKind::Document => "document",
    }
}

/// The body of that method for a file that Telegram has.
#[must_use]
pub fn send_kept(
    send: &Send,
    words: &MessageText,
    kind: MediaKind,
    file: &str,
) -> Map<String, Value> {
    let (caption, mode) = words.caption();
    let fields = [
        ("chat_id", Some(json!(send.to.0))),
        (field(kind), Some(json!(file))),
        ("caption", caption.map(Value::from)),
        ("parse_mode", mode.map(|mode| json!(mode))),
        ("reply_markup", markup(&send.keyboard).map(|it| json!(it))),
    ];
    let given = fields.into_iter();
    given
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

/// The `reply_markup` of a call that goes as a form, as JSON.
#[must_use]
pub fn reply_markup(send: &Send) -> Option<String> {
    markup(&send.keyboard).and_then(|markup| serde_json::to_string(&markup).ok())
}

/// The body of `setMessageReaction`: the sign that a message is in the sheet.
#[must_use]
pub fn set_message_reaction(chat: ChatId, message: MessageId) -> SetMessageReactionParams {
    let emoji = ReactionTypeEmoji::builder().emoji("👍").build();
    SetMessageReactionParams::builder()
        .chat_id(chat.0)
        .message_id(i32::try_from(message.0).unwrap_or(i32::MAX))
        .reaction(vec![ReactionType::Emoji(emoji)])
        .build()
}

/// The body of `answerCallbackQuery`: it only ends the button's waiting state, the reply is a message of its own.
#[must_use]
pub fn answer_callback_query(callback: &CallbackId) -> AnswerCallbackQueryParams {
    AnswerCallbackQueryParams::builder()
        .callback_query_id(callback.0.as_str())
        .build()
}

fn markup(keyboard: &Keyboard) -> Option<ReplyMarkup> {
    match keyboard {
        Keyboard::Keep => None,
        Keyboard::ShareContact(label) => {
            let button = KeyboardButton::builder()
                .text(label.as_str())
                .request_contact(true)
                .build();
            // Without `resize_keyboard` one button covers half of a phone's screen.
            let keyboard = ReplyKeyboardMarkup::builder()
                .keyboard(vec![vec![button]])
                .resize_keyboard(true)
                .build();
            Some(ReplyMarkup::ReplyKeyboardMarkup(keyboard))
        }
        Keyboard::Menu(labels) => {
            let button = |label: &String| KeyboardButton::builder().text(label.as_str()).build();
            let keyboard = ReplyKeyboardMarkup::builder()
                .keyboard(vec![labels.iter().map(button).collect()])
                .resize_keyboard(true)
                .is_persistent(true)
                .build();
            Some(ReplyMarkup::ReplyKeyboardMarkup(keyboard))
        }
        Keyboard::Remove => Some(ReplyMarkup::ReplyKeyboardRemove(
            ReplyKeyboardRemove::builder().remove_keyboard(true).build(),
        )),
        Keyboard::Link(..) | Keyboard::Inline(_) | Keyboard::Row(_) | Keyboard::Grid(_) => {
            inline_markup(keyboard).map(ReplyMarkup::InlineKeyboardMarkup)
        }
    }
}

/// Buttons that belong to a message; `None` if the keyboard is of another kind.
fn inline_markup(keyboard: &Keyboard) -> Option<InlineKeyboardMarkup> {
    let lines = match keyboard {
        Keyboard::Keep | Keyboard::ShareContact(_) | Keyboard::Menu(_) | Keyboard::Remove => {
            return None;
        }
        Keyboard::Link(label, url) => {
            let button = InlineKeyboardButton::builder();
            vec![vec![button.text(label.as_str()).url(url.as_str()).build()]]
        }
        Keyboard::Inline(buttons) => buttons.iter().map(|button| vec![inline(button)]).collect(),
        Keyboard::Row(buttons) => vec![buttons.iter().map(inline).collect()],
        Keyboard::Grid(lines) => {
            let line = |buttons: &Vec<_>| buttons.iter().map(inline).collect();
            lines.iter().map(line).collect()
        }
    };
    let markup = InlineKeyboardMarkup::builder();
    Some(markup.inline_keyboard(lines).build())
}

fn inline((label, meaning): &(String, Button)) -> InlineKeyboardButton {
    InlineKeyboardButton::builder()
        .text(label.as_str())
        .callback_data(button::to_wire(*meaning))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        ids::{OutboxId, Seq},
        text::Html,
    };

    fn body(keyboard: Keyboard) -> Value {
        let send = Send {
            keyboard,
            ..Send::talk(
                OutboxId::Reply(Seq(1), 0),
                ChatId(42),
                Html::escape("1 < 2"),
            )
        };
        serde_json::to_value(send_message(&send, &MessageText::marked_up(&send.text))).unwrap()
    }

    #[test]
    fn each_kind_of_media_goes_by_its_id_with_its_words_and_its_button() {
        let send = |text: &str| Send {
            keyboard: Keyboard::Link("Сайт".to_owned(), "https://a.example".to_owned()),
            ..Send::talk(OutboxId::Reply(Seq(1), 0), ChatId(42), Html::escape(text))
        };
        let markup = json!({"inline_keyboard": [[{"text": "Сайт", "url": "https://a.example"}]]});
        let (full, empty) = (send("1 < 2"), send(""));
        let (html, plain, none) = (
            MessageText::marked_up(&full.text),
            MessageText::plain(&full.text),
            MessageText::marked_up(&empty.text),
        );
        for (body, rest) in [
            (
                send_kept(&full, &html, MediaKind::Photo, "f"),
                json!({"photo": "f", "caption": "1 &lt; 2", "parse_mode": "HTML"}),
            ),
            (
                send_kept(&full, &html, MediaKind::Video, "f"),
                json!({"video": "f", "caption": "1 &lt; 2", "parse_mode": "HTML"}),
            ),
            (
                send_kept(&full, &plain, MediaKind::Animation, "f"),
                json!({"animation": "f", "caption": "1 < 2"}),
            ),
            (
                send_kept(&empty, &none, MediaKind::Document, "f"),
                json!({"document": "f"}),
            ),
        ] {
            let mut expected = json!({"chat_id": 42, "reply_markup": markup});
            expected
                .as_object_mut()
                .unwrap()
                .extend(rest.as_object().unwrap().clone());
            assert_eq!(Value::from(body), expected);
        }
    }

    #[test]
    fn a_message_is_html_without_preview() {
        let plain = json!({
            "chat_id": 42, "text": "1 &lt; 2", "parse_mode": "HTML", "link_preview_options": {"is_disabled": true},
        });
        assert_eq!(body(Keyboard::Keep), plain);
    }

    #[test]
    fn each_keyboard_has_its_markup() {
        for (keyboard, markup) in [
            (
                Keyboard::ShareContact("Мой номер".to_owned()),
                json!({"keyboard": [[{"text": "Мой номер", "request_contact": true}]], "resize_keyboard": true}),
            ),
            (Keyboard::Remove, json!({"remove_keyboard": true})),
            (
                Keyboard::Menu(vec!["Мои обращения".to_owned(), "Акции".to_owned()]),
                json!({
                    "keyboard": [[{"text": "Мои обращения"}, {"text": "Акции"}]],
                    "resize_keyboard": true,
                    "is_persistent": true,
                }),
            ),
            (
                Keyboard::Grid(vec![
                    vec![("Раз".to_owned(), Button::Appeals(1))],
                    vec![("Два".to_owned(), Button::Appeals(2))],
                ]),
                json!({"inline_keyboard": [
                    [{"text": "Раз", "callback_data": "appeals:1"}],
                    [{"text": "Два", "callback_data": "appeals:2"}],
                ]}),
            ),
            (
                Keyboard::Inline(vec![
                    ("Да".to_owned(), Button::SendKept),
                    ("Нет".to_owned(), Button::DropKept),
                ]),
                json!({"inline_keyboard": [
                    [{"text": "Да", "callback_data": "kept:send"}],
                    [{"text": "Нет", "callback_data": "kept:drop"}],
                ]}),
            ),
        ] {
            assert_eq!(body(keyboard)["reply_markup"], markup);
        }
    }

    #[test]
    fn a_button_s_acknowledgement_says_nothing_more() {
        let body = answer_callback_query(&CallbackId("77".to_owned()));
        assert_eq!(
            serde_json::to_value(body).unwrap(),
            json!({"callback_query_id": "77"})
        );
    }
}
