//! Which language is spoken to whoever sits at the terminal, even where settings are wrong or there are none.
//!
//! Invariant: settings that name no language speak Russian, whatever the machine's locale is; without settings the locale decides.

use super::error::Source;
use super::layers::Layers;
use super::read::scalar;
use super::values;
use crate::domain::session::Locale;

/// Where the environment says which language messages are to be in, the first one that is set (POSIX, 8.2).
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// The language of an environment: Russian where its locale is, otherwise English.
#[must_use]
pub fn of_environment(variables: &[(String, String)]) -> Locale {
    let set = |wanted: &&str| {
        let mut all = variables.iter();
        all.find(|(name, value)| name == wanted && !value.is_empty())
    };
    let locale = VARIABLES.iter().find_map(set);
    match locale.is_some_and(|(_, value)| value.to_lowercase().starts_with("ru")) {
        true => Locale::Ru,
        false => Locale::En,
    }
}

/// What the settings name; where they name nothing, their default, or, where there are no settings at all, the terminal's language.
pub(super) fn spoken(layers: &Layers, are_there_any: bool, terminal: Locale) -> Locale {
    let named = layers.find("language");
    let named = named.filter(|(_, source)| are_there_any || *source != Source::EmbeddedDefaults);
    match named.and_then(|(value, _)| scalar(&value)) {
        Some(text) => values::language(&text).unwrap_or_default(),
        None => terminal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_tells_the_language() {
        for (variables, language) in [
            (&[][..], Locale::En),
            (&[("LANG", "ru_RU.UTF-8")], Locale::Ru),
            (&[("LANG", "C.UTF-8")], Locale::En),
            (&[("LC_ALL", ""), ("LANG", "ru")], Locale::Ru),
            (
                &[("LC_MESSAGES", "en_US.UTF-8"), ("LANG", "ru_RU.UTF-8")],
                Locale::En,
            ),
            (
                &[("LANG", "en_US.UTF-8"), ("LC_ALL", "ru_RU.UTF-8")],
                Locale::Ru,
            ),
        ] {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            let set: Vec<_> = variables.iter().map(owned).collect();
            assert_eq!(of_environment(&set), language, "{variables:?}");
        }
    }
}
