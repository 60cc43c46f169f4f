//! The columns of a tab: headers → columns.
//!
//! Invariant: a column is found by its header alone, in any order; one that is missing or doubled stops the tab, in words.

pub mod cells;
pub mod words;

use crate::domain::{
    row::{CellValue, Column},
    tab::Tab,
    text::fold,
    word::Word,
    wording::{Note, TableNote, Wording},
};
use words::TabWords;

/// How alike two headers must be for one to be offered in place of the other (normalized Levenshtein); below it the hint misleads.
const ALIKE: f64 = 0.5;

/// The columns of one tab as one header row shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    headers: Vec<String>,
    columns: Vec<(Column, u32)>,
    to_add: Vec<Column>,
}

/// The header row cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutError {
    /// Which tab.
    pub tab: Tab,
    /// The name on the tab.
    pub title: String,
    /// Headers that are not there, each with the most similar one that nothing else claims.
    pub missing: Vec<(String, Option<String>)>,
    /// Headers that are there twice.
    pub doubled: Vec<String>,
}

impl Layout {
    /// Finds every column of the tab in its header row.
    ///
    /// # Errors
    /// When a column that the service cannot do without is missing, or one that it reads or writes is there twice.
    pub fn read(words: &TabWords, headers: &[String]) -> Result<Self, LayoutError> {
        Self::find(words, headers, |column| presence(words.tab, column))
    }

    /// Finds the columns of the archive in its header row; none of them can be done without.
    ///
    /// # Errors
    /// When one is missing or is there twice.
    pub fn read_archive(words: &TabWords, headers: &[String]) -> Result<Self, LayoutError> {
        Self::find(words, headers, |_| Presence::Required)
    }

    fn find(
        words: &TabWords,
        headers: &[String],
        presence: impl Fn(Column) -> Presence,
    ) -> Result<Self, LayoutError> {
        let mut layout = Self {
            headers: trimmed(headers),
            columns: Vec::new(),
            to_add: Vec::new(),
        };
        let folded: Vec<String> = layout.headers.iter().map(|header| fold(header)).collect();
        let (mut missing, mut doubled) = (Vec::new(), Vec::new());
        for &(column, ref word) in &words.columns {
            let header = || word.written().to_owned();
            match (standing(word, &folded).as_slice(), presence(column)) {
                ([at], _) => layout.columns.push((column, *at)),
                ([], Presence::Required) => missing.push(header()),
                ([], Presence::Ours) => layout.to_add.push(column),
                ([_, _, ..], Presence::Required | Presence::Ours) => doubled.push(header()),
                (_, Presence::Optional) => {}
            }
        }
        layout.columns.sort_by_key(|&(_, at)| at);
        if missing.is_empty() && doubled.is_empty() {
            return Ok(layout);
        }
        let missing = missing
            .into_iter()
            .map(|header| (layout.nearest(&header), header));
        Err(LayoutError {
            tab: words.tab,
            title: words.title.clone(),
            missing: missing.map(|(nearest, header)| (header, nearest)).collect(),
            doubled,
        })
    }

    /// The position of a column, if it exists.
    #[must_use]
    pub fn position(&self, column: Column) -> Option<u32> {
        self.columns
            .iter()
            .find(|&&(known, _)| known == column)
            .map(|&(_, at)| at)
    }

    /// The known columns from left to right.
    #[must_use]
    pub fn columns(&self) -> &[(Column, u32)] {
        &self.columns
    }

    /// Columns of ours that the tab does not have yet.
    #[must_use]
    pub fn to_add(&self) -> &[Column] {
        &self.to_add
    }

    /// The header row, as far as its last header.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// Behind the last header.
    #[must_use]
    pub fn width(&self) -> u32 {
        index(self.headers.len())
    }

    /// The layout once our missing columns are added from `first` on.
    #[must_use]
    pub fn with_added(&self, words: &TabWords, first: u32) -> Self {
        let mut layout = self.clone();
        if layout.to_add.is_empty() {
            return layout;
        }
        layout.headers.resize(first as usize, String::new());
        for column in std::mem::take(&mut layout.to_add) {
            layout.columns.push((column, layout.width()));
            layout
                .headers
                .push(words.header(column).unwrap_or_default().to_owned());
        }
        layout
    }

    /// The cells of a new row from the first column on; those whose column the tab lacks are left out.
    #[must_use]
    pub fn values(
        &self,
        cells: impl IntoIterator<Item = (Column, CellValue)>,
    ) -> Vec<Option<CellValue>> {
        let mut values: Vec<Option<CellValue>> = Vec::new();
        for (column, value) in cells {
            if let Some(at) = self.position(column) {
                let at = at as usize;
                values.resize(values.len().max(at + 1), None);
                values[at] = Some(value);
            }
        }
        values
    }

    /// Whether another reading of the header row puts every column where this one does.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        self.columns == other.columns
            && self.to_add == other.to_add
            && self.headers.len() == other.headers.len()
    }

    /// The unclaimed header that is most like a missing one.
    fn nearest(&self, missing: &str) -> Option<String> {
        let likeness =
            |header: &String| strsim::normalized_levenshtein(&fold(header), &fold(missing));
        let unclaimed = self.headers.iter().enumerate().filter(|&(at, header)| {
            let claimed = self.columns.iter().any(|&(_, known)| known == index(at));
            !claimed && !header.trim().is_empty()
        });
        unclaimed
            .map(|(_, header)| (likeness(header), header))
            .filter(|&(likeness, _)| likeness >= ALIKE)
            .max_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, header)| header.trim().to_owned())
    }
}

impl LayoutError {
    /// What is wrong, for people.
    #[must_use]
    pub fn words(&self, wording: &Wording) -> String {
        let say = |note: TableNote<'_>| wording.note(Note::Table(note));
        let missing = self.missing.iter().map(|(header, nearest)| {
            let nearest = nearest.as_deref();
            say(TableNote::HeaderMissing(header, nearest))
        });
        let doubled = self.doubled.iter();
        let doubled = doubled.map(|header| say(TableNote::HeaderDoubled(header)));
        let faults: Vec<_> = missing.chain(doubled).collect();
        say(TableNote::Headers {
            title: &self.title,
            faults: &faults.join("; "),
        })
    }
}

/// Whether the service can do without a column.
enum Presence {
    /// People keep it; without it nothing works.
    Required,
    /// People keep it; some copies lack it.
    Optional,
    /// Ours; added where it is missing.
    Ours,
}

fn presence(tab: Tab, column: Column) -> Presence {
    match (tab, column) {
        (Tab::Partners, Column::Code | Column::Phone | Column::Access | Column::Telegram)
        | (Tab::Appeals, Column::Telegram | Column::History | Column::Status | Column::Answer) => {
            Presence::Required
        }
        (
            Tab::Promotions,
            Column::Title
            | Column::Description
            | Column::Status
            | Column::Starts
            | Column::Ends
            | Column::Action,
        ) => Presence::Required,
        (Tab::Appeals, Column::Number | Column::Delivery)
        | (Tab::Promotions, Column::Key | Column::Mailing) => Presence::Ours,
        (Tab::Partners | Tab::Appeals | Tab::Promotions, _) => Presence::Optional,
    }
}

/// The position of a column: by its own header, or, if that is absent, by an alias.
fn standing(word: &Word, folded: &[String]) -> Vec<u32> {
    let places = |names: &[String]| -> Vec<u32> {
        let named = folded
            .iter()
            .enumerate()
            .filter(|(_, header)| names.contains(header));
        named.map(|(at, _)| index(at)).collect()
    };
    let own = places(word.understood().get(..1).unwrap_or_default());
    if own.is_empty() {
        places(word.understood())
    } else {
        own
    }
}

pub(in crate::sheets) fn trimmed(headers: &[String]) -> Vec<String> {
    let end = headers
        .iter()
        .rposition(|header| !header.trim().is_empty())
        .map_or(0, |last| last + 1);
    headers[..end].to_vec()
}

/// A place in a vector as a place in a sheet; a sheet has at most ten million cells.
pub(in crate::sheets) fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
pub(in crate::sheets) mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        domain::{appeal::Status, session::Locale},
        sheets::table::layout::words::{troubles, unaddressed},
    };

    /// The predecessor's partners tab.
    pub(in crate::sheets) fn partners() -> TabWords {
        TabWords {
            tab: Tab::Partners,
            title: "список".to_owned(),
            columns: vec![
                column(Column::Code, "Код партнера", &["partner_code"]),
                column(Column::Name, "ФИО партнера", &["ФИО"]),
                column(Column::Phone, "Телефон партнера", &["phone"]),
                column(Column::Access, "Статус авторизации", &["Статус"]),
                column(Column::Telegram, "Telegram ID", &[]),
                column(Column::Since, "Дата авторизации", &[]),
            ],
            statuses: Vec::new(),
            authorized: Word::new(["авторизован", "authorized"]),
            not_authorized: Word::new(["не авторизован"]),
            troubles: BTreeMap::new(),
            unaddressed: BTreeMap::new(),
        }
    }

    /// The predecessor's appeals tab with our two columns.
    pub(in crate::sheets) fn appeals() -> TabWords {
        TabWords {
            tab: Tab::Appeals,
            title: "обращения".to_owned(),
            columns: vec![
                column(Column::Code, "код", &["код партнера"]),
                column(Column::Phone, "телефон", &["телефон партнера"]),
                column(Column::Name, "ФИО", &["ФИО партнера"]),
                column(Column::Telegram, "telegram_id", &[]),
                column(Column::History, "текст_обращений", &[]),
                column(Column::Status, "статус", &[]),
                column(Column::Answer, "специалист_ответ", &[]),
                column(Column::Updated, "время_обновления", &[]),
                column(Column::Number, "№", &[]),
                column(Column::Delivery, "Доставка", &[]),
            ],
            statuses: vec![
                status(Status::New, "Новое", &[], Some([0xf3, 0xcc, 0xcc])),
                status(Status::InWork, "В работе", &[], Some([0xff, 0xf2, 0xcc])),
                status(Status::Forwarded, "Передано специалисту", &[], None),
                status(Status::AiAnswer, "Ответ ИИ", &[], None),
                status(
                    Status::Resolved,
                    "Решено",
                    &["закрыто"],
                    Some([0xd9, 0xea, 0xd3]),
                ),
            ],
            authorized: Word::default(),
            not_authorized: Word::default(),
            troubles: troubles(&Wording::built_in()),
            unaddressed: unaddressed(&Wording::built_in()),
        }
    }

    /// The tab to which dialogues overflow.
    pub(in crate::sheets) fn archive() -> TabWords {
        TabWords {
            tab: Tab::Appeals,
            title: "обращения_архив".to_owned(),
            columns: vec![
                column(Column::Number, "№", &[]),
                column(Column::Part, "часть", &[]),
                column(Column::History, "текст", &[]),
            ],
            statuses: Vec::new(),
            authorized: Word::default(),
            not_authorized: Word::default(),
            troubles: BTreeMap::new(),
            unaddressed: BTreeMap::new(),
        }
    }

    /// The tab with the templates of answers.
    pub(in crate::sheets) fn templates() -> TabWords {
        TabWords {
            title: "Шаблоны".to_owned(),
            columns: vec![
                column(Column::Title, "имя", &[]),
                column(Column::Description, "текст", &[]),
            ],
            ..archive()
        }
    }

    /// The promotions tab with our two columns.
    pub(in crate::sheets) fn promotions() -> TabWords {
        TabWords {
            tab: Tab::Promotions,
            title: "Акции".to_owned(),
            columns: vec![
                column(Column::Title, "Название", &[]),
                column(Column::Description, "Описание", &[]),
                column(Column::Status, "Статус", &[]),
                column(Column::Starts, "Дата начала", &[]),
                column(Column::Ends, "Дата окончания", &[]),
                column(Column::Content, "Контент", &[]),
                column(Column::Link, "Ссылка", &[]),
                column(Column::Action, "Действие", &[]),
                column(Column::Notified, "NOTIFICATION_STATUS", &[]),
                column(Column::Key, "Ключ", &[]),
                column(Column::Mailing, "Рассылка", &[]),
            ],
            statuses: Vec::new(),
            authorized: Word::default(),
            not_authorized: Word::default(),
            troubles: BTreeMap::new(),
            unaddressed: BTreeMap::new(),
        }
    }

    fn column(column: Column, header: &str, aliases: &[&str]) -> (Column, Word) {
        (column, word(header, aliases))
    }

    fn status(
        status: Status,
        written: &str,
        aliases: &[&str],
        fill: Option<[u8; 3]>,
    ) -> (Status, Word, Option<[u8; 3]>) {
        (status, word(written, aliases), fill)
    }

    fn word(written: &str, aliases: &[&str]) -> Word {
        Word::new(std::iter::once(written).chain(aliases.iter().copied()))
    }

    pub(in crate::sheets) fn row(cells: &str) -> Vec<String> {
        cells.split('|').map(str::to_owned).collect()
    }

    #[test]
    fn columns_are_found_by_any_spelling_in_any_order() {
        let layout = Layout::read(
            &appeals(),
            &row("статус|TELEGRAM_ID|  текст_обращений |Специалист_ответ:|ФИО \u{a0}партнёра|чужое||"),
        )
        .expect("complete");
        assert_eq!(layout.position(Column::Status), Some(0));
        assert_eq!(layout.position(Column::Telegram), Some(1));
        assert_eq!(layout.position(Column::Answer), Some(3));
        assert_eq!(layout.position(Column::Name), Some(4));
        assert_eq!(layout.position(Column::Updated), None);
        assert_eq!(
            (layout.to_add(), layout.width()),
            ([Column::Number, Column::Delivery].as_slice(), 6)
        );
        let added = layout.with_added(&appeals(), 7);
        assert_eq!(
            (
                added.position(Column::Number),
                added.position(Column::Delivery)
            ),
            (Some(7), Some(8))
        );
        assert_eq!(added.headers()[7..], row("№|Доставка"));
    }

    #[test]
    fn the_own_header_goes_before_an_alias() {
        let layout = Layout::read(
            &partners(),
            &row("Статус|Код партнера|phone|Telegram ID|Статус авторизации"),
        )
        .expect("complete");
        assert_eq!(layout.position(Column::Access), Some(4));
    }

    #[test]
    fn what_is_missing_or_doubled_is_said_in_words() {
        let error = Layout::read(
            &appeals(),
            &row("код|код|telegram_id|стаус|статус2|специалист_ответ|№|№"),
        )
        .expect_err("incomplete");
        let words = |language| error.words(&Wording::built_in().speaking(language));
        assert_eq!(
            words(Locale::Ru),
            "Лист «обращения»: нет столбца «текст_обращений»; нет столбца «статус» (есть похожий: «статус2»); \
             столбец «№» встречается несколько раз. Исправьте заголовки в первой строке; порядок столбцов не важен."
        );
        assert_eq!(
            words(Locale::En),
            "The tab “обращения”: there is no column “текст_обращений”; there is no column “статус” (one like it is “статус2”); \
             there are several columns “№”. Correct the headers in the first row; the order of the columns does not matter."
        );
    }

    #[test]
    fn statuses_are_read_without_case_and_written_in_one_spelling() {
        let words = appeals();
        for (cell, status) in [
            (" новое", Some(Status::New)),
            ("ЗАКРЫТО", Some(Status::Resolved)),
            ("в\u{a0}работе", Some(Status::InWork)),
            ("Решено.", Some(Status::Resolved)),
            ("✅ Решено", Some(Status::Resolved)),
            ("Pешенo\u{200b}", Some(Status::Resolved)),
            ("Решено?", Some(Status::Other("Решено?".into()))),
            ("✅", Some(Status::Other("✅".into()))),
            ("  ", None),
            (" Ждём ", Some(Status::Other("Ждём".into()))),
        ] {
            assert_eq!(words.status(cell), status, "{cell}");
        }
        assert_eq!(words.status_word(&Status::Resolved), Some("Решено"));
        assert!(words::same_status(
            &Status::Other("Ждём".into()),
            &Status::Other("ждем".into())
        ));
        assert!(partners().is_authorized(" Authorized"));
        assert!(partners().is_authorized("✅ авторизован."));
        assert!(!partners().is_authorized("не авторизован"));
    }
}
