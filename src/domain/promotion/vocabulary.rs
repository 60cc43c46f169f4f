//! The words of the promotions tab, as the settings spell them.
//!
//! Invariant: each status and action has one word.

use super::{Action, PromotionStatus};
use crate::domain::{text::Text, word::Word};

/// The words of the promotions tab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    /// Statuses.
    pub statuses: [(PromotionStatus, Word); 3],
    /// Actions.
    pub actions: [(Action, Word); 6],
    /// The predecessor's mark of an announced promotion.
    pub sent: Word,
}

impl Vocabulary {
    /// Reads a status.
    #[must_use]
    pub fn status(&self, cell: &Text) -> Option<PromotionStatus> {
        let mut words = self.statuses.iter();
        let found = words.find(|(_, word)| word.is_about(cell.as_str()));
        found.map(|(status, _)| *status)
    }

    /// Reads an action.
    #[must_use]
    pub fn action(&self, cell: &Text) -> Option<Action> {
        let mut words = self.actions.iter();
        let found = words.find(|(_, word)| word.is(cell.as_str()));
        found.map(|(action, _)| *action)
    }

    /// A status as we write it.
    #[must_use]
    pub fn written(&self, status: PromotionStatus) -> Text {
        let word = self.statuses.iter().find(|(known, _)| *known == status);
        word.map_or_else(Text::default, |(_, word)| word.written().into())
    }
}

impl Default for Vocabulary {
    /// The predecessor's words, and our own for what it did not know.
    fn default() -> Self {
        let word = |spelling| Word::new([spelling]);
        Self {
            statuses: [
                (PromotionStatus::Waiting, word("Ожидает")),
                (PromotionStatus::Active, word("Активна")),
                (PromotionStatus::Ended, word("Закончена")),
            ],
            actions: [
                (Action::Publish, word("Опубликовать")),
                (Action::Test, word("Тест")),
                (Action::Pause, word("Пауза")),
                (Action::Resume, word("Продолжить")),
                (Action::Cancel, word("Отменить")),
                (Action::End, word("Завершить")),
            ],
            sent: word("SENT"),
        }
    }
}
