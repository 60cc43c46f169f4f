//! Rows of the staff list that cannot be taken as they stand.
//!
//! Invariant: none is passed over in silence; it is named with its row and the reason.

use serde::{Deserialize, Serialize};

use super::{ids::PartnerCode, text::Text};

/// What is wrong, and in which rows, as people count them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListFault {
    /// One Telegram ID is beside several codes; the rows with their codes, from the top.
    TelegramDoubled(Vec<(u32, PartnerCode)>),
    /// A code is in several rows.
    CodeDoubled(Vec<u32>, PartnerCode),
    /// What is in the code's cell can be none.
    Code(u32, Text),
    /// A name and a phone without a code.
    NoCode(u32),
    /// The phone cannot be read.
    Phone(u32, PartnerCode),
    /// The Telegram ID cannot be read.
    Telegram(u32, PartnerCode),
}

impl ListFault {
    /// The same without its place: rows move without anything being new.
    #[must_use]
    pub fn placeless(&self) -> Self {
        match self {
            Self::TelegramDoubled(rows) => {
                let mut rows: Vec<_> = rows.iter().map(|(_, code)| (0, code.clone())).collect();
                rows.sort();
                Self::TelegramDoubled(rows)
            }
            Self::CodeDoubled(rows, code) => Self::CodeDoubled(vec![0; rows.len()], code.clone()),
            Self::Code(_, written) => Self::Code(0, written.clone()),
            Self::NoCode(_) => Self::NoCode(0),
            Self::Phone(_, code) => Self::Phone(0, code.clone()),
            Self::Telegram(_, code) => Self::Telegram(0, code.clone()),
        }
    }

    /// Of rows with one account, the code that is bound.
    pub fn bound(&self, is_bound: impl Fn(&PartnerCode) -> bool) -> Option<&PartnerCode> {
        let Self::TelegramDoubled(rows) = self else {
            return None;
        };
        rows.iter()
            .map(|(_, code)| code)
            .find(|code| is_bound(code))
    }

    /// Whether it speaks of this code.
    #[must_use]
    pub fn speaks_of(&self, code: &PartnerCode) -> bool {
        match self {
            Self::TelegramDoubled(rows) => rows.iter().any(|(_, known)| known == code),
            Self::CodeDoubled(_, known) | Self::Phone(_, known) | Self::Telegram(_, known) => {
                known == code
            }
            Self::Code(..) | Self::NoCode(_) => false,
        }
    }
}
