//! The buttons that stay below a partner's chat.
//!
//! Invariant: whatever label a phone shows, ours or the firm's, of today or of yesterday, is the command.

use super::{Say, Wording};
use crate::domain::text::fold;

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

impl Wording {
    /// The button that writes this, which may be in the other language, or from before the firm had words of its own.
    #[must_use]
    pub fn menu_button(&self, text: &str) -> Option<MenuButton> {
        let said = fold(text);
        let mut labels = self.labels.iter();
        labels
            .find(|(label, _)| *label == said)
            .map(|(_, button)| *button)
    }

    /// Every message is compared with them, so they are said once.
    pub(super) fn learn_labels(&mut self) {
        let labels = MenuButton::ALL.into_iter().flat_map(|button| {
            let labels = self.every(button.label());
            labels.map(|label| (fold(&label), button))
        });
        self.labels = labels.collect();
    }
}
