//! What the operator is answered, as it goes through the admin socket.
//!
//! Invariant: a reply holds all that its reader needs; nobody asks the service again to show it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::report::{BroadcastReport, StatusReport};
use crate::{domain::alerts::Trouble, journal::SetAside};

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsoleReply {
    /// How things are.
    Status(Box<StatusReport>),
    /// So many answers were released.
    Released(u64),
    /// The silence that Telegram asked for is over.
    SilenceEnded,
    /// Records that were set aside.
    Quarantine(Vec<SetAside>),
    /// Messages whose outcome nobody knows.
    Unknown(Vec<UnknownDelivery>),
    /// Messages that were refused for good.
    Refused {
        /// The first of them.
        messages: Vec<RefusedDelivery>,
        /// How many there are beyond those.
        more: u64,
    },
    /// How an announcement stands; none where nobody knows it.
    Announcement(Option<Box<BroadcastReport>>),
    /// It was done with so many things.
    Done(u64),
    /// A decision taken again, and a case for the tests, both as JSON.
    Replayed {
        /// What follows from the record now.
        decision: String,
        /// What it was decided on, and the decision.
        case: String,
    },
    /// What is wrong by now.
    Checked(BTreeSet<Trouble>),
    /// What is stored of a person, or was until now.
    Person(Box<Person>),
    /// So many records follow.
    Copying(u64),
    /// What can be asked.
    Help,
    /// It did not work, in words.
    Failed(String),
}

/// A message whose outcome nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownDelivery {
    /// Its name.
    pub name: String,
    /// When it was first to be sent, as people read it.
    pub at: String,
    /// The appeal whose answer it is, by `№`.
    pub number: Option<u32>,
}

/// A message that was refused for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedDelivery {
    /// Its name.
    pub name: String,
    /// When it was first to be sent, as people read it.
    pub at: String,
    /// To whom: the partner's code, or the number of the chat.
    pub to: String,
    /// The appeal that it speaks of, by `№`.
    pub number: Option<u32>,
    /// The promotion that it announces, by its key.
    pub promotion: Option<String>,
    /// Why it was refused, in words, where that is known.
    pub why: Option<String>,
}

/// One person, as far as the journal knows, and the rows of the spreadsheets that speak of him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The code in the staff list, if it was ever there.
    pub code: Option<String>,
    /// Whether the staff list still holds it.
    pub listed: bool,
    /// The Telegram ID, if the person has written to the bot.
    pub telegram_id: Option<i64>,
    /// The `№` of the appeals.
    pub appeals: Vec<u32>,
    /// Those of them of which older parts are in the archive.
    pub archived: Vec<u32>,
}
