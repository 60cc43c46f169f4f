//! One tab of a synchroniser: its words, where its columns stand, its last snapshot, and what is wrong with it.
//!
//! Invariant: trouble with a tab is told once when it begins or becomes another, and once when it ends, and stops that tab alone.

use jiff::{SignedDuration, Timestamp};

use super::refusals::Refusals;
use crate::{
    domain::{row::Column, tab::Tab},
    sheets::{
        table::{
            layout::{Layout, words::TabWords},
            read_plan::HistoryRange,
            snapshot::{KnownRow, Row, TabSnapshot},
        },
        tabs::Unplaced,
    },
};

/// A tab in trouble is tried again this often, and at each nudge: whoever mends it should see the result soon.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// Writing is tried again sooner, since no nudge tells that a right has been given.
const WRITES_AGAIN: SignedDuration = SignedDuration::from_secs(20);

/// One tab.
#[derive(Debug)]
pub(super) struct TabMemory {
    pub(super) words: TabWords,
    pub(super) layout: Option<Layout>,
    /// The last snapshot that the journal has taken in.
    pub(super) snapshot: Option<TabSnapshot>,
    /// Before the first snapshot: the rows that the journal knows to stand there.
    pub(super) known: Option<TabSnapshot>,
    /// What the last snapshot has left without a place.
    pub(super) unplaced: Unplaced,
    /// What the next snapshot reads of the histories.
    pub(super) histories: HistoryRange,
    pub(super) trouble: Option<TabTrouble>,
    /// Google has not refused a decoration yet.
    pub(super) decorate: bool,
    /// Rows that Google has refused.
    pub(super) refusals: Refusals,
    /// It is told that Google does not let us put something right.
    pub(super) unmended_told: bool,
}

/// What is wrong with a tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TabTrouble {
    pub(super) words: String,
    pub(super) blocks: Blocks,
    pub(super) again: Timestamp,
}

/// What a trouble keeps us from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blocks {
    /// Reading, so everything.
    Looks,
    /// Writing; what people type is still read.
    Writes,
    /// Moving the oldest part of a long dialogue to the archive: the rows that need it wait.
    Archive,
}

/// What the first sight of a tab reads of its histories.
fn first_histories(tab: Tab) -> HistoryRange {
    match tab {
        Tab::Appeals => HistoryRange::All,
        Tab::Partners | Tab::Promotions => HistoryRange::Skip,
    }
}

impl TabMemory {
    pub(super) fn new(words: TabWords, known: Option<Vec<KnownRow>>) -> Self {
        let histories = if known.is_none() {
            first_histories(words.tab)
        } else {
            HistoryRange::Skip
        };
        Self {
            known: known.map(|known| TabSnapshot::of_known(&words, known)),
            words,
            layout: None,
            snapshot: None,
            unplaced: Unplaced::default(),
            histories,
            trouble: None,
            decorate: true,
            refusals: Refusals::default(),
            unmended_told: false,
        }
    }

    pub(super) fn tab(&self) -> Tab {
        self.words.tab
    }

    /// Nothing is known of the tab any more.
    pub(super) fn forget(&mut self) {
        self.known = None;
        self.snapshot = None;
        self.histories = first_histories(self.words.tab);
    }

    /// A range of its look lies outside the grid: the next one is planned by what stands there then.
    pub(super) fn plan_anew(&mut self) {
        self.layout = None;
        if matches!(self.histories, HistoryRange::Between(..)) {
            self.histories = HistoryRange::Skip;
        }
    }

    /// What the next snapshot is compared with.
    pub(super) fn previous(&self) -> Option<&TabSnapshot> {
        self.snapshot.as_ref().or(self.known.as_ref())
    }

    /// Whether a snapshot shows a row that is still to be told why its message cannot go to anybody yet.
    pub(super) fn is_untold(&self, snapshot: &TabSnapshot) -> bool {
        let words = |row: &Row| {
            let why = self.unplaced.unaddressed.get(&row.row)?;
            let words = self.words.unaddressed.get(why);
            words.map(|[ours, _]| ours.as_str())
        };
        let mut rows = snapshot.rows.iter();
        rows.any(|row| {
            let shown = snapshot.text(row, Column::Delivery);
            words(row).is_some_and(|words| shown != Some(words))
        })
    }

    /// Takes note of a trouble; whether it is news.
    pub(super) fn fails(&mut self, blocks: Blocks, words: String, now: Timestamp) -> bool {
        let is_news = self
            .trouble
            .as_ref()
            .is_none_or(|known| known.words != words);
        let trouble = TabTrouble {
            words,
            blocks,
            again: now
                + match blocks {
                    Blocks::Looks | Blocks::Archive => AGAIN,
                    Blocks::Writes => WRITES_AGAIN,
                },
        };
        self.trouble = Some(trouble);
        is_news
    }

    /// When a snapshot is due again because of a trouble.
    pub(super) fn retries_at(&self) -> Option<Timestamp> {
        self.hindered(Blocks::Looks)
    }

    /// Until when nothing may be written because of a trouble.
    pub(super) fn unwritable_until(&self) -> Option<Timestamp> {
        self.hindered(Blocks::Looks)
            .or(self.hindered(Blocks::Writes))
    }

    /// Whether this kind of trouble would end now.
    pub(super) fn would_end(&self, blocks: Blocks) -> bool {
        self.hindered(blocks).is_some()
    }

    fn hindered(&self, blocks: Blocks) -> Option<Timestamp> {
        self.trouble
            .as_ref()
            .filter(|trouble| trouble.blocks == blocks)
            .map(|trouble| trouble.again)
    }
}
