//! How a provisioned tab looks: headers that stand out and stay in sight, columns as wide as what they hold, rows that begin at the top.
//!
//! Invariant: only what still is as Google makes it is changed, so what a person has chosen stays, and a second run finds nothing to do.

use super::{Protect, ProvisionStep, TabPlan, ViewSpec};
use crate::{
    domain::{
        row::Column,
        tab::Tab,
        text::fold,
        wording::{QuotedWords, Saying, StepNote},
    },
    sheets::{
        table::layout::index,
        wire::{
            Change, Span,
            look::{CellFormat, ColumnLook, LookChange, NamedFilter, TabLook, USUAL_WIDTH},
        },
    },
};

/// Behind every header.
const HEADER: [u8; 3] = [0xd9, 0xe2, 0xf1];
/// Behind what only the service writes.
const OURS: [u8; 3] = [0xf1, 0xf3, 0xf4];

/// How a column should look where nobody has chosen anything.
struct ColumnWish {
    /// In pixels.
    width: u32,
    /// Its texts are long.
    wraps: bool,
    /// How its numbers are shown; as text only where nothing stands in it yet.
    number: Option<CellFormat>,
}

/// The steps that make a tab look as it should.
pub(super) fn steps(plan: &TabPlan, seen: &TabLook) -> Vec<ProvisionStep> {
    let mut steps = Vec::new();
    if seen.frozen == 0 {
        steps.push(ProvisionStep {
            words: Saying::of(StepNote::Freeze),
            changes: vec![Change::Look(LookChange::Freeze(plan.info.sheet))],
        });
    }
    let dressing = Dressing { plan, seen };
    steps.extend(dressing.headers());
    steps.extend(dressing.widths());
    steps.extend(dressing.formats());
    steps
}

/// The filters that are wanted, and whose columns stand, and that are not there by their names.
pub(super) fn views(plan: &TabPlan, seen: &TabLook) -> Vec<ProvisionStep> {
    let lacks = |view: &&ViewSpec| {
        let mut known = seen.views.iter();
        !known.any(|title| fold(title) == fold(&view.title))
    };
    let made = |view: &ViewSpec| {
        let place = |column| plan.layout.position(column);
        let shows = view.shows.iter();
        let shows = shows.map(|(column, test)| Some((place(*column)?, test.clone())));
        let change = LookChange::AddView(NamedFilter {
            sheet: plan.info.sheet,
            title: view.title.clone(),
            columns: (0, plan.layout.width()),
            shows: shows.collect::<Option<_>>()?,
            sort: view.sort.and_then(place),
        });
        Some(ProvisionStep {
            words: Saying::of(StepNote::View(&view.title)),
            changes: vec![Change::Look(change)],
        })
    };
    let lacking = plan.spec.views.iter().filter(lacks);
    lacking.filter_map(made).collect()
}

/// What is done where the cells of these columns get a format.
fn said(format: CellFormat, names: QuotedWords<'_>) -> StepNote<'_> {
    match format {
        CellFormat::Wrap => StepNote::Wrap(names),
        CellFormat::Top => StepNote::Top(names),
        CellFormat::Fill(_) => StepNote::Tint(names),
        CellFormat::Digits => StepNote::Digits(names),
        CellFormat::Text => StepNote::AsTyped(names),
        CellFormat::Header(_) => StepNote::Bold,
    }
}

struct Dressing<'a> {
    plan: &'a TabPlan,
    seen: &'a TabLook,
}

impl Dressing<'_> {
    fn headers(&self) -> Option<ProvisionStep> {
        let bare = self.headed().filter(|&at| {
            let header = self.seen.column(at).header;
            !header.bold && !header.background && !self.is_in_table(at)
        });
        let format = |columns| self.format((0, 1), columns, CellFormat::Header(HEADER));
        let changes: Vec<Change> = runs(bare).into_iter().map(format).collect();
        (!changes.is_empty()).then(|| ProvisionStep {
            words: Saying::of(StepNote::Bold),
            changes,
        })
    }

    fn widths(&self) -> Option<ProvisionStep> {
        let usual = self
            .wishes()
            .filter(|(_, _, look)| look.width == USUAL_WIDTH);
        let (names, changes): (Vec<String>, Vec<Change>) = usual
            .map(|(at, wish, _)| {
                let width = LookChange::Width {
                    sheet: self.plan.info.sheet,
                    columns: (at, at + 1),
                    pixels: wish.width,
                };
                (self.header(at), Change::Look(width))
            })
            .unzip();
        (!changes.is_empty()).then(|| ProvisionStep {
            words: Saying::of(StepNote::Widths(QuotedWords(&names))),
            changes,
        })
    }

    fn formats(&self) -> impl Iterator<Item = ProvisionStep> {
        let wraps = self.wishes().filter(|(_, wish, _)| wish.wraps);
        let wraps = wraps.filter(|(_, _, look)| !look.body.wrap);
        let tops = self
            .headed()
            .filter(|&at| !self.seen.column(at).body.vertical);
        let texts = self.numbers(CellFormat::Text).filter(|_| self.plan.is_new);
        [
            self.below(wraps.map(|(at, ..)| at), CellFormat::Wrap),
            self.below(tops, CellFormat::Top),
            self.below(self.ours(), CellFormat::Fill(OURS)),
            self.below(self.numbers(CellFormat::Digits), CellFormat::Digits),
            self.below(texts, CellFormat::Text),
        ]
        .into_iter()
        .flatten()
    }

    /// Columns whose numbers are to be shown like this, and have no format yet.
    fn numbers(&self, format: CellFormat) -> impl Iterator<Item = u32> {
        let wished = self
            .wishes()
            .filter(move |(_, wish, _)| wish.number == Some(format));
        wished
            .filter(|(_, _, look)| !look.body.number)
            .map(|(at, ..)| at)
    }

    /// Columns that only the service writes, where nobody has chosen a colour.
    fn ours(&self) -> impl Iterator<Item = u32> {
        let columns = match &self.plan.spec.protect {
            Protect::Columns(columns) => columns.as_slice(),
            Protect::All => &[],
        };
        let mut places: Vec<u32> = columns
            .iter()
            .filter_map(|&column| self.plan.layout.position(column))
            .collect();
        places.sort_unstable();
        places
            .into_iter()
            .filter(|&at| !self.seen.column(at).body.background && !self.is_in_table(at))
    }

    fn below(
        &self,
        columns: impl Iterator<Item = u32>,
        format: CellFormat,
    ) -> Option<ProvisionStep> {
        let columns: Vec<u32> = columns.collect();
        let names: Vec<String> = columns.iter().map(|&at| self.header(at)).collect();
        let rows = (1, self.plan.info.rows.max(2));
        (!columns.is_empty()).then(|| ProvisionStep {
            words: Saying::of(said(format, QuotedWords(&names))),
            changes: runs(columns.into_iter())
                .into_iter()
                .map(|columns| self.format(rows, columns, format))
                .collect(),
        })
    }

    fn format(&self, rows: (u32, u32), columns: (u32, u32), format: CellFormat) -> Change {
        let span = Span {
            sheet: self.plan.info.sheet,
            rows,
            columns,
        };
        Change::Look(LookChange::Format { span, format })
    }

    /// The columns for which there is a wish, from left to right, with how they look now.
    fn wishes(&self) -> impl Iterator<Item = (u32, ColumnWish, ColumnLook)> {
        let words = self.plan.spec.words.as_ref();
        let columns = self.plan.layout.columns().iter();
        columns.filter_map(move |&(column, at)| {
            Some((at, wish(words?.tab, column)?, self.seen.column(at)))
        })
    }

    /// The columns that have a header.
    fn headed(&self) -> impl Iterator<Item = u32> {
        let headers = self.plan.layout.headers().iter().enumerate();
        headers
            .filter(|(_, header)| !header.trim().is_empty())
            .map(|(at, _)| index(at))
    }

    fn header(&self, at: u32) -> String {
        let header = self.plan.layout.headers().get(at as usize);
        header.map_or_else(String::new, |header| header.trim().to_owned())
    }

    /// A table of Google's has colours of its own.
    fn is_in_table(&self, at: u32) -> bool {
        let mut tables = self.plan.info.tables.iter();
        tables.any(|table| (table.columns.0..table.columns.1).contains(&at))
    }
}

/// Neighbours joined, the ends exclusive.
fn runs(columns: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for at in columns {
        match runs.last_mut() {
            Some((_, end)) if *end == at => *end += 1,
            _ => runs.push((at, at + 1)),
        }
    }
    runs
}

fn wish(tab: Tab, column: Column) -> Option<ColumnWish> {
    let plain = |width| ColumnWish {
        width,
        wraps: false,
        number: None,
    };
    let long = |width| ColumnWish {
        wraps: true,
        ..plain(width)
    };
    let shown = |width, format| ColumnWish {
        number: Some(format),
        ..plain(width)
    };
    Some(match (tab, column) {
        (_, Column::Code) => shown(90, CellFormat::Text),
        (_, Column::Phone) => shown(140, CellFormat::Text),
        (_, Column::Name) => long(180),
        (_, Column::Telegram) => shown(115, CellFormat::Digits),
        (_, Column::Number) => shown(55, CellFormat::Digits),
        (Tab::Appeals, Column::History) => long(420),
        (Tab::Appeals, Column::Answer) => long(320),
        (Tab::Appeals, Column::Delivery) => long(190),
        (Tab::Appeals, Column::Updated) => plain(160),
        (Tab::Appeals, Column::Waiting) => long(125),
        (Tab::Appeals, Column::Responsible) => plain(130),
        (Tab::Appeals, Column::Rating) => long(110),
        (_, Column::Status) => plain(150),
        (Tab::Partners, Column::Access | Column::Since) => plain(150),
        (Tab::Promotions, Column::Title) => long(190),
        (Tab::Promotions, Column::Description) => long(320),
        (Tab::Promotions, Column::Starts | Column::Ends) => plain(125),
        (Tab::Promotions, Column::Content | Column::Link) => long(220),
        (Tab::Promotions, Column::Action) => plain(130),
        (Tab::Promotions, Column::Key) => plain(80),
        (Tab::Promotions, Column::Mailing) => long(260),
        _ => return None,
    })
}
