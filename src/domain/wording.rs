//! Everything that people read, by language: the texts are in `migrations-free-config/texts`, one file a language; of what partners read a
//! firm may say otherwise what it likes.
//!
//! Invariant: a text is asked for by a closed enum, beside whose variants its id and arguments are declared; a unit test holds both files
//! to that, and [`own`] a firm's. A partner's language is his own; everybody else reads that of the installation.

#[macro_use]
mod declare;

mod alert;
mod command;
mod failure;
mod file;
mod files;
mod foresight;
mod menu;
mod note;
mod opening;
pub mod own;
mod promotion;
mod settings;
mod staff;
mod state;
mod status;
mod system;
mod table;
mod term;
mod verdict;

#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use fluent_bundle::{FluentResource, concurrent::FluentBundle};
use jiff::civil::Date;

use super::{
    appeal::Status,
    ids::{ChatId, Number},
    session::Locale,
};
use declare::{Argument as _, Phrase};
use files::{bundle, render};

pub use self::{
    alert::AlertNote,
    command::{
        CheckLabel, CheckMark, CheckNote, CopyNote, FaultNote, FiguresNote, ForgetNote, InitNote,
        LinkState, PrivacyNote, SetupNote, StepNote, TrialNote, WebhookNote, WishNote,
    },
    declare::{Saying, Spoken},
    failure::{AsideNote, FailureNote},
    file::{FileNote, NoLink},
    foresight::{ForesightNote, QuotedWords},
    menu::MenuButton,
    note::Note,
    opening::OpeningWords,
    promotion::{BroadcastNote, PromotionNote},
    settings::{
        SettingsNote,
        values::{Meaning, ShownValue, Unit},
    },
    staff::StaffNote,
    state::StateNote,
    status::StatusNote,
    system::{SystemNote, cause},
    table::TableNote,
    term::Term,
    verdict::{ReadIn, VerdictItem, VerdictNote},
};

texts! {
    /// Something to say to a partner, in his language.
    Say<'a> -> Phrase<'a> {
        /// First contact.
        Welcome = "welcome",
        /// The label of the button that shares one's contact.
        ShareContact = "share-contact",
        /// A message came before registration and was kept.
        KeptBeforeRegistration = "kept-before-registration",
        /// No more can be kept.
        KeptIsFull(limit: usize) = "kept-is-full",
        /// The code is there, the phone is not.
        PhoneWanted = "phone-wanted",
        /// The phone is there, the code is not.
        CodeWanted = "code-wanted",
        /// A contact that proves nothing.
        ContactOfAnother = "contact-of-another",
        /// A phone was typed, which proves nothing.
        PhoneTyped = "phone-typed",
        /// A contact whose number cannot be read.
        PhoneUnreadable = "phone-unreadable",
        /// Unknown code or wrong phone: deliberately one and the same answer, with what was taken for the code.
        NotMatched(code: &'a str) = "not-matched",
        /// Too many pairs tried; minutes until the next.
        TooManyTries(minutes: i64) = "too-many-tries",
        /// The staff list has to be looked at again first.
        Shortly = "shortly",
        /// The code belongs to another account.
        BoundToAnother = "bound-to-another",
        /// Registered, by name.
        Registered(name: &'a str) = "registered",
        /// A further code is registered, and is written under from now on.
        CodeAdded(code: &'a str) = "code-added",
        /// The code under which somebody with several writes.
        CodeCurrent(code: &'a str) = "code-current",
        /// The same, and his open appeal is under it now.
        CodeMoved {
            /// Which.
            number: Option<Number>,
            /// The code.
            code: &'a str,
        } = code_moved,
        /// The same, but his open appeal stays under another, since it is being answered.
        CodeLater {
            /// Which.
            number: Option<Number>,
            /// The code.
            code: &'a str,
            /// The other.
            kept: &'a str,
        } = code_later,
        /// The code of somebody who has one.
        CodeOnly(code: &'a str) = "code-only",
        /// Label: write under this code.
        CodeButton(code: &'a str) = "code-button",
        /// One of several codes was taken away.
        CodeRevoked(code: &'a str) = "code-revoked",
        /// What was kept can be passed on.
        KeptOffer(count: usize) = "kept-offer",
        /// Label: pass it on.
        KeptSend = "kept-send",
        /// Label: forget it.
        KeptDrop = "kept-drop",
        /// It is forgotten.
        KeptDropped = "kept-dropped",
        /// There is nothing (any more) to pass on.
        KeptGone = "kept-gone",
        /// How to use the bot.
        Help = "help",
        /// An appeal was opened.
        Receipt(number: Option<Number>) = receipt,
        /// How an appeal stands, in place of its receipt.
        ReceiptNow {
            /// Which.
            number: Number,
            /// The status in words.
            status: &'a str,
        } = "receipt-now",
        /// Beneath a receipt outside working hours: when people are back.
        Opening(words: OpeningWords<'a>) = (OpeningWords::message),
        /// A message joined an appeal.
        Added(number: Option<Number>) = added,
        /// Stands above an answer.
        AnswerHeading(number: Number) = "answer-heading",
        /// In place of an answer that was taken back and is too old to be deleted.
        AnswerWithdrawn = "answer-withdrawn",
        /// In place of a part of one.
        PartWithdrawn = "answer-part-withdrawn",
        /// Stands above a message that a specialist writes first.
        WrittenFirst(number: Number) = "written-first",
        /// A partner whose name the staff list does not tell.
        Nameless = "nameless",
        /// An appeal was closed by a specialist.
        Closed(number: Number) = "closed",
        /// In place of that: it was rated.
        Rated {
            /// Which.
            number: Number,
            /// By which thumb.
            thumb: &'a str,
        } = "rated",
        /// Label: add a word to it.
        RatingRemark = "rating-remark",
        /// The word may come now.
        RemarkWanted = "remark-wanted",
        /// Label: there will be none.
        RemarkNo = "remark-no",
        /// There will be none.
        RemarkNone = "remark-none",
        /// It has come.
        RemarkTaken = "remark-taken",
        /// In answer to thanks, where no reaction can be set.
        Welcomed = "welcomed",
        /// Access was taken away.
        Revoked = "revoked",
        /// No appeals to list.
        AppealsNone = "appeals-none",
        /// Stands above the list.
        AppealsHeading = "appeals-heading",
        /// One appeal in the list.
        AppealsLine {
            /// None before the first read.
            number: Option<Number>,
            /// The day of the last change; `None` for one from before our time.
            date: Option<&'a str>,
            /// The status in words.
            status: &'a str,
        } = appeals_line,
        /// Label: open this appeal.
        AppealsOpen(number: Option<Number>) = appeals_open,
        /// Stands above the dialogue of an appeal.
        DialogueHeading {
            /// The appeal in a line.
            appeal: &'a str,
            /// Which page, from 1; the first holds the end.
            page: usize,
            /// Of how many.
            pages: usize,
        } = "dialogue-heading",
        /// Stands above a message of the partner's.
        DialoguePartner(at: &'a str) = "dialogue-partner",
        /// Stands above an answer.
        DialogueSpecialist(at: &'a str) = "dialogue-specialist",
        /// In place of what was said before our time.
        DialogueBefore = "dialogue-before",
        /// Label: earlier lines.
        DialogueEarlier = "dialogue-earlier",
        /// Label: later lines.
        DialogueLater = "dialogue-later",
        /// Label: the list of appeals.
        DialogueBack = "dialogue-back",
        /// Label, below the chat: the list of appeals.
        ButtonAppeals = "button-appeals",
        /// Label, below the chat: the promotions.
        ButtonPromotions = "button-promotions",
        /// A status in words.
        StatusWord(status: &'a Status) = status_word,
        /// A message of a kind that cannot be in a sheet.
        NotPassedOn = "not-passed-on",
        /// A text has nothing in it that can be seen.
        NothingInIt = "nothing-in-it",
        /// A stranger writes too fast.
        TooFast = "too-fast",
        /// A partner writes too fast; everything is recorded.
        TooFastRecorded = "too-fast-recorded",
        /// In a group: the bot works in private.
        PrivateOnly = "private-only",
        /// The number of the chat, for the settings.
        ChatNumber(chat: ChatId) = "chat-number",
        /// No announcements any more.
        AnnouncementsOff = "announcements-off",
        /// Announcements again.
        AnnouncementsOn = "announcements-on",
        /// Label of the button below a promotion.
        PromotionButton = "promotion-button",
        /// No promotions to list.
        PromotionsNone = "promotions-none",
        /// Stands above the list: which page of how many.
        PromotionsHeading {
            /// Which page, from 1.
            page: usize,
            /// Of how many.
            pages: usize,
        } = "promotions-heading",
        /// A day, as people say it.
        Date(date: Date) = day,
        /// Label: the page with what is newer.
        PageNewer = "page-newer",
        /// Label: the page with what is older.
        PageOlder = "page-older",
        /// In a browser: the link's time is over.
        LinkExpired = "link-expired",
        /// In a browser: there is no such link.
        LinkUnknown = "link-unknown",
        /// In a browser: Telegram does not have the file any more.
        LinkFileGone = "link-file-gone",
        /// In a browser: Telegram does not answer.
        LinkFileLater = "link-file-later",
        /// The bot's menu: `/start`.
        MenuStart = "menu-start",
        /// The bot's menu: `/appeals`.
        MenuAppeals = "menu-appeals",
        /// The bot's menu: `/promotions`.
        MenuPromotions = "menu-promotions",
        /// The bot's menu: `/help`.
        MenuHelp = "menu-help",
    }
}

/// The texts of both languages; cheap to clone.
#[derive(Clone)]
pub struct Wording {
    ru: Texts,
    en: Texts,
    /// In which notes are written.
    language: Locale,
    terms: Arc<[(Term, String)]>,
    /// The labels of the buttons below a chat, as words are compared.
    labels: Arc<[(String, MenuButton)]>,
}

/// The texts of one language.
#[derive(Clone)]
struct Texts {
    built_in: Arc<FluentBundle<FluentResource>>,
    /// With those in their places that the firm says otherwise.
    said: Arc<FluentBundle<FluentResource>>,
}

impl Wording {
    /// The texts that are built in, with notes in Russian; read once in a process.
    #[must_use]
    pub fn built_in() -> Self {
        static BUILT_IN: LazyLock<Wording> = LazyLock::new(Wording::parse);
        BUILT_IN.clone()
    }

    fn parse() -> Self {
        let texts = |locale| {
            let built_in = Arc::new(bundle(locale));
            let said = Arc::clone(&built_in);
            Texts { built_in, said }
        };
        let mut wording = Self {
            ru: texts(Locale::Ru),
            en: texts(Locale::En),
            language: Locale::default(),
            terms: Term::ALL.map(|term| (term, term.usual().to_owned())).into(),
            labels: Arc::from([]),
        };
        wording.learn_labels();
        wording
    }

    /// The same, with notes in this language.
    #[must_use]
    pub fn speaking(self, language: Locale) -> Self {
        Self { language, ..self }
    }

    /// The same, with what the settings call things in the sheets.
    #[must_use]
    pub fn calling(self, terms: impl IntoIterator<Item = (Term, String)>) -> Self {
        let terms = terms.into_iter().collect();
        Self { terms, ..self }
    }

    /// The language of the installation.
    #[must_use]
    pub fn language(&self) -> Locale {
        self.language
    }

    /// A text for a partner.
    #[must_use]
    pub fn say(&self, locale: Locale, say: Say<'_>) -> String {
        let (id, args) = say.message();
        render(&self.texts(locale).said, id, args)
    }

    /// What a text says in every language, and what it said before the firm had words of its own.
    #[must_use]
    pub fn every(&self, say: Say<'_>) -> [String; 4] {
        let (ru, en) = (&self.ru, &self.en);
        [&ru.said, &en.said, &ru.built_in, &en.built_in].map(|bundle| {
            let (id, args) = say.message();
            render(bundle, id, args)
        })
    }

    /// What a command tells whoever has typed it.
    #[must_use]
    pub fn tell<'a>(&self, language: Locale, words: impl Spoken<'a>) -> String {
        let (id, args) = words.phrase();
        render(&self.texts(language).built_in, id, args)
    }

    /// A text for the sheet, the admin chat or a terminal.
    #[must_use]
    pub fn note(&self, note: Note<'_>) -> String {
        self.noted(self.language, note)
    }

    /// What a note says in every language, in that of the installation first: what was written in another may still stand somewhere.
    #[must_use]
    pub fn every_note(&self, note: Note<'_>) -> [String; 2] {
        [self.language, self.language.other()].map(|language| self.noted(language, note))
    }

    fn noted(&self, language: Locale, note: Note<'_>) -> String {
        let (id, mut args) = note.message();
        let terms = self.terms.iter();
        args.extend(terms.map(|(term, word)| (term.name(), word.as_str().into())));
        render(&self.texts(language).said, id, args)
    }

    fn texts(&self, locale: Locale) -> &Texts {
        match locale {
            Locale::Ru => &self.ru,
            Locale::En => &self.en,
        }
    }
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wording")
    }
}

choices! {
    receipt(number: Option<Number>) {
        Some(number) => "receipt" (number),
        None => "receipt-unnumbered",
    }

    added(number: Option<Number>) {
        Some(number) => "added" (number),
        None => "added-unnumbered",
    }

    code_moved(number: Option<Number>, code: &'a str) {
        (Some(number), code) => "code-moved" (number, code),
        (None, code) => "code-moved-unnumbered" (code),
    }

    code_later(number: Option<Number>, code: &'a str, kept: &'a str) {
        (Some(number), code, kept) => "code-later" (number, code, kept),
        (None, code, _) => "code-current" (code),
    }

    appeals_line(number: Option<Number>, date: Option<&'a str>, status: &'a str) {
        (Some(number), Some(date), status) => "appeals-line" (number, date, status),
        (Some(number), None, status) => "appeals-line-undated" (number, status),
        (None, _, status) => "appeals-line-unnumbered" (status),
    }

    appeals_open(number: Option<Number>) {
        Some(number) => "appeals-open" (number),
        None => "appeals-open-unnumbered",
    }

    status_word(status: &'a Status) {
        Status::New => "status-new",
        Status::InWork | Status::Other(_) => "status-in-work",
        Status::Forwarded => "status-forwarded",
        Status::AiAnswer => "status-ai-answer",
        Status::Resolved => "status-resolved",
    }

    day(date: Date) {
        date => "date" (day = date.day(), month = date.month(), year = date.year().to_string()),
    }
}
