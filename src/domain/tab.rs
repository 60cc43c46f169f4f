//! A tab as the journal remembers it: whether it was ever seen, and who waits for its next read.
//!
//! Invariant: a number is given only after a read has shown which numbers are in the sheet.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    ids::{AppealId, ChatId, Number, RowKey, Seq},
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
#[serde(tag = "tab", rename_all = "snake_case")]
pub enum TabState {
    /// Of the staff list.
    Partners(PartnersTab),
    /// Of the appeals.
    Appeals(AppealsTab),
    /// Of the promotions.
    Promotions(PromotionsTab),
}

/// What is remembered of every tab.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TabReads {
    /// When the first read ended; before it nothing here is taken for news.
    pub sighted: Option<Timestamp>,
    /// The event since which everything counts as seen for the first time: the journal was restored from a copy.
    #[serde(default)]
    pub restored: Seq,
    /// When the last complete read began.
    pub looked: Option<Timestamp>,
    /// Rows that Google has refused and that are still to be written; as many as can be named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedRow>,
}

/// What is remembered of the staff list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnersTab {
    /// Its reads.
    #[serde(flatten)]
    pub reads: TabReads,
    /// Chats whose registration waits for a read.
    pub parked: BTreeSet<ChatId>,
    /// How many partners are bound to an account.
    #[serde(default)]
    pub bound: u32,
    /// How many of those are in doubt.
    #[serde(default)]
    pub doubted: u32,
    /// So many are in doubt that the list itself is; nobody loses access meanwhile.
    #[serde(default)]
    pub held: bool,
    /// Rows that cannot be taken as they stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<ListFault>,
}

/// What is remembered of the appeals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppealsTab {
    /// Its reads.
    #[serde(flatten)]
    pub reads: TabReads,
    /// The next number to give.
    pub next_number: Number,
    /// Appeals opened before the first read, still without a number.
    pub unnumbered: BTreeSet<AppealId>,
    /// Rows stopped since the last read ended, by reason; the operator is told of all of them at once.
    pub stopped: BTreeMap<RowTrouble, BTreeSet<Number>>,
    /// Google's id of the tab, by which an address leads to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<i32>,
    /// Messages beside a code alone that stood there before anybody looked for such, by their fingerprints; `None` until
    /// somebody does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<BTreeSet<String>>,
}

/// What is remembered of the promotions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionsTab {
    /// Its reads.
    #[serde(flatten)]
    pub reads: TabReads,
    /// The number of the next key to give.
    pub next_number: Number,
    /// How many partners were bound at the last read.
    #[serde(default, rename = "bound")]
    pub audience: u32,
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
        match tab {
            Tab::Partners => Self::Partners(PartnersTab::default()),
            Tab::Appeals => Self::Appeals(AppealsTab::default()),
            Tab::Promotions => Self::Promotions(PromotionsTab::default()),
        }
    }

    /// Which tab, this entity's key.
    #[must_use]
    pub fn tab(&self) -> Tab {
        match self {
            Self::Partners(_) => Tab::Partners,
            Self::Appeals(_) => Tab::Appeals,
            Self::Promotions(_) => Tab::Promotions,
        }
    }

    /// What is remembered of every tab.
    #[must_use]
    pub fn reads(&self) -> &TabReads {
        match self {
            Self::Partners(tab) => &tab.reads,
            Self::Appeals(tab) => &tab.reads,
            Self::Promotions(tab) => &tab.reads,
        }
    }

    /// The same, to change it.
    pub fn reads_mut(&mut self) -> &mut TabReads {
        match self {
            Self::Partners(tab) => &mut tab.reads,
            Self::Appeals(tab) => &mut tab.reads,
            Self::Promotions(tab) => &mut tab.reads,
        }
    }
}

impl Default for AppealsTab {
    /// A tab that was never seen.
    fn default() -> Self {
        Self {
            reads: TabReads::default(),
            next_number: Number(1),
            unnumbered: BTreeSet::new(),
            stopped: BTreeMap::new(),
            sheet: None,
            standing: None,
        }
    }
}

impl Default for PromotionsTab {
    /// A tab that was never seen.
    fn default() -> Self {
        Self {
            reads: TabReads::default(),
            next_number: Number(1),
            audience: 0,
        }
    }
}

/// The state of a tab by its own type; that of another tab says nothing of it.
macro_rules! of_tab {
    ($kind:ident, $own:ident) => {
        impl From<TabState> for $own {
            fn from(state: TabState) -> Self {
                if let TabState::$kind(own) = state {
                    own
                } else {
                    Self::default()
                }
            }
        }

        impl From<$own> for TabState {
            fn from(own: $own) -> Self {
                Self::$kind(own)
            }
        }
    };
}

of_tab!(Partners, PartnersTab);
of_tab!(Appeals, AppealsTab);
of_tab!(Promotions, PromotionsTab);
