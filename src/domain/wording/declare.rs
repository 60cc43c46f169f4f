//! How a text is declared: an enum's variant, its message's id and the names of its arguments, all in one place.
//!
//! Invariant: what is said and what the tests compare with the files of texts come from the same declaration.

use fluent_bundle::FluentValue;

use crate::domain::{
    ids::{ChatId, Number, PartnerCode, PromotionKey},
    tab::Tab,
    text::Text,
};

/// A message by its id, with its arguments.
pub(super) type Phrase<'a> = (&'static str, Vec<(&'static str, FluentValue<'a>)>);

/// The id of a message and the names of its arguments.
#[cfg(test)]
pub(super) type Declared = (&'static str, &'static [&'static str]);

/// What can go into a text.
pub(super) trait Argument<'a> {
    fn argument(self) -> FluentValue<'a>;
}

macro_rules! arguments {
    ($($type:ty: $self:ident => $value:expr;)*) => {$(
        impl<'a> Argument<'a> for $type {
            fn argument($self) -> FluentValue<'a> {
                $value.into()
            }
        }
    )*};
}

arguments! {
    &'a str: self => self;
    &'a String: self => self.as_str();
    String: self => self;
    i8: self => self;
    u16: self => self;
    u32: self => self;
    i64: self => self;
    u64: self => self;
    usize: self => self;
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
