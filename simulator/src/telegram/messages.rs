//! What the bot says in chats: sending, editing, answering buttons.
//! Invariant: refusals come in the server's order: what it can see by itself first (text, mark-up,
//! keyboard), then the chat, then the flood limits, then the person.

use serde_json::Value;

use super::html::Parsed;
use super::ids::{ChatId, MessageId};
use super::markup;
use super::media::FileDraft;
use super::params::Params;
use super::refusal::Refusal;
use super::sent::{ButtonAnswer, Content, SentMessage};
use super::state::{Entry, State};
use crate::clock::Moment;

/// The longest text, in UTF-16 code units after the mark-up is gone (Bot API, `sendMessage`).
const TEXT_UNITS: usize = 4096;
/// The longest caption, counted likewise (Bot API, `sendPhoto`).
const CAPTION_UNITS: usize = 1024;

/// For so long a message can be deleted (Bot API, `deleteMessage`).
const DELETABLE_SECONDS: i64 = 48 * 60 * 60;

/// What a bot can be seen doing (Bot API, `sendChatAction`).
const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// A message of a call that may still be refused.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) content: Content,
    pub(super) file: Option<FileDraft>,
}

/// `sendMessage`.
pub(super) fn send(state: &mut State, params: &Params, now: Moment) -> Result<Value, Refusal> {
    let content = text(params)?;
    place(
        state,
        params,
        Draft {
            content,
            file: None,
        },
        now,
    )
}

/// Puts a message into its chat, if the chat, the limits and the person let it.
pub(super) fn place(
    state: &mut State,
    params: &Params,
    draft: Draft,
    now: Moment,
) -> Result<Value, Refusal> {
    let chat_id = chat_id(params)?;
    let chat = state.heard_of(chat_id)?;
    let thread = chat.thread(params)?;
    let beside = |message: MessageId| thread.is_none() || chat.topic_of(message) == thread;
    let is_there = |message: MessageId| chat.log.contains_key(&message) && beside(message);
    let reply_to = reply_target(params, is_there)?;
    // An answer stands where what it answers does.
    let topic = thread.or_else(|| chat.topic_of(reply_to?));
    state.flood.admit(chat_id, now.steady)?;
    state.heard_of(chat_id)?.accepts()?;
    check_length(&draft.content, draft.file.is_some())?;
    let message_id = state.number_message();
    let media = draft.file.map(|file| file.keep(&mut state.files));
    let sent = SentMessage {
        message_id,
        at: now.wall,
        reply_to,
        topic,
        silent: params.flag("disable_notification"),
        content: Content {
            media,
            ..draft.content
        },
        earlier: Vec::new(),
    };
    let message = state.chats[&chat_id].message(&state.bot, &sent, None);
    state.log(chat_id, message_id, Entry::Ours(Box::new(sent)));
    Ok(message)
}

/// `editMessageText`.
pub(super) fn edit(state: &mut State, params: &Params, now: Moment) -> Result<Value, Refusal> {
    let content = text(params)?;
    rewrite(state, params, now, |old| {
        if old.media.is_some() {
            return Err(Refusal::NoTextToEdit);
        }
        check_length(&content, false)?;
        Ok(content)
    })
}

/// `editMessageCaption`; without a caption there is none afterwards.
pub(super) fn edit_caption(
    state: &mut State,
    params: &Params,
    now: Moment,
) -> Result<Value, Refusal> {
    let content = caption(params)?;
    rewrite(state, params, now, |old| {
        let media = old.media.clone().ok_or(Refusal::NoCaptionToEdit)?;
        check_length(&content, true)?;
        Ok(Content {
            media: Some(media),
            ..content
        })
    })
}

/// `editMessageReplyMarkup`.
pub(super) fn edit_markup(
    state: &mut State,
    params: &Params,
    now: Moment,
) -> Result<Value, Refusal> {
    let reply_markup = markup::read(params)?;
    rewrite(state, params, now, |old| {
        Ok(Content {
            reply_markup,
            ..old.clone()
        })
    })
}

/// Replaces what one of the bot's messages says.
fn rewrite(
    state: &mut State,
    params: &Params,
    now: Moment,
    change: impl FnOnce(&Content) -> Result<Content, Refusal>,
) -> Result<Value, Refusal> {
    let chat_id = chat_id(params)?;
    let message_id = message_id(params)?;
    let chat = state.heard_of(chat_id)?;
    chat.accepts()?;
    let sent = match chat.log.get_mut(&message_id) {
        None => return Err(Refusal::EditNotFound),
        Some(Entry::Theirs(_)) => return Err(Refusal::NotEditable),
        Some(Entry::Ours(sent)) => sent,
    };
    if !sent
        .content
        .reply_markup
        .as_ref()
        .is_none_or(markup::is_inline)
    {
        return Err(Refusal::NotEditable);
    }
    let content = change(&sent.content)?;
    if !content.reply_markup.as_ref().is_none_or(markup::is_inline) {
        return Err(Refusal::ReplyMarkup);
    }
    if looks_same(&sent.content, &content) {
        return Err(Refusal::NotModified);
    }
    let former = std::mem::replace(&mut sent.content, content);
    sent.earlier.push(former);
    let sent = sent.clone();
    let chat = &state.chats[&chat_id];
    Ok(chat.message(&state.bot, &sent, Some(now.unix())))
}

/// `deleteMessage`: one of the bot's messages, or any message of a private chat, as long as it is younger than 48 hours.
pub(super) fn delete(state: &mut State, params: &Params, now: Moment) -> Result<Value, Refusal> {
    let chat = state.heard_of(chat_id(params)?)?;
    let message = message_id(params)?;
    let born = match chat.log.get(&message).ok_or(Refusal::DeleteNotFound)? {
        Entry::Ours(sent) => sent.at.as_second(),
        Entry::Theirs(theirs) => theirs.message["date"].as_i64().unwrap_or_default(),
    };
    if now.unix() - born >= DELETABLE_SECONDS {
        return Err(Refusal::NotDeletable);
    }
    chat.log.remove(&message);
    Ok(Value::Bool(true))
}

/// `sendChatAction`: shown for some seconds, so nothing of it is kept.
pub(super) fn chat_action(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    if !ACTIONS.contains(&params.text("action")?.unwrap_or_default()) {
        return Err(Refusal::ChatAction);
    }
    state.heard_of(chat_id(params)?)?.accepts()?;
    Ok(Value::Bool(true))
}

/// `answerCallbackQuery`.
pub(super) fn answer_button(
    state: &mut State,
    params: &Params,
    now: Moment,
) -> Result<Value, Refusal> {
    let id = params.text("callback_query_id")?.unwrap_or_default();
    let lifetime = state.query_lifetime;
    let query = state
        .queries
        .get_mut(id)
        .filter(|query| now.steady.duration_since(query.pressed) < lifetime)
        .ok_or(Refusal::QueryTooOld)?;
    query.answer = Some(ButtonAnswer {
        update_id: query.update_id,
        text: params.text("text")?.unwrap_or_default().to_owned(),
        show_alert: params.flag("show_alert"),
    });
    Ok(Value::Bool(true))
}

fn text(params: &Params) -> Result<Content, Refusal> {
    let source = params.text("text")?.unwrap_or_default();
    if source.trim().is_empty() {
        return Err(Refusal::TextEmpty);
    }
    let content = marked_up(source, params)?;
    if content.text.is_empty() {
        return Err(Refusal::TextEmpty);
    }
    Ok(content)
}

/// What is said under a file: perhaps nothing.
pub(super) fn caption(params: &Params) -> Result<Content, Refusal> {
    marked_up(params.text("caption")?.unwrap_or_default(), params)
}

fn marked_up(source: &str, params: &Params) -> Result<Content, Refusal> {
    let mode = params.text("parse_mode")?.unwrap_or_default();
    let parsed = match mode.to_ascii_lowercase().as_str() {
        "" => Parsed::plain(source),
        "html" => Parsed::html(source).map_err(Refusal::Entities)?,
        _ => return Err(Refusal::ParseMode),
    };
    Ok(Content::new(parsed, source, markup::read(params)?))
}

/// User names of people can't be written to, so only numbers find a chat.
pub(super) fn chat_id(params: &Params) -> Result<ChatId, Refusal> {
    match params.integer("chat_id") {
        Ok(Some(id)) => Ok(ChatId(id)),
        Ok(None) => Err(Refusal::ChatIdEmpty),
        Err(_) => Err(Refusal::ChatNotFound),
    }
}

pub(super) fn message_id(params: &Params) -> Result<MessageId, Refusal> {
    params
        .integer("message_id")?
        .map(MessageId)
        .ok_or(Refusal::MessageIdMissing)
}

fn reply_target(
    params: &Params,
    exists: impl Fn(MessageId) -> bool,
) -> Result<Option<MessageId>, Refusal> {
    let Some(reply) = params.structure("reply_parameters")? else {
        return Ok(None);
    };
    let target = reply
        .get("message_id")
        .and_then(Value::as_i64)
        .map(MessageId)
        .ok_or(Refusal::MessageIdMissing)?;
    let optional = reply
        .get("allow_sending_without_reply")
        .and_then(Value::as_bool);
    match (exists(target), optional) {
        (true, _) => Ok(Some(target)),
        (false, Some(true)) => Ok(None),
        (false, Some(false) | None) => Err(Refusal::ReplyNotFound),
    }
}

fn check_length(content: &Content, beneath_file: bool) -> Result<(), Refusal> {
    let units = content.text.encode_utf16().count();
    match beneath_file {
        false if units > TEXT_UNITS => Err(Refusal::TooLong),
        true if units > CAPTION_UNITS => Err(Refusal::CaptionTooLong),
        false | true => Ok(()),
    }
}

/// The source may differ: what counts is what people would see.
fn looks_same(old: &Content, new: &Content) -> bool {
    old.text == new.text && old.entities == new.entities && old.reply_markup == new.reply_markup
}
