//! What `check` finds.
//!
//! Invariant: what is wrong comes with what to do about it.

use crate::domain::ids::ChatId;
use crate::domain::wording::{
    declare::{Argument as _, Phrase, Saying},
    foresight::QuotedWords,
};

texts! {
    /// What a finding is about.
    CheckLabel -> Phrase<'static> {
        /// The settings.
        Settings = "command-about-settings",
        /// The time zone.
        TimeZone = "command-about-time-zone",
        /// The disk.
        Disk = "command-about-disk",
        /// Who can read the journal.
        Privacy = "command-about-privacy",
        /// The limit of open files.
        OpenFiles = "command-about-open-files",
        /// The journal.
        Journal = "command-about-journal",
        /// The Bot API.
        Telegram = "command-about-telegram",
        /// The admin chat.
        AdminChat = "command-about-admin-chat",
        /// The specialists' chat.
        StaffChat = "command-about-staff-chat",
        /// The webhook.
        Webhook = "command-about-webhook",
        /// The addresses to listen on.
        Ports = "command-about-ports",
        /// A way to Telegram.
        TelegramPath = "command-about-telegram-path",
        /// A way to Google.
        GooglePath = "command-about-google-path",
        /// Whether the spreadsheets can be written into.
        Writing = "command-about-writing",
        /// Whether there is a newer version.
        Version = "command-about-version",
        /// How updates come.
        Updates = "command-about-updates",
        /// Whether anything can be sent.
        Sending = "command-about-sending",
        /// The clock.
        Clock = "command-about-clock",
        /// Our address.
        Address = "command-about-address",
        /// The Sheets API.
        Google = "command-about-google",
        /// The partners' tab.
        Partners = "command-about-partners",
        /// The appeals' tab.
        Appeals = "command-about-appeals",
        /// The promotions' tab.
        Promotions = "command-about-promotions",
        /// Answers that wait.
        Answers = "command-about-answers",
        /// Calls that Google grants.
        Quota = "command-about-quota",
    }
}

texts! {
    /// How it is.
    CheckMark -> Phrase<'static> {
        /// It is as it should be.
        Fine = "command-mark-fine",
        /// It wants a look.
        Note = "command-mark-note",
        /// It is wrong.
        Wrong = "command-mark-wrong",
    }
}

texts! {
    /// What was found.
    CheckNote<'a> -> Phrase<'a> {
        /// Nothing is wrong with the settings.
        Complete = "command-check-complete",
        /// The journal cannot store.
        NotStoring(why: &'a str) = "command-check-not-storing",
        /// The same, while it is being looked at.
        Unstoring = "command-check-unstoring",
        /// Telegram knows the bot.
        TokenRight(name: &'a str) = "command-check-token-right",
        /// Telegram does not serve the bot.
        BotBarred {
            /// Telegram's words.
            error: &'a Saying,
            /// What to do.
            remedy: &'a Saying,
        } = "command-check-bot-barred",
        /// Telegram is not reached, whatever the token is.
        TelegramAway {
            /// What happened.
            error: &'a Saying,
            /// Where.
            url: &'a str,
        } = "command-check-telegram-away",
        /// Google is not reached.
        GoogleAway(error: &'a Saying) = "command-check-google-away",
        /// The first proxy that serves.
        PathServes(proxy: &'a str) = "command-check-path-serves",
        /// One that serves as well.
        PathSpare(proxy: &'a str) = "command-check-path-spare",
        /// One that does not.
        PathFails {
            /// Which.
            proxy: &'a str,
            /// Why.
            error: &'a Saying,
        } = "command-check-path-fails",
        /// It goes without a proxy as well.
        PathStraight = "command-check-path-straight",
        /// It goes without a proxy alone.
        PathStraightOnly = "command-check-path-straight-only",
        /// It does not go without one.
        PathNotStraight(error: &'a Saying) = "command-check-path-not-straight",
        /// Nobody comes here through the proxy, and nobody has to.
        PollingFits = "command-check-polling-fits",
        /// Telegram is reached, and does not reach us.
        OneWayOut = "command-check-one-way-out",
        /// Telegram is reached through a proxy, and comes past it.
        WebhookPastProxy = "command-check-webhook-past-proxy",
        /// A message went into a chat.
        Written(chat: ChatId) = "command-check-written",
        /// That message.
        Hello = "command-check-hello",
        /// The addresses are to be had.
        PortsFree {
            /// For Telegram and the sheets.
            public: &'a str,
            /// For the metrics.
            admin: &'a str,
        } = "command-check-ports-free",
        /// One is not.
        PortTaken {
            /// Which.
            address: &'a str,
            /// Why.
            cause: &'a Saying,
            /// Of the setting.
            setting: &'a str,
        } = "command-check-port-taken",
        /// So many spreadsheets can be written into.
        Writing(count: usize) = "command-check-writing",
        /// One cannot.
        NoWriting {
            /// Which.
            spreadsheet: &'a str,
            /// Why.
            error: &'a Saying,
        } = "command-check-no-writing",
        /// There is a newer version.
        NewerVersion {
            /// In the file.
            there: &'a str,
            /// This.
            ours: &'a str,
        } = "command-check-newer-version",
        /// There is none.
        NewestVersion(ours: &'a str) = "command-check-newest-version",
        /// The file holds no version.
        NoVersion(file: &'a str) = "command-check-no-version",
        /// The file cannot be read.
        VersionUnread {
            /// Which.
            file: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-check-version-unread",
        /// The end: what comes next.
        NextIs(command: &'a str) = "command-check-next",
        /// The end: what is wrong comes first.
        NextIsToMend {
            /// How many.
            count: usize,
            /// To be repeated.
            command: &'a str,
        } = "command-check-next-mend",
        /// Telegram did not answer.
        NoTelegram {
            /// What happened.
            error: &'a Saying,
            /// Where.
            url: &'a str,
        } = "command-check-no-telegram",
        /// A chat takes messages.
        Writable(chat: ChatId) = "command-check-writable",
        /// A group became a supergroup.
        ChatMoved {
            /// As in the settings.
            chat: &'a str,
            /// As it is.
            to: &'a str,
            /// Of the setting.
            key: &'a str,
        } = "command-check-chat-moved",
        /// A chat takes nothing from us.
        ChatRefused {
            /// Which.
            chat: &'a str,
            /// Why.
            error: &'a Saying,
        } = "command-check-chat-refused",
        /// Nobody knows whether a chat takes anything.
        ChatUnanswered {
            /// Which.
            chat: &'a str,
            /// Why.
            error: &'a Saying,
        } = "command-check-chat-unanswered",
        /// Telegram wants silence.
        Silent(until: &'a str) = "command-check-silent",
        /// Telegram does not bring the updates.
        NoUpdates(words: &'a str) = "command-check-no-updates",
        /// We ask for the updates.
        Polling = "command-check-polling",
        /// We ask, and a webhook is set.
        PollingInVain = "command-check-polling-in-vain",
        /// The webhook is ours.
        WebhookSet(waiting: u64) = "command-check-webhook-set",
        /// The same, and Telegram's last try failed.
        WebhookFailing {
            /// How many updates wait.
            waiting: u64,
            /// Telegram's.
            words: &'a str,
        } = "command-check-webhook-failing",
        /// None is set yet.
        WebhookToCome = "command-check-webhook-to-come",
        /// None is set, nor can be.
        WebhookNowhere = "command-check-webhook-nowhere",
        /// It is somebody else's.
        WebhookOfOthers = "command-check-webhook-of-others",
        /// The same, and Telegram's last try failed.
        WebhookOfOthersFailing(words: &'a str) = "command-check-webhook-of-others-failing",
        /// No service runs.
        QuotaMade(made: u32) = "command-check-quota-made",
        /// The service runs.
        QuotaLeft {
            /// Left.
            reads: u32,
            /// Left.
            writes: u32,
            /// Of how many.
            all: u32,
        } = "command-check-quota-left",
        /// It has none left.
        QuotaSpent(left: &'a Saying) = "command-check-quota-spent",
        /// A tab can be used.
        TabRight(title: &'a str) = "command-check-tab-right",
        /// A tab can be used, and lacks columns of ours.
        TabToComplete(title: &'a str) = "command-check-tab-to-complete",
        /// A tab is not there.
        NoTab {
            /// Which.
            title: &'a str,
            /// What there is.
            there: QuotedWords<'a>,
        } = "command-check-no-tab",
        /// The time zone.
        Zone {
            /// Which.
            name: &'a str,
            /// There.
            time: &'a str,
        } = "command-check-zone",
        /// Nothing can be written.
        NotWritable {
            /// Where.
            place: &'a str,
            /// Why.
            cause: &'a Saying,
        } = "command-check-not-writable",
        /// There is room.
        Room {
            /// Where.
            place: &'a str,
            /// Megabytes.
            free: u64,
        } = "command-check-room",
        /// There is little room.
        LittleRoom {
            /// Where.
            place: &'a str,
            /// Megabytes.
            free: u64,
        } = "command-check-little-room",
        /// Nobody knows how much room there is.
        SomeRoom(place: &'a str) = "command-check-some-room",
        /// The limit of open files is low.
        FewFiles {
            /// For connections.
            places: usize,
            /// As the settings have it.
            wanted: usize,
        } = "command-check-few-files",
        /// The clock is wrong.
        ClockFast(seconds: i64) = "command-check-clock-fast",
        /// The clock is wrong.
        ClockSlow(seconds: i64) = "command-check-clock-slow",
        /// The clock is right.
        ClockRight = "command-check-clock-right",
        /// Somebody answers at our address.
        AddressAnswers(address: &'a str) = "command-check-address-answers",
        /// Somebody else does.
        AddressRefuses {
            /// Which.
            address: &'a str,
            /// What it answers.
            status: u16,
        } = "command-check-address-refuses",
        /// Nobody does.
        AddressSilent(address: &'a str) = "command-check-address-silent",
        /// Answers wait to be released.
        AnswersHeld {
            /// How many.
            count: u64,
            /// Of the first.
            numbers: &'a str,
            /// Beyond those.
            more: u64,
        } = "command-check-answers-held",
        /// Answers stand in the sheet before the first start.
        AnswersStand {
            /// How many.
            count: usize,
            /// The first rows.
            numbers: &'a str,
            /// Beyond those.
            more: usize,
        } = "command-check-answers-stand",
        /// One Telegram ID in several rows.
        OneAccount(rows: &'a str) = "command-check-one-account",
        /// What can be no code.
        NoCode(row: u32) = "command-check-no-code",
        /// There are more of them.
        MoreFaults(count: usize) = "command-check-more-faults",
        /// Actions stand before the first start.
        ActionStands {
            /// The first.
            rows: &'a str,
            /// Beyond those.
            more: usize,
        } = "command-check-action-stands",
        /// Promotions wait for their day.
        DayToCome {
            /// The first.
            rows: &'a str,
            /// Beyond those.
            more: usize,
        } = "command-check-day-to-come",
        /// Both of them.
        Both {
            /// The one.
            one: &'a Saying,
            /// The other.
            other: &'a Saying,
        } = "command-check-both",
    }
}

texts! {
    /// Who else can read what is stored.
    PrivacyNote<'a> -> Phrase<'a> {
        /// Others can look into the directory.
        Directory(dir: &'a str) = "command-privacy-directory",
        /// Others can read the journal.
        Journal {
            /// The directory.
            dir: &'a str,
            /// The journal.
            file: &'a str,
        } = "command-privacy-journal",
    }
}
