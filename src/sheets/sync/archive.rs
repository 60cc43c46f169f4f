//! The archive: a tab of our own, to which the oldest part of a long dialogue moves.
//!
//! Invariant: a part is appended only where a reading of the archive in the same pass shows that it does not stand there yet.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::write_plan::{ChangeOwner, TabAfter, WritePlan};
use crate::{
    domain::{
        ids::Number,
        row::{CellValue, Column},
        text::Text,
    },
    sheets::{
        a1::a1_columns,
        table::{
            layout::{Layout, LayoutError, cells, words::TabWords},
            read_plan::{find_tab, header_range},
        },
        wire::{Change, Columns, SheetId, TabInfo, UnformattedValue},
    },
};

/// An archive that cannot be used is tried again this often: whoever mends it should see the result soon.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// What is known of the archive.
#[derive(Debug)]
pub(super) struct Archive {
    words: TabWords,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nothing is to be moved there.
    Idle,
    /// Something is: the next pass reads what stands there.
    Wanted,
    /// The next reading is of its keys.
    Headed(Shelves),
    /// What stands there is known.
    KnownRow(Shelves),
    /// It could not be used, and is not tried before this moment.
    Unusable(Timestamp),
}

/// The archive and the parts that stand in it.
#[derive(Debug)]
pub(super) struct Shelves {
    sheet: SheetId,
    title: String,
    layout: Layout,
    /// The tab does not exist yet.
    is_new: bool,
    standing: BTreeSet<(Number, u32)>,
}

impl Archive {
    pub(super) fn new(words: TabWords) -> Self {
        Self {
            words,
            state: State::Idle,
        }
    }

    pub(super) fn title(&self) -> &str {
        &self.words.title
    }

    /// A pass begins: what was known is old, what failed may be mended.
    pub(super) fn renew(&mut self, now: Timestamp) {
        let stale = match &self.state {
            State::Idle | State::Wanted => false,
            State::Headed(_) | State::KnownRow(_) => true,
            State::Unusable(until) => *until <= now,
        };
        if stale {
            self.state = State::Wanted;
        }
    }

    /// Whether it is wanted, and would have to be made.
    pub(super) fn lacks_tab(&self, tabs: &[TabInfo]) -> bool {
        matches!(self.state, State::Wanted) && find_tab(tabs, &self.words.title).is_none()
    }

    /// What has to be read before anything is moved; `None` if nothing is to be, or everything is known.
    pub(super) fn reading(&mut self, tabs: &[TabInfo]) -> Option<Vec<String>> {
        match &self.state {
            State::Idle | State::KnownRow(_) | State::Unusable(_) => None,
            State::Wanted => match find_tab(tabs, &self.words.title) {
                Some(info) => Some(vec![header_range(&info.title)]),
                None => {
                    self.state = State::KnownRow(Shelves::new(&self.words, tabs));
                    None
                }
            },
            State::Headed(shelves) => Some(shelves.key_ranges()),
        }
    }

    /// Takes in what was read.
    ///
    /// # Errors
    /// When the header row of the archive cannot be understood.
    pub(super) fn read(
        &mut self,
        tabs: &[TabInfo],
        answer: &[Columns<UnformattedValue>],
        now: Timestamp,
    ) -> Result<(), LayoutError> {
        self.state = match std::mem::replace(&mut self.state, State::Wanted) {
            State::Wanted => {
                let Some(info) = find_tab(tabs, &self.words.title) else {
                    return Ok(());
                };
                let row: Vec<String> = answer
                    .first()
                    .into_iter()
                    .flatten()
                    .map(|column| {
                        column
                            .first()
                            .map(UnformattedValue::text)
                            .unwrap_or_default()
                    })
                    .collect();
                let layout =
                    Layout::read_archive(&self.words, &row).inspect_err(|_| self.fails(now))?;
                State::Headed(Shelves {
                    sheet: info.sheet,
                    title: info.title.clone(),
                    layout,
                    is_new: false,
                    standing: BTreeSet::new(),
                })
            }
            State::Headed(mut shelves) => {
                shelves.standing = keys(answer);
                State::KnownRow(shelves)
            }
            state @ (State::Idle | State::KnownRow(_) | State::Unusable(_)) => state,
        };
        Ok(())
    }

    /// It cannot be used for now.
    pub(super) fn fails(&mut self, now: Timestamp) {
        self.state = State::Unusable(now + AGAIN);
    }

    /// Nothing of what was known of it holds: it is read anew, if it is wanted.
    pub(super) fn forget(&mut self) {
        if matches!(self.state, State::Headed(_) | State::KnownRow(_)) {
            self.state = State::Wanted;
        }
    }

    /// A person has edited something.
    pub(super) fn may_be_mended(&mut self) {
        if matches!(self.state, State::Unusable(_)) {
            self.state = State::Wanted;
        }
    }

    /// The archive, where what stands in it is known.
    pub(super) fn shelves(&self) -> Option<&Shelves> {
        match &self.state {
            State::KnownRow(shelves) => Some(shelves),
            State::Idle | State::Wanted | State::Headed(_) | State::Unusable(_) => None,
        }
    }

    /// A batch was composed, and needs the archive, or not (any more). What was known of it is used up.
    pub(super) fn composed(&mut self, wants: bool) {
        match self.state {
            State::Unusable(_) if wants => {}
            _ if wants => self.state = State::Wanted,
            State::Idle
            | State::Wanted
            | State::Headed(_)
            | State::KnownRow(_)
            | State::Unusable(_) => self.state = State::Idle,
        }
    }
}

impl Shelves {
    /// An archive that is to be made.
    fn new(words: &TabWords, tabs: &[TabInfo]) -> Self {
        let taken: BTreeSet<i32> = tabs.iter().map(|tab| tab.sheet.0).collect();
        let after = taken.last().map_or(0, |last| last.saturating_add(1));
        let free = (0..=i32::MAX).find(|id| !taken.contains(id));
        let id = if taken.contains(&after) {
            free.unwrap_or(after)
        } else {
            after
        };
        let row: Vec<String> = words
            .columns
            .iter()
            .map(|(_, word)| word.written().to_owned())
            .collect();
        Self {
            sheet: SheetId(id),
            title: words.title.clone(),
            layout: Layout::read_archive(words, &row).unwrap_or_default(),
            is_new: true,
            standing: BTreeSet::new(),
        }
    }

    /// Appends what does not stand there yet; makes the archive first, where there is none.
    pub(super) fn append(&self, number: Number, parts: &[(u32, Text)], plan: &mut WritePlan) {
        if plan.archive.is_none() {
            self.prepare(plan);
        }
        for (part, text) in parts
            .iter()
            .filter(|(part, _)| !self.standing.contains(&(number, *part)))
        {
            let cells = [
                (Column::Number, CellValue::Number(number.0.into())),
                (Column::Part, CellValue::Number((*part).into())),
                (Column::History, CellValue::Text(text.clone())),
            ];
            let values = self.layout.values(cells);
            plan.push(
                Change::Append {
                    sheet: self.sheet,
                    values,
                },
                ChangeOwner::Archive,
            );
        }
    }

    fn prepare(&self, plan: &mut WritePlan) {
        if self.is_new {
            let add = Change::AddTab {
                sheet: self.sheet,
                title: self.title.clone(),
            };
            plan.push(add, ChangeOwner::Archive);
            let header = |header: &String| CellValue::Text(header.as_str().into());
            let headers = Change::Set {
                sheet: self.sheet,
                row: 0,
                column: 0,
                values: self.layout.headers().iter().map(header).collect(),
            };
            plan.push(headers, ChangeOwner::Archive);
        }
        plan.archive = Some(TabAfter {
            sheet: self.sheet,
            title: self.title.clone(),
            layout: self.layout.clone(),
            prepared: self.is_new,
            end: 0,
            appended: 0,
            rows: 0,
            insertion: None,
        });
    }

    fn key_ranges(&self) -> Vec<String> {
        let range = |column| {
            let at = self.layout.position(column)?;
            Some(a1_columns(&self.title, (at, at + 1)))
        };
        [Column::Number, Column::Part]
            .into_iter()
            .filter_map(range)
            .collect()
    }
}

/// The parts that stand in the archive, by its two key columns.
fn keys(answer: &[Columns<UnformattedValue>]) -> BTreeSet<(Number, u32)> {
    let column = |at: usize| {
        answer
            .get(at)
            .and_then(|columns| columns.first())
            .into_iter()
            .flatten()
    };
    let key = |(number, part): (&UnformattedValue, &UnformattedValue)| {
        Some((
            cells::number(&number.text())?,
            u32::try_from(cells::integer(&part.text())?).ok()?,
        ))
    };
    column(0).zip(column(1)).filter_map(key).collect()
}
