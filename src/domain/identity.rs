//! Which row of the appeals tab is which appeal's: decided once, for all rows together.
//!
//! Invariant: an appeal has one row at most, and a number leads to a row only beside the telegram_id that belongs to it; where two rows
//! or two appeals are possible, none is taken.

pub mod news;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    appeal::{Appeal, row::RowLink},
    event::TelegramCell,
    ids::{AppealId, ChatId, Number},
    partner::RowTrouble,
    project::shown_history,
    rules::Rules,
    text::Text,
    view::View,
};

/// With this many appeals of one chat nobody can be sure any more whose number stands where.
const MOST_APPEALS: usize = 1_000;

/// A `№` further above the next than this was never given by us: it would leave a gap that nobody could explain.
const LONGEST_GAP: u32 = 1_000_000;

/// What a row says of whose it is.
#[derive(Debug, Clone, Copy)]
pub struct RowKeys<'a> {
    /// Its `№`; none where the cell is empty.
    pub number: Option<Number>,
    /// Its telegram_id.
    pub telegram: TelegramCell,
    /// Its history, where it was read and is ready.
    pub history: Option<&'a str>,
    /// Status, answer and code as written: rows that are alike in these too are the same to everybody.
    pub said: [&'a str; 3],
}

/// What the journal is asked about rows: numbers and telegram_ids that stand side by side, and numbers that were there and are not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The rows.
    pub rows: BTreeSet<(Option<Number>, Option<ChatId>)>,
    /// The numbers that stand nowhere any more.
    pub gone: BTreeSet<Number>,
}

/// What the journal knows of the appeals that rows may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealIndex {
    /// By `№`; none where the appeal was erased.
    pub numbered: BTreeMap<Number, Option<AppealLink>>,
    /// By chat, newest first.
    pub of_chats: BTreeMap<ChatId, Vec<AppealLink>>,
    /// A number above this was never given by us.
    pub highest: Number,
}

/// An appeal, as far as it says which row is its.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealLink {
    /// Which.
    pub id: AppealId,
    /// Its chat.
    pub chat: ChatId,
    /// Its `№`.
    pub number: Option<Number>,
    /// How its row is found.
    pub row: RowLink,
    /// Why its row is left alone.
    pub trouble: Option<RowTrouble>,
    /// The answer that was last seen in its row.
    pub answer: Option<Text>,
    /// What the history of its row may show, where the row may have lost its `№`.
    pub shows: Vec<String>,
}

/// Whose a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Nobody's, or it cannot be told yet.
    Nobody,
    /// This appeal's.
    Appeal(AppealId),
    /// It bears the number of this appeal and is not its row, or not its only one.
    Stray(AppealId, RowTrouble),
    /// An appeal's that the journal does not know.
    New,
    /// It bears a number that cannot be taken for an appeal's.
    Unusable(RowTrouble),
}

/// Where the row of an appeal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is this one of the rows, by its own number.
    Own(usize),
    /// It is this one, which has no number yet, or has lost it.
    Unnumbered(usize),
    /// It is the one that bears this number of another appeal.
    Traded(Number),
    /// It cannot be told, or it is gone.
    Stopped(RowTrouble),
    /// Its number stands in the row of somebody else, and it has none yet.
    NumberTaken,
}

/// Which row is whose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assignment {
    /// The owners, one a row.
    pub owners: Vec<Owner>,
    /// Every appeal of which the rows, or the numbers that are gone, say something.
    pub standings: BTreeMap<AppealId, Standing>,
    /// Numbers of appeals without a row of their own: to be asked about again.
    pub displaced: BTreeSet<Number>,
}

impl Default for AppealIndex {
    /// What an empty journal knows.
    fn default() -> Self {
        Self {
            numbered: BTreeMap::new(),
            of_chats: BTreeMap::new(),
            highest: highest_plausible(Number(1)),
        }
    }
}

impl AppealLink {
    /// Whether its row is known by its history and still has to get its number, or is still to be appended.
    fn awaits_its_number(&self) -> bool {
        matches!(self.row, RowLink::Unnumbered(_) | RowLink::Pending)
    }

    /// An appeal's link to its row.
    #[must_use]
    pub fn of(appeal: &Appeal) -> Self {
        Self {
            id: appeal.id,
            chat: appeal.chat,
            number: appeal.number,
            row: appeal.row.link().clone(),
            trouble: appeal.row.trouble(),
            answer: appeal.row.seen().answer.clone(),
            shows: Vec::new(),
        }
    }
}

/// Reads what the journal knows of the rows that are asked about.
#[must_use]
pub fn index(rules: &Rules, view: &impl View, asked: &Asked) -> AppealIndex {
    let numbers = asked.rows.iter().filter_map(|(number, _)| *number);
    let known = |number: Number| {
        let id = view.numbered(number)?;
        Some((
            number,
            view.appeal(id).map(|appeal| AppealLink::of(&appeal)),
        ))
    };
    let numbered: BTreeMap<Number, Option<AppealLink>> = numbers
        .chain(asked.gone.iter().copied())
        .filter_map(known)
        .collect();
    let mut of_chats = BTreeMap::new();
    for &(number, chat) in &asked.rows {
        let Some(chat) = chat.filter(|chat| !of_chats.contains_key(chat)) else {
            continue;
        };
        let foreign = |number| {
            let link = numbered.get(&number).and_then(Option::as_ref);
            link.is_some_and(|link| link.chat != chat)
        };
        if number.is_none_or(foreign) {
            let bare = asked.rows.contains(&(None, Some(chat)));
            let appeals = view.appeals_of(chat, MOST_APPEALS).into_iter();
            let link = |appeal: Appeal| AppealLink {
                shows: if bare && asked.may_have_lost_its_number(&appeal) {
                    histories(rules, view, &appeal)
                } else {
                    Vec::new()
                },
                ..AppealLink::of(&appeal)
            };
            of_chats.insert(chat, appeals.map(link).collect());
        }
    }
    AppealIndex {
        numbered,
        of_chats,
        highest: highest_plausible(view.appeals_tab().next_number),
    }
}

/// The highest `№` that may be one that we gave, by the one that we give next.
pub(super) fn highest_plausible(next: Number) -> Number {
    Number(next.0.saturating_add(LONGEST_GAP))
}

impl Asked {
    fn may_have_lost_its_number(&self, appeal: &Appeal) -> bool {
        let Some(number) = appeal.number else {
            return false;
        };
        let stands_elsewhere = || {
            let of_number = (Some(number), None)..;
            let mut rows = self.rows.range(of_number);
            rows.next().is_some_and(|(found, _)| *found == Some(number))
                && !self.rows.contains(&(Some(number), Some(appeal.chat)))
        };
        !appeal.row.is_placed()
            || matches!(
                appeal.row.trouble(),
                Some(RowTrouble::Missing | RowTrouble::Mismatched)
            )
            || self.gone.contains(&number)
            || stands_elsewhere()
    }
}

/// What was written last, and what was about to be, where nobody has confirmed it.
fn histories(rules: &Rules, view: &impl View, appeal: &Appeal) -> Vec<String> {
    let covered = BTreeSet::from([appeal.dialogue.written, appeal.dialogue.lines]);
    let covered = covered.into_iter().filter(|&lines| {
        lines > 0
            && (lines == appeal.dialogue.written
                || appeal.row.is_stale()
                || !appeal.row.is_placed())
    });
    covered
        .map(|lines| shown_history(rules, view, appeal, lines))
        .collect()
}

/// Gives every row its owner.
#[must_use]
pub fn assign(rows: &[RowKeys<'_>], gone: &BTreeSet<Number>, index: &AppealIndex) -> Assignment {
    let mut matching = Matching {
        rows,
        index,
        owners: vec![Owner::Nobody; rows.len()],
        standings: BTreeMap::new(),
        shown: BTreeMap::new(),
        astray: BTreeMap::new(),
    };
    matching.by_number(gone);
    matching.by_history();
    matching.by_trade();
    let displaced = matching.astray.values().filter(|link| {
        let standing = matching.standings.get(&link.id);
        matches!(standing, Some(Standing::Traded(_)))
            || standing == Some(&Standing::Stopped(RowTrouble::Mismatched))
    });
    Assignment {
        displaced: displaced.filter_map(|link| link.number).collect(),
        owners: matching.owners,
        standings: matching.standings,
    }
}

struct Matching<'a> {
    rows: &'a [RowKeys<'a>],
    index: &'a AppealIndex,
    owners: Vec<Owner>,
    standings: BTreeMap<AppealId, Standing>,
    /// The rows of each chat that alone bear the number of somebody else's appeal.
    shown: BTreeMap<ChatId, Vec<(Number, usize)>>,
    /// Appeals whose number is beside another telegram_id, or nowhere.
    astray: BTreeMap<AppealId, &'a AppealLink>,
}

impl<'a> Matching<'a> {
    fn by_number(&mut self, gone: &BTreeSet<Number>) {
        let mut groups: BTreeMap<Number, Vec<usize>> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            if let Some(number) = row.number {
                groups.entry(number).or_default().push(at);
            }
        }
        for &number in gone.iter().filter(|number| !groups.contains_key(number)) {
            if let Some(Some(link)) = self.index.numbered.get(&number)
                && !link.awaits_its_number()
            {
                self.stop(link, RowTrouble::Missing);
            }
        }
        for (number, rows) in groups {
            match self.index.numbered.get(&number) {
                // A number whose appeal was erased: its rows are the people's, until they delete them.
                Some(None) => {}
                Some(Some(link)) => self.known(number, link, &rows),
                None => self.unknown(number, &rows),
            }
        }
    }

    /// The rows that bear the number of an appeal: the one beside its own telegram_id is the appeal's, any other is a stray.
    fn known(&mut self, number: Number, link: &'a AppealLink, rows: &[usize]) {
        let telegram = |at: usize| self.rows[at].telegram;
        let (own, others): (Vec<usize>, Vec<usize>) = rows
            .iter()
            .partition(|&&at| telegram(at).chat() == Some(link.chat));
        if own.is_empty()
            && link.row == RowLink::Pending
            && others.iter().any(|&at| telegram(at).chat().is_some())
        {
            // The journal is older than the sheet: the number was given before, to somebody else.
            self.standings.insert(link.id, Standing::NumberTaken);
            return self.unknown(number, rows);
        }
        let unreadable = others
            .iter()
            .any(|&at| telegram(at) == TelegramCell::Unreadable);
        // Beside no telegram_id at all a number is a leftover of a sort.
        let mut somebody_s = others
            .iter()
            .filter(|&&at| telegram(at) != TelegramCell::Empty);
        if let (Some(&at), None) = (somebody_s.next(), somebody_s.next())
            && let Some(chat) = telegram(at).chat()
        {
            self.shown.entry(chat).or_default().push((number, at));
        }
        let why = match own.as_slice() {
            [at] => {
                self.owners[*at] = Owner::Appeal(link.id);
                self.standings.insert(link.id, Standing::Own(*at));
                RowTrouble::Mismatched
            }
            [] if link.awaits_its_number() => RowTrouble::Mismatched,
            [] => {
                let why = if unreadable {
                    RowTrouble::Unreadable
                } else {
                    RowTrouble::Mismatched
                };
                self.stop(link, why);
                why
            }
            [_, _, ..] => {
                self.standings
                    .insert(link.id, Standing::Stopped(RowTrouble::Doubled));
                RowTrouble::Doubled
            }
        };
        for &at in rows {
            if self.owners[at] == Owner::Nobody {
                self.owners[at] = Owner::Stray(link.id, why);
            }
        }
    }

    fn stop(&mut self, link: &'a AppealLink, why: RowTrouble) {
        self.standings.insert(link.id, Standing::Stopped(why));
        if why != RowTrouble::Unreadable {
            self.astray.insert(link.id, link);
        }
    }

    /// Rows that bear a number which the journal does not know.
    fn unknown(&mut self, number: Number, rows: &[usize]) {
        let owner = match *rows {
            [at] => match self.rows[at].telegram {
                TelegramCell::Unreadable => Owner::Unusable(RowTrouble::Unreadable),
                TelegramCell::Id(_) | TelegramCell::Doubled(_) if number <= self.index.highest => {
                    // Without its history the synchroniser looks once more.
                    let is_read = self.rows[at].history.is_some();
                    if is_read { Owner::New } else { Owner::Nobody }
                }
                TelegramCell::Id(_) | TelegramCell::Doubled(_) | TelegramCell::Empty => {
                    Owner::Unusable(RowTrouble::Unknown)
                }
            },
            _ => Owner::Unusable(RowTrouble::Doubled),
        };
        for &at in rows {
            self.owners[at] = owner;
        }
    }

    /// Rows without a number: those of appeals that wait for theirs, then those of appeals that have lost it, then new ones.
    fn by_history(&mut self) {
        let mut groups: BTreeMap<(ChatId, &str), Vec<usize>> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            if let (None, Some(chat), Some(history)) =
                (row.number, row.telegram.chat(), row.history)
            {
                groups.entry((chat, history)).or_default().push(at);
            }
        }
        for ((chat, history), mut rows) in groups {
            let links = self.index.of_chats.get(&chat);
            let links = links.map_or(&[][..], Vec::as_slice);
            let is_adopted = |link: &&AppealLink| matches!(&link.row, RowLink::Unnumbered(known) if known.as_str() == history);
            let waiting: Vec<&AppealLink> = links.iter().rev().filter(is_adopted).collect();
            for link in &waiting {
                self.take_alike(link, &mut rows);
            }
            let lost = |link: &&AppealLink| {
                self.has_lost_its_number(link) && link.shows.iter().any(|shown| shown == history)
            };
            let lost: Vec<&AppealLink> = links.iter().filter(lost).collect();
            for link in lost {
                self.take_alike(link, &mut rows);
            }
            // Rows that differ in anything but their history get their numbers one after the other, so that none is taken for the other.
            let first = rows.first().map(|&at| self.rows[at].said);
            if waiting.is_empty() {
                for at in rows {
                    if Some(self.rows[at].said) == first {
                        self.owners[at] = Owner::New;
                    }
                }
            }
        }
    }

    /// Gives an appeal one of these rows: the uppermost that shows the answer that was last seen, or else the uppermost.
    fn take_alike(&mut self, link: &AppealLink, rows: &mut Vec<usize>) {
        let answer = link.answer.as_ref().map_or("", Text::as_str);
        let same = |&at: &usize| self.rows[at].said[1] == answer;
        let place = rows.iter().position(same).unwrap_or_default();
        if place < rows.len() {
            let at = rows.remove(place);
            self.owners[at] = Owner::Appeal(link.id);
            self.standings.insert(link.id, Standing::Unnumbered(at));
        }
    }

    /// Whether the row of an appeal stands nowhere by its number.
    fn has_lost_its_number(&self, link: &AppealLink) -> bool {
        use RowTrouble::{Mismatched, Missing};
        match (self.standings.get(&link.id), link.trouble) {
            (Some(Standing::Stopped(Missing | Mismatched)), _)
            | (None, Some(Missing | Mismatched)) => true,
            (None, None) => link.row == RowLink::Pending,
            (Some(_), _) | (None, Some(_)) => false,
        }
    }

    /// A number that is beside the telegram_id of another chat shows that chat's row, where the telegram_id leaves one possibility.
    fn by_trade(&mut self) {
        for (chat, shown) in std::mem::take(&mut self.shown) {
            let is_displaced = |link: &&&AppealLink| {
                link.chat == chat
                    && matches!(
                        self.standings.get(&link.id),
                        Some(Standing::Stopped(
                            RowTrouble::Missing | RowTrouble::Mismatched
                        ))
                    )
            };
            let displaced: Vec<AppealId> = (self.astray.values())
                .filter(is_displaced)
                .map(|link| link.id)
                .collect();
            let all = self.index.of_chats.get(&chat).map_or(0, Vec::len);
            let only = match (shown.as_slice(), displaced.as_slice()) {
                (&[(number, at)], &[id]) if all < MOST_APPEALS => {
                    self.owners[at] = Owner::Appeal(id);
                    Standing::Traded(number)
                }
                // What is missing may be one of these.
                _ => Standing::Stopped(RowTrouble::Mismatched),
            };
            for id in displaced {
                self.standings.insert(id, only);
            }
        }
    }
}
