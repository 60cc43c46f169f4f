//! What is wrong with settings and what they may be set to, in words for whoever wrote them.
//!
//! Invariant: a value is shown only as [`ShownValue`] lets it.

pub(super) mod values;

use self::values::{Meaning, ShownValue, Unit};
use super::declare::{Argument as _, Phrase, Saying};

#[cfg(test)]
pub(super) const DECLARED: &[&[Option<super::declare::Declared>]] =
    &[SettingsNote::DECLARED, Meaning::DECLARED];

texts! {
    /// What is wrong with a setting, what to do about it, or where it stands.
    SettingsNote<'a> -> Phrase<'a> {
        /// In place of a value that may be a secret.
        Hidden = "settings-hidden",
        /// Stands above the faults.
        Head(count: usize) = "settings-head",
        /// Stands above the warnings.
        Besides = "settings-besides",
        /// In place of a setting's name.
        WholeFile = "settings-whole-file",
        /// A source: nobody has set it.
        Embedded = "settings-embedded",
        /// A source: a settings file.
        InFile(path: &'a str) = "settings-in-file",
        /// A source: the environment.
        InVariable(name: &'a str) = "settings-in-variable",
        /// A source: a file with one secret.
        InSecretFile {
            /// The file.
            path: &'a str,
            /// What names it.
            variable: &'a str,
        } = "settings-in-secret-file",
        /// A source: there is none.
        Nowhere = "settings-nowhere",
        /// A variable that looks like ours.
        UnknownVariable {
            /// What is set.
            variable: &'a str,
            /// What may be meant.
            nearest: &'a str,
        } = "settings-unknown-variable",
        /// A secret that is a number.
        SecretNoText = "settings-secret-no-text",
        /// What to do about it.
        Quote = "settings-quote",
        /// A list in place of a value.
        List = "settings-list",
        /// What to do about it.
        SetTo(meaning: Meaning) = "settings-set-to",
        /// Nobody has set it.
        Missing = "settings-missing",
        /// What to do about it.
        Needed {
            /// Of the environment.
            variable: &'a str,
            /// The setting.
            path: &'a str,
            /// What it is.
            meaning: Meaning,
        } = "settings-needed",
        /// What to do about it, where it is a secret.
        NeededSecret {
            /// Of the environment.
            variable: &'a str,
            /// The one that names a file.
            file: &'a str,
            /// The setting.
            path: &'a str,
            /// What it is.
            meaning: Meaning,
        } = "settings-needed-secret",
        /// A file cannot be read.
        FileUnread(cause: &'a Saying) = "settings-file-unread",
        /// What to do about it.
        CheckPath = "settings-check-path",
        /// A file cannot be understood, in the parser's words.
        FileUnclear(words: &'a str) = "settings-file-unclear",
        /// The same, where the line is known.
        FileUnclearAt {
            /// Where.
            line: usize,
            /// The parser's.
            words: &'a str,
        } = "settings-file-unclear-at",
        /// What to do about it.
        FileForm = "settings-file-form",
        /// A secret and a file with it are given.
        GivenTwice(variable: &'a str) = "settings-given-twice",
        /// What to do about it.
        GivenTwiceCure = "settings-given-twice-cure",
        /// A secret's file cannot be read.
        SecretUnread(cause: &'a Saying) = "settings-secret-unread",
        /// The same, where the secret seems to stand in place of its file.
        SecretInPlaceOfPath = "settings-secret-in-place-of-path",
        /// A section in place of a setting.
        IsSection = "settings-is-section",
        /// What to do about it.
        SectionForm(path: &'a str) = "settings-section-form",
        /// A setting in place of a section.
        IsSetting = "settings-is-setting",
        /// What to do about it.
        SettingForm = "settings-setting-form",
        /// There is no such setting.
        Unknown = "settings-unknown",
        /// What to do about it.
        UnknownCure(nearest: &'a str) = "settings-unknown-cure",
        /// There is no such time zone.
        NoZone(value: ShownValue<'a>) = "settings-no-zone",
        /// What to do about it.
        NearestZone(nearest: &'a str) = "settings-nearest-zone",
        /// Not a schedule.
        NoSchedule(value: ShownValue<'a>) = "settings-no-schedule",
        /// A schedule without a moment.
        NeverComes(value: ShownValue<'a>) = "settings-never-comes",
        /// What a schedule is.
        ScheduleForm = "settings-schedule-form",
        /// What to do, where it can be switched off.
        OrNone(remedy: &'a Saying) = "settings-or-none",
        /// Not quiet hours.
        NoQuietHours(value: ShownValue<'a>) = "settings-no-quiet-hours",
        /// What they are.
        QuietHoursForm = "settings-quiet-hours-form",
        /// Not a number within the bounds.
        NoNumber {
            /// What is there.
            value: ShownValue<'a>,
            /// Of what.
            unit: Unit,
        } = "settings-no-number",
        /// The bounds.
        NumberForm {
            /// Of what.
            unit: Unit,
            /// At least.
            least: u32,
            /// At most.
            most: u32,
        } = "settings-number-form",
        /// None of two words.
        NoChoice(value: ShownValue<'a>) = "settings-no-choice",
        /// Which they are.
        Choices {
            /// The first.
            one: &'a str,
            /// The second.
            other: &'a str,
        } = "settings-choices",
        /// Not a filter of the log.
        NoFilter(value: ShownValue<'a>) = "settings-no-filter",
        /// What it is.
        FilterForm = "settings-filter-form",
        /// Not the number of a chat.
        NoChat(value: ShownValue<'a>) = "settings-no-chat",
        /// What it is.
        ChatForm = "settings-chat-form",
        /// Not the number of a group.
        NoGroup(value: ShownValue<'a>) = "settings-no-group",
        /// What it is.
        GroupForm = "settings-group-form",
        /// Not an account with its name.
        NoNames(value: ShownValue<'a>) = "settings-no-names",
        /// What it is.
        NamesForm = "settings-names-form",
        /// Not an address to listen on.
        NoListen(value: ShownValue<'a>) = "settings-no-listen",
        /// What it is.
        ListenForm = "settings-listen-form",
        /// An address without TLS.
        Unprotected(value: ShownValue<'a>) = "settings-unprotected",
        /// What to do about it.
        HttpsForm = "settings-https-form",
        /// Neither the ID of a spreadsheet nor its address.
        NoSpreadsheet(value: ShownValue<'a>) = "settings-no-spreadsheet",
        /// What it is.
        SpreadsheetForm = "settings-spreadsheet-form",
        /// Not the name of a tab.
        NoTabName(value: ShownValue<'a>) = "settings-no-tab-name",
        /// What it is.
        TabNameForm = "settings-tab-name-form",
        /// Not an address.
        NoUrl(value: ShownValue<'a>) = "settings-no-url",
        /// Not an address of the web.
        UrlScheme(value: ShownValue<'a>) = "settings-url-scheme",
        /// An address with a password in it.
        UrlPassword(value: ShownValue<'a>) = "settings-url-password",
        /// An address with a query.
        UrlMore(value: ShownValue<'a>) = "settings-url-more",
        /// What an address is.
        UrlForm = "settings-url-form",
        /// A key in place of its file.
        KeyItself = "settings-key-itself",
        /// What to do about it.
        KeyItselfCure = "settings-key-itself-cure",
        /// A key file cannot be read.
        KeyUnread {
            /// The file.
            path: ShownValue<'a>,
            /// Why.
            cause: &'a Saying,
        } = "settings-key-unread",
        /// Not a key file.
        KeyNoJson(path: ShownValue<'a>) = "settings-key-no-json",
        /// A key of another kind.
        KeyOther(path: ShownValue<'a>) = "settings-key-other",
        /// A part of a key.
        KeyLacks {
            /// The file.
            path: ShownValue<'a>,
            /// What is not there.
            names: &'a str,
        } = "settings-key-lacks",
        /// A damaged key.
        KeyDamaged(path: ShownValue<'a>) = "settings-key-damaged",
        /// A key with a wrong address.
        KeyAddress(path: ShownValue<'a>) = "settings-key-address",
        /// What to do about it.
        KeyCure = "settings-key-cure",
        /// Not a bot's token.
        TokenNoColon = "settings-token-no-colon",
        /// Not a bot's token.
        TokenNoNumber = "settings-token-no-number",
        /// Not a bot's token.
        TokenLetters = "settings-token-letters",
        /// What to do about it.
        TokenCure = "settings-token-cure",
        /// A secret that everybody can read.
        Example = "settings-example",
        /// A secret that is too short or too long.
        Length {
            /// Of characters.
            length: usize,
            /// At least.
            least: usize,
            /// At most.
            most: usize,
        } = "settings-length",
        /// A secret that is not made by chance.
        Repeats = "settings-repeats",
        /// Characters that Telegram does not take.
        WebhookLetters = "settings-webhook-letters",
        /// What to do about it.
        WebhookSecretCure = "settings-webhook-secret-cure",
        /// Characters that a header cannot carry.
        HeaderLetters = "settings-header-letters",
        /// What to do about it.
        LegacySecretCure = "settings-legacy-secret-cure",
        /// A signing secret without its beginning.
        NoPrefix = "settings-no-prefix",
        /// A signing secret that is no base64.
        NoBase64 = "settings-no-base64",
        /// A signing secret of the wrong length.
        KeyBytes {
            /// There are.
            bytes: usize,
            /// At least.
            least: usize,
            /// At most.
            most: usize,
        } = "settings-key-bytes",
        /// What to do about it.
        CallbackSecretCure = "settings-callback-secret-cure",
        /// A word of a sheet for two things.
        WordTwice {
            /// The word.
            value: ShownValue<'a>,
            /// Whose it is.
            other: &'a str,
        } = "settings-word-twice",
        /// What to do about it.
        DeleteOne = "settings-delete-one",
        /// Not a list of words.
        NoWordList = "settings-no-word-list",
        /// A word without letters.
        WordEmpty = "settings-word-empty",
        /// What it is.
        WordListForm = "settings-word-list-form",
        /// Not a colour.
        NoColour = "settings-no-colour",
        /// What it is.
        ColourForm = "settings-colour-form",
        /// Two things on one address.
        SameAddress = "settings-same-address",
        /// What to do about it.
        OwnPort = "settings-own-port",
        /// Two things in one tab.
        SameTab(other: &'a str) = "settings-same-tab",
        /// What to do about it.
        OwnTab = "settings-own-tab",
        /// Not working hours.
        NoWorkingHours(value: ShownValue<'a>) = "settings-no-working-hours",
        /// What they are.
        WorkingHoursForm = "settings-working-hours-form",
        /// One hour twice.
        Overlap(value: ShownValue<'a>) = "settings-overlap",
        /// What to do about it.
        OverlapCure = "settings-overlap-cure",
        /// Not a day.
        NoDay(value: ShownValue<'a>) = "settings-no-day",
        /// What it is.
        DayForm = "settings-day-form",
        /// What a file of texts is.
        TextForm = "settings-text-form",
        /// A text for two things.
        TextTwice = "settings-text-twice",
        /// There is no such text.
        NoText = "settings-no-text",
        /// What to do about it.
        NoTextCure(nearest: &'a str) = "settings-no-text-cure",
        /// A text that partners never read.
        NotForPartners = "settings-not-for-partners",
        /// What to do about it.
        DeleteIt = "settings-delete-it",
        /// More than a text.
        Elaborate = "settings-elaborate",
        /// What to do about it.
        PlainWords = "settings-plain-words",
        /// A text within itself, or one that there is not.
        Misplaced(text: &'a str) = "settings-misplaced",
        /// What to do about it.
        MisplacedCure = "settings-misplaced-cure",
        /// An argument that is not placed.
        LeavesOut(names: &'a str) = "settings-leaves-out",
        /// What to do about it.
        LeavesOutCure = "settings-leaves-out-cure",
        /// An argument that is not given.
        NotGiven(names: &'a str) = "settings-not-given",
        /// What to do about it.
        NotGivenCure = "settings-not-given-cure",
        /// A label that does not fit.
        LongLabel = "settings-long-label",
        /// What to do about it.
        LabelForm = "settings-label-form",
        /// Not the addresses of proxies.
        NoProxy = "settings-no-proxy",
        /// What they are.
        ProxyForm = "settings-proxy-form",
        /// A name that is more than a name.
        NoFirmName = "settings-no-firm-name",
        /// What it may be.
        FirmNameForm(most: usize) = "settings-firm-name-form",
        /// What to do about a file of variables.
        CheckText = "settings-check-text",
        /// A line of it that says nothing.
        NoVariable(line: usize) = "settings-no-variable",
        /// What a line is.
        VariableForm = "settings-variable-form",
        /// A file of variables that this user may not read.
        NotForThisUser = "settings-not-for-this-user",
        /// What to do about it.
        WithSudo = "settings-with-sudo",
    }
}
