//! The language of an environment: what is spoken where no settings name a language.
//!
//! Invariant: the service and every command find the same one in the same environment, whether there are settings or not.

use crate::domain::session::Locale;

/// Where an environment says which language messages are to be in; the first that names one of ours counts.
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// The language of an environment: that of its locale, or Russian where the locale is of none of ours.
#[must_use]
pub fn of_environment(variables: &[(String, String)]) -> Locale {
    of_locale(variables).map_or_else(Locale::default, |(_, language)| language)
}

/// The variable that tells the language, and this language, if it is one of ours.
pub(super) fn of_locale(variables: &[(String, String)]) -> Option<(&'static str, Locale)> {
    VARIABLES.into_iter().find_map(|wanted| {
        let mut all = variables.iter();
        let (_, locale) = all.find(|(name, _)| name == wanted)?;
        let locale = locale.to_lowercase();
        let mut ours = Locale::ALL.into_iter();
        let language = ours.find(|language| locale.starts_with(language.tag()))?;
        Some((wanted, language))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_names_a_language_of_ours_tells_it() {
        for (variables, told) in [
            (&[][..], None),
            (&[("LANG", "ru_RU.UTF-8")], Some(("LANG", Locale::Ru))),
            (&[("LANG", "en_US.UTF-8")], Some(("LANG", Locale::En))),
            (&[("LANG", "EN")], Some(("LANG", Locale::En))),
            (&[("LANG", "C.UTF-8")], None),
            (&[("LANG", "de_DE.UTF-8")], None),
            (
                &[("LC_ALL", ""), ("LANG", "en")],
                Some(("LANG", Locale::En)),
            ),
            (
                &[("LC_MESSAGES", "en_US.UTF-8"), ("LANG", "ru_RU.UTF-8")],
                Some(("LC_MESSAGES", Locale::En)),
            ),
            (
                &[("LANG", "en_US.UTF-8"), ("LC_ALL", "ru_RU.UTF-8")],
                Some(("LC_ALL", Locale::Ru)),
            ),
            (
                &[("LC_ALL", "C.UTF-8"), ("LANG", "en_US.UTF-8")],
                Some(("LANG", Locale::En)),
            ),
            (&[("LC_ALL", "POSIX"), ("LANG", "C")], None),
        ] {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            let set: Vec<_> = variables.iter().map(owned).collect();
            assert_eq!(of_locale(&set), told, "{variables:?}");
            let language = told.map_or(Locale::Ru, |(_, language)| language);
            assert_eq!(of_environment(&set), language, "{variables:?}");
        }
    }
}
