//! Which language is spoken, whatever is wrong.

use std::collections::BTreeMap;

use super::*;
use crate::domain::session::Locale;

#[test]
fn settings_that_name_no_language_speak_russian_and_a_terminal_without_settings_its_own() {
    let language = |environment: &Environment| environment.faults().language;
    let local = |environment: &Environment| {
        let variables = environment.variables.clone().into_iter();
        let local = Local::load(Some(&environment.path("sheetdesk.toml")), variables);
        local.expect("good settings").language
    };
    let mut environment = Environment::new();
    environment.variable("LANG", "en_US.UTF-8");
    assert_eq!(
        environment.settings().language,
        Locale::Ru,
        "an old installation"
    );
    environment.write("sheetdesk.toml", "data_dir = \"data\"\n");
    assert_eq!(local(&environment), Locale::Ru);
    environment.set("telegram.token", "wrong");
    assert_eq!(language(&environment), Locale::Ru);
    environment.set("language", "en");
    assert_eq!(
        (language(&environment), local(&environment)),
        (Locale::En, Locale::En)
    );
    environment.set("language", "fr");
    assert_eq!(language(&environment), Locale::Ru);

    let mut bare = Environment {
        variables: BTreeMap::new(),
        ..Environment::new()
    };
    assert_eq!(language(&bare), Locale::En);
    bare.variable("LANG", "ru_RU.UTF-8");
    assert_eq!(language(&bare), Locale::Ru);
    bare.write("sheetdesk.toml", "[");
    assert_eq!(
        language(&bare),
        Locale::Ru,
        "a file that cannot be read names nothing"
    );
    bare.variable("LANG", "en_US.UTF-8");
    assert_eq!(language(&bare), Locale::En);
    bare.write("sheetdesk.toml", "language = \"ru\"\n");
    assert_eq!(language(&bare), Locale::Ru);
}
