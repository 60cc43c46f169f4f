//! The assignment itself: by number, by history, by the one trade that is possible.
//!
//! Invariant: what is certain goes first, and an appeal that has got a row gets no other.

use std::collections::{BTreeMap, BTreeSet};

use super::{AppealIndex, AppealLink, Assignment, MOST_APPEALS, Owner, RowKeys, Standing};
use crate::domain::{
    appeal::row::RowLink,
    event::TelegramCell,
    ids::{AppealId, ChatId, Number},
    partner::RowTrouble,
    text::Text,
};

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
        claimed: Vec::new(),
    };
    matching.by_number(gone);
    matching.by_history();
    matching.by_claim();
    matching.by_trade();
    let displaced = matching.astray.values().flatten().filter(|link| {
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
    /// Appeals of each chat whose number is beside another telegram_id, or nowhere.
    astray: BTreeMap<ChatId, Vec<&'a AppealLink>>,
    /// Numbers of appeals that have no row yet, and the rows of others that bear them.
    claimed: Vec<(Number, &'a AppealLink, Vec<usize>)>,
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
        let (own, others): (Vec<usize>, Vec<usize>) = rows.iter().partition(|&&at| {
            telegram(at).chat() == Some(link.chat) || link.lacks_its_account_in(&self.rows[at])
        });
        if own.is_empty()
            && link.row == RowLink::Pending
            && others.iter().any(|&at| telegram(at).chat().is_some())
        {
            return self.claimed.push((number, link, rows.to_vec()));
        }
        self.place(number, link, (&own, &others), rows);
    }

    /// A row that was appended, of which we do not know, may have been parted from its number since; it then stands beside somebody whose
    /// own number stands elsewhere. Else the journal is older than the sheet: the number was given before, to somebody else.
    fn by_claim(&mut self) {
        for (number, link, rows) in std::mem::take(&mut self.claimed) {
            let is_displaced = |&at: &usize| {
                let chat = self.rows[at].telegram.chat();
                chat.is_some_and(|chat| self.displaced(chat).next().is_some())
            };
            if rows.iter().any(is_displaced) {
                self.place(number, link, (&[], &rows), &rows);
            } else {
                self.standings.insert(link.id, Standing::NumberTaken);
                self.unknown(number, &rows);
            }
        }
    }

    /// Appeals of a chat whose rows are not found.
    fn displaced(&self, chat: ChatId) -> impl Iterator<Item = AppealId> {
        let astray = self.astray.get(&chat).into_iter().flatten();
        astray.map(|link| link.id).filter(|id| {
            matches!(
                self.standings.get(id),
                Some(Standing::Stopped(
                    RowTrouble::Missing | RowTrouble::Mismatched
                ))
            )
        })
    }

    fn place(
        &mut self,
        number: Number,
        link: &'a AppealLink,
        (own, others): (&[usize], &[usize]),
        rows: &[usize],
    ) {
        let telegram = |at: usize| self.rows[at].telegram;
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
        let why = match own {
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
            self.astray.entry(link.chat).or_default().push(link);
        }
    }

    /// Rows that bear a number which the journal does not know.
    fn unknown(&mut self, number: Number, rows: &[usize]) {
        let owner = match *rows {
            [at] => match self.rows[at].telegram {
                TelegramCell::Unreadable => Owner::Unusable(RowTrouble::Unreadable),
                TelegramCell::Id(_) | TelegramCell::Doubled(_) if number <= self.index.highest => {
                    let is_read = self.rows[at].history.is_some();
                    if is_read { Owner::New } else { Owner::Unread }
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
            let displaced: Vec<AppealId> = self.displaced(chat).collect();
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
