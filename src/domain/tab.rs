//! A tab as the journal remembers it: whether it was ever seen, and who waits for its next read.
//!
//! Invariant: a number is given only after a read has shown which numbers are in the sheet.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{AppealId, ChatId, Number, RowKey},
    listing::ListFault,
    partner::RowTrouble,
};

/// The three tabs that Sheetdesk works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    /// The staff list.
    Partners,
    /// The appeals.
    Appeals,
    /// The promotions.
    Promotions,
}

impl Tab {
    /// The name used in settings, logs and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Partners => "partners",
            Self::Appeals => "appeals",
            Self::Promotions => "promotions",
        }
    }
}

impl RowKey {
    /// The tab in which the row stands.
    #[must_use]
    pub fn tab(&self) -> Tab {
        match self {
            Self::Partner(_) => Tab::Partners,
            Self::Appeal(_) => Tab::Appeals,
            Self::Promotion(_) => Tab::Promotions,
        }
    }
}

/// What is remembered of a tab between reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TabState {
    /// The tab, this entity's key.
    pub tab: Tab,
    /// When the first read ended; before it nothing here is taken for news.
    pub sighted: Option<Timestamp>,
    /// When the last complete read began.
    pub looked: Option<Timestamp>,
    /// Appeals: the next number to give.
    pub next_number: Number,
    /// Partners: chats whose registration waits for a read.
    pub parked: BTreeSet<ChatId>,
    /// Appeals: opened before the first read, still without a number.
    pub unnumbered: BTreeSet<AppealId>,
    /// Appeals: rows stopped since the last read ended, by reason; the operator is told of all of them at once.
    pub stopped: BTreeMap<RowTrouble, BTreeSet<Number>>,
    /// Partners: how many are bound to an account; promotions: how many were at the last read.
    #[serde(default)]
    pub bound: u32,
    /// Partners: how many of those are in doubt.
    #[serde(default)]
    pub doubted: u32,
    /// Partners: so many are in doubt that the list itself is; nobody loses access meanwhile.
    #[serde(default)]
    pub held: bool,
    /// Rows that Google has refused and that are still to be written; as many as can be named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedRow>,
    /// Partners: rows that cannot be taken as they stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<ListFault>,
}

/// A row that Google has refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// Which.
    pub key: RowKey,
    /// Why, in Google's words.
    pub words: String,
}

impl TabState {
    /// A tab that was never seen.
    #[must_use]
    pub fn new(tab: Tab) -> Self {
        Self {
            tab,
            sighted: None,
            looked: None,
            next_number: Number(1),
            parked: BTreeSet::new(),
            unnumbered: BTreeSet::new(),
            stopped: BTreeMap::new(),
            bound: 0,
            doubted: 0,
            held: false,
            refused: Vec::new(),
            faults: Vec::new(),
        }
    }
}
