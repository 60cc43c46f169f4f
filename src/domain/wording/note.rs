//! What is written into the sheet and to the admin chat.
//!
//! Invariant: it is Russian, the language of the firm; a text from outside goes in as an argument and is never taken for a pattern.

use super::{AlertNote, BroadcastNote, Message, PromotionNote, StateNote, StatusNote, plain};
use crate::domain::{
    appeal::{RejectReason, Unfetched},
    ids::{ChatId, Number, PartnerCode},
    listing::ListFault,
    message::FileKind,
    partner::RowTrouble,
    refusal::WriteRefusal,
    tab::Tab,
};

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
    /// Something that cannot be in the history, with its words.
    LineDescribed {
        /// What it is.
        kind: &'a str,
        /// Its words.
        words: &'a str,
    },
    /// What people call a kind of content, by Telegram's word.
    OtherKind(&'a str),
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
    /// Доставка: the cell shows this instead of an answer; what comes in its place is held.
    DeliveryUnready(&'a str, bool),
    /// Доставка: the value of a formula was delivered at, and the formula stays.
    DeliveryFormulaKept(&'a str),
    /// Доставка: on its way.
    DeliveryWaiting,
    /// Доставка: held since first sight.
    DeliveryHeld,
    /// Доставка: the row holds messages of several partners.
    DeliveryMixed,
    /// Доставка: delivered at; perhaps twice.
    DeliveryDelivered(&'a str, bool),
    /// Доставка: the outcome is unknown; sent twice.
    DeliveryUnknown(bool),
    /// Доставка: refused.
    DeliveryRefused(&'a RejectReason),
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
    /// A few words about a promotion.
    Promotion(PromotionNote<'a>),
    /// What the admin chat is told of a promotion.
    Broadcast(BroadcastNote<'a>),
    /// To the operator: so many answers are released.
    OperatorReleased(u64),
    /// In answer: the silence that Telegram asked for is waited for no longer.
    OperatorSilenceEnded,
    /// To the operator: so many records were set aside; their list follows.
    OperatorQuarantine(u64),
    /// To the operator: of so many messages nobody knows the outcome; their list follows.
    OperatorUnknown(u64),
    /// To the operator: done with so many.
    OperatorDone(u64),
    /// To the operator: what can be asked.
    OperatorHelp,
    /// To the operator: it did not work.
    OperatorFailed(&'a str),
    /// To the operator: how things are.
    Status(StatusNote<'a>),
    /// A cell of the status tab.
    State(StateNote<'a>),
    /// A trouble, or a sign of life.
    Alert(AlertNote),
    /// The digest: so many appeals wait, one of them longest.
    DigestUnanswered {
        /// How many.
        count: u64,
        /// Which waits longest.
        number: Number,
        /// For how many whole days.
        days: i64,
        /// And hours.
        hours: i64,
    },
    /// The digest: nobody waits.
    DigestQuiet,
    /// The digest: answers that did not get through.
    DigestFailed {
        /// How many.
        count: u64,
        /// The first of their numbers.
        numbers: &'a str,
    },
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
    /// Admin: an appeal holds messages of these partners.
    AdminMixed(Option<Number>, &'a str),
    /// Why Google refuses a row.
    Refusal(WriteRefusal<'a>),
    /// Admin: the last row of a tab that Google refused is written.
    AdminRefusedOver(Tab),
    /// Admin: Google refused an appeal's row.
    AdminRowRefused(Number, &'a str),
    /// Admin: Google refused a partner's row.
    AdminPartnerRefused(&'a PartnerCode, &'a str),
    /// What is wrong with a row of the staff list; of rows with one account, the code by which we go.
    ListFault(&'a ListFault, Option<&'a PartnerCode>),
    /// Admin: rows of the staff list that cannot be taken, line by line.
    AdminListFaults(&'a str),
    /// Admin: every row of the staff list can be taken.
    AdminListMended,
}

/// Why a file in the history has no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLink {
    /// The service has no address on the internet.
    NoAddress,
    /// Telegram does not give bots what is larger than 20 MB.
    TooLarge,
}

impl<'a> Note<'a> {
    #[expect(clippy::too_many_lines, reason = "one arm for each note")]
    pub(super) fn message(self) -> Message<'a> {
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
            Self::LineContact {
                name: "",
                phone: "",
            } => plain("line-contact-empty"),
            Self::LineContact { name: "", phone } => {
                ("line-contact-number", vec![("phone", phone.into())])
            }
            Self::LineContact { name, phone: "" } => {
                ("line-contact-name", vec![("name", name.into())])
            }
            Self::LineContact { name, phone } => (
                "line-contact",
                vec![("name", name.into()), ("phone", phone.into())],
            ),
            Self::LineDescribed { kind, words } => (
                "line-described",
                vec![("kind", kind.into()), ("words", words.into())],
            ),
            Self::OtherKind(kind) => plain(other_word(kind)),
            Self::LinePlace { name: "", position } => {
                ("line-position", vec![("position", position.into())])
            }
            Self::LinePlace { name, position } => (
                "line-place",
                vec![("name", name.into()), ("position", position.into())],
            ),
            Self::LinePoll(question) => ("line-poll", vec![("question", question.into())]),
            Self::LineForwarded { from: "", text } => {
                ("line-forwarded-nobody", vec![("text", text.into())])
            }
            Self::LineForwarded { from, text } => (
                "line-forwarded",
                vec![("from", from.into()), ("text", text.into())],
            ),
            Self::LineReply { quote, text } => (
                "line-reply",
                vec![("quote", quote.into()), ("text", text.into())],
            ),
            Self::LineChanged { text, time, before } => (
                "line-changed",
                vec![
                    ("text", text.into()),
                    ("time", time.into()),
                    ("before", before.into()),
                ],
            ),
            Self::LineCorrected(text) => ("line-corrected", vec![("text", text.into())]),
            Self::DeliveryGrace(time) => ("delivery-grace", vec![("time", time.into())]),
            Self::DeliveryFormula => plain("delivery-formula"),
            Self::DeliveryUnready(shown, false) => {
                ("delivery-unready", vec![("shown", shown.into())])
            }
            Self::DeliveryUnready(shown, true) => {
                ("delivery-unready-held", vec![("shown", shown.into())])
            }
            Self::DeliveryFormulaKept(time) => {
                ("delivery-formula-kept", vec![("time", time.into())])
            }
            Self::DeliveryWaiting => plain("delivery-waiting"),
            Self::DeliveryHeld => plain("delivery-held"),
            Self::DeliveryMixed => plain("delivery-mixed"),
            Self::DeliveryDelivered(time, false) => {
                ("delivery-delivered", vec![("time", time.into())])
            }
            Self::DeliveryDelivered(time, true) => (
                "delivery-delivered-maybe-twice",
                vec![("time", time.into())],
            ),
            Self::DeliveryUnknown(false) => plain("delivery-unknown"),
            Self::DeliveryUnknown(true) => plain("delivery-unknown-twice"),
            Self::DeliveryRefused(why) => refusal(why),
            Self::Stopped(trouble) => plain(stop_words(trouble)),
            Self::AdminBoundToAnother(code, chat) => (
                "admin-bound-to-another",
                vec![
                    ("code", code.as_str().into()),
                    ("chat", chat.to_string().into()),
                ],
            ),
            Self::AdminStaffHeld(lost, all) => (
                "admin-staff-held",
                vec![("lost", lost.into()), ("all", all.into())],
            ),
            Self::AdminStaffMended => plain("admin-staff-mended"),
            Self::AdminRevoked(code) => ("admin-revoked", vec![("code", code.as_str().into())]),
            Self::AdminRestored(count) => ("admin-restored", vec![("count", count.into())]),
            Self::AdminMixed(number, partners) => mixed(number, partners),
            Self::AdminRowsStopped(numbers, words) => (
                "admin-rows-stopped",
                vec![("numbers", numbers.into()), ("words", words.into())],
            ),
            Self::AdminRowRefused(number, words) => {
                row_refused("admin-row-refused", ("number", number.to_string()), words)
            }
            Self::AdminPartnerRefused(code, words) => row_refused(
                "admin-partner-refused",
                ("code", code.as_str().to_owned()),
                words,
            ),
            Self::ListFault(fault, bound) => list_fault(fault, bound),
            Self::AdminListFaults(lines) => ("admin-list-faults", vec![("lines", lines.into())]),
            Self::AdminListMended => plain("admin-list-mended"),
            Self::Promotion(note) => note.message(),
            Self::Broadcast(note) => note.message(),
            Self::OperatorSilenceEnded => plain("operator-silence-ended"),
            Self::OperatorReleased(count) => ("operator-released", vec![("count", count.into())]),
            Self::OperatorQuarantine(count) => {
                ("operator-quarantine", vec![("count", count.into())])
            }
            Self::OperatorUnknown(count) => ("operator-unknown", vec![("count", count.into())]),
            Self::OperatorDone(count) => ("operator-done", vec![("count", count.into())]),
            Self::OperatorHelp => plain("operator-help"),
            Self::OperatorFailed(words) => ("operator-failed", vec![("words", words.into())]),
            Self::Status(note) => note.message(),
            Self::State(note) => note.message(),
            Self::Alert(note) => note.message(),
            Self::DigestUnanswered {
                count,
                number,
                days,
                hours,
            } => (
                "digest-unanswered",
                vec![
                    ("count", count.into()),
                    ("number", number.to_string().into()),
                    ("days", days.into()),
                    ("hours", hours.into()),
                ],
            ),
            Self::DigestQuiet => plain("digest-quiet"),
            Self::DigestFailed { count, numbers } => (
                "digest-failed",
                vec![("count", count.into()), ("numbers", numbers.into())],
            ),
            Self::AdminUpdatesTaken { webhook: true } => plain("admin-updates-webhook"),
            Self::AdminUpdatesTaken { webhook: false } => plain("admin-updates-taken"),
            Self::AdminUpdatesBack => plain("admin-updates-back"),
            Self::AdminTabUnusable(words) => ("admin-tab-unusable", vec![("words", words.into())]),
            Self::AdminTabMended(_) => plain("admin-tab-mended"),
            Self::AdminRefusedOver(_) => plain("admin-refused-over"),
            Self::Refusal(why) => refused(why),
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

/// What people call a kind of content that is in no sheet.
fn other_word(kind: &str) -> &'static str {
    match kind {
        "checklist" => "other-checklist",
        "contact" => "other-contact",
        "document" => "other-document",
        "game" => "other-game",
        "gift" | "unique_gift" => "other-gift",
        "giveaway" => "other-giveaway",
        "invoice" => "other-invoice",
        "paid_media" => "other-paid-media",
        "photo" => "other-photo",
        "poll" => "other-poll",
        "audio" | "voice" => "other-sound",
        "story" => "other-story",
        "animation" | "live_photo" | "video" | "video_note" => "other-video",
        _ => "other-unknown",
    }
}

fn row_refused<'a>(
    id: &'static str,
    (name, row): (&'static str, String),
    words: &'a str,
) -> Message<'a> {
    (id, vec![(name, row.into()), ("words", words.into())])
}

fn refused(why: WriteRefusal<'_>) -> Message<'_> {
    match why {
        WriteRefusal::Protected => plain("refused-protected"),
        WriteRefusal::CellLimit => plain("refused-cell-limit"),
        WriteRefusal::CellLength => plain("refused-cell-length"),
        WriteRefusal::Other(words) => ("refused-other", vec![("words", words.into())]),
    }
}

fn refusal(why: &RejectReason) -> Message<'_> {
    match why {
        RejectReason::Blocked => plain("delivery-blocked"),
        RejectReason::Deactivated => plain("delivery-deactivated"),
        RejectReason::ChatNotFound => plain("delivery-chat-not-found"),
        RejectReason::GaveUp => plain("delivery-gave-up"),
        RejectReason::Moved(_) => plain("delivery-chat-not-found"),
        RejectReason::Refused(words)
        | RejectReason::Recipient(words)
        | RejectReason::Content(words) => {
            ("delivery-refused", vec![("words", words.as_str().into())])
        }
        RejectReason::File(Unfetched::Forbidden) => plain("delivery-file-forbidden"),
        RejectReason::File(Unfetched::Unreachable) => plain("delivery-file-unreachable"),
        RejectReason::File(Unfetched::Status(status)) => (
            "delivery-file-status",
            vec![("status", status.to_string().into())],
        ),
        RejectReason::File(Unfetched::TooLarge) => plain("delivery-file-too-large"),
        RejectReason::File(Unfetched::NotAPicture) => plain("delivery-file-not-a-picture"),
        RejectReason::File(Unfetched::Private) => plain("delivery-file-private"),
    }
}

fn mixed(number: Option<Number>, partners: &str) -> Message<'_> {
    let number = number.map_or_else(|| "…".to_owned(), |number| number.to_string());
    (
        "admin-mixed",
        vec![("number", number.into()), ("partners", partners.into())],
    )
}

fn list_fault<'a>(fault: &'a ListFault, bound: Option<&'a PartnerCode>) -> Message<'a> {
    let row = |row: &u32| ("row", row.to_string().into());
    let code = |code: &'a PartnerCode| ("code", code.as_str().into());
    match fault {
        ListFault::TelegramDoubled(rows) => {
            let each: Vec<String> = rows
                .iter()
                .map(|(row, code)| format!("{row} ({})", code.as_str()))
                .collect();
            let rows = ("rows", each.join(", ").into());
            match bound {
                Some(bound) => ("list-telegram-doubled", vec![rows, code(bound)]),
                None => ("list-telegram-doubled-nobody", vec![rows]),
            }
        }
        ListFault::CodeDoubled(rows, doubled) => {
            let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
            (
                "list-code-doubled",
                vec![("rows", rows.join(", ").into()), code(doubled)],
            )
        }
        ListFault::Code(at, written) => (
            "list-code",
            vec![row(at), ("written", written.as_str().into())],
        ),
        ListFault::NoCode(at) => ("list-no-code", vec![row(at)]),
        ListFault::Phone(at, of) => ("list-phone", vec![row(at), code(of)]),
        ListFault::Telegram(at, of) => ("list-telegram", vec![row(at), code(of)]),
    }
}

fn stop_words(trouble: RowTrouble) -> &'static str {
    match trouble {
        RowTrouble::Doubled => "stopped-doubled",
        RowTrouble::Mismatched => "stopped-mismatched",
        RowTrouble::Missing => "stopped-missing",
        RowTrouble::Moved => "stopped-moved",
        RowTrouble::Unknown => "stopped-unknown",
        RowTrouble::Unreadable => "stopped-unreadable",
    }
}
