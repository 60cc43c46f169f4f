//! How a setting is declared: its parser, its meaning, its default, and whether it is a secret, all in one place.
//!
//! Invariant: what is read and what is known of a name come from the same declaration, so neither can lack the other.

use super::error::Wrong;
use super::keys::Key;
use super::read::Reader;
use crate::domain::wording::Meaning;

/// Something that is read from one setting or several.
pub(super) trait Declaration {
    type Value;

    /// The settings, with what is said about them all.
    fn keys(&self, path: &str, about: &'static str) -> Vec<Key>;

    /// The value; `None` if something is wrong with it, which is then among the findings.
    fn read(&self, r: &mut Reader, path: &str) -> Option<Self::Value>;
}

/// One setting, which must have a value.
pub(super) struct Setting<T> {
    parse: fn(&str) -> Result<T, Wrong>,
    meaning: Meaning,
    default: Option<&'static str>,
    secret: bool,
}

/// A setting that may be left out.
pub(super) struct Optional<T>(pub(super) Setting<T>);

/// A section: a struct whose fields are settings, made by [`settings!`].
pub(super) use std::marker::PhantomData as Section;

/// A setting; `meaning` completes "set it to …".
pub(super) const fn setting<T>(
    parse: fn(&str) -> Result<T, Wrong>,
    meaning: Meaning,
) -> Setting<T> {
    Setting {
        parse,
        meaning,
        default: None,
        secret: false,
    }
}

impl<T> Setting<T> {
    /// With a value that it has if nobody gives one.
    pub(super) const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    /// Never shown, and also read from a file of its own.
    pub(super) const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    pub(super) const fn optional(self) -> Optional<T> {
        Optional(self)
    }
}

impl<T> Declaration for Setting<T> {
    type Value = T;

    fn keys(&self, path: &str, about: &'static str) -> Vec<Key> {
        vec![Key {
            path: path.to_owned(),
            secret: self.secret,
            meaning: self.meaning,
            default: self.default,
            about: about.trim(),
        }]
    }

    fn read(&self, r: &mut Reader, path: &str) -> Option<T> {
        r.required(path, self.parse)
    }
}

impl<T> Declaration for Optional<T> {
    type Value = Option<T>;

    fn keys(&self, path: &str, about: &'static str) -> Vec<Key> {
        self.0.keys(path, about)
    }

    fn read(&self, r: &mut Reader, path: &str) -> Option<Option<T>> {
        r.optional(path, self.0.parse)
    }
}

/// Sections, whose fields have the names of the settings; what follows `=>` looks at several of them together. All settings are read
/// before one gives up, so that every fault is found at once.
macro_rules! settings {
    ($(
        $(#[doc = $about:literal])* $name:ident {
            $($(#[doc = $doc:literal])* $field:ident: $type:ty = $declaration:expr,)*
        } $(=> $check:ident($($seen:ident),*))?
    )*) => {$(
        $(#[doc = $about])*
        #[derive(Debug)]
        pub struct $name {
            $($(#[doc = $doc])* pub $field: $type,)*
        }

        impl Declaration for Section<$name> {
            type Value = $name;

            fn keys(&self, path: &str, _: &'static str) -> Vec<Key> {
                let fields = [$($declaration.keys(
                    &inside(path, stringify!($field)),
                    concat!($($doc),*),
                )),*];
                fields.into_iter().flatten().collect()
            }

            fn read(&self, r: &mut Reader, path: &str) -> Option<$name> {
                $(let $field = $declaration.read(r, &inside(path, stringify!($field)));)*
                $($check(r, $($seen.as_ref()),*);)?
                Some($name { $($field: $field?,)* })
            }
        }
    )*};
}
pub(super) use settings;
