//! Commands of the bot: words with a slash, and the buttons below a chat, which write their labels.
//!
//! Invariant: a command is all that its message says; with anything else beside it, it is what people write.

use crate::domain::{context::DecisionContext, message::Message, text::Text, wording::MenuButton};

/// A command of the bot, by its first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BotCommand {
    Start,
    Appeals,
    Promotions,
    /// The partner's codes.
    Code,
    /// The number of the chat, for the settings.
    Id,
    /// No announcements any more.
    Stop,
    /// Announcements again.
    Resume,
    /// `/help`, and every command that we do not know.
    Help,
}

/// The command that a message is, if it is one of its sender's own.
pub(super) fn said_in(ctx: &DecisionContext<'_>, message: &Message) -> Option<BotCommand> {
    let own = message.context.forwarded.is_none();
    let text = message.content.text().filter(|_| own)?;
    command(text).or_else(|| menu_button(ctx, text))
}

/// No label of a button is longer, in bytes.
const LONGEST_LABEL: usize = 400;

/// A button below the chat writes its label.
fn menu_button(ctx: &DecisionContext<'_>, text: &Text) -> Option<BotCommand> {
    if text.as_str().len() > LONGEST_LABEL {
        return None;
    }
    let button = ctx.rules.wording.menu_button(text.as_str())?;
    Some(match button {
        MenuButton::Appeals => BotCommand::Appeals,
        MenuButton::Promotions => BotCommand::Promotions,
    })
}

/// A command is one word that begins with a slash; in groups it may name the bot behind an `@` (Bot API: commands). With words behind it, it
/// is what people write; `/start` alone may come with what a link to the bot bears (Bot API: deep linking).
pub(super) fn command(text: &Text) -> Option<BotCommand> {
    let mut words = text.as_str().trim().strip_prefix('/')?.split_whitespace();
    let word = words.next()?;
    let name = word.split_once('@').map_or(word, |(name, _)| name);
    let plausible = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let command = match name {
        "start" => BotCommand::Start,
        "appeals" => BotCommand::Appeals,
        "promotions" => BotCommand::Promotions,
        "code" => BotCommand::Code,
        "id" => BotCommand::Id,
        "stop" => BotCommand::Stop,
        "resume" => BotCommand::Resume,
        _ => BotCommand::Help,
    };
    let behind: Vec<_> = words.collect();
    let alone = match behind.as_slice() {
        [] => true,
        [payload] => command == BotCommand::Start && is_payload(payload),
        [_, ..] => false,
    };
    (plausible && alone).then_some(command)
}

/// What may be behind `/start` where somebody has followed a link.
fn is_payload(word: &str) -> bool {
    let is_of_a_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    word.len() <= 64 && word.bytes().all(is_of_a_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_word_with_a_slash() {
        for (text, expected) in [
            ("/start", Some(BotCommand::Start)),
            (" /start payload ", Some(BotCommand::Start)),
            ("/appeals@desk_bot", Some(BotCommand::Appeals)),
            ("/promotions", Some(BotCommand::Promotions)),
            ("/stop", Some(BotCommand::Stop)),
            ("/resume", Some(BotCommand::Resume)),
            ("/code", Some(BotCommand::Code)),
            ("/id@desk_bot", Some(BotCommand::Id)),
            ("/unknown", Some(BotCommand::Help)),
            ("/help не работает касса", None),
            ("/stop please", None),
            ("/start Здравствуйте", None),
            ("/start\nне работает", None),
            ("1/2 дома", None),
            ("/", None),
            ("/дом 5", None),
        ] {
            assert_eq!(command(&Text::from(text)), expected, "{text}");
        }
    }
}
