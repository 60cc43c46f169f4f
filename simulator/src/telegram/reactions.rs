//! Reactions of the bot to messages.
//! Invariant: a message carries at most one of them, and only one that the Bot API lists.

use serde_json::Value;

use super::messages;
use super::params::Params;
use super::refusal::Refusal;
use super::state::State;

/// What a bot may react with (Bot API, `ReactionTypeEmoji`).
pub const REACTIONS: [&str; 73] = [
    "❤",
    "👍",
    "👎",
    "🔥",
    "🥰",
    "👏",
    "😁",
    "🤔",
    "🤯",
    "😱",
    "🤬",
    "😢",
    "🎉",
    "🤩",
    "🤮",
    "💩",
    "🙏",
    "👌",
    "🕊",
    "🤡",
    "🥱",
    "🥴",
    "😍",
    "🐳",
    "❤\u{200d}🔥",
    "🌚",
    "🌭",
    "💯",
    "🤣",
    "⚡",
    "🍌",
    "🏆",
    "💔",
    "🤨",
    "😐",
    "🍓",
    "🍾",
    "💋",
    "🖕",
    "😈",
    "😴",
    "😭",
    "🤓",
    "👻",
    "👨\u{200d}💻",
    "👀",
    "🎃",
    "🙈",
    "😇",
    "😨",
    "🤝",
    "✍",
    "🤗",
    "🫡",
    "🎅",
    "🎄",
    "☃",
    "💅",
    "🤪",
    "🗿",
    "🆒",
    "💘",
    "🙉",
    "🦄",
    "😘",
    "💊",
    "🙊",
    "😎",
    "👾",
    "🤷\u{200d}♂",
    "🤷",
    "🤷\u{200d}♀",
    "😡",
];

/// `setMessageReaction`.
pub(super) fn react(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    let chosen = match params.structure("reaction")? {
        None => Vec::new(),
        Some(reactions) => reactions
            .as_array()
            .ok_or(Refusal::ReactionInvalid)?
            .clone(),
    };
    let chosen: Vec<String> = chosen.iter().map(emoji).collect::<Result<_, _>>()?;
    let chat = state.heard_of(messages::chat_id(params)?)?;
    chat.accepts()?;
    let message = messages::message_id(params).map_err(|_| Refusal::ReactNotFound)?;
    if !chat.log.contains_key(&message) {
        return Err(Refusal::ReactNotFound);
    }
    // Bots are no premium users (Bot API, `setMessageReaction`).
    if chosen.len() > 1 {
        return Err(Refusal::ReactionsTooMany);
    }
    chat.reactions.insert(message, chosen);
    Ok(Value::Bool(true))
}

fn emoji(reaction: &Value) -> Result<String, Refusal> {
    let field = |name| reaction.get(name).and_then(Value::as_str);
    match (field("type"), field("emoji")) {
        (Some("emoji"), Some(emoji)) if REACTIONS.contains(&emoji) => Ok(emoji.to_owned()),
        (_, _) => Err(Refusal::ReactionInvalid),
    }
}
