//! What `init` asks, and what it writes.
//!
//! Invariant: what is wrong is told in the question's own words, never as a variable of the environment.

use crate::domain::wording::declare::{Argument as _, Phrase, Saying};

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
