//! Everything that people read, by language: the texts stand in `migrations-free-config/texts`, one file a language.
//!
//! Invariant: a text is asked for by a closed enum, so none can be missing; a unit test renders each in each language.

use std::{fmt, sync::Arc};

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};

use super::{
    appeal::{Status, Unfetched, Why},
    ids::{ChatId, Number, PartnerCode},
    message::FileKind,
    partner::RowTrouble,
    session::Locale,
    tab::Tab,
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
    /// A contact whose number cannot be read.
    PhoneUnreadable,
    /// Unknown code or wrong phone: deliberately one and the same answer.
    NotMatched,
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
        /// None before the first look.
        number: Option<Number>,
        /// The day of the last change; none for one from before our time.
        date: Option<&'a str>,
        /// The status in words.
        status: &'a str,
    },
    /// A status in words.
    StatusWord(&'a Status),
    /// A message of a kind that cannot stand in a sheet.
    NotPassedOn,
    /// A stranger writes too fast.
    TooFast,
    /// A partner writes too fast; everything is recorded.
    TooFastRecorded,
    /// In a group: the bot works in private.
    PrivateOnly,
    /// The bot's menu: `/start`.
    MenuStart,
    /// The bot's menu: `/appeals`.
    MenuAppeals,
    /// The bot's menu: `/help`.
    MenuHelp,
}

/// Something to write into the sheet or to the admin chat; Russian, the language of the firm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note<'a> {
    /// A specialist's line in the history.
    HistorySpecialist(&'a str),
    /// Where the older lines of a dialogue are.
    HistoryArchived {
        /// The name of the tab.
        tab: &'a str,
        /// The appeal.
        number: Number,
        /// The part that comes next.
        part: u32,
    },
    /// What a file is, in a word.
    FileKind(FileKind),
    /// A file in the history, with its link or why there is none.
    LineFile {
        /// What it is, its name and size, as far as they are known.
        described: &'a str,
        /// Where it can be opened.
        link: Result<&'a str, NoLink>,
    },
    /// Somebody's contact in the history.
    LineContact {
        /// Whose.
        name: &'a str,
        /// The number.
        phone: &'a str,
    },
    /// A place in the history.
    LinePlace {
        /// What is there; empty for a bare position.
        name: &'a str,
        /// Latitude and longitude.
        position: &'a str,
    },
    /// A poll's question in the history.
    LinePoll(&'a str),
    /// A message that was passed on.
    LineForwarded {
        /// Whose it was.
        from: &'a str,
        /// What it says.
        text: &'a str,
    },
    /// A message that replies to another.
    LineReply {
        /// What the other says.
        quote: &'a str,
        /// What it says itself.
        text: &'a str,
    },
    /// A line whose message was changed.
    LineChanged {
        /// What it says now.
        text: &'a str,
        /// When it was changed.
        time: &'a str,
        /// What it said before.
        before: &'a str,
    },
    /// New words for a message whose line cannot be changed.
    LineCorrected(&'a str),
    /// Доставка: resting until.
    DeliveryGrace(&'a str),
    /// Доставка: the value of a formula is not sent.
    DeliveryFormula,
    /// Доставка: the value of a formula was delivered at, and the formula stays.
    DeliveryFormulaKept(&'a str),
    /// Доставка: on its way.
    DeliveryWaiting,
    /// Доставка: held since first sight.
    DeliveryHeld,
    /// Доставка: delivered at; perhaps twice.
    DeliveryDelivered(&'a str, bool),
    /// Доставка: the outcome is unknown; sent twice.
    DeliveryUnknown(bool),
    /// Доставка: refused.
    DeliveryRefused(&'a Why),
    /// Доставка: the row is stopped.
    Stopped(RowTrouble),
    /// Admin: another account came for a bound code.
    AdminBoundToAnother(&'a PartnerCode, ChatId),
    /// Admin: a tab cannot be used.
    AdminTabUnusable(&'a str),
    /// Admin: a tab can be used again.
    AdminTabMended(Tab),
    /// Admin: Telegram gives the updates to a webhook, or to somebody else who asks.
    AdminUpdatesTaken {
        /// To a webhook.
        webhook: bool,
    },
    /// Admin: Telegram gives the updates to us again.
    AdminUpdatesBack,
    /// Admin: rows are stopped: their numbers, and why.
    AdminRowsStopped(&'a str, &'a str),
    /// Admin: of the bound partners so many are lost from the list; nobody loses access.
    AdminStaffHeld(u32, u32),
    /// Admin: the list is itself again.
    AdminStaffMended,
    /// Admin: somebody has lost access.
    AdminRevoked(&'a PartnerCode),
    /// Admin: the journal is older than the sheet; so many messages that waited are not sent.
    AdminRestored(usize),
    /// Admin: Google refused an appeal's row.
    AdminRowRefused(Number, &'a str),
    /// Admin: Google refused a partner's row.
    AdminPartnerRefused(&'a PartnerCode, &'a str),
    /// Admin: a code stands in several rows, so nobody can register with it.
    AdminPartnerDoubled(&'a PartnerCode),
}

/// Why a file in the history has no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLink {
    /// The service has no address on the internet.
    NoAddress,
    /// Telegram does not give bots what is larger than 20 MB.
    TooLarge,
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
        if let Note::AdminTabMended(tab) = note {
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
            Self::PhoneUnreadable => plain("phone-unreadable"),
            Self::NotMatched => plain("not-matched"),
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
                vec![("number", number.to_string().into()), ("status", status.into())],
            ),
            Self::Added(Some(number)) => numbered("added", number),
            Self::Added(None) => plain("added-unnumbered"),
            Self::AnswerHeading(number) => numbered("answer-heading", number),
            Self::Closed(number) => numbered("closed", number),
            Self::Revoked => plain("revoked"),
            Self::AppealsNone => plain("appeals-none"),
            Self::AppealsHeading => plain("appeals-heading"),
            Self::AppealsLine { number, date, status } => appeals_line(number, date, status),
            Self::StatusWord(status) => status_word(status),
            Self::NotPassedOn => plain("not-passed-on"),
            Self::TooFast => plain("too-fast"),
            Self::TooFastRecorded => plain("too-fast-recorded"),
            Self::PrivateOnly => plain("private-only"),
            Self::MenuStart => plain("menu-start"),
            Self::MenuAppeals => plain("menu-appeals"),
            Self::MenuHelp => plain("menu-help"),
        }
    }
}

impl<'a> Note<'a> {
    fn message(self) -> Message<'a> {
        match self {
            Self::HistorySpecialist(text) => ("history-specialist", vec![("text", text.into())]),
            Self::HistoryArchived { tab, number, part } => (
                "history-archived",
                vec![
                    ("tab", tab.into()),
                    ("number", number.to_string().into()),
                    ("part", part.to_string().into()),
                ],
            ),
            Self::FileKind(kind) => plain(file_word(kind)),
            Self::LineFile { described, link } => line_file(described, link),
            Self::LineContact { name, phone } => ("line-contact", vec![("name", name.into()), ("phone", phone.into())]),
            Self::LinePlace { name: "", position } => ("line-position", vec![("position", position.into())]),
            Self::LinePlace { name, position } => ("line-place", vec![("name", name.into()), ("position", position.into())]),
            Self::LinePoll(question) => ("line-poll", vec![("question", question.into())]),
            Self::LineForwarded { from, text } => ("line-forwarded", vec![("from", from.into()), ("text", text.into())]),
            Self::LineReply { quote, text } => ("line-reply", vec![("quote", quote.into()), ("text", text.into())]),
            Self::LineChanged { text, time, before } => (
                "line-changed",
                vec![("text", text.into()), ("time", time.into()), ("before", before.into())],
            ),
            Self::LineCorrected(text) => ("line-corrected", vec![("text", text.into())]),
            Self::DeliveryGrace(time) => ("delivery-grace", vec![("time", time.into())]),
            Self::DeliveryFormula => plain("delivery-formula"),
            Self::DeliveryFormulaKept(time) => ("delivery-formula-kept", vec![("time", time.into())]),
            Self::DeliveryWaiting => plain("delivery-waiting"),
            Self::DeliveryHeld => plain("delivery-held"),
            Self::DeliveryDelivered(time, false) => ("delivery-delivered", vec![("time", time.into())]),
            Self::DeliveryDelivered(time, true) => ("delivery-delivered-maybe-twice", vec![("time", time.into())]),
            Self::DeliveryUnknown(false) => plain("delivery-unknown"),
            Self::DeliveryUnknown(true) => plain("delivery-unknown-twice"),
            Self::DeliveryRefused(why) => refusal(why),
            Self::Stopped(trouble) => plain(stop_words(trouble)),
            Self::AdminBoundToAnother(code, chat) => (
                "admin-bound-to-another",
                vec![("code", code.as_str().into()), ("chat", chat.to_string().into())],
            ),
            Self::AdminStaffHeld(lost, all) => ("admin-staff-held", vec![("lost", lost.into()), ("all", all.into())]),
            Self::AdminStaffMended => plain("admin-staff-mended"),
            Self::AdminRevoked(code) => ("admin-revoked", vec![("code", code.as_str().into())]),
            Self::AdminRestored(count) => ("admin-restored", vec![("count", count.into())]),
            Self::AdminRowsStopped(numbers, words) => ("admin-rows-stopped", vec![("numbers", numbers.into()), ("words", words.into())]),
            Self::AdminRowRefused(number, words) => (
                "admin-row-refused",
                vec![("number", number.to_string().into()), ("words", words.into())],
            ),
            Self::AdminPartnerRefused(code, words) => (
                "admin-partner-refused",
                vec![("code", code.as_str().into()), ("words", words.into())],
            ),
            Self::AdminPartnerDoubled(code) => ("admin-partner-doubled", vec![("code", code.as_str().into())]),
            Self::AdminUpdatesTaken { webhook: true } => plain("admin-updates-webhook"),
            Self::AdminUpdatesTaken { webhook: false } => plain("admin-updates-taken"),
            Self::AdminUpdatesBack => plain("admin-updates-back"),
            Self::AdminTabUnusable(words) => ("admin-tab-unusable", vec![("words", words.into())]),
            Self::AdminTabMended(_) => plain("admin-tab-mended"),
        }
    }
}

fn line_file<'a>(described: &'a str, link: Result<&'a str, NoLink>) -> Message<'a> {
    let described = ("described", described.into());
    match link {
        Ok(link) => ("line-file", vec![described, ("link", link.into())]),
        Err(NoLink::NoAddress) => ("line-file-no-address", vec![described]),
        Err(NoLink::TooLarge) => ("line-file-too-large", vec![described]),
    }
}

fn file_word(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Photo => "file-photo",
        FileKind::Video => "file-video",
        FileKind::Animation => "file-animation",
        FileKind::Audio => "file-audio",
        FileKind::Voice => "file-voice",
        FileKind::VideoNote => "file-video-note",
        FileKind::Document => "file-document",
        FileKind::Sticker => "file-sticker",
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
            vec![("number", number.to_string().into()), ("date", date.into()), status],
        ),
        (Some(number), None) => ("appeals-line-undated", vec![("number", number.to_string().into()), status]),
        (None, _) => ("appeals-line-unnumbered", vec![status]),
    }
}

fn status_word(status: &Status) -> Message<'_> {
    match status {
        Status::New => plain("status-new"),
        Status::InWork => plain("status-in-work"),
        Status::Forwarded => plain("status-forwarded"),
        Status::AiAnswer => plain("status-ai-answer"),
        Status::Resolved => plain("status-resolved"),
        Status::Other(word) => ("status-other", vec![("word", word.as_str().into())]),
    }
}

fn refusal(why: &Why) -> Message<'_> {
    match why {
        Why::Blocked => plain("delivery-blocked"),
        Why::Deactivated => plain("delivery-deactivated"),
        Why::ChatNotFound => plain("delivery-chat-not-found"),
        Why::GaveUp => plain("delivery-gave-up"),
        Why::Refused(words) => ("delivery-refused", vec![("words", words.as_str().into())]),
        Why::File(Unfetched::Forbidden) => plain("delivery-file-forbidden"),
        Why::File(Unfetched::Unreachable) => plain("delivery-file-unreachable"),
        Why::File(Unfetched::Status(status)) => ("delivery-file-status", vec![("status", status.to_string().into())]),
        Why::File(Unfetched::TooLarge) => plain("delivery-file-too-large"),
    }
}

fn stop_words(trouble: RowTrouble) -> &'static str {
    match trouble {
        RowTrouble::Doubled => "stopped-doubled",
        RowTrouble::Mismatched => "stopped-mismatched",
        RowTrouble::Missing => "stopped-missing",
        RowTrouble::Moved => "stopped-moved",
        RowTrouble::Unknown => "stopped-unknown",
    }
}

fn bundle(language: &str, source: &str) -> FluentBundle<FluentResource> {
    let resource = FluentResource::try_new(source.to_owned()).expect("the built-in texts parse, a unit test sees to it");
    let language = language.parse().expect("the languages are named here, and well-formed");
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks would stand visibly in sheet cells.
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).expect("no text stands twice, a unit test sees to it");
    bundle
}

fn render(bundle: &FluentBundle<FluentResource>, id: &'static str, args: Vec<(&'static str, FluentValue<'_>)>) -> String {
    let args: FluentArgs<'_> = args.into_iter().collect();
    let pattern = bundle
        .get_message(id)
        .and_then(|message| message.value())
        .expect("every text exists, a unit test sees to it");
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
    debug_assert!(errors.is_empty(), "{id}: {errors:?}");
    text
}
