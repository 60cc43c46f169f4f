//! Which language is spoken, whatever is wrong: the one that the settings name, else that of the locale, else Russian.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::domain::session::Locale;

const RUSSIAN: &str = "ru_RU.UTF-8";
const ENGLISH: &str = "en_US.UTF-8";

fn of_commands(environment: &Environment) -> Locale {
    let variables = environment.variables.clone().into_iter();
    let local = Local::load(Some(&environment.path("sheetdesk.toml")), variables);
    local.expect("good settings").language
}

#[test]
fn settings_win_over_the_locale_and_the_locale_over_russian() {
    let mut environment = Environment::new();
    environment.write("sheetdesk.toml", "data_dir = \"data\"\n");
    let spoken = |environment: &Environment| {
        let settings = environment.settings();
        assert_eq!(settings.texts.language(), settings.language);
        assert_eq!(of_commands(environment), settings.language);
        settings.language
    };
    assert_eq!(spoken(&environment), Locale::Ru, "nothing says anything");
    for (locale, language) in [
        (ENGLISH, Locale::En),
        (RUSSIAN, Locale::Ru),
        ("C.UTF-8", Locale::Ru),
        ("de_DE.UTF-8", Locale::Ru),
    ] {
        environment.variable("LANG", locale);
        assert_eq!(spoken(&environment), language, "{locale}");
    }
    environment.variable("LANG", ENGLISH);
    environment.write("sheetdesk.toml", "language = \"ru\"\n");
    assert_eq!(spoken(&environment), Locale::Ru, "the file");
    environment.write(ENV_FILE, "SHEETDESK_LANGUAGE=en\nLANG=ru_RU.UTF-8\n");
    assert_eq!(spoken(&environment), Locale::En, "the file of variables");
    environment.set("language", "ru");
    assert_eq!(spoken(&environment), Locale::Ru, "the environment");
    environment.set("language", "");
    let file = "an empty value is none, and puts the file of variables aside";
    assert_eq!(spoken(&environment), Locale::Ru, "{file}");
    environment.write("sheetdesk.toml", "data_dir = \"data\"\n");
    assert_eq!(spoken(&environment), Locale::En, "the locale");
}

#[test]
fn the_locale_is_told_as_the_source_of_its_language() {
    let source = |variables: &[(String, String)]| {
        let layers = Layers::defaults(Path::new("sheetdesk.toml")).localized(variables);
        let (value, source) = layers.find("language")?;
        Some((value.into_string()?, source))
    };
    let english = [("LC_ALL".to_owned(), ENGLISH.to_owned())];
    let locale = Source::Variable("LC_ALL".to_owned());
    assert_eq!(source(&english), Some(("en".to_owned(), locale)));
    let russian = ("ru".to_owned(), Source::EmbeddedDefaults);
    assert_eq!(source(&[]), Some(russian));
}

#[test]
fn faults_are_told_in_the_language_that_is_known_in_spite_of_them() {
    let language = |environment: &Environment| environment.faults().language;
    let mut environment = Environment::new();
    environment.set("telegram.token", "wrong");
    assert_eq!(language(&environment), Locale::Ru);
    environment.variable("LANG", ENGLISH);
    assert_eq!(language(&environment), Locale::En);
    environment.set("language", "ru");
    assert_eq!(language(&environment), Locale::Ru);
    environment.set("language", "fr");
    assert_eq!(language(&environment), Locale::En, "what is named is none");

    let mut bare = Environment {
        variables: BTreeMap::new(),
        ..Environment::new()
    };
    assert_eq!(language(&bare), Locale::Ru);
    bare.variable("LANG", ENGLISH);
    assert_eq!(language(&bare), Locale::En);
    bare.write("sheetdesk.toml", "[");
    let unread = language(&bare);
    assert_eq!(unread, Locale::En, "such a file names nothing");
    bare.write("sheetdesk.toml", "language = \"ru\"\n");
    assert_eq!(language(&bare), Locale::Ru);
}
