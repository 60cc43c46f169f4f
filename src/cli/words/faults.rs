//! What the rooms beneath the commands report, as something to say.
//!
//! Invariant: every failure that a command can meet by the operator's doing has words here; those of Telegram, Google and the database
//! stand in them as they are.

use std::error::Error as _;

use crate::{
    app::StartError,
    domain::wording::{FaultNote, Saying, SystemNote, Wording, cause},
    journal::{CopyError, DATA_FILE, OpenError, RestoreError},
    operator::{AdminError, BackupError},
    sheets::{
        account_key::KeyError, client::ClientError, read_once::ReadOnceError,
        table::layout::LayoutError, wire::SheetsError,
    },
    telegram::{answer::TelegramError, client::BuildError, refusal::ServiceRefusal},
};

/// The service cannot start.
pub(in crate::cli) fn start(error: &StartError) -> Saying {
    match error {
        StartError::Journal(error) => open(error),
        StartError::Bind(error) => {
            let source = error.source().map_or_else(String::new, ToString::to_string);
            Saying::of(FaultNote::NoListening {
                address: &error.address().to_string(),
                cause: &cause(source),
            })
        }
        StartError::Admin(error) => admin(error),
        StartError::Key(error) => key(error),
        StartError::Sheets(error) => client(error),
        StartError::Telegram(error) => build(error),
        StartError::Fetcher(error) => Saying::of(FaultNote::Tls(&error.to_string())),
    }
}

/// The running service could not be asked.
pub(in crate::cli) fn admin(error: &AdminError) -> Saying {
    match error {
        AdminError::Unreachable(dir, error) => Saying::of(FaultNote::NoService {
            dir: &dir.display().to_string(),
            cause: &cause(error),
        }),
        AdminError::Unreadable => Saying::of(FaultNote::OtherVersion),
        AdminError::Listen(path, error) => Saying::of(FaultNote::NoSocket {
            path: &path.display().to_string(),
            cause: &cause(error),
        }),
    }
}

/// A copy could not be made.
pub(in crate::cli) fn backup(error: &BackupError) -> Saying {
    match error {
        BackupError::Copy(error) => copy(error),
        BackupError::Admin(error) => admin(error),
        BackupError::Refused(words) => cause(words),
        BackupError::BrokenOff(error) => Saying::of(FaultNote::BrokenOff(&cause(error))),
    }
}

fn copy(error: &CopyError) -> Saying {
    match error {
        CopyError::Missing(dir) => Saying::of(FaultNote::NoJournal(&dir.display().to_string())),
        CopyError::Open(error) => open(error),
        CopyError::Exists(file) => Saying::of(FaultNote::FileExists(&file.display().to_string())),
        CopyError::Unwritable(file, error) => Saying::of(FaultNote::FileUnwritable {
            file: &file.display().to_string(),
            cause: &cause(error),
        }),
        CopyError::Unreadable(words) => Saying::of(FaultNote::JournalUnreadable(&cause(words))),
    }
}

fn open(error: &OpenError) -> Saying {
    let file = DATA_FILE;
    match error {
        OpenError::Owned(dir) => Saying::of(FaultNote::Owned(dir)),
        OpenError::Damaged(dir, words) => Saying::of(FaultNote::Damaged { dir, words }),
        OpenError::Gone(dir, "empty") => Saying::of(FaultNote::JournalEmpty { dir, file }),
        OpenError::Gone(dir, _) => Saying::of(FaultNote::JournalGone { dir, file }),
        OpenError::Unusable(dir, words) => Saying::of(FaultNote::JournalClosed {
            dir,
            cause: &cause(words),
        }),
    }
}

/// A copy could not be put in place.
pub(in crate::cli) fn restore(error: &RestoreError) -> Saying {
    match error {
        RestoreError::Running(error) => Saying::of(FaultNote::StopFirst(&open(error))),
        RestoreError::Unreadable(file, error) => Saying::of(FaultNote::CopyUnread {
            file: &file.display().to_string(),
            cause: &cause(error),
        }),
        RestoreError::Foreign(file, words) => Saying::of(FaultNote::NoCopy {
            file: &file.display().to_string(),
            words,
        }),
        RestoreError::Unwritable(dir, error) => Saying::of(FaultNote::NotReplaced {
            dir: &dir.display().to_string(),
            cause: &cause(error),
        }),
    }
}

/// The way to Google Sheets cannot be made.
pub(in crate::cli) fn client(error: &ClientError) -> Saying {
    match error {
        ClientError::ApiUrl => Saying::of(FaultNote::SheetsUrl),
        ClientError::Key(error) => key(error),
        ClientError::Tls(words) => Saying::of(FaultNote::Tls(words)),
    }
}

/// The key file cannot be used.
pub(in crate::cli) fn key(error: &KeyError) -> Saying {
    match error {
        KeyError::Unreadable(error) => Saying::of(FaultNote::KeyUnread(&cause(error))),
        KeyError::NotJson { line, column } => Saying::of(FaultNote::KeyNoJson {
            line: *line,
            column: *column,
        }),
        KeyError::Field(field) => Saying::of(FaultNote::KeyField(field)),
    }
}

/// Google refuses, or does not answer; what to do, where the account that asks must be let in.
pub(in crate::cli) fn sheets(error: &SheetsError, account: &str) -> Saying {
    match error {
        SheetsError::Throttled { .. } => Saying::of(FaultNote::Throttled),
        SheetsError::Unavailable(words) => Saying::of(FaultNote::Unavailable(&cause(words))),
        SheetsError::Refused { change, words } => Saying::of(FaultNote::ChangeRefused {
            change: *change,
            words,
        }),
        SheetsError::BadRange(words) => Saying::of(FaultNote::BadRange(words)),
        SheetsError::Denied(words) => share(FaultNote::NoAccess(words), account),
        SheetsError::NotFound => share(FaultNote::NoSpreadsheet, account),
        SheetsError::ApiOff { enable } => Saying::of(FaultNote::ApiOff(enable)),
        SheetsError::NotASpreadsheet => Saying::of(FaultNote::NoGoogleSheet),
        SheetsError::Unknown(words) => Saying::of(FaultNote::OutcomeUnknown(&cause(words))),
    }
}

fn share(why: FaultNote<'_>, account: &str) -> Saying {
    Saying::of(FaultNote::Share {
        why: &Saying::of(why),
        account,
    })
}

/// A tab could not be read at once.
pub(in crate::cli) fn read_once(error: &ReadOnceError, account: &str) -> Saying {
    match error {
        ReadOnceError::Sheets(error) => sheets(error, account),
        ReadOnceError::Discarded(_) => Saying::of(FaultNote::RowsMoved),
    }
}

/// The first row of a tab cannot be understood.
pub(in crate::cli) fn layout(error: &LayoutError, wording: &Wording) -> Saying {
    Saying::of(SystemNote::Other(&error.words(wording)))
}

/// Telegram refuses, or does not answer.
pub(in crate::cli) fn telegram(error: &TelegramError) -> Saying {
    match error {
        TelegramError::Refused {
            code, description, ..
        } => Saying::of(FaultNote::TelegramRefused {
            code: *code,
            words: description,
        }),
        TelegramError::NotSent(words) => Saying::of(FaultNote::TelegramAway(&cause(words))),
        TelegramError::Unmade(words) => Saying::of(FaultNote::TelegramUnmade(&cause(words))),
        TelegramError::Lost(words) => Saying::of(FaultNote::TelegramLost(&cause(words))),
    }
}

/// Telegram does not serve the bot: what to do.
pub(in crate::cli) fn barred(bar: ServiceRefusal) -> FaultNote<'static> {
    match bar {
        ServiceRefusal::Token => FaultNote::BotToken,
        ServiceRefusal::Unknown => FaultNote::BotUnknown,
        ServiceRefusal::LoggedOut => FaultNote::BotLoggedOut,
        ServiceRefusal::Frozen => FaultNote::BotFrozen,
        ServiceRefusal::Misdirected => FaultNote::BotMisdirected,
        ServiceRefusal::Conflict => FaultNote::BotConflict,
    }
}

/// The way to Telegram cannot be made.
pub(in crate::cli) fn build(error: &BuildError) -> Saying {
    match error {
        BuildError::Address => Saying::of(FaultNote::TelegramUrl),
        BuildError::Http(words) => Saying::of(FaultNote::Tls(words)),
    }
}
