//! What is written into the sheet, to the admin chat and to a terminal.
//!
//! Invariant: it is in the language of the installation; a text from outside goes in as an argument and is never taken for a pattern.

use super::declare::{Argument as _, Phrase};
use super::{
    AlertNote, AsideNote, BroadcastNote, FailureNote, FileNote, ForesightNote, PromotionNote,
    StaffNote, StateNote, StatusNote, TableNote, VerdictNote,
};
use crate::domain::{
    appeal::{LeftBehind, RejectReason, Unfetched},
    ids::{ChatId, Number, PartnerCode},
    listing::ListFault,
    partner::{RowTrouble, Unaddressed},
    refusal::WriteRefusal,
    tab::Tab,
    text::Text,
};

texts! {
    /// Something to write to anybody but partners.
    Note<'a> -> Phrase<'a> {
        /// A specialist's line in the history; by name, where it is known.
        HistorySpecialist(text: &'a str, name: Option<&'a str>) = specialist,
        /// A specialist's note for his colleagues in the history.
        HistoryNote(text: &'a str) = "history-note",
        /// Where the older lines of a dialogue are.
        HistoryArchived {
            /// The name of the tab.
            tab: &'a str,
            /// The appeal.
            number: Number,
            /// The part that comes next.
            part: u32,
        } = "history-archived",
        /// A file in the history.
        File(note: FileNote<'a>) = (FileNote::message),
        /// Somebody's contact in the history.
        LineContact {
            /// Whose.
            name: &'a str,
            /// The number.
            phone: &'a str,
        } = line_contact,
        /// Something that cannot be in the history, with its words.
        LineDescribed {
            /// What it is.
            kind: &'a str,
            /// Its words.
            words: &'a str,
        } = "line-described",
        /// What people call a kind of content, by Telegram's word.
        OtherKind(kind: &'a str) = other_word,
        /// A place in the history.
        LinePlace {
            /// What is there; empty for a bare position.
            name: &'a str,
            /// Latitude and longitude.
            position: &'a str,
        } = line_place,
        /// A poll's question in the history.
        LinePoll(question: &'a str) = "line-poll",
        /// A message that was passed on.
        LineForwarded {
            /// Whose it was.
            from: &'a str,
            /// What it says.
            text: &'a str,
        } = line_forwarded,
        /// A message that replies to another.
        LineReply {
            /// What the other says.
            quote: &'a str,
            /// What it says itself.
            text: &'a str,
        } = "line-reply",
        /// A line whose message was changed.
        LineChanged {
            /// What it says now.
            text: &'a str,
            /// When it was changed.
            time: &'a str,
            /// What it said before.
            before: &'a str,
        } = "line-changed",
        /// New words for a message whose line cannot be changed.
        LineCorrected(text: &'a str) = "line-corrected",
        /// A line whose answer was taken back.
        LineWithdrawn {
            /// What it said.
            before: &'a str,
            /// When it was taken back.
            time: &'a str,
        } = "line-withdrawn",
        /// An answer was taken back whose line cannot be changed.
        LineTakenBack(text: &'a str) = "line-taken-back",
        /// A word beside a rating.
        LineRated(thumb: &'a str, words: &'a str) = "line-rated",
        /// Доставка: resting until.
        DeliveryGrace(time: &'a str) = "delivery-grace",
        /// Доставка: the value of a formula is not sent.
        DeliveryFormula = "delivery-formula",
        /// Доставка: the cell shows this instead of an answer; what comes in its place is held.
        DeliveryUnready(shown: &'a str, held: bool) = unready,
        /// Доставка: the value of a formula was delivered at, and the formula stays.
        DeliveryFormulaKept(time: &'a str) = "delivery-formula-kept",
        /// Доставка: what stood in the cell was a note, taken over at.
        DeliveryNoted(time: &'a str) = "delivery-noted",
        /// Доставка: on its way.
        DeliveryWaiting = "delivery-waiting",
        /// Доставка: it calls a template that is not there; the one most like it.
        DeliveryNoTemplate(name: &'a Text, nearest: Option<&'a Text>) = no_template,
        /// Доставка: held since first sight, or since a row came up that looks like a copy.
        DeliveryHeld(copied: bool) = held,
        /// Доставка: a message that somebody wrote first cannot go to anybody yet.
        Unaddressed(why: Unaddressed) = unaddressed,
        /// Доставка: the row holds messages of several partners.
        DeliveryMixed = "delivery-mixed",
        /// Доставка: delivered at; perhaps twice.
        DeliveryDelivered(time: &'a str, twice: bool) = delivered,
        /// Доставка: the outcome is unknown; sent twice.
        DeliveryUnknown(twice: bool) = unknown,
        /// Доставка: refused.
        DeliveryRefused(why: &'a RejectReason) = rejected,
        /// Доставка: the last answer is in its cell to be corrected, until.
        DeliveryCorrecting(time: &'a str) = "delivery-correcting",
        /// Доставка: at this moment the partner has the corrected answer, or has it no more.
        DeliveryCorrectingSoon(time: &'a str, withdraws: bool) = correcting_soon,
        /// Доставка: corrected, or taken back, at; what is left of it all the same.
        DeliveryCorrected {
            /// When.
            time: &'a str,
            /// It was taken back.
            withdrawn: bool,
            /// What is left.
            left: LeftBehind,
        } = corrected,
        /// Доставка: not corrected, and why; some messages were.
        DeliveryUncorrected(why: &'a str, partly: bool) = uncorrected,
        /// Why a message of ours cannot be changed.
        Unchangeable(why: &'a RejectReason) = unchangeable,
        /// Доставка: there is nothing to correct.
        DeclinedNothingToCorrect = "declined-nothing-to-correct",
        /// Доставка: another text is in the answer cell.
        DeclinedOccupied = "declined-occupied",
        /// Доставка: an answer is on its way.
        DeclinedOnItsWay = "declined-on-its-way",
        /// Доставка: there is nothing to send again.
        DeclinedNothingToSend = "declined-nothing-to-send",
        /// Доставка: the last answer was delivered at.
        DeclinedDelivered(time: &'a str) = "declined-delivered",
        /// Доставка: what it says, and that the text in the cell is not sent since the chat has answered.
        DeliveryAside(words: &'a str) = aside,
        /// Доставка: the row is stopped.
        Stopped(trouble: RowTrouble) = stopped,
        /// Admin: another account came for a bound code.
        AdminBoundToAnother(code: &'a PartnerCode, chat: ChatId) = "admin-bound-to-another",
        /// Admin: a tab cannot be used.
        AdminTabUnusable(words: &'a str) = "admin-tab-unusable",
        /// Admin: a tab can be used again.
        AdminTabMended(tab: Tab) = "admin-tab-mended",
        /// Admin: Telegram gives the updates to a webhook, or to somebody else who asks.
        AdminUpdatesTaken {
            /// To a webhook.
            webhook: bool,
        } = updates_taken,
        /// Admin: Telegram gives the updates to us again.
        AdminUpdatesBack = "admin-updates-back",
        /// A few words about a promotion.
        Promotion(note: PromotionNote<'a>) = (PromotionNote::message),
        /// What the admin chat is told of a promotion.
        Broadcast(note: BroadcastNote<'a>) = (BroadcastNote::message),
        /// To the operator: so many answers are released.
        OperatorReleased(count: u64) = "operator-released",
        /// In answer: the silence that Telegram asked for is waited for no longer.
        OperatorSilenceEnded = "operator-silence-ended",
        /// To the operator: so many records were set aside; their list follows.
        OperatorQuarantine(count: u64) = "operator-quarantine",
        /// To the operator: of so many messages nobody knows the outcome; their list follows.
        OperatorUnknown(count: u64) = "operator-unknown",
        /// One of them: its name, since when, and whose answer it is.
        OperatorUnknownLine {
            /// The name.
            name: &'a str,
            /// When it was first to be sent.
            at: &'a str,
            /// The appeal.
            number: Option<u32>,
        } = unknown_line,
        /// To the operator: done with so many.
        OperatorDone(count: u64) = "operator-done",
        /// To the operator: what can be asked.
        OperatorHelp = "operator-help",
        /// To the operator: it did not work.
        OperatorFailed(words: &'a str) = "operator-failed",
        /// Why that is.
        Failure(note: FailureNote<'a>) = (FailureNote::message),
        /// Why a record was set aside.
        Aside(why: AsideNote<'a>) = (AsideNote::message),
        /// Whether all is well.
        Verdict(note: VerdictNote<'a>) = (VerdictNote::message),
        /// What is wrong with a tab or a spreadsheet.
        Table(note: TableNote<'a>) = (TableNote::message),
        /// What the service would do.
        Foresight(note: ForesightNote<'a>) = (ForesightNote::message),
        /// To the operator: how things are.
        Status(note: StatusNote<'a>) = (StatusNote::message),
        /// A cell of the status tab.
        State(note: StateNote<'a>) = (StateNote::message),
        /// What the staff chat is shown.
        Staff(note: StaffNote<'a>) = (StaffNote::message),
        /// A trouble, or a sign of life.
        Alert(note: AlertNote) = (AlertNote::message),
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
        } = "digest-unanswered",
        /// The digest: those that wait longest after that one.
        DigestNext(waits: &'a str) = "digest-next",
        /// One of them, and for how many whole days and hours.
        DigestWait(number: Number, days: i64, hours: i64) = "digest-wait",
        /// The digest: nobody waits.
        DigestQuiet = "digest-quiet",
        /// The digest: answers that did not get through.
        DigestFailed {
            /// How many.
            count: u64,
            /// The first of their numbers.
            numbers: &'a str,
        } = "digest-failed",
        /// Admin: a partner has waited too long for an answer, since.
        AdminOverdue(number: Number, time: &'a str) = "admin-overdue",
        /// How partners have rated within a day.
        DigestRated {
            /// Thumbs up.
            up: u64,
            /// Thumbs down.
            down: u64,
            /// The first appeals with a thumb down.
            numbers: &'a str,
        } = "digest-rated",
        /// Admin: rows are stopped: their numbers, and why.
        AdminRowsStopped(numbers: &'a str, words: &'a str) = "admin-rows-stopped",
        /// Admin: of the bound partners so many are lost from the list; nobody loses access.
        AdminStaffHeld(lost: u32, all: u32) = "admin-staff-held",
        /// Admin: the list is itself again.
        AdminStaffMended = "admin-staff-mended",
        /// Admin: somebody has lost access.
        AdminRevoked(code: &'a PartnerCode) = "admin-revoked",
        /// Admin: the journal is older than the sheet; so many messages that waited are not sent.
        AdminRestored(count: usize) = "admin-restored",
        /// Admin: an appeal holds messages of these partners.
        AdminMixed(number: Option<Number>, partners: &'a str) = "admin-mixed",
        /// Why Google refuses a row.
        Refusal(why: WriteRefusal<'a>) = refused,
        /// Admin: the last row of a tab that Google refused is written.
        AdminRefusedOver(tab: Tab) = "admin-refused-over",
        /// Admin: Google refused an appeal's row.
        AdminRowRefused(number: Number, words: &'a str) = "admin-row-refused",
        /// Admin: Google refused a partner's row.
        AdminPartnerRefused(code: &'a PartnerCode, words: &'a str) = "admin-partner-refused",
        /// What is wrong with a row of the staff list; of rows with one account, the code by which we go.
        ListFault(fault: &'a ListFault, bound: Option<&'a PartnerCode>) = list_fault,
        /// Admin: rows of the staff list that cannot be taken, line by line.
        AdminListFaults(lines: &'a str) = "admin-list-faults",
        /// Admin: every row of the staff list can be taken.
        AdminListMended = "admin-list-mended",
    }
}

choices! {
    specialist(text: &'a str, name: Option<&'a str>) {
        (text, None) => "history-specialist" (text),
        (text, Some(name)) => "history-specialist-named" (text, name),
    }

    unknown_line(name: &'a str, at: &'a str, number: Option<u32>) {
        (name, at, None) => "operator-unknown-line" (name, at),
        (name, at, Some(number)) => "operator-unknown-line-appeal" (name, at, number),
    }

    aside(words: &'a str) {
        "" => "delivery-aside",
        words => "delivery-aside-after" (words),
    }

    line_contact(name: &'a str, phone: &'a str) {
        ("", "") => "line-contact-empty",
        ("", phone) => "line-contact-number" (phone),
        (name, "") => "line-contact-name" (name),
        (name, phone) => "line-contact" (name, phone),
    }

    line_place(name: &'a str, position: &'a str) {
        ("", position) => "line-position" (position),
        (name, position) => "line-place" (name, position),
    }

    line_forwarded(from: &'a str, text: &'a str) {
        ("", text) => "line-forwarded-nobody" (text),
        (from, text) => "line-forwarded" (from, text),
    }

    unready(shown: &'a str, held: bool) {
        (shown, false) => "delivery-unready" (shown),
        (shown, true) => "delivery-unready-held" (shown),
    }

    no_template(name: &'a Text, nearest: Option<&'a Text>) {
        (name, Some(nearest)) => "delivery-no-template" (name, nearest),
        (name, None) => "delivery-no-templates" (name),
    }

    held(copied: bool) {
        false => "delivery-held",
        true => "delivery-held-copied",
    }

    unaddressed(why: Unaddressed) {
        Unaddressed::UnknownCode => "unaddressed-code",
        Unaddressed::Unregistered => "unaddressed-unregistered",
        Unaddressed::Standing => "unaddressed-standing",
    }

    delivered(time: &'a str, twice: bool) {
        (time, false) => "delivery-delivered" (time),
        (time, true) => "delivery-delivered-maybe-twice" (time),
    }

    unknown(twice: bool) {
        false => "delivery-unknown",
        true => "delivery-unknown-twice",
    }

    correcting_soon(time: &'a str, withdraws: bool) {
        (time, false) => "delivery-correcting-soon" (time),
        (time, true) => "delivery-withdrawing-soon" (time),
    }

    corrected(time: &'a str, withdrawn: bool, left: LeftBehind) {
        (time, false, LeftBehind::Nothing) => "delivery-corrected" (time),
        (time, false, LeftBehind::Old) => "delivery-corrected-old" (time),
        (time, false, LeftBehind::Copy) => "delivery-corrected-copy" (time),
        (time, true, LeftBehind::Nothing) => "delivery-withdrawn" (time),
        (time, true, LeftBehind::Old) => "delivery-withdrawn-old" (time),
        (time, true, LeftBehind::Copy) => "delivery-withdrawn-copy" (time),
    }

    uncorrected(why: &'a str, partly: bool) {
        (why, false) => "delivery-uncorrected" (why),
        (why, true) => "delivery-uncorrected-partly" (why),
    }

    unchangeable(why: &'a RejectReason) {
        RejectReason::Gone => "unchangeable-gone",
        RejectReason::Fixed => "unchangeable-fixed",
        RejectReason::Blocked => "unchangeable-blocked",
        RejectReason::Deactivated | RejectReason::ChatNotFound | RejectReason::Moved(_) | RejectReason::TopicGone =>
            "unchangeable-no-chat",
        RejectReason::GaveUp => "unchangeable-gave-up",
        RejectReason::File(_) => "unchangeable-file",
        RejectReason::Refused(words) | RejectReason::Recipient(words) | RejectReason::Topics(words) | RejectReason::Content(words) =>
            "unchangeable-refused" (words),
    }

    updates_taken(webhook: bool) {
        true => "admin-updates-webhook",
        false => "admin-updates-taken",
    }

    /// What people call a kind of content that is in no sheet.
    other_word(kind: &str) {
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

    refused(why: WriteRefusal<'a>) {
        WriteRefusal::Protected => "refused-protected",
        WriteRefusal::CellLimit => "refused-cell-limit",
        WriteRefusal::CellLength => "refused-cell-length",
        WriteRefusal::Other(words) => "refused-other" (words),
    }

    rejected(why: &'a RejectReason) {
        RejectReason::Blocked => "delivery-blocked",
        RejectReason::Deactivated => "delivery-deactivated",
        RejectReason::ChatNotFound | RejectReason::Moved(_) | RejectReason::TopicGone => "delivery-chat-not-found",
        RejectReason::GaveUp => "delivery-gave-up",
        // Only a correction ends so, and says it in words of its own.
        RejectReason::Gone | RejectReason::Fixed => "unchangeable-gone",
        RejectReason::Refused(words) | RejectReason::Recipient(words) | RejectReason::Topics(words) | RejectReason::Content(words) =>
            "delivery-refused" (words),
        RejectReason::File(Unfetched::Forbidden) => "delivery-file-forbidden",
        RejectReason::File(Unfetched::Unreachable) => "delivery-file-unreachable",
        RejectReason::File(Unfetched::Status(status)) => "delivery-file-status" (status),
        RejectReason::File(Unfetched::TooLarge) => "delivery-file-too-large",
        RejectReason::File(Unfetched::NotAPicture) => "delivery-file-not-a-picture",
        RejectReason::File(Unfetched::Private) => "delivery-file-private",
    }

    list_fault(fault: &'a ListFault, bound: Option<&'a PartnerCode>) {
        (ListFault::TelegramDoubled(rows), Some(code)) =>
            "list-telegram-doubled" (rows = with_codes(rows), code),
        (ListFault::TelegramDoubled(rows), None) =>
            "list-telegram-doubled-nobody" (rows = with_codes(rows)),
        (ListFault::CodeDoubled(rows, code), _) => "list-code-doubled" (rows = listed(rows), code),
        (ListFault::Code(row, written), _) => "list-code" (row, written),
        (ListFault::NoCode(row), _) => "list-no-code" (row),
        (ListFault::Phone(row, code), _) => "list-phone" (row, code),
        (ListFault::Telegram(row, code), _) => "list-telegram" (row, code),
    }

    stopped(trouble: RowTrouble) {
        RowTrouble::Doubled => "stopped-doubled",
        RowTrouble::Mismatched => "stopped-mismatched",
        RowTrouble::Missing => "stopped-missing",
        RowTrouble::Moved => "stopped-moved",
        RowTrouble::Unknown => "stopped-unknown",
        RowTrouble::Unreadable => "stopped-unreadable",
    }
}

fn with_codes(rows: &[(u32, PartnerCode)]) -> String {
    let each = rows.iter();
    let each: Vec<String> = each
        .map(|(row, code)| format!("{row} ({})", code.as_str()))
        .collect();
    each.join(", ")
}

fn listed(rows: &[u32]) -> String {
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    rows.join(", ")
}
