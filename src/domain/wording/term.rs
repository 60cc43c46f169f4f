//! What things are called in the sheets of this firm, so that a text can send people there.
//!
//! Invariant: every note may place every term, by its name; it is the word of the settings, in whatever language the note is.

/// A thing in the sheets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// The action that announces a promotion.
    Publish,
    /// The action that lets it go on.
    Resume,
    /// The action that ends it.
    Cancel,
    /// The order that opens an answer for correction.
    Correct,
    /// The order that sends an answer again.
    SendAgain,
    /// The word for a partner without access.
    NotAuthorized,
    /// The column about answers.
    Delivery,
    /// The column about announcements.
    Mailing,
    /// The column of a promotion's picture.
    Content,
    /// The tab about the service.
    State,
}

impl Term {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Publish,
        Self::Resume,
        Self::Cancel,
        Self::Correct,
        Self::SendAgain,
        Self::NotAuthorized,
        Self::Delivery,
        Self::Mailing,
        Self::Content,
        Self::State,
    ];

    /// By which texts place it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Publish => "word-publish",
            Self::Resume => "word-resume",
            Self::Cancel => "word-cancel",
            Self::Correct => "word-correct",
            Self::SendAgain => "word-send-again",
            Self::NotAuthorized => "word-not-authorized",
            Self::Delivery => "word-delivery",
            Self::Mailing => "word-mailing",
            Self::Content => "word-content",
            Self::State => "word-state",
        }
    }

    /// What it is called where the settings say nothing.
    pub(super) fn usual(self) -> &'static str {
        match self {
            Self::Publish => "Опубликовать",
            Self::Resume => "Продолжить",
            Self::Cancel => "Отменить",
            Self::Correct => "Исправить ответ",
            Self::SendAgain => "Отправить снова",
            Self::NotAuthorized => "не авторизован",
            Self::Delivery => "Доставка",
            Self::Mailing => "Рассылка",
            Self::Content => "Контент",
            Self::State => "Состояние",
        }
    }
}
