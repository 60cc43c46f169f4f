//! The words of the promotions tab, as the settings spell them.
//!
//! Invariant: words are compared folded, like all words of a sheet, and written in one spelling.

use super::{Action, PromotionStatus};
use crate::domain::text::{Text, bare, fold};

/// A word: as we write it first, then others that are understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(Vec<Text>);

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

impl Word {
    /// A word by its spellings, the one that we write first.
    pub fn new<'a>(spellings: impl IntoIterator<Item = &'a str>) -> Self {
        Self(spellings.into_iter().map(Text::from).collect())
    }

    /// As we write it.
    #[must_use]
    pub fn written(&self) -> Text {
        self.0.first().cloned().unwrap_or_default()
    }

    /// Whether a cell holds it, with or without something around it.
    #[must_use]
    pub fn is_about(&self, cell: &Text) -> bool {
        let bare_cell = bare(cell.as_str());
        self.is(cell)
            || (!bare_cell.is_empty() && self.0.iter().any(|word| bare(word.as_str()) == bare_cell))
    }

    /// Whether a cell holds it.
    #[must_use]
    pub fn is(&self, cell: &Text) -> bool {
        let cell = fold(cell.as_str());
        self.0.iter().any(|word| fold(word.as_str()) == cell)
    }
}

impl Vocabulary {
    /// Reads a status.
    #[must_use]
    pub fn status(&self, cell: &Text) -> Option<PromotionStatus> {
        self.statuses
            .iter()
            .find(|(_, word)| word.is_about(cell))
            .map(|(status, _)| *status)
    }

    /// Reads an action.
    #[must_use]
    pub fn action(&self, cell: &Text) -> Option<Action> {
        self.actions
            .iter()
            .find(|(_, word)| word.is(cell))
            .map(|(action, _)| *action)
    }

    /// A status as we write it.
    #[must_use]
    pub fn written(&self, status: PromotionStatus) -> Text {
        let word = self.statuses.iter().find(|(known, _)| *known == status);
        word.map(|(_, word)| word.written()).unwrap_or_default()
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
