//! Internal notes among the words of an answer: lines that begin with `//` are for colleagues.
//!
//! Invariant: a line is a note or it is spoken, never both; what is a note is in no message.

/// What begins a note.
const MARK: &str = "//";

/// Whether a line is a note.
#[must_use]
pub fn is_note(line: &str) -> bool {
    note(line).is_some()
}

/// What of a text is for the partner.
#[must_use]
pub fn spoken(text: &str) -> String {
    if !text.lines().any(is_note) {
        return text.to_owned();
    }
    let spoken: Vec<&str> = text.lines().filter(|line| !is_note(line)).collect();
    spoken.join("\n").trim().to_owned()
}

/// What of a text is for colleagues, without the marks.
#[must_use]
pub fn noted(text: &str) -> String {
    let noted: Vec<&str> = text.lines().filter_map(note).collect();
    noted.join("\n").trim().to_owned()
}

fn note(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix(MARK).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_notes_or_spoken() {
        for (text, told, kept) in [
            ("Добрый день", "Добрый день", ""),
            ("// он уже звонил", "", "он уже звонил"),
            (
                "//он звонил\nДобрый день\n\n  // дважды",
                "Добрый день",
                "он звонил\nдважды",
            ),
            (
                "https://example.com // это слова",
                "https://example.com // это слова",
                "",
            ),
            ("//", "", ""),
            (" раз \n\nдва\n", " раз \n\nдва\n", ""),
        ] {
            let found = (spoken(text), noted(text));
            assert_eq!((found.0.as_str(), found.1.as_str()), (told, kept), "{text}");
        }
    }
}
