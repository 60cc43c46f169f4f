//! Provisioning: adds what a spreadsheet lacks before people can work in it (tabs, headers, validation lists, colours, warnings).
//!
//! Invariant: existing content is never changed, and a second run has nothing to do. Nothing here makes a call.

mod appearance;

use crate::domain::{
    row::Column,
    text::fold,
    wording::{QuotedWords, Saying, StepNote},
};

use super::{
    a1::a1,
    sync::prepare,
    table::{
        layout::{Layout, LayoutError, index, trimmed, words::TabWords},
        read_plan::find_tab,
    },
    wire::{
        Change, SheetId, Span, TabInfo, Table, Validation, ValidationRule,
        look::{CellTest, TabLook},
    },
};

/// Of so many rows the looks are read: whoever has chosen one for a column has chosen it there as well.
const LOOKED_AT: u32 = 1000;

/// The grid of a new tab.
const NEW_GRID: (u32, u32) = (1000, 26);

/// The wanted state of a tab.
#[derive(Debug, Clone)]
pub struct TabSpec {
    /// The name on the tab.
    pub title: String,
    /// Its columns, where it has some.
    pub words: Option<TabWords>,
    /// Words to choose from, in the order in which they are offered.
    pub offers: Vec<(Column, Vec<String>)>,
    /// Where people are warned.
    pub protect: Protect,
    /// What is said there.
    pub warning: String,
    /// Filters with names, each made where all of its columns stand.
    pub views: Vec<ViewSpec>,
    /// What ends the cell of a row that waits too long, where that is counted.
    pub overdue: Option<String>,
}

/// A filter with a name.
#[derive(Debug, Clone)]
pub struct ViewSpec {
    /// Its name.
    pub title: String,
    /// What cells of these columns must show.
    pub shows: Vec<(Column, CellTest)>,
    /// By which column its rows are sorted.
    pub sort: Option<Column>,
}

/// Where people are warned that the service writes there.
#[derive(Debug, Clone)]
pub enum Protect {
    /// In these columns.
    Columns(Vec<Column>),
    /// Everywhere.
    All,
}

/// A tab and the steps that provision it, once its headers are known.
#[derive(Debug, Clone)]
pub struct TabPlan {
    spec: TabSpec,
    info: TabInfo,
    /// It is yet to be made.
    is_new: bool,
    layout: Layout,
    /// What is done, in words, with the changes that do it.
    steps: Vec<ProvisionStep>,
}

/// One step of provisioning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvisionStep {
    /// In words.
    pub words: Saying,
    /// The changes that do it; none if it needs the consent of people.
    pub changes: Vec<Change>,
}

/// What becomes of lists of words that people have made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lists {
    /// They stay as they are; what they lack is named.
    Keep,
    /// They are extended.
    Extend,
}

/// The existing content of a tab.
#[derive(Debug, Clone, Default)]
pub struct ExistingTab {
    /// The first row.
    pub headers: Vec<String>,
    /// How many columns hold anything at all.
    pub width: u32,
}

/// The tab that this name belongs to, or one that is to be made.
#[must_use]
pub fn place(spec: &TabSpec, tabs: &[TabInfo], new: SheetId) -> (TabInfo, bool) {
    if let Some(info) = find_tab(tabs, &spec.title) {
        return (info.clone(), false);
    }
    let info = TabInfo {
        sheet: new,
        title: spec.title.clone(),
        rows: NEW_GRID.0,
        columns: NEW_GRID.1,
        filter: None,
        fill_formulas: Vec::new(),
        tables: Vec::new(),
    };
    (info, true)
}

/// The tables of a tab in which new rows cannot stand: what is the matter with each, and the way out.
#[must_use]
pub fn unserved_tables(info: &TabInfo, layout: &Layout) -> Vec<Saying> {
    let words = |table: &Table| {
        let name = table.name.as_str();
        Some(Saying::of(match prepare::why_unserved(table, layout)? {
            prepare::Unserved::Elsewhere => StepNote::TableElsewhere(name),
            prepare::Unserved::Footer => StepNote::TableFooter(name),
        }))
    };
    info.tables.iter().filter_map(words).collect()
}

impl TabPlan {
    /// A tab with its missing headers.
    ///
    /// # Errors
    /// If a header occurs twice, or another one is so similar to a missing one that it is probably meant.
    pub fn survey(
        spec: TabSpec,
        info: TabInfo,
        is_new: bool,
        existing: &ExistingTab,
    ) -> Result<Self, LayoutError> {
        let mut steps = Vec::new();
        if is_new {
            steps.push(ProvisionStep {
                words: Saying::of(StepNote::Tab(&info.title)),
                changes: vec![Change::AddTab {
                    sheet: info.sheet,
                    title: info.title.clone(),
                }],
            });
        }
        let mut layout = Layout::default();
        if let Some(words) = &spec.words {
            let added = lacking(words, &existing.headers)?;
            let first = if added.is_empty() {
                0
            } else {
                existing.width.max(index(trimmed(&existing.headers).len()))
            };
            let mut headers = existing.headers.clone();
            if !added.is_empty() {
                headers.resize(first as usize, String::new());
                headers.extend(added.iter().cloned());
                steps.push(ProvisionStep {
                    words: Saying::of(StepNote::Headers(QuotedWords(&added))),
                    changes: prepare::headers(&info, first, &added),
                });
            }
            layout = Layout::read(words, &headers)?;
        }
        Ok(Self {
            spec,
            info,
            is_new,
            layout,
            steps,
        })
    }

    /// Whether headers are to be written: then it matters how many columns hold anything.
    #[must_use]
    pub fn adds_headers(&self) -> bool {
        let set = |change: &Change| matches!(change, Change::Set { .. });
        self.steps.iter().flat_map(|step| &step.changes).any(set)
    }

    /// The cells whose validation rules are to be read.
    #[must_use]
    pub fn asks(&self) -> Vec<String> {
        let cell = |column: &Column| {
            let at = self.layout.position(*column)?;
            Some(a1(&self.info.title, self.below(at, 2)))
        };
        // Without an offer any cell will do: the warnings come along with it.
        let offers: Vec<String> = self
            .spec
            .offers
            .iter()
            .filter_map(|(column, _)| cell(column))
            .collect();
        if offers.is_empty() {
            vec![a1(&self.info.title, self.below(0, 2))]
        } else {
            offers
        }
    }

    /// The cells whose looks are to be read: the first ones of all columns that have a header, where the tab exists.
    #[must_use]
    pub fn shown(&self) -> Option<String> {
        let end = self.layout.width().min(self.info.columns);
        let span = Span {
            sheet: self.info.sheet,
            rows: (0, self.info.rows.min(LOOKED_AT)),
            columns: (0, end),
        };
        (end > 0 && !self.is_new).then(|| a1(&self.info.title, span))
    }

    /// Everything that is to be done to it; lists of words that people have made are extended only where they agree.
    #[must_use]
    pub fn plan(
        mut self,
        validation: &Validation,
        look: &TabLook,
        lists: Lists,
    ) -> Vec<ProvisionStep> {
        for (column, words) in self.spec.offers.clone() {
            let step = self.offer(column, words, validation, lists);
            self.steps.extend(step);
        }
        if let Some(words) = &self.spec.words {
            let widened = prepare::filter(&self.layout, &self.info);
            self.steps.extend(widened.map(|change| ProvisionStep {
                words: Saying::of(StepNote::Filter),
                changes: vec![change],
            }));
            let table = prepare::table(&self.layout, &self.info);
            self.steps.extend(table.map(|change| ProvisionStep {
                words: Saying::of(StepNote::Table),
                changes: vec![change],
            }));
            let overdue = self.spec.overdue.as_ref();
            let overdue = overdue.and_then(|word| prepare::overdue(&self.layout, &self.info, word));
            self.steps.extend(overdue.map(|change| ProvisionStep {
                words: Saying::of(StepNote::Overdue),
                changes: vec![change],
            }));
            let fills = prepare::fills(words, &self.layout, &self.info);
            self.steps
                .extend((!fills.is_empty()).then(|| ProvisionStep {
                    words: Saying::of(StepNote::Fills),
                    changes: fills,
                }));
            let appearance = appearance::steps(&self, look);
            self.steps.extend(appearance);
            let views = appearance::views(&self, look);
            self.steps.extend(views);
        }
        let warnings = self.warnings(validation);
        self.steps.extend(warnings);
        self.steps
    }

    fn offer(
        &self,
        column: Column,
        words: Vec<String>,
        validation: &Validation,
        lists: Lists,
    ) -> Option<ProvisionStep> {
        let at = self.layout.position(column)?;
        let header = self.layout.headers().get(at as usize);
        let header = header.map_or("", |header| header.trim());
        let existing = validation.rules.iter().find(|((_, known), _)| *known == at);
        let words = match existing.map(|(_, offered)| offered) {
            None => words,
            Some(ValidationRule::Other) => return None,
            Some(ValidationRule::Words(known)) => {
                let is_known = |word: &String| known.iter().any(|other| fold(other) == fold(word));
                let missing: Vec<String> =
                    words.into_iter().filter(|word| !is_known(word)).collect();
                if missing.is_empty() {
                    return None;
                }
                if lists == Lists::Keep {
                    let lacks = StepNote::ListLacks {
                        header,
                        words: QuotedWords(&missing),
                    };
                    return Some(ProvisionStep {
                        words: Saying::of(lacks),
                        changes: Vec::new(),
                    });
                }
                known.iter().cloned().chain(missing).collect()
            }
        };
        let typed = |table: &&Table| table.typed.contains(&at);
        if let Some(table) = self.info.tables.iter().find(typed) {
            let typed = StepNote::TypedColumn {
                header,
                table: &table.name,
                words: QuotedWords(&words),
            };
            return Some(ProvisionStep {
                words: Saying::of(typed),
                changes: Vec::new(),
            });
        }
        let offer = StepNote::Offer {
            header,
            words: &words.join(", "),
        };
        Some(ProvisionStep {
            words: Saying::of(offer),
            changes: vec![Change::Offer {
                span: self.below(at, self.info.rows),
                words,
            }],
        })
    }

    fn warnings(&self, validation: &Validation) -> Vec<ProvisionStep> {
        let sheet = self.info.sheet;
        match &self.spec.protect {
            Protect::All if validation.protected.contains(&(None, None)) => Vec::new(),
            Protect::All => vec![ProvisionStep {
                words: Saying::of(StepNote::WarnTab),
                changes: vec![Change::Protect {
                    sheet,
                    columns: None,
                    words: self.spec.warning.clone(),
                }],
            }],
            Protect::Columns(columns) => {
                let warn = |&column: &Column| {
                    let at = self.layout.position(column)?;
                    let covers = |&(first, end): &(Option<u32>, Option<u32>)| {
                        first.is_none_or(|first| first <= at) && end.is_none_or(|end| at < end)
                    };
                    let header = self.layout.headers().get(at as usize)?;
                    (!validation.protected.iter().any(covers)).then(|| ProvisionStep {
                        words: Saying::of(StepNote::WarnColumn(header.trim())),
                        changes: vec![Change::Protect {
                            sheet,
                            columns: Some((at, at + 1)),
                            words: self.spec.warning.clone(),
                        }],
                    })
                };
                columns.iter().filter_map(warn).collect()
            }
        }
    }

    fn below(&self, column: u32, end: u32) -> Span {
        Span {
            sheet: self.info.sheet,
            rows: (1, end.max(2)),
            columns: (column, column + 1),
        }
    }
}

/// The headers that a tab lacks, in their usual order; in a tab without any, all but the predecessor's mark and what is made by those who want it.
fn lacking(words: &TabWords, existing: &[String]) -> Result<Vec<String>, LayoutError> {
    if existing.iter().all(|header| header.trim().is_empty()) {
        let usual = words.columns.iter().filter(|(column, _)| {
            ![Column::Notified, Column::Responsible, Column::Rating].contains(column)
        });
        return Ok(usual.map(|(_, word)| word.written().to_owned()).collect());
    }
    let missing: Vec<String> = match Layout::read(words, existing) {
        Ok(_) => Vec::new(),
        Err(error) if is_addable(words, &error) => error
            .missing
            .into_iter()
            .map(|(header, _)| header)
            .collect(),
        Err(error) => return Err(error),
    };
    // With what people keep in place, the rest is what the service would add itself.
    let mut whole = existing.to_vec();
    whole.extend(missing.iter().cloned());
    let known_layout = Layout::read(words, &whole)?;
    let ours = known_layout
        .to_add()
        .iter()
        .filter_map(|&column| words.header(column))
        .map(str::to_owned);
    // The service does without it, so it adds none itself.
    let waiting = words.header(Column::Waiting).filter(|header| {
        !existing.iter().any(|known| fold(known) == fold(header))
            && known_layout.position(Column::Waiting).is_none()
    });
    let waiting = waiting.map(str::to_owned);
    Ok(missing.into_iter().chain(ours).chain(waiting).collect())
}

/// Whether the missing headers can be beside the others: some are there, and none is likely to be meant by another one.
fn is_addable(words: &TabWords, error: &LayoutError) -> bool {
    let all = Layout::read(words, &[]).map_or_else(|error| error.missing.len(), |_| 0);
    error.doubled.is_empty()
        && error.missing.len() < all
        && error.missing.iter().all(|(_, alike)| alike.is_none())
}

#[cfg(test)]
mod tests;
