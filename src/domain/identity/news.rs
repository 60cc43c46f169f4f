//! What a read of the appeals tab tells the journal, once it is known which row is whose.
//!
//! Invariant: an event names the appeal that it is about; what the journal knows already is told again only where a row has changed.

use std::collections::{BTreeMap, BTreeSet};

use super::{AppealIndex, AppealLink, Assignment, Owner, RowKeys, Standing};
use crate::domain::{
    appeal::row::RowLink,
    event::{AppealCells, NewAppeal, RowEvent},
    ids::{AppealId, Number},
    partner::RowTrouble,
};

/// What the journal knows, by appeal.
type Links<'a> = BTreeMap<AppealId, &'a AppealLink>;

/// A read of the appeals tab.
pub struct AppealsRead<'a, C> {
    /// What the rows say of whose they are.
    pub rows: &'a [RowKeys<'a>],
    /// Which of them show something new.
    pub changed: &'a [bool],
    /// How many strays each appeal had at the last read.
    pub strays: &'a BTreeMap<AppealId, usize>,
    /// Which of them are known by their codes alone.
    pub by_code: &'a [bool],
    /// What stands in the cells of a row.
    pub cells: C,
    /// The highest `№` in the tab.
    pub highest: Option<Number>,
}

impl<C: Fn(usize) -> AppealCells> AppealsRead<'_, C> {
    /// The events, those about numbers before those about rows without one.
    #[must_use]
    pub fn events(&self, assignment: &Assignment, index: &AppealIndex) -> Vec<RowEvent> {
        let of_chats = index.of_chats.values().flatten();
        let links: Links<'_> = (index.numbered.values().flatten().chain(of_chats))
            .map(|link| (link.id, link))
            .collect();
        let standings = || assignment.standings.iter();
        let taken = |(&appeal, standing): (&AppealId, &Standing)| {
            (*standing == Standing::NumberTaken).then_some(RowEvent::NumberTaken { appeal })
        };
        let mut events: Vec<RowEvent> = standings().filter_map(taken).collect();
        let (numbered, bare): (Vec<usize>, Vec<usize>) =
            (0..self.rows.len()).partition(|&at| self.rows[at].number.is_some());
        let row = |at| self.row(at, assignment, &links);
        events.extend(numbered.into_iter().filter_map(row));
        let seen_anew: BTreeSet<Number> = (self.rows.iter().zip(self.changed))
            .filter_map(|(row, changed)| row.number.filter(|_| *changed))
            .collect();
        let stands = |(appeal, standing): (&AppealId, &Standing)| {
            news_of(links.get(appeal)?, *standing, &seen_anew)
        };
        events.extend(standings().filter_map(stands));
        events.extend(self.new_strays(assignment));
        events.extend(bare.into_iter().filter_map(row));
        events
    }

    /// A row may be a stray without having changed: its appeal has been found elsewhere.
    fn new_strays(&self, assignment: &Assignment) -> Vec<RowEvent> {
        let is_new = |(appeal, rows): &(AppealId, Vec<(usize, _)>)| {
            self.strays.get(appeal) != Some(&rows.len())
                || rows.iter().any(|&(at, _)| self.changed[at])
        };
        let new = assignment.strays().into_iter().filter(is_new);
        new.map(|(appeal, _)| RowEvent::Strays { appeal }).collect()
    }

    fn row(&self, at: usize, assignment: &Assignment, links: &Links<'_>) -> Option<RowEvent> {
        let keys = &self.rows[at];
        match assignment.owners[at] {
            Owner::Nobody | Owner::Unread | Owner::Stray(..) => None,
            Owner::New => Some(RowEvent::NewAppeal(NewAppeal {
                chat: keys.telegram.chat()?,
                number: keys.number,
                highest: self.highest,
                by_code: self.by_code[at],
                cells: (self.cells)(at),
            })),
            Owner::Unusable(trouble) => self.changed[at].then_some(RowEvent::Unusable {
                number: keys.number?,
                trouble,
            }),
            Owner::Appeal(appeal) => {
                let link = links.get(&appeal);
                let news = match assignment.standings.get(&appeal)? {
                    Standing::Own(_) => self.changed[at] || link.is_none_or(|link| is_news(link)),
                    Standing::Unnumbered(_) => {
                        if let Some(RowLink::Unnumbered(known)) = link.map(|link| &link.row)
                            && keys.history == Some(known.as_str())
                        {
                            return None;
                        }
                        return Some(RowEvent::NumberLost {
                            cells: (self.cells)(at),
                            appeal,
                        });
                    }
                    Standing::Traded(_) | Standing::Stopped(_) | Standing::NumberTaken => false,
                };
                news.then(|| RowEvent::Appeal {
                    cells: (self.cells)(at),
                    appeal,
                })
            }
        }
    }
}

/// What the journal has to learn of an appeal without a row of its own. A trouble that it knows is told again where rows that bear the
/// number show something new: at first sight all do.
fn news_of(
    link: &AppealLink,
    standing: Standing,
    seen_anew: &BTreeSet<Number>,
) -> Option<RowEvent> {
    let appeal = link.id;
    match standing {
        Standing::Traded(shown) => {
            (link.row != RowLink::Traded(shown)).then_some(RowEvent::Traded { shown, appeal })
        }
        Standing::Stopped(trouble) => {
            let known = link.trouble == Some(trouble) && !matches!(link.row, RowLink::Traded(_));
            let anew = || {
                link.number
                    .is_some_and(|number| seen_anew.contains(&number))
            };
            (!known || (trouble != RowTrouble::Missing && anew()))
                .then_some(RowEvent::Stopped { trouble, appeal })
        }
        Standing::Own(_) | Standing::Unnumbered(_) | Standing::NumberTaken => None,
    }
}

/// Whether the journal has to learn that the row of an appeal is where it belongs.
fn is_news(link: &AppealLink) -> bool {
    link.row != RowLink::Numbered || link.trouble.is_some()
}
