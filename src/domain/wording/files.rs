//! The files of texts, one a language, built into the program.
//!
//! Invariant: both parse and hold every message that is asked for; a unit test sees to it.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

use super::declare::Given;
use crate::domain::session::Locale;

pub(super) const RU: &str = include_str!("../../../migrations-free-config/texts/ru.ftl");
pub(super) const EN: &str = include_str!("../../../migrations-free-config/texts/en.ftl");

/// The texts that are built in.
pub(super) fn bundle(locale: Locale) -> FluentBundle<FluentResource> {
    let language = locale
        .tag()
        .parse()
        .expect("the languages are named here, and well-formed");
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks would stand visibly in sheet cells.
    bundle.set_use_isolating(false);
    bundle
        .add_resource(resource(locale))
        .expect("no text stands twice, a unit test sees to it");
    bundle
}

/// The source of a language.
pub(super) fn resource(locale: Locale) -> FluentResource {
    let source = match locale {
        Locale::Ru => RU,
        Locale::En => EN,
    };
    FluentResource::try_new(source.to_owned())
        .expect("the built-in texts parse, a unit test sees to it")
}

/// A message in words.
pub(super) fn render(
    bundle: &FluentBundle<FluentResource>,
    id: &'static str,
    args: Vec<(&'static str, Given<'_>)>,
) -> String {
    let args = args.into_iter().map(|(name, given)| {
        let value = match given {
            Given::Text(text) => FluentValue::String(text),
            Given::Number(number) => number.into(),
            Given::Said(phrase) => {
                let (id, args) = *phrase;
                render(bundle, id, args).into()
            }
            Given::Listed(phrases) => {
                let said = phrases
                    .into_iter()
                    .map(|(id, args)| render(bundle, id, args));
                said.collect::<Vec<_>>().join(", ").into()
            }
        };
        (name, value)
    });
    let args: FluentArgs<'_> = args.collect();
    let pattern = bundle
        .get_message(id)
        .and_then(|message| message.value())
        .expect("every text exists, a unit test sees to it");
    let mut errors = Vec::new();
    let text = bundle
        .format_pattern(pattern, Some(&args), &mut errors)
        .into_owned();
    debug_assert!(errors.is_empty(), "{id}: {errors:?}");
    text
}
