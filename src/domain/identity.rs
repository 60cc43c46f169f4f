//! Which row of the appeals tab is which appeal's: decided once, for all rows together.
//!
//! Invariant: an appeal has one row at most, and a number leads to a row only beside the telegram_id that belongs to it; where two rows
//! or two appeals are possible, none is taken.

pub mod matching;
pub mod news;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    appeal::{
        Appeal,
        row::{Lacks, RowLink},
    },
    event::TelegramCell,
    ids::{AppealId, ChatId, CodeForm, Number, PartnerCode},
    partner::{Partner, RowTrouble, Unaddressed},
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
    /// The codes of rows with neither number nor telegram_id, and with a text for somebody.
    pub codes: BTreeSet<PartnerCode>,
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
    /// Whose the codes are that were asked about.
    pub codes: BTreeMap<PartnerCode, Result<ChatId, Unaddressed>>,
    /// Messages beside a code alone that stood there before anybody looked for such; `None` where nobody has yet.
    pub standing: Option<BTreeSet<String>>,
    /// Chats of rows without a number that are no partner's; none at first sight, where rows are taken as they are.
    pub strangers: BTreeSet<ChatId>,
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
    /// What its row lacks of whose it is.
    pub lacks: Option<Lacks>,
    /// The code in its row, as far as that makes it known.
    pub code: Option<CodeForm>,
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
    /// It can be told once its history is read.
    Unread,
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

impl Assignment {
    /// The rows that bear the number of an appeal and are not its row, or not its only one, and what is wrong with each.
    #[must_use]
    pub fn strays(&self) -> BTreeMap<AppealId, Vec<(usize, RowTrouble)>> {
        let mut strays: BTreeMap<AppealId, Vec<(usize, RowTrouble)>> = BTreeMap::new();
        for (at, owner) in self.owners.iter().enumerate() {
            if let Owner::Stray(appeal, why) = *owner {
                strays.entry(appeal).or_default().push((at, why));
            }
        }
        strays
    }
}

impl Default for AppealIndex {
    /// What an empty journal knows.
    fn default() -> Self {
        Self {
            numbered: BTreeMap::new(),
            of_chats: BTreeMap::new(),
            highest: highest_plausible(Number(1)),
            codes: BTreeMap::new(),
            standing: None,
            strangers: BTreeSet::new(),
        }
    }
}

impl AppealLink {
    /// Whether its row is known by its history and still has to get its number, or is still to be appended.
    pub(super) fn awaits_its_number(&self) -> bool {
        matches!(self.row, RowLink::Unnumbered(_) | RowLink::Pending)
    }

    /// Whether a row that bears its number is its own though no telegram_id stands beside that yet. A number that nobody has read back may
    /// have landed in another row: code and answer tell.
    pub(super) fn lacks_its_account_in(&self, row: &RowKeys<'_>) -> bool {
        let [_, answer, code] = row.said;
        let is_it = || {
            self.answer.as_ref().map(Text::as_str) == Some(answer)
                && CodeForm::of(code) == self.code
        };
        self.lacks == Some(Lacks::Account)
            && row.telegram == TelegramCell::Empty
            && (self.row == RowLink::Numbered || is_it())
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
            lacks: appeal.row.lacks(),
            code: (appeal.partner.as_ref()).and_then(|code| CodeForm::of(code.as_str())),
            answer: appeal.row.seen().answer.clone(),
            shows: Vec::new(),
        }
    }
}

/// Reads what the journal knows of the rows that are asked about.
#[must_use]
pub fn index(rules: &Rules, view: &dyn View, asked: &Asked) -> AppealIndex {
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
    let codes: BTreeMap<_, _> = (asked.codes.iter())
        .map(|code| (code.clone(), addressee(view, code)))
        .collect();
    let addressed = codes
        .values()
        .filter_map(|chat| Some((None, Some((*chat).ok()?))));
    let rows: BTreeSet<_> = asked.rows.iter().copied().chain(addressed).collect();
    let mut of_chats = BTreeMap::new();
    for &(number, chat) in &rows {
        let Some(chat) = chat.filter(|chat| !of_chats.contains_key(chat)) else {
            continue;
        };
        let foreign = |number| {
            let link = numbered.get(&number).and_then(Option::as_ref);
            link.is_some_and(|link| link.chat != chat)
        };
        if number.is_none_or(foreign) {
            let bare = rows.contains(&(None, Some(chat)));
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
    let tab = view.appeals_tab();
    let bare = asked.rows.iter().filter(|(number, _)| number.is_none());
    let is_stranger = |chat: &ChatId| {
        let session = view.session(*chat);
        session.is_none_or(|session| session.partner.is_none())
    };
    let strangers = bare.filter_map(|&(_, chat)| chat);
    let strangers = strangers.filter(|chat| tab.reads.sighted.is_some() && is_stranger(chat));
    AppealIndex {
        numbered,
        of_chats,
        highest: highest_plausible(tab.next_number),
        codes,
        standing: tab.standing,
        strangers: strangers.collect(),
    }
}

/// Whose a code is: to the letter, or the only one of the list that looks like it.
fn addressee(view: &dyn View, code: &PartnerCode) -> Result<ChatId, Unaddressed> {
    let listed = |code: &PartnerCode| view.partner(code).filter(Partner::is_listed);
    let alike = || {
        let form = CodeForm::of(code.as_str())?;
        let mut alike = view.spelled_alike(&form).into_iter();
        let only = alike.next().filter(|_| alike.next().is_none())?;
        listed(&only)
    };
    let partner = listed(code)
        .or_else(alike)
        .ok_or(Unaddressed::UnknownCode)?;
    let binding = partner.binding.ok_or(Unaddressed::Unregistered)?;
    Ok(binding.chat)
}

/// The highest `№` that may be one that we gave, by the one that we give next.
pub(super) fn highest_plausible(next: Number) -> Number {
    Number(next.0.saturating_add(LONGEST_GAP))
}

impl Asked {
    /// Whether there is nothing to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.gone.is_empty() && self.codes.is_empty()
    }

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

/// What was written last, and what was about to be, where nobody has confirmed it; in whatever language that was.
fn histories(rules: &Rules, view: &dyn View, appeal: &Appeal) -> Vec<String> {
    let covered = BTreeSet::from([appeal.dialogue.written, appeal.dialogue.lines]);
    let covered = covered.into_iter().filter(|&lines| {
        (lines > 0 || appeal.row.is_placed())
            && (lines == appeal.dialogue.written
                || appeal.row.is_stale()
                || !appeal.row.is_placed())
    });
    let rules = rules.in_every_language();
    let shown = |lines| {
        rules
            .iter()
            .map(move |rules| shown_history(rules, view, appeal, lines))
    };
    covered.flat_map(shown).collect()
}
