//! The row of an appeal: which it is, what it was last seen to show, and why it is left alone.
//!
//! Invariant: a row is appended only while it is pending, and is left alone while it is in trouble, except that a traded number goes back.

use serde::{Deserialize, Serialize};

use super::Status;
use crate::domain::{
    ids::{Number, PartnerCode, Seq},
    partner::RowTrouble,
    styled::StyledRange,
    text::Text,
};

/// How an appeal and its row are linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowLink {
    /// It has no row yet: one is to be appended.
    Pending,
    /// Its row has no `№` yet, or has lost it, and is found by this history.
    Unnumbered(Text),
    /// Its row bears its `№` beside its telegram_id.
    Numbered,
    /// Its row bears this `№` of another appeal since somebody sorted without our column.
    Traded(Number),
    /// Its row was there and is gone.
    Lost,
}

/// What a row that was made by hand lacks of whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lacks {
    /// All but the code.
    Account,
    /// All but the telegram_id.
    Names,
}

/// Another code of the same partner that is to be in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recoded {
    /// The codes that it may show until then.
    pub before: Vec<PartnerCode>,
    /// With this event; a row that was written since shows the new one, or what a person has put there.
    pub since: Seq,
}

/// The row of an appeal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenRow", into = "WrittenRow")]
pub struct AppealRow {
    link: RowLink,
    trouble: Option<RowTrouble>,
    seen: Seen,
    stale: bool,
    seen_at: Seq,
    lacks: Option<Lacks>,
}

/// What a row was last observed to show in the cells that people also write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The status; none before the row was seen.
    pub status: Option<Status>,
    /// The text in the answer cell, if any.
    pub answer: Option<Text>,
    /// What that text looks like by the spreadsheet's own buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub styles: Vec<StyledRange>,
    /// The words in `Доставка`.
    pub delivery: Text,
    /// The words in `время_обновления`; of a row that we have not changed since we adopted it, those that belong there.
    #[serde(default)]
    pub updated: Text,
    /// The words in `Ждёт с`, where that column stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Text>,
}

/// The form in which journals hold it, from the first version on.
#[derive(Serialize, Deserialize)]
struct WrittenRow {
    seen: Seen,
    stale: bool,
    placed: bool,
    stopped: Option<RowTrouble>,
    adopted: Option<Text>,
    #[serde(default)]
    traded: Option<Number>,
    #[serde(default)]
    seen_at: Seq,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lacks: Option<Lacks>,
}

impl AppealRow {
    /// A row that is still to be appended.
    #[must_use]
    pub fn pending() -> Self {
        Self {
            link: RowLink::Pending,
            trouble: None,
            seen: Seen::default(),
            stale: false,
            seen_at: Seq(0),
            lacks: None,
        }
    }

    /// How the two are linked.
    #[must_use]
    pub fn link(&self) -> &RowLink {
        &self.link
    }

    /// Whether it has been seen or confirmed, and so is never appended again.
    #[must_use]
    pub fn is_placed(&self) -> bool {
        self.link != RowLink::Pending
    }

    /// Whether it was there and is gone.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.link == RowLink::Lost
    }

    /// Why it is left alone, if it is.
    #[must_use]
    pub fn trouble(&self) -> Option<RowTrouble> {
        if self.is_lost() {
            Some(RowTrouble::Missing)
        } else {
            self.trouble
        }
    }

    /// Whether nothing may be written into it but words about its trouble.
    #[must_use]
    pub fn is_left_alone(&self) -> bool {
        match self.trouble() {
            Some(
                RowTrouble::Doubled
                | RowTrouble::Mismatched
                | RowTrouble::Unreadable
                | RowTrouble::Missing,
            ) => !matches!(self.link, RowLink::Traded(_)),
            // Such a row goes on at the next read.
            Some(RowTrouble::Moved | RowTrouble::Unknown) | None => false,
        }
    }

    /// What it lacks of whose it is; it is completed once it bears its number.
    #[must_use]
    pub fn lacks(&self) -> Option<Lacks> {
        self.lacks
    }

    /// It was made by hand, or something else was written over whose it is.
    pub fn lack(&mut self, lacks: Lacks) {
        self.lacks = self.lacks.or(Some(lacks));
    }

    /// Nobody knows what is in it: all of it is written anew, however many lines were confirmed.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// The event with which it was last found by its number, or appended.
    #[must_use]
    pub fn seen_at(&self) -> Seq {
        self.seen_at
    }

    /// What it was last seen to show.
    #[must_use]
    pub fn seen(&self) -> &Seen {
        &self.seen
    }

    /// What it was last seen to show, to take note of what it shows now.
    pub fn seen_mut(&mut self) -> &mut Seen {
        &mut self.seen
    }

    /// It was found by its number with this event; whether that ends a trouble.
    pub fn found(&mut self, at: Seq) -> bool {
        let troubled = self.trouble().is_some();
        self.link = RowLink::Numbered;
        self.trouble = None;
        self.seen_at = at;
        troubled
    }

    /// It was found by its history.
    pub fn found_by(&mut self, history: Text) {
        self.link = RowLink::Unnumbered(history);
        self.trouble = None;
    }

    /// It was found beside this number of another appeal. Where a partner has several rows it may be another of them: all of it is written.
    pub fn trade(&mut self, shown: Number) {
        self.link = RowLink::Traded(shown);
        self.trouble = Some(RowTrouble::Mismatched);
        self.stale = true;
    }

    /// It cannot be told which it is; whether that is news.
    pub fn stop(&mut self, trouble: RowTrouble) -> bool {
        let is_news = self.trouble() != Some(trouble);
        if trouble == RowTrouble::Missing {
            self.link = RowLink::Lost;
            self.trouble = None;
            return is_news;
        }
        // The number stands somewhere: nobody has to know the row by its history any more.
        self.link = RowLink::Numbered;
        self.trouble = Some(trouble);
        is_news
    }

    /// Its place is gone, and a new one is to be appended.
    pub fn append_again(&mut self) {
        let seen_at = self.seen_at;
        *self = Self {
            stale: true,
            seen_at,
            ..Self::pending()
        };
    }

    /// It does not show what we believed, or may not.
    pub fn distrust(&mut self) {
        self.stale = true;
    }

    /// It was written by its number and read back with this event; whether something has changed meanwhile that it lacks.
    pub fn written(&mut self, at: Seq, is_outdated: bool) {
        match self.link {
            RowLink::Pending => self.seen_at = at,
            RowLink::Numbered => self.lacks = None,
            RowLink::Unnumbered(_) | RowLink::Traded(_) | RowLink::Lost => {}
        }
        self.link = RowLink::Numbered;
        self.trouble = None;
        self.stale &= is_outdated;
    }
}

impl From<WrittenRow> for AppealRow {
    fn from(written: WrittenRow) -> Self {
        let (trouble, link) = match (written.stopped, written.adopted, written.traded) {
            (Some(RowTrouble::Missing), ..) => (None, RowLink::Lost),
            (trouble, Some(history), _) => (trouble, RowLink::Unnumbered(history)),
            (trouble, None, Some(shown)) => (trouble, RowLink::Traded(shown)),
            (trouble, None, None) if written.placed => (trouble, RowLink::Numbered),
            (_, None, None) => (None, RowLink::Pending),
        };
        Self {
            link,
            trouble,
            seen: written.seen,
            stale: written.stale,
            seen_at: written.seen_at,
            lacks: written.lacks,
        }
    }
}

impl From<AppealRow> for WrittenRow {
    fn from(row: AppealRow) -> Self {
        let (placed, stopped) = (row.is_placed(), row.trouble());
        let (adopted, traded) = match row.link {
            RowLink::Unnumbered(history) => (Some(history), None),
            RowLink::Traded(shown) => (None, Some(shown)),
            RowLink::Pending | RowLink::Numbered | RowLink::Lost => (None, None),
        };
        Self {
            seen: row.seen,
            stale: row.stale,
            placed,
            stopped,
            adopted,
            traded,
            seen_at: row.seen_at,
            lacks: row.lacks,
        }
    }
}
