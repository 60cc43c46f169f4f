//! What `init` asks, and what it writes.
//!
//! Invariant: what is wrong is told in the question's own words, never as a variable of the environment.

use crate::domain::ids::ChatId;
use crate::domain::wording::{
    declare::{Argument as _, Phrase, Saying},
    foresight::QuotedWords,
};

texts! {
    /// A question of `init`, or what it says.
    InitNote<'a> -> Phrase<'a> {
        /// Asks for the bot's token.
        Token = "command-init-token",
        /// Asks for the key file.
        KeyFile = "command-init-key-file",
        /// Asks for the partners' spreadsheet.
        Partners = "command-init-partners",
        /// Asks for the appeals' spreadsheet.
        Appeals = "command-init-appeals",
        /// Asks for the promotions' spreadsheet.
        Promotions = "command-init-promotions",
        /// Asks for our address.
        PublicUrl = "command-init-public-url",
        /// Asks for the admin chat.
        AdminChat = "command-init-admin-chat",
        /// The bot of a token.
        Bot(name: &'a str) = "command-init-bot",
        /// There is none.
        UnknownToken = "command-init-unknown-token",
        /// Telegram is not reached.
        TelegramAway(error: &'a Saying) = "command-init-telegram-away",
        /// Asks for a proxy on the way there.
        Proxy = "command-init-proxy",
        /// The account of a key.
        ShareWith(email: &'a str) = "command-init-share-with",
        /// Waits until that is done.
        Shared = "command-init-shared",
        /// The tabs of a spreadsheet.
        Tabs(titles: QuotedWords<'a>) = "command-init-tabs",
        /// Google is not reached.
        GoogleAway(error: &'a Saying) = "command-init-google-away",
        /// A group has another number by now.
        ChatMoved(chat: ChatId) = "command-init-chat-moved",
        /// Nobody can be heard.
        NoWord = "command-init-no-word",
        /// Somebody else is given the messages.
        WebhookInTheWay(bot: &'a str) = "command-init-webhook-in-the-way",
        /// What is to be written in the chat.
        Write {
            /// That.
            command: &'a str,
            /// To whom.
            bot: &'a str,
            /// Until when.
            minutes: u64,
        } = "command-init-write",
        /// It was not.
        WordLate = "command-init-word-late",
        /// Telegram does not say.
        WordUnheard(error: &'a Saying) = "command-init-word-unheard",
        /// Nothing was typed where something is needed.
        AnswerNeeded = "command-init-answer-needed",
        /// A file is there already.
        Exists(file: &'a str) = "command-init-exists",
        /// The input ended.
        Ended = "command-init-ended",
        /// The input cannot be read.
        Unread(cause: &'a Saying) = "command-init-unread",
        /// An answer was wrong too often.
        NotUnderstood {
            /// Of the setting.
            key: &'a str,
            /// How often.
            tries: usize,
        } = "command-init-not-understood",
        /// There is no chance.
        NoRandom = "command-init-no-random",
        /// A file cannot be written.
        Unmade {
            /// Which.
            file: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-init-unmade",
        /// Both files are written.
        Done {
            /// The one file.
            settings: &'a str,
            /// The other.
            secrets: &'a str,
        } = "command-init-done",
        /// Stands above the next commands.
        Next = "command-init-next",
        /// The first line of the settings.
        SettingsHead = "command-init-settings-head",
        /// The first line of the secrets.
        SecretsHead = "command-init-secrets-head",
    }
}
