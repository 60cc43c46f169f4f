//! Templates: texts that specialists keep in a tab of their own and call by name in an answer.
//!
//! Invariant: what begins like a call becomes a template's text or is sent to nobody; an answer that begins with a blank is never a call.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    ids::AppealId,
    styled::{Style, Styled, StyledRange},
    text::{Text, fold},
};

/// What a call begins with.
const CALL: char = '/';

/// The most of a name that nobody knows which is told.
const NAMED: usize = 40;

/// How alike two names must be for one to be offered in place of the other (normalized Damerau-Levenshtein); below it the hint misleads.
const ALIKE: f64 = 0.4;

/// A text and what it is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// As its tab spells it, without the stroke.
    pub name: Text,
    /// What it becomes.
    pub text: Text,
    /// What that looks like by the spreadsheet's own buttons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub styles: Vec<StyledRange>,
}

/// All of them; there is one such thing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Templates {
    /// As their tab shows them; `None` where there is no such tab.
    pub all: Option<Vec<Template>>,
    /// Appeals whose answer calls one that is not there (yet).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub awaited: BTreeSet<AppealId>,
}

/// What stands in for the marks of a template.
#[derive(Debug, Clone, Copy)]
pub struct Fillings<'a> {
    /// `{имя}`.
    pub name: &'a str,
    /// `{номер}`.
    pub number: &'a str,
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// Its own words.
    Nothing,
    /// A template's text, and the rest of the answer behind it.
    Text(Styled),
    /// There is no template of this name; the one that is most like it, if any is.
    Unknown(Text, Option<Text>),
}

impl<'a> Fillings<'a> {
    fn of(&self, mark: &str) -> Option<&'a str> {
        match fold(mark).as_str() {
            "имя" => Some(self.name),
            "номер" => Some(self.number),
            _ => None,
        }
    }
}

impl Template {
    /// A row of their tab; nothing where it has no name or no text.
    #[must_use]
    pub fn of(name: &str, text: &str) -> Option<Self> {
        let name = name.trim().trim_start_matches(CALL).trim();
        (!name.is_empty() && !text.trim().is_empty()).then(|| Self {
            name: name.into(),
            text: text.trim().into(),
            styles: Vec::new(),
        })
    }

    /// With these looks of the text as its cell shows it.
    #[must_use]
    pub fn looking(self, shown: &Styled) -> Self {
        let styles = shown.trimmed().ranges().to_vec();
        Self { styles, ..self }
    }
}

impl Templates {
    /// Reads an answer.
    #[must_use]
    pub fn called(&self, answer: &Styled, fillings: Fillings<'_>) -> Called {
        let whole = answer.as_str();
        let (Some(all), Some(call)) = (&self.all, behind_stroke(whole)) else {
            return Called::Nothing;
        };
        let (line, others) = call.split_once('\n').unwrap_or((call, ""));
        match called_in(all, line) {
            Some((template, behind)) => {
                let end = CALL.len_utf8() + line.len();
                let (behind, others) = (end - behind.len()..end, whole.len() - others.len());
                let parts = [
                    filled(
                        &Styled::new(template.text.as_str(), &template.styles),
                        fillings,
                    ),
                    answer.slice(behind).trimmed(),
                    answer.slice(others..whole.trim_end().len().max(others)),
                ];
                Called::Text(joined(&parts))
            }
            None => {
                let name: String = line.split_whitespace().next().unwrap_or_default().into();
                let nearest = nearest(all, &name).map(|template| template.name.clone());
                Called::Unknown(Text(name.chars().take(NAMED).collect()), nearest)
            }
        }
    }
}

/// Whether an answer begins like a call.
pub fn is_call(answer: &str) -> bool {
    behind_stroke(answer).is_some()
}

fn behind_stroke(answer: &str) -> Option<&str> {
    let call = answer.strip_prefix(CALL)?;
    call.starts_with(char::is_alphanumeric).then_some(call)
}

/// The template with the longest name with which a line begins, and what stands behind that name.
fn called_in<'a, 'l>(all: &'a [Template], line: &'l str) -> Option<(&'a Template, &'l str)> {
    let blanks = line.char_indices().filter(|(_, c)| c.is_whitespace());
    let mut ends: Vec<usize> = blanks.map(|(at, _)| at).collect();
    ends.push(line.len());
    ends.into_iter().rev().find_map(|end| {
        let name = fold(&line[..end]);
        let is_it = |template: &&Template| fold(template.name.as_str()) == name;
        Some((all.iter().find(is_it)?, &line[end..]))
    })
}

fn nearest<'a>(all: &'a [Template], name: &str) -> Option<&'a Template> {
    let name = fold(name);
    let likeness = |template: &&Template| {
        strsim::normalized_damerau_levenshtein(&name, &fold(template.name.as_str()))
    };
    all.iter()
        .filter(|template| likeness(template) >= ALIKE)
        .max_by(|one, other| likeness(one).total_cmp(&likeness(other)))
}

/// Texts one below the other, without those that say nothing.
fn joined(parts: &[Styled]) -> Styled {
    let mut said = Styled::default();
    for part in parts.iter().filter(|part| !part.as_str().trim().is_empty()) {
        if !said.as_str().is_empty() {
            said.push("\n", &Style::default());
        }
        said.append(part);
    }
    said
}

/// A template's text with its marks filled in, which look as the marks do; what is filled in is never read for marks itself.
fn filled(text: &Styled, fillings: Fillings<'_>) -> Styled {
    let words = text.as_str();
    let (mut filled, mut from) = (Styled::default(), 0);
    while let Some(open) = words[from..].find('{').map(|at| from + at) {
        filled.append(&text.slice(from..open));
        let mark = words[open + 1..].split_once('}');
        let known = mark.and_then(|(mark, _)| Some((fillings.of(mark)?, mark.len() + 2)));
        let (written, length) = known.unwrap_or(("{", 1));
        let look = text.pieces(open..open + 1).next();
        filled.push(written, look.map_or(&Style::default(), |(_, style)| style));
        from = open + length;
    }
    filled.append(&text.slice(from..words.len()));
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::styled::tests::{bold, shown};

    fn templates() -> Templates {
        let rows = [
            ("Адрес", "Офис: Невский, 1"),
            (
                " /Адрес склада ",
                "{ Имя }, склад: Выборгская, 2 ({номер}, {этаж, {)",
            ),
            ("пусто", " "),
            ("", "ничей"),
        ];
        let all = rows.into_iter();
        Templates {
            all: Some(
                all.filter_map(|(name, text)| Template::of(name, text))
                    .collect(),
            ),
            awaited: BTreeSet::new(),
        }
    }

    fn called(answer: &str) -> Called {
        let fillings = Fillings {
            name: "{номер}",
            number: "7",
        };
        templates().called(&answer.into(), fillings)
    }

    fn text(said: &str) -> Called {
        Called::Text(said.into())
    }

    #[test]
    fn a_name_becomes_its_text_and_the_rest_follows() {
        for (answer, said) in [
            ("/адрес", "Офис: Невский, 1"),
            ("/АДРЕС ", "Офис: Невский, 1"),
            ("/адрес\nЖдём вас", "Офис: Невский, 1\nЖдём вас"),
            (
                "/адрес ждём\n\nДо встречи\n",
                "Офис: Невский, 1\nждём\n\nДо встречи",
            ),
            (
                "/адрес  склада",
                "{номер}, склад: Выборгская, 2 (7, {этаж, {)",
            ),
        ] {
            assert_eq!(called(answer), text(said), "{answer}");
        }
    }

    #[test]
    fn what_is_no_name_is_said_with_the_nearest_and_what_is_no_call_stays() {
        let unknown =
            |name: &str, nearest: &str| Called::Unknown(name.into(), Some(nearest.into()));
        for (answer, said) in [
            ("/адерс", unknown("адерс", "Адрес")),
            ("/start и пишите", Called::Unknown("start".into(), None)),
            ("/адрес, ждём", unknown("адрес,", "Адрес")),
            (" /адрес", Called::Nothing),
            ("// заметка", Called::Nothing),
            ("/ адрес", Called::Nothing),
            ("и/или", Called::Nothing),
            ("Да\n/адрес", Called::Nothing),
        ] {
            assert_eq!(called(answer), said, "{answer}");
        }
        let fillings = Fillings {
            name: "",
            number: "",
        };
        assert_eq!(
            Templates::default().called(&"/адрес".into(), fillings),
            Called::Nothing
        );
        let empty = Templates {
            all: Some(Vec::new()),
            awaited: BTreeSet::new(),
        };
        assert_eq!(
            empty.called(&"/адрес".into(), fillings),
            Called::Unknown("адрес".into(), None)
        );
    }

    #[test]
    fn looks_stay_with_their_words() {
        let cell = " To {номер}, now ";
        let mark = cell.find('{').unwrap()..cell.find(',').unwrap();
        let template = Template::of("go", cell).unwrap();
        let template = template.looking(&Styled::new(cell, &[bold(mark)]));
        let all = Templates {
            all: Some(vec![template]),
            awaited: BTreeSet::new(),
        };
        let answer = Styled::new("/go on\n\nbye now ", &[bold(4..6), bold(8..11)]);
        let fillings = Fillings {
            name: "",
            number: "{1}",
        };
        let Called::Text(said) = all.called(&answer, fillings) else {
            panic!("it is known");
        };
        assert_eq!(shown(&said), "To <{1}>, now\n<on>\n\n<bye> now");
    }
}
