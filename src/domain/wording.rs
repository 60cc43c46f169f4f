//! Everything that people read, by language: the texts are in `migrations-free-config/texts`, one file a language.
//!
//! Invariant: a text is asked for by a closed enum, so none can be missing; a unit test renders each in each language.

mod alert;
mod note;
mod promotion;
mod state;
mod status;

use std::{fmt, sync::Arc};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use jiff::civil::Date;

use super::{appeal::Status, ids::Number, session::Locale, tab::Tab};

pub use self::{
    alert::AlertNote,
    note::{NoLink, Note},
    promotion::{BroadcastNote, PromotionNote},
    state::StateNote,
    status::StatusNote,
};

const RU: &str = include_str!("../../migrations-free-config/texts/ru.ftl");
const EN: &str = include_str!("../../migrations-free-config/texts/en.ftl");

/// Something to say to a partner, or to write into the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say<'a> {
    /// First contact.
    Welcome,
    /// The label of the button that shares one's contact.
    ShareContact,
    /// A message came before registration and was kept.
    KeptBeforeRegistration,
    /// No more can be kept.
    KeptIsFull(usize),
    /// The code is there, the phone is not.
    PhoneWanted,
    /// The phone is there, the code is not.
    CodeWanted,
    /// A contact that proves nothing.
    ContactOfAnother,
    /// A phone was typed, which proves nothing.
    PhoneTyped,
    /// A contact whose number cannot be read.
    PhoneUnreadable,
    /// Unknown code or wrong phone: deliberately one and the same answer, with what was taken for the code.
    NotMatched(&'a str),
    /// Too many pairs tried; minutes until the next.
    TooManyTries(i64),
    /// The staff list has to be looked at again first.
    Shortly,
    /// The code belongs to another account.
    BoundToAnother,
    /// Registered, by name.
    Registered(&'a str),
    /// What was kept can be passed on.
    KeptOffer(usize),
    /// Label: pass it on.
    KeptSend,
    /// Label: forget it.
    KeptDrop,
    /// It is forgotten.
    KeptDropped,
    /// There is nothing (any more) to pass on.
    KeptGone,
    /// How to use the bot.
    Help,
    /// An appeal was opened.
    Receipt(Option<Number>),
    /// How an appeal stands, in place of its receipt.
    ReceiptNow {
        /// Which.
        number: Number,
        /// The status in words.
        status: &'a str,
    },
    /// A message joined an appeal.
    Added(Option<Number>),
    /// Stands above an answer.
    AnswerHeading(Number),
    /// An appeal was closed by a specialist.
    Closed(Number),
    /// Access was taken away.
    Revoked,
    /// No appeals to list.
    AppealsNone,
    /// Stands above the list.
    AppealsHeading,
    /// One appeal in the list.
    AppealsLine {
        /// None before the first read.
        number: Option<Number>,
        /// The day of the last change; `None` for one from before our time.
        date: Option<&'a str>,
        /// The status in words.
        status: &'a str,
    },
    /// A status in words.
    StatusWord(&'a Status),
    /// A message of a kind that cannot be in a sheet.
    NotPassedOn,
    /// A text has nothing in it that can be seen.
    NothingInIt,
    /// A stranger writes too fast.
    TooFast,
    /// A partner writes too fast; everything is recorded.
    TooFastRecorded,
    /// In a group: the bot works in private.
    PrivateOnly,
    /// No announcements any more.
    AnnouncementsOff,
    /// Announcements again.
    AnnouncementsOn,
    /// Label of the button below a promotion.
    PromotionButton,
    /// No promotions to list.
    PromotionsNone,
    /// Stands above the list: which page of how many.
    PromotionsHeading {
        /// Which page, from 1.
        page: usize,
        /// Of how many.
        pages: usize,
    },
    /// A day, as people say it.
    Date(Date),
    /// Label: newer promotions.
    PromotionsBack,
    /// Label: older promotions.
    PromotionsOn,
    /// In a browser: the link's time is over.
    LinkExpired,
    /// In a browser: there is no such link.
    LinkUnknown,
    /// In a browser: Telegram does not have the file any more.
    LinkFileGone,
    /// In a browser: Telegram does not answer.
    LinkFileLater,
    /// The bot's menu: `/start`.
    MenuStart,
    /// The bot's menu: `/appeals`.
    MenuAppeals,
    /// The bot's menu: `/promotions`.
    MenuPromotions,
    /// The bot's menu: `/help`.
    MenuHelp,
}

/// The texts of both languages; cheap to clone.
#[derive(Clone)]
pub struct Wording {
    ru: Arc<FluentBundle<FluentResource>>,
    en: Arc<FluentBundle<FluentResource>>,
}

impl Wording {
    /// The texts that are built in.
    #[must_use]
    pub fn built_in() -> Self {
        Self {
            ru: Arc::new(bundle("ru", RU)),
            en: Arc::new(bundle("en", EN)),
        }
    }

    /// A text for a partner.
    #[must_use]
    pub fn say(&self, locale: Locale, say: Say<'_>) -> String {
        let (id, args) = say.message();
        let bundle = match locale {
            Locale::Ru => &self.ru,
            Locale::En => &self.en,
        };
        render(bundle, id, args)
    }

    /// A text for the sheet or the admin chat.
    #[must_use]
    pub fn note(&self, note: Note<'_>) -> String {
        let (id, mut args) = note.message();
        if let Note::AdminTabMended(tab) | Note::AdminRefusedOver(tab) = note {
            args.push(("tab", self.tab(tab)));
        }
        render(&self.ru, id, args)
    }

    fn tab(&self, tab: Tab) -> FluentValue<'static> {
        let id = match tab {
            Tab::Partners => "tab-partners",
            Tab::Appeals => "tab-appeals",
            Tab::Promotions => "tab-promotions",
        };
        render(&self.ru, id, Vec::new()).into()
    }
}

impl fmt::Debug for Wording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wording")
    }
}

type Message<'a> = (&'static str, Vec<(&'static str, FluentValue<'a>)>);

impl<'a> Say<'a> {
    fn message(self) -> Message<'a> {
        match self {
            Self::Welcome => plain("welcome"),
            Self::ShareContact => plain("share-contact"),
            Self::KeptBeforeRegistration => plain("kept-before-registration"),
            Self::KeptIsFull(limit) => ("kept-is-full", vec![("limit", limit.into())]),
            Self::PhoneWanted => plain("phone-wanted"),
            Self::CodeWanted => plain("code-wanted"),
            Self::ContactOfAnother => plain("contact-of-another"),
            Self::PhoneTyped => plain("phone-typed"),
            Self::PhoneUnreadable => plain("phone-unreadable"),
            Self::NotMatched(code) => ("not-matched", vec![("code", code.into())]),
            Self::TooManyTries(minutes) => ("too-many-tries", vec![("minutes", minutes.into())]),
            Self::Shortly => plain("shortly"),
            Self::BoundToAnother => plain("bound-to-another"),
            Self::Registered(name) => ("registered", vec![("name", name.into())]),
            Self::KeptOffer(count) => ("kept-offer", vec![("count", count.into())]),
            Self::KeptSend => plain("kept-send"),
            Self::KeptDrop => plain("kept-drop"),
            Self::KeptDropped => plain("kept-dropped"),
            Self::KeptGone => plain("kept-gone"),
            Self::Help => plain("help"),
            Self::Receipt(Some(number)) => numbered("receipt", number),
            Self::Receipt(None) => plain("receipt-unnumbered"),
            Self::ReceiptNow { number, status } => (
                "receipt-now",
                vec![
                    ("number", number.to_string().into()),
                    ("status", status.into()),
                ],
            ),
            Self::Added(Some(number)) => numbered("added", number),
            Self::Added(None) => plain("added-unnumbered"),
            Self::AnswerHeading(number) => numbered("answer-heading", number),
            Self::Closed(number) => numbered("closed", number),
            Self::Revoked => plain("revoked"),
            Self::AppealsNone => plain("appeals-none"),
            Self::AppealsHeading => plain("appeals-heading"),
            Self::AppealsLine {
                number,
                date,
                status,
            } => appeals_line(number, date, status),
            Self::StatusWord(status) => status_word(status),
            Self::NotPassedOn => plain("not-passed-on"),
            Self::NothingInIt => plain("nothing-in-it"),
            Self::TooFast => plain("too-fast"),
            Self::TooFastRecorded => plain("too-fast-recorded"),
            Self::PrivateOnly => plain("private-only"),
            Self::AnnouncementsOff => plain("announcements-off"),
            Self::AnnouncementsOn => plain("announcements-on"),
            Self::PromotionButton => plain("promotion-button"),
            Self::PromotionsNone => plain("promotions-none"),
            Self::PromotionsHeading { page, pages } => (
                "promotions-heading",
                vec![("page", page.into()), ("pages", pages.into())],
            ),
            Self::Date(date) => (
                "date",
                vec![
                    ("day", date.day().into()),
                    ("month", date.month().into()),
                    ("year", date.year().to_string().into()),
                ],
            ),
            Self::PromotionsBack => plain("promotions-back"),
            Self::PromotionsOn => plain("promotions-on"),
            Self::LinkExpired => plain("link-expired"),
            Self::LinkUnknown => plain("link-unknown"),
            Self::LinkFileGone => plain("link-file-gone"),
            Self::LinkFileLater => plain("link-file-later"),
            Self::MenuStart => plain("menu-start"),
            Self::MenuAppeals => plain("menu-appeals"),
            Self::MenuPromotions => plain("menu-promotions"),
            Self::MenuHelp => plain("menu-help"),
        }
    }
}

fn plain(id: &'static str) -> Message<'static> {
    (id, Vec::new())
}

/// A number goes in as text: `№ 1041` must not be grouped or declined.
fn numbered(id: &'static str, number: Number) -> Message<'static> {
    (id, vec![("number", number.to_string().into())])
}

fn appeals_line<'a>(number: Option<Number>, date: Option<&'a str>, status: &'a str) -> Message<'a> {
    let status = ("status", status.into());
    match (number, date) {
        (Some(number), Some(date)) => (
            "appeals-line",
            vec![
                ("number", number.to_string().into()),
                ("date", date.into()),
                status,
            ],
        ),
        (Some(number), None) => (
            "appeals-line-undated",
            vec![("number", number.to_string().into()), status],
        ),
        (None, _) => ("appeals-line-unnumbered", vec![status]),
    }
}

fn status_word(status: &Status) -> Message<'_> {
    match status {
        Status::New => plain("status-new"),
        Status::InWork | Status::Other(_) => plain("status-in-work"),
        Status::Forwarded => plain("status-forwarded"),
        Status::AiAnswer => plain("status-ai-answer"),
        Status::Resolved => plain("status-resolved"),
    }
}

fn bundle(language: &str, source: &str) -> FluentBundle<FluentResource> {
    let resource = FluentResource::try_new(source.to_owned())
        .expect("the built-in texts parse, a unit test sees to it");
    let language = language
        .parse()
        .expect("the languages are named here, and well-formed");
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks would stand visibly in sheet cells.
    bundle.set_use_isolating(false);
    bundle
        .add_resource(resource)
        .expect("no text stands twice, a unit test sees to it");
    bundle
}

fn render(
    bundle: &FluentBundle<FluentResource>,
    id: &'static str,
    args: Vec<(&'static str, FluentValue<'_>)>,
) -> String {
    let args: FluentArgs<'_> = args.into_iter().collect();
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
