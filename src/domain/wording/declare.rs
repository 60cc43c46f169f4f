//! How a text is declared: an enum's variant, its message's id and the names of its arguments, all in one place.
//!
//! Invariant: what is said and what the tests compare with the files of texts come from the same declaration.

use std::borrow::Cow;

use crate::domain::{
    ids::{ChatId, Number, PartnerCode, PromotionKey},
    tab::Tab,
    text::Text,
};

/// A message by its id, with its arguments.
pub(super) type Phrase<'a> = (&'static str, Vec<(&'static str, Given<'a>)>);

/// An argument of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given<'a> {
    /// Words, or a word by which the message chooses.
    Text(Cow<'a, str>),
    /// A number.
    Number(i64),
    /// Another message, said in the same language.
    Said(Box<Phrase<'a>>),
    /// Several of them, with commas between.
    Listed(Vec<Phrase<'a>>),
}

/// What can be said in every language.
pub trait Spoken<'a> {
    /// The message that says it.
    fn phrase(self) -> Phrase<'a>;
}

/// Something to say that waits until it is known in which language: a message with arguments of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying(Phrase<'static>);

impl Saying {
    /// What this says.
    #[must_use]
    pub fn of<'a>(spoken: impl Spoken<'a>) -> Self {
        Self(owned(spoken.phrase()))
    }
}

impl<'a> Spoken<'a> for &'a Saying {
    fn phrase(self) -> Phrase<'a> {
        self.0.clone()
    }
}

fn owned((id, arguments): Phrase<'_>) -> Phrase<'static> {
    let arguments = arguments.into_iter().map(|(name, given)| {
        let given = match given {
            Given::Text(text) => Given::Text(Cow::Owned(text.into_owned())),
            Given::Number(number) => Given::Number(number),
            Given::Said(phrase) => Given::Said(Box::new(owned(*phrase))),
            Given::Listed(phrases) => Given::Listed(phrases.into_iter().map(owned).collect()),
        };
        (name, given)
    });
    (id, arguments.collect())
}

/// The id of a message and the names of its arguments.
#[cfg(test)]
pub(super) type Declared = (&'static str, &'static [&'static str]);

/// What can go into a text.
pub(super) trait Argument<'a> {
    fn argument(self) -> Given<'a>;
}

impl<'a, T: Spoken<'a>> Argument<'a> for T {
    fn argument(self) -> Given<'a> {
        Given::Said(Box::new(self.phrase()))
    }
}

impl<'a> From<&'a str> for Given<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Given<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Given<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

macro_rules! arguments {
    ($($type:ty: $self:ident => $value:expr;)*) => {$(
        impl<'a> Argument<'a> for $type {
            fn argument($self) -> Given<'a> {
                $value.into()
            }
        }
    )*};
}

arguments! {
    &'a str: self => self;
    &'a String: self => self.as_str();
    String: self => self;
    i8: self => i64::from(self);
    u16: self => i64::from(self);
    u32: self => i64::from(self);
    i64: self => self;
    u64: self => i64::try_from(self).unwrap_or(i64::MAX);
    usize: self => i64::try_from(self).unwrap_or(i64::MAX);
    &'a Text: self => self.as_str();
    &'a PartnerCode: self => self.as_str();
    &'a PromotionKey: self => self.0.as_str();
    &'a [u32]: self => self.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    // A number goes in as text: `№ 1041` must not be grouped or declined.
    Number: self => self.to_string();
    ChatId: self => self.to_string();
    Option<Number>: self => self.map_or_else(|| "…".to_owned(), |number| number.to_string());
    // By this word the text chooses.
    Tab: self => match self {
        Tab::Partners => "partners",
        Tab::Appeals => "appeals",
        Tab::Promotions => "promotions",
    };
}

/// An enum of texts. Behind each variant stands the id of its message, whose arguments are the variant's fields by their names, or
/// the function that chooses the message.
macro_rules! texts {
    ($(#[$about:meta])* $name:ident $(<$life:lifetime>)? -> $message:ty {$(
        $(#[$doc:meta])* $variant:ident
            $(($($arg:ident: $type:ty),*))?
            $({ $($(#[$field_doc:meta])* $field:ident: $field_type:ty,)* })?
            = $text:tt,
    )*}) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name $(<$life>)? {$(
            $(#[$doc])* $variant
                $(($($type),*))?
                $({ $($(#[$field_doc])* $field: $field_type,)* })?,
        )*}

        impl $(<$life>)? $name $(<$life>)? {
            #[cfg(test)]
            pub(super) const DECLARED: &'static [Option<$crate::domain::wording::declare::Declared>] =
                &[$(message!(declared ($($($arg)*)? $($($field)*)?) $text)),*];

            pub(super) fn message(self) -> $message {
                match self {$(
                    Self::$variant $(($($arg),*))? $({ $($field),* })? =>
                        message!(said ($($($arg)*)? $($($field)*)?) $text),
                )*}
            }
        }

        impl<'said $(, $life: 'said)?> $crate::domain::wording::declare::Spoken<'said> for $name $(<$life>)? {
            fn phrase(self) -> $crate::domain::wording::declare::Phrase<'said> {
                self.message()
            }
        }
    };
}

/// Functions that choose a message by what they are given; in brackets its arguments, bound by the pattern or computed.
macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident($($param:ident: $type:ty),*) {
        $($pattern:pat => $text:tt $(($($arg:ident $(= $value:expr)?),*))?,)*
    })*) => {
        #[cfg(test)]
        pub(super) const CHOICES: &[Option<$crate::domain::wording::declare::Declared>] =
            &[$($(message!(declared ($($($arg)*)?) $text),)*)*];

        $(
            $(#[$doc])*
            fn $name<'a>($($param: $type),*) -> Phrase<'a> {
                match ($($param),*) {
                    $($pattern => {
                        $($($(let $arg = $value;)?)*)?
                        message!(said ($($($arg)*)?) $text)
                    })*
                }
            }
        )*
    };
}

macro_rules! message {
    (declared ($($arg:ident)*) $id:literal) => { Some(($id, &[$(stringify!($arg)),*])) };
    (declared ($($arg:ident)*) $chooser:tt) => { None };
    (said ($($arg:ident)*) $id:literal) => {
        ($id, vec![$((stringify!($arg), $arg.argument())),*])
    };
    (said ($($arg:ident)*) $chooser:ident) => { $chooser($($arg),*) };
    (said ($($arg:ident)*) ($chooser:path)) => { $chooser($($arg),*) };
}
