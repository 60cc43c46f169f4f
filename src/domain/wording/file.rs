//! A file in a dialogue: what it is, what it is called, how large it is and where it can be opened.
//!
//! Invariant: where there is no link, it is said why.

use super::declare::{Argument as _, Phrase};
use crate::domain::message::FileKind;

texts! {
    /// A file, or a part of what is said of it.
    FileNote<'a> -> Phrase<'a> {
        /// What it is, in a word.
        Kind(kind: FileKind) = file_word,
        /// The same, with its name.
        Named {
            /// What it is.
            kind: &'a str,
            /// Its name.
            name: &'a str,
        } = "file-named",
        /// The same, with its size.
        Sized {
            /// What it is, with its name.
            file: &'a str,
            /// The size in words.
            size: &'a str,
        } = "file-sized",
        /// A size as people say it: decimal units, as Telegram's apps show them.
        Size(bytes: u64) = size,
        /// All of it, with its link or why there is none.
        Line {
            /// What it is, its name and size, as far as they are known.
            described: &'a str,
            /// Where it can be opened.
            link: Result<&'a str, NoLink>,
        } = line_file,
    }
}

/// Why a file in the history has no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoLink {
    /// The service has no address on the internet.
    NoAddress,
    /// Telegram does not give bots what is larger than 20 MB.
    TooLarge,
}

choices! {
    line_file(described: &'a str, link: Result<&'a str, NoLink>) {
        (described, Ok(link)) => "line-file" (described, link),
        (described, Err(NoLink::NoAddress)) => "line-file-no-address" (described),
        (described, Err(NoLink::TooLarge)) => "line-file-too-large" (described),
    }

    file_word(kind: FileKind) {
        FileKind::Photo => "file-photo",
        FileKind::Video => "file-video",
        FileKind::Animation => "file-animation",
        FileKind::Audio => "file-audio",
        FileKind::Voice => "file-voice",
        FileKind::VideoNote => "file-video-note",
        FileKind::Document => "file-document",
        FileKind::Sticker => "file-sticker",
    }

    size(bytes: u64) {
        bytes @ 0..1_000 => "size-bytes" (bytes),
        bytes @ 1_000..1_000_000 => "size-kilobytes" (kilobytes = bytes.div_ceil(1_000)),
        bytes => "size-megabytes" (whole = bytes / 1_000_000, tenths = bytes / 100_000 % 10),
    }
}
