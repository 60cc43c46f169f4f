//! The buttons below a partner's chat.
//!
//! Invariant: what a button writes is its label, so each has one of its own.

use super::Say;

/// A button that stays below a partner's chat, and writes its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MenuButton {
    /// His appeals.
    Appeals,
    /// The promotions.
    Promotions,
}

impl MenuButton {
    /// From the left.
    pub const ALL: [Self; 2] = [Self::Appeals, Self::Promotions];

    /// Its label.
    #[must_use]
    pub fn label(self) -> Say<'static> {
        match self {
            Self::Appeals => Say::ButtonAppeals,
            Self::Promotions => Say::ButtonPromotions,
        }
    }
}
