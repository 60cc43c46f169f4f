//! The tab of the templates, which is read along with the appeals.
//!
//! Invariant: what it shows is told to the journal before the answers that were read with it, and with its looks.

use crate::{
    domain::{
        event::{Event, RowEvent},
        row::Column,
        styled::Styled,
        template::Template,
        unready::is_unready,
    },
    sheets::{
        a1::a1_columns,
        table::{
            layout::{Layout, words::TabWords},
            read_plan::{find_tab, headers},
        },
        wire::{Columns, Span, StyledCell, TabInfo},
    },
};

/// Names and texts stand within so many columns.
const WIDTH: u32 = 12;

/// What is known of the tab.
#[derive(Debug)]
pub(super) struct TemplatesTab {
    words: TabWords,
    /// What the journal knows.
    told: Option<Vec<Template>>,
    /// What was read last.
    read: Option<Vec<Template>>,
    /// The cells with their texts, as they were read last.
    cells: TextCells,
    /// The same as they were when it was read how they look.
    looked_at: TextCells,
    /// What they look like, one by one.
    looks: Vec<Styled>,
}

/// The texts of templates in their cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct TextCells {
    column: u32,
    rows: Vec<(u32, String)>,
}

impl TemplatesTab {
    pub(super) fn new(words: TabWords, told: Option<Vec<Template>>) -> Self {
        let read = told.clone();
        Self {
            words,
            told,
            read,
            cells: TextCells::default(),
            looked_at: TextCells::default(),
            looks: Vec::new(),
        }
    }

    /// What is to be read of it, where it is there.
    pub(super) fn range(&self, tabs: &[TabInfo]) -> Option<String> {
        let info = find_tab(tabs, &self.words.title)?;
        Some(a1_columns(&info.title, (0, info.columns.min(WIDTH))))
    }

    /// Takes in what was read; `None` where the tab is not there.
    pub(super) fn take(&mut self, columns: Option<&Columns>) {
        self.cells = TextCells::default();
        self.read = columns.map(|columns| self.templates(columns));
        self.dress();
    }

    /// Where a text in it is new: the cells whose looks are to be read.
    pub(super) fn unseen(&self, tabs: &[TabInfo]) -> Option<(String, Span)> {
        let info = find_tab(tabs, &self.words.title)?;
        let TextCells { column, rows } = &self.cells;
        let (first, last) = (rows.first()?.0, rows.last()?.0);
        let span = Span {
            sheet: info.sheet,
            rows: (first, last + 1),
            columns: (*column, column + 1),
        };
        (self.cells != self.looked_at).then(|| (info.title.clone(), span))
    }

    /// Takes in what they look like; whether they still hold what was read.
    #[must_use]
    pub(super) fn look(&mut self, shown: &[StyledCell]) -> bool {
        let looks = self.cells.rows.iter().map(|(row, text)| {
            let at = (*row, self.cells.column);
            let mut shown = shown.iter();
            let cell = shown.find(|cell| cell.at == at && cell.text == *text)?;
            Some(Styled::new(text, &cell.styles))
        });
        let Some(looks) = looks.collect::<Option<Vec<_>>>() else {
            return false;
        };
        (self.looks, self.looked_at) = (looks, self.cells.clone());
        self.dress();
        true
    }

    /// What the journal does not know yet.
    pub(super) fn news(&self) -> Option<Event> {
        let is_news = self.read != self.told;
        is_news.then(|| Event::Row(RowEvent::Templates(self.read.clone())))
    }

    /// The journal has taken it in.
    pub(super) fn was_told(&mut self) {
        self.told.clone_from(&self.read);
    }

    /// Gives the templates their looks, where those are known.
    fn dress(&mut self) {
        let Some(read) = self.read.as_mut().filter(|_| self.cells == self.looked_at) else {
            return;
        };
        for (template, look) in read.iter_mut().zip(&self.looks) {
            *template = template.clone().looking(look);
        }
    }

    fn templates(&mut self, columns: &Columns) -> Vec<Template> {
        let layout = Layout::read(&self.words, &headers(columns)).unwrap_or_default();
        let column = |column| {
            let at = layout.position(column)?;
            Some((at, columns.get(at as usize)?))
        };
        let (Some((_, names)), Some((at, texts))) =
            (column(Column::Title), column(Column::Description))
        else {
            return Vec::new();
        };
        let (mut templates, mut rows) = (Vec::new(), Vec::new());
        let cells = (0..).zip(names.iter().zip(texts)).skip(1);
        for (row, (name, text)) in cells {
            if is_unready(name) || is_unready(text) {
                continue;
            }
            if let Some(template) = Template::of(name, text) {
                templates.push(template);
                rows.push((row, text.clone()));
            }
        }
        self.cells = TextCells { column: at, rows };
        templates
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::styled::{Style, StyledRange},
        sheets::{table::layout::tests::templates, wire::SheetId},
    };

    fn info() -> TabInfo {
        TabInfo {
            sheet: SheetId(7),
            title: "Шаблоны".to_owned(),
            rows: 100,
            columns: 3,
            filter: None,
            fill_formulas: Vec::new(),
            tables: Vec::new(),
        }
    }

    fn shows(tab: &mut TemplatesTab, rows: &[(&str, &str)]) -> Option<(u32, u32)> {
        let names = ["имя"].into_iter().chain(rows.iter().map(|row| row.0));
        let texts = ["текст"].into_iter().chain(rows.iter().map(|row| row.1));
        let columns = vec![
            names.map(str::to_owned).collect(),
            texts.map(str::to_owned).collect(),
        ];
        tab.take(Some(&columns));
        tab.unseen(&[info()]).map(|(_, span)| span.rows)
    }

    fn bold(row: u32, text: &str) -> StyledCell {
        let style = Style {
            bold: true,
            ..Style::default()
        };
        StyledCell {
            at: (row, 1),
            text: text.to_owned(),
            styles: vec![StyledRange {
                at: 1..text.len(),
                style,
            }],
        }
    }

    fn looks(tab: &TemplatesTab) -> Vec<usize> {
        let read = tab.read.iter().flatten();
        read.map(|template| template.styles.len()).collect()
    }

    #[test]
    fn looks_are_read_where_a_text_is_new_and_stay_where_none_is() {
        let mut tab = TemplatesTab::new(templates(), None);
        assert_eq!(shows(&mut tab, &[]), None);
        let rows = [("да", " yes"), ("", "nobody's"), ("нет", "no")];
        assert_eq!(shows(&mut tab, &rows), Some((1, 4)));
        assert_eq!(looks(&tab), [0, 0]);
        let shown = [bold(1, " yes"), bold(2, "nobody's"), bold(3, "no")];
        assert!(tab.look(&shown));
        assert_eq!(looks(&tab), [1, 1]);
        tab.was_told();
        assert_eq!(shows(&mut tab, &rows), None);
        assert_eq!((looks(&tab), tab.news()), (vec![1, 1], None));
        let rows = [("да", " yes"), ("нет", "no!")];
        assert_eq!(shows(&mut tab, &rows), Some((1, 3)));
        assert!(
            !tab.look(&[bold(1, " yes"), bold(2, "no")]),
            "somebody types"
        );
        assert_eq!(looks(&tab), [0, 0]);
        assert!(tab.look(&[bold(1, " yes"), bold(2, "no!")]));
        assert_eq!(looks(&tab), [1, 1]);
    }
}
