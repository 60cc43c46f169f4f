//! A partner: a line of the staff list, and the Telegram account bound to it.
//!
//! Invariant: once bound, (code → Telegram ID) is the journal's; after first sight a sheet cannot bind.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{ChatId, PartnerCode, Seq},
    phone::Phone,
    text::Text,
};

/// One line of the staff list as we last saw it, and what we made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partner {
    /// The folded code, this entity's key.
    pub code: PartnerCode,
    /// The code as the sheet spells it, for the appeals tab.
    pub written_code: Text,
    /// The name as the sheet spells it.
    pub name: Text,
    /// The phone as the sheet spells it.
    pub written_phone: Text,
    /// The bound account.
    pub binding: Option<Binding>,
    /// Why the row is left alone, if it is.
    pub stopped: Option<RowTrouble>,
    /// Since when the code stands nowhere in the list.
    #[serde(default)]
    pub missing_since: Option<Timestamp>,
    /// Since when the row, or its bound account, has not been seen as it should be; a doubt that lasts ends the binding.
    #[serde(default)]
    pub doubted_since: Option<Timestamp>,
    /// The account is beside this other code: somebody has moved the columns that people fill away from under ours.
    #[serde(default)]
    pub astray: Option<PartnerCode>,
    /// The account that the row was last seen to show.
    #[serde(default)]
    pub shown: Option<ChatId>,
    /// The row is to show nobody's account: access was taken away, or the account beside it is another's.
    #[serde(default)]
    pub emptied: bool,
    /// The row was last seen to say that the partner is not authorized: only when it begins to say so does that take access away.
    #[serde(default)]
    pub denied: bool,
}

/// Who a code belongs to, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The Telegram account.
    pub chat: ChatId,
    /// The moment of registration as the row shows it (ours, or adopted as it was there).
    pub since: Text,
    /// When the journal learned of it.
    pub at: Timestamp,
    /// The event that brought it: a write of the row that was wanted before knows nothing of it.
    #[serde(default = "beginning")]
    pub seq: Seq,
}

fn beginning() -> Seq {
    Seq(0)
}

impl Partner {
    /// A code that no read has shown yet.
    #[must_use]
    pub fn new(code: PartnerCode) -> Self {
        Self {
            code,
            written_code: Text::default(),
            name: Text::default(),
            written_phone: Text::default(),
            binding: None,
            stopped: None,
            missing_since: None,
            doubted_since: None,
            astray: None,
            shown: None,
            emptied: false,
            denied: false,
        }
    }

    /// Whether a phone is this partner's: one of those in his cell.
    #[must_use]
    pub fn has_phone(&self, phone: &Phone) -> bool {
        Phone::every(self.written_phone.as_str()).contains(phone)
    }

    /// Whether it is only what is left of an account's row: nobody is bound, the code is gone from the list, and the account was there last.
    #[must_use]
    pub fn is_left_of(&self, chat: ChatId) -> bool {
        self.binding.is_none() && !self.is_listed() && self.shown == Some(chat)
    }

    /// Whether the staff list holds the code, as far as the last read tells.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.stopped != Some(RowTrouble::Missing)
    }
}

/// Why a row cannot be written; the row says so in words where it can be found, the admin chat where not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowTrouble {
    /// The key is in two rows.
    Doubled,
    /// `№` and `telegram_id` of the row do not belong together.
    Mismatched,
    /// The row was there and is gone.
    Missing,
    /// Rows moved while they were being written. Earlier versions waited for a person then; such a row goes on at the next read.
    Moved,
    /// The row bears a `№` that the journal never gave, and cannot be adopted with it.
    Unknown,
    /// The `telegram_id` beside the `№` cannot be read.
    Unreadable,
}

/// Why a message that somebody has written first cannot go to anybody yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unaddressed {
    /// The staff list has no such code.
    UnknownCode,
    /// The partner has not registered yet.
    Unregistered,
    /// It stood there before anybody looked for such messages.
    Standing,
}
