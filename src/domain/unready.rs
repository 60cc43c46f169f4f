//! Cells that show no content of their own: a formula has failed, or its value has not come yet.
//!
//! Invariant: only a whole cell is taken for that, by the words that spreadsheets themselves show.

use super::text::Text;

/// What a failed formula shows, in Google's words and, where cells were pasted from there, in Excel's.
const ERRORS: [&str; 17] = [
    "#null!",
    "#div/0!",
    "#value!",
    "#ref!",
    "#name?",
    "#num!",
    "#n/a",
    "#error!",
    "#spill!",
    "#calc!",
    "#пусто!",
    "#дел/0!",
    "#знач!",
    "#ссылка!",
    "#имя?",
    "#число!",
    "#н/д",
];

/// What a cell shows while its value is on its way.
const LOADING: [&str; 2] = ["loading", "загрузка"];

/// Whether a cell shows that its formula has failed or that its value has not come yet.
#[must_use]
pub fn is_unready(cell: &str) -> bool {
    let shown = cell.trim();
    shown.len() <= 32 && (ERRORS.contains(&shown.to_lowercase().as_str()) || is_loading(shown))
}

/// Whether a cell shows that its value has not come yet: that passes by itself.
#[must_use]
pub fn is_loading(cell: &str) -> bool {
    let shown = cell.trim().to_lowercase();
    let word = shown
        .strip_suffix("...")
        .or_else(|| shown.strip_suffix('…'));
    word.is_some_and(|word| LOADING.contains(&word))
}

/// The text of a cell, if it has one of its own.
#[must_use]
pub fn own(cell: &Text) -> Option<&Text> {
    (!is_unready(cell.as_str())).then_some(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_of_spreadsheets_count() {
        for cell in [
            "#REF!",
            " #N/A ",
            "#ERROR!",
            "#DIV/0!",
            "#NAME?",
            "#Н/Д",
            "Loading...",
            "Загрузка…",
        ] {
            assert!(is_unready(cell), "{cell}");
        }
        for cell in [
            "",
            "#",
            "#1042",
            "#акция",
            "Loading",
            "Загрузка... подождите",
            "В ячейке #REF!",
            "N/A",
        ] {
            assert!(!is_unready(cell), "{cell}");
        }
        assert!(is_loading("LOADING…") && !is_loading("#REF!"));
    }
}
