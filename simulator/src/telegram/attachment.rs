//! A file that somebody sends: what it is called, what it holds, what is said about it.
//! Invariant: an attachment alone changes nothing; it becomes a file when somebody sends it.

use axum::body::Bytes;
use serde::{Deserialize, Serialize};

/// What a file is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// A picture, compressed by the apps.
    Photo,
    /// Any file.
    Document,
    /// A recorded voice.
    Voice,
    /// A film.
    Video,
    /// A round film, recorded in the app.
    VideoNote,
    /// A piece of music.
    Audio,
    /// A sticker.
    Sticker,
    /// A film without sound.
    Animation,
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// These bytes.
    Bytes(Bytes),
    /// So many zeros, of which none is kept in memory.
    Zeros(u64),
}

/// A file to be sent by a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    pub(super) kind: FileKind,
    pub(super) name: Option<String>,
    pub(super) mime: Option<String>,
    pub(super) held: Held,
    pub(super) caption: Option<String>,
}

impl FileKind {
    /// The field of a message, and the parameter of a method, that carries it.
    pub fn field(self) -> &'static str {
        match self {
            Self::Photo => "photo",
            Self::Document => "document",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::VideoNote => "video_note",
            Self::Audio => "audio",
            Self::Sticker => "sticker",
            Self::Animation => "animation",
        }
    }

    /// What the server calls it in a refusal.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Photo => "Photo",
            Self::Document => "Document",
            Self::Voice => "VoiceNote",
            Self::Video => "Video",
            Self::VideoNote => "VideoNote",
            Self::Audio => "Audio",
            Self::Sticker => "Sticker",
            Self::Animation => "Animation",
        }
    }

    /// The folder and the usual ending of its `file_path`, as the server names them.
    pub(super) fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Photo => ("photos", "jpg"),
            Self::Document => ("documents", "bin"),
            Self::Voice => ("voice", "oga"),
            Self::Video => ("videos", "mp4"),
            Self::VideoNote => ("video_notes", "mp4"),
            Self::Audio => ("music", "mp3"),
            Self::Sticker => ("stickers", "webp"),
            Self::Animation => ("animations", "mp4"),
        }
    }

    /// How a `file_id` of this kind begins.
    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::Photo => "AgAC",
            Self::Document => "BQAC",
            Self::Voice => "AwAC",
            Self::Video => "BAAC",
            Self::VideoNote => "DQAC",
            Self::Audio => "CQAC",
            Self::Sticker => "CAAC",
            Self::Animation => "CgAC",
        }
    }

    /// Whether the server tells the file's own name and type with it.
    pub(super) fn keeps_name(self) -> bool {
        match self {
            Self::Document | Self::Video | Self::Audio | Self::Animation => true,
            Self::Photo | Self::Voice | Self::VideoNote | Self::Sticker => false,
        }
    }
}

impl Held {
    /// How many bytes it holds.
    pub fn size(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Zeros(size) => *size,
        }
    }
}

impl Attachment {
    /// A file with these bytes.
    pub fn new(
        kind: FileKind,
        name: impl Into<String>,
        mime: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        Self::holding(kind, name, mime, Held::Bytes(bytes.into()))
    }

    /// A file of `size` bytes, however large, that takes no memory: it reads as zeros.
    pub fn of_size(
        kind: FileKind,
        name: impl Into<String>,
        mime: impl Into<String>,
        size: u64,
    ) -> Self {
        Self::holding(kind, name, mime, Held::Zeros(size))
    }

    /// A photo with these bytes.
    pub fn photo(bytes: impl Into<Bytes>) -> Self {
        Self::new(FileKind::Photo, "photo.jpg", "image/jpeg", bytes)
    }

    /// A recorded voice with these bytes.
    pub fn voice(bytes: impl Into<Bytes>) -> Self {
        Self::new(FileKind::Voice, "voice.oga", "audio/ogg", bytes)
    }

    /// The same file with a caption.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }

    fn holding(
        kind: FileKind,
        name: impl Into<String>,
        mime: impl Into<String>,
        held: Held,
    ) -> Self {
        Self {
            kind,
            name: Some(name.into()),
            mime: Some(mime.into()),
            held,
            caption: None,
        }
    }
}
