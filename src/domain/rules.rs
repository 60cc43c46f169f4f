//! What a firm may set about the rules.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};

use super::{
    appeal::orders::AnswerOrders,
    broadcast::QuietWindow,
    files::Links,
    hours::WorkingHours,
    ids::{ChatId, SpreadsheetId},
    promotion::vocabulary::Vocabulary,
    text::Text,
    wording::Wording,
};

/// Google refuses a cell over 50,000 characters.
pub const CELL: usize = 49_000;

/// The settings that decisions depend on.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The zone in which people read times.
    pub time_zone: TimeZone,
    /// Where the operator is told of what needs him.
    pub admin_chat: Option<ChatId>,
    /// Where the specialists hear of appeals, if they want to.
    pub staff: Option<StaffChat>,
    /// How long a typed answer rests before it is sent, so that its author can correct it.
    pub grace: SignedDuration,
    /// The words in the status column by which a specialist corrects an answer or has it sent again.
    pub orders: AnswerOrders,
    /// Whether partners are asked how a closed appeal went.
    pub rating: bool,
    /// Whether an answer or a reply whose response was lost is sent once more.
    pub resend_unknown: bool,
    /// How long a partner may wait for an answer, in working time; none where nobody counts.
    pub answer_within: Option<SignedDuration>,
    /// When people work.
    pub hours: WorkingHours,
    /// What stands behind the moment since when a partner waits, once he waits too long.
    pub overdue: Text,
    /// Whether an announcement whose response was lost is sent once more.
    pub resend_announcements: bool,
    /// When nobody is sent an announcement.
    pub quiet: Option<QuietWindow>,
    /// A promotion that is late by more than this is held until somebody says whether it should still be announced.
    pub hold_if_later_than: Option<SignedDuration>,
    /// Messages a second, at most; 0 where there is no limit.
    pub rate: u32,
    /// The words of the promotions tab.
    pub promotions: Vocabulary,
    /// The word for a registered partner in the staff list.
    pub authorized: Text,
    /// The word for one whose access was taken away.
    pub not_authorized: Text,
    /// The most that a history cell is filled with, in UTF-16 code units: [`CELL`], but for tests.
    pub cell: usize,
    /// The name of the tab to which the oldest part of a long dialogue moves.
    pub archive: Text,
    /// Makes links to files that partners sent; none without a public address.
    pub links: Option<Links>,
    /// What people read.
    pub wording: Wording,
}

/// The chat of the specialists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffChat {
    /// The group.
    pub chat: ChatId,
    /// Where the appeals stand.
    pub spreadsheet: SpreadsheetId,
    /// What the firm calls whoever has one of these accounts.
    pub names: BTreeMap<ChatId, Text>,
    /// Each appeal has a topic of its own there.
    pub topics: bool,
}

impl Default for Rules {
    /// The rules of a firm that has set nothing, in universal time, without an admin chat or links.
    fn default() -> Self {
        Self {
            time_zone: TimeZone::UTC,
            admin_chat: None,
            staff: None,
            grace: SignedDuration::ZERO,
            orders: AnswerOrders::default(),
            rating: true,
            resend_unknown: true,
            answer_within: None,
            hours: WorkingHours::default(),
            overdue: "просрочено".into(),
            resend_announcements: false,
            quiet: None,
            hold_if_later_than: None,
            rate: 30,
            promotions: Vocabulary::default(),
            authorized: "авторизован".into(),
            not_authorized: "не авторизован".into(),
            cell: CELL,
            archive: "обращения_архив".into(),
            links: None,
            wording: Wording::built_in(),
        }
    }
}

impl Rules {
    /// The same in every language, in that of the installation first: what stands in the sheet may have been written in another.
    #[must_use]
    pub fn in_every_language(&self) -> [Self; 2] {
        let wording = self.wording.clone();
        let wording = wording.speaking(self.wording.language().other());
        [
            self.clone(),
            Self {
                wording,
                ..self.clone()
            },
        ]
    }

    /// When the quiet ends, if it is quiet at this moment.
    #[must_use]
    pub fn quiet_until(&self, at: Timestamp) -> Option<Timestamp> {
        self.quiet?.ends(&self.time_zone, at)
    }

    /// A moment to the minute, in an order in which texts sort as moments do.
    #[must_use]
    pub fn short_moment(&self, at: Timestamp) -> String {
        self.spell(at, "%Y-%m-%d %H:%M")
    }

    /// A moment as the sheets spell it.
    #[must_use]
    pub fn date_time(&self, at: Timestamp) -> String {
        self.spell(at, "%Y-%m-%d %H:%M:%S")
    }

    /// The day of a moment, as partners read it.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> String {
        self.spell(at, "%d.%m.%Y")
    }

    /// The day and the time of a moment, as partners read them.
    #[must_use]
    pub fn day_and_time(&self, at: Timestamp) -> String {
        self.spell(at, "%d.%m.%Y %H:%M")
    }

    /// The time of day of a moment.
    #[must_use]
    pub fn time_of_day(&self, at: Timestamp) -> String {
        self.spell(at, "%H:%M")
    }

    /// The time of day of a moment, to the second.
    #[must_use]
    pub fn time_with_seconds(&self, at: Timestamp) -> String {
        self.spell(at, "%H:%M:%S")
    }

    /// The day of a moment.
    #[must_use]
    pub fn date(&self, at: Timestamp) -> Date {
        at.to_zoned(self.time_zone.clone()).date()
    }

    fn spell(&self, at: Timestamp, format: &str) -> String {
        at.to_zoned(self.time_zone.clone())
            .strftime(format)
            .to_string()
    }
}
