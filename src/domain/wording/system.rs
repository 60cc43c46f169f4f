//! What the system says when a file, a disk or a connection fails, in words that say what to do.
//!
//! Invariant: what is not known here is passed on as the system says it.

use std::fmt::Display;

use super::declare::{Argument as _, Phrase, Saying};

texts! {
    /// Why the system refused.
    SystemNote<'a> -> Phrase<'a> {
        /// Nothing is there.
        NotFound = "command-system-not-found",
        /// We may not.
        Denied = "command-system-denied",
        /// A directory in place of a file.
        IsDirectory = "command-system-is-directory",
        /// A file in place of a directory.
        NoDirectory = "command-system-no-directory",
        /// Something is there already.
        Exists = "command-system-exists",
        /// Not a text.
        NotText = "command-system-not-text",
        /// No room.
        Full = "command-system-full",
        /// No more room for us.
        Quota = "command-system-quota",
        /// Files may not grow.
        TooLarge = "command-system-too-large",
        /// Nothing can be written.
        ReadOnly = "command-system-read-only",
        /// No more files.
        TooMany = "command-system-too-many",
        /// Nobody listens.
        Refused = "command-system-refused",
        /// No answer.
        TimedOut = "command-system-timed-out",
        /// The end came too soon.
        BrokenOff = "command-system-broken-off",
        /// Somebody else listens there.
        Taken = "command-system-taken",
        /// A name that leads nowhere.
        NoName = "command-system-no-name",
        /// No way there.
        NoRoute = "command-system-no-route",
        /// A certificate that is not believed.
        Certificate = "command-system-certificate",
        /// No connection.
        NoConnection = "command-system-no-connection",
        /// A proxy that wants another name or password.
        ProxyDenies = "command-system-proxy-denies",
        /// Google's tokens are not to be had.
        NoTokenServer = "command-system-no-token-server",
        /// Anything else, in the system's words.
        Other(words: &'a str) = "command-system-other",
    }
}

/// The system's own words, each with what it means.
const KNOWN: [(&str, SystemNote<'static>); 31] = [
    ("No such file or directory", SystemNote::NotFound),
    ("entity not found", SystemNote::NotFound),
    ("Permission denied", SystemNote::Denied),
    ("Is a directory", SystemNote::IsDirectory),
    ("Not a directory", SystemNote::NoDirectory),
    ("File exists", SystemNote::Exists),
    ("valid UTF-8", SystemNote::NotText),
    ("No space left on device", SystemNote::Full),
    ("Disk quota exceeded", SystemNote::Quota),
    ("File too large", SystemNote::TooLarge),
    ("Read-only file system", SystemNote::ReadOnly),
    ("Too many open files", SystemNote::TooMany),
    ("Address already in use", SystemNote::Taken),
    ("failed to lookup address", SystemNote::NoName),
    ("dns error", SystemNote::NoName),
    ("Network is unreachable", SystemNote::NoRoute),
    ("No route to host", SystemNote::NoRoute),
    ("certificate", SystemNote::Certificate),
    ("proxy wants another name", SystemNote::ProxyDenies),
    ("proxy authorization required", SystemNote::ProxyDenies),
    ("credentials not accepted", SystemNote::ProxyDenies),
    ("no connection", SystemNote::NoConnection),
    (
        "token endpoint cannot be reached",
        SystemNote::NoTokenServer,
    ),
    ("token endpoint is silent", SystemNote::NoTokenServer),
    ("no answer in time", SystemNote::TimedOut),
    ("onnection refused", SystemNote::Refused),
    ("timed out", SystemNote::TimedOut),
    ("Broken pipe", SystemNote::BrokenOff),
    ("onnection reset", SystemNote::BrokenOff),
    ("early eof", SystemNote::BrokenOff),
    ("unexpected end of file", SystemNote::BrokenOff),
];

/// Why the system refused, by what it says.
#[must_use]
pub fn cause(error: impl Display) -> Saying {
    let words = error.to_string();
    let known = KNOWN.iter().find(|(said, _)| words.contains(said));
    Saying::of(known.map_or(SystemNote::Other(&words), |(_, note)| *note))
}
