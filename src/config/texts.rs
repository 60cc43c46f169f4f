//! The texts that a firm says in its own words: `texts/ru.ftl` and `texts/en.ftl` beside the settings file.
//!
//! Invariant: a text is the firm's only where nothing is wrong with either file.

use std::path::Path;

use super::error::{Findings, SettingsError, Source, Wrong, wrong};
use super::keys;
use super::layers::{self, FileText};
use super::values::FirmName;
use crate::domain::session::Locale;
use crate::domain::wording::own::{self, TextFault};
use crate::domain::wording::{SettingsNote, Wording};

/// The files beside the settings file, by language.
const FILES: [(Locale, &str); 2] = [(Locale::Ru, "texts/ru.ftl"), (Locale::En, "texts/en.ftl")];

/// Our texts with those of the files beside `settings`, where they are there, in their places; `firm` is the firm's name, whatever a file says.
pub(super) fn load(
    settings: &Path,
    firm: Option<&FirmName>,
) -> Result<Wording, Vec<SettingsError>> {
    let mut wording = Wording::built_in();
    let mut findings = Findings::default();
    for (locale, name) in FILES {
        let path = settings.with_file_name(name);
        let source = match layers::read_file(&path, false, &mut findings) {
            FileText::Text(source) => source,
            FileText::Absent if firm.is_some() => String::new(),
            FileText::Absent | FileText::Lost => continue,
        };
        if let Err(faults) = wording.take(locale, source, firm.map(FirmName::as_str)) {
            for fault in &faults {
                let (key, fault) = told(fault);
                findings.add(&key, Source::File(path.clone()), fault);
            }
        }
    }
    match findings.errors.is_empty() {
        true => Ok(wording),
        false => Err(findings.errors),
    }
}

/// Which text a fault is in, and what it is in words.
fn told(fault: &TextFault) -> (String, Wrong) {
    let key = match fault {
        TextFault::Unreadable(..) => String::new(),
        TextFault::Twice(id)
        | TextFault::Unknown(id)
        | TextFault::NotForPartners(id)
        | TextFault::Elaborate(id)
        | TextFault::Misplaced(id, _)
        | TextFault::Missing(id, _)
        | TextFault::NotGiven(id, _)
        | TextFault::Label(id) => id.clone(),
    };
    (key, in_words(fault))
}

fn in_words(fault: &TextFault) -> Wrong {
    match fault {
        TextFault::Unreadable(line, words) => {
            let line = *line;
            let unclear = SettingsNote::FileUnclearAt { line, words };
            wrong(unclear, SettingsNote::TextForm)
        }
        TextFault::Twice(_) => wrong(SettingsNote::TextTwice, SettingsNote::DeleteOne),
        TextFault::Unknown(id) => {
            let names = own::names();
            let nearest = keys::nearest(id, "-", names.iter().map(String::as_str));
            wrong(SettingsNote::NoText, SettingsNote::NoTextCure(nearest))
        }
        TextFault::NotForPartners(_) => wrong(SettingsNote::NotForPartners, SettingsNote::DeleteIt),
        TextFault::Elaborate(_) => wrong(SettingsNote::Elaborate, SettingsNote::PlainWords),
        TextFault::Misplaced(_, text) => {
            let text = &format!("{{ {text} }}");
            wrong(SettingsNote::Misplaced(text), SettingsNote::MisplacedCure)
        }
        TextFault::Missing(_, names) => {
            let names = &placed(names);
            wrong(SettingsNote::LeavesOut(names), SettingsNote::LeavesOutCure)
        }
        TextFault::NotGiven(_, names) => {
            let names = &placed(names);
            wrong(SettingsNote::NotGiven(names), SettingsNote::NotGivenCure)
        }
        TextFault::Label(_) => wrong(SettingsNote::LongLabel, SettingsNote::LabelForm),
    }
}

fn placed(names: &[String]) -> String {
    let placed: Vec<String> = names.iter().map(|name| format!("{{ ${name} }}")).collect();
    placed.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Number;
    use crate::domain::wording::Say;

    fn with(name: &str, text: &str) -> Result<Wording, Vec<SettingsError>> {
        let directory = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir(directory.path().join("texts")).expect("a directory");
        std::fs::write(directory.path().join(name), text).expect("a written file");
        load(&directory.path().join("sheetdesk.toml"), None)
    }

    #[test]
    fn the_settings_name_the_firm_whatever_a_file_says() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let settings = directory.path().join("sheetdesk.toml");
        let firm = super::super::values::firm("Агентство «Дом»").expect("a name");
        let heads = || {
            let wording = load(&settings, Some(&firm)).expect("good texts");
            [Locale::Ru, Locale::En].map(|locale| wording.say(locale, Say::WrittenFirst(Number(7))))
        };
        for head in heads() {
            assert!(head.contains("Агентство «Дом»"), "{head}");
        }
        std::fs::create_dir(directory.path().join("texts")).expect("a directory");
        let file = directory.path().join("texts/en.ftl");
        std::fs::write(
            file,
            "firm = House\nwritten-first = { firm } on { $number }:\n",
        )
        .expect("a written file");
        assert_eq!(heads()[1], "Агентство «Дом» on 7:");
    }

    #[test]
    fn a_file_replaces_only_what_it_names_in_its_language() {
        let text = "firm = «Ромашка»\nreceipt = Взяли, № { $number }. Ваша { firm }\n";
        let wording = with("texts/ru.ftl", text).expect("good texts");
        let receipt = Say::Receipt(Some(Number(1041)));
        assert_eq!(
            wording.say(Locale::Ru, receipt),
            "Взяли, № 1041. Ваша «Ромашка»"
        );
        assert_eq!(
            wording.say(Locale::En, receipt),
            Wording::built_in().say(Locale::En, receipt)
        );
        let welcome = wording.say(Locale::Ru, Say::Welcome);
        assert!(
            welcome.starts_with("Здравствуйте! Это «Ромашка»."),
            "{welcome}"
        );
        let labels = with("texts/ru.ftl", "button-appeals = Мои вопросы\n").expect("good texts");
        let every = labels.every(Say::ButtonAppeals);
        for label in ["Мои вопросы", "Мои обращения", "My appeals"] {
            assert!(every.iter().any(|known| known == label), "{label}");
        }
    }

    #[test]
    fn faults_have_their_text_and_words() {
        for (text, key, words) in [
            (
                "reciept = Приняли № { $number }",
                "reciept",
                "one is receipt",
            ),
            (
                "receipt = Приняли",
                "receipt",
                "leaves out what it should tell: { $number }",
            ),
            (
                "receipt = Приняли № { $number }, { $name }",
                "receipt",
                "places what it is not given: { $name }",
            ),
            (
                "closed = { receipt } и { $nummer }",
                "closed",
                "not given: { $nummer }",
            ),
            (
                "receipt = № { $number }, { frim }",
                "receipt",
                "places { frim }",
            ),
            ("firm = Мы, { firm }", "firm", "within itself"),
            ("help = Раз\nhelp = Два", "help", "twice"),
            ("help = { NUMBER(5) }", "help", "a function"),
            ("-brand = Мы", "-brand", "a term"),
            ("help = Раз\nпомощь = Два", "", "in line 2"),
            ("help = Раз {", "", "in line 1"),
            (
                "delivery-waiting = скоро",
                "delivery-waiting",
                "not for partners",
            ),
            ("verdict-well = Хорошо", "verdict-well", "not for partners"),
            ("menu-help =\n    Раз\n    Два", "menu-help", "at most 64"),
        ] {
            let faults = with("texts/ru.ftl", text).expect_err(text);
            let told = faults.iter().find(|fault| fault.key == key);
            let words_told = told.map_or_else(|| format!("{faults:?}"), SettingsError::english);
            assert!(words_told.contains(words), "{text}: {words_told}");
            let from = told.map(|fault| fault.from.clone());
            let is_ours =
                |from| matches!(from, Source::File(path) if path.ends_with("texts/ru.ftl"));
            assert!(from.is_some_and(is_ours), "{faults:?}");
        }
    }

    #[test]
    fn a_copy_of_our_own_file_changes_nothing() {
        let file = include_str!("../../migrations-free-config/texts/ru.ftl");
        let copied = with("texts/ru.ftl", file).expect("good texts");
        let said = copied.say(Locale::Ru, Say::Help);
        assert_eq!(said, Wording::built_in().say(Locale::Ru, Say::Help));
    }
}
