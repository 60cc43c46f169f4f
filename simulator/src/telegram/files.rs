//! The files on the server, by the ids and paths under which the bot finds them.
//! Invariant: a `file_id` never changes its file; ids and paths are the same in every run.

use std::collections::HashMap;

use axum::body::Bytes;
use serde_json::{Value, json};

use super::attachment::{FileKind, Held};
use super::params::Params;
use super::refusal::Refusal;

/// The largest file that a bot may download (Bot API, `getFile`).
const DOWNLOAD_BYTES: u64 = 20 << 20;
/// The sizes in which a photo is kept: letter, width, height, and the part of its bytes.
const PHOTO_SIZES: [(char, u32, u32, u64); 3] =
    [('s', 90, 67, 64), ('m', 320, 240, 8), ('x', 1280, 960, 1)];

/// Types that a browser shows by itself.
const SHOWN_AS: [&str; 10] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "audio/ogg",
    "audio/mpeg",
    "audio/mp4",
    "audio/webm",
    "video/mp4",
    "video/webm",
];

/// One size of a photo, or the one size of anything else.
#[derive(Clone, Debug)]
struct Variant {
    file_id: String,
    unique_id: String,
    path: String,
    width: u32,
    height: u32,
    held: Option<Held>,
}

/// A file on the server.
#[derive(Clone, Debug)]
pub(super) struct StoredFile {
    pub(super) kind: FileKind,
    pub(super) name: Option<String>,
    pub(super) mime: Option<String>,
    /// Smallest first.
    variants: Vec<Variant>,
}

/// Where a variant lies.
#[derive(Clone, Copy, Debug)]
struct Place {
    file: usize,
    variant: usize,
}

/// All files.
#[derive(Debug, Default)]
pub(super) struct Files {
    stored: Vec<StoredFile>,
    by_id: HashMap<String, Place>,
    by_path: HashMap<String, Place>,
}

impl Files {
    /// Keeps a file; without `held` nothing is known of its bytes.
    pub(super) fn add(
        &mut self,
        kind: FileKind,
        name: Option<String>,
        mime: Option<String>,
        held: Option<&Held>,
    ) -> &StoredFile {
        let number = self.stored.len();
        let sizes: &[(char, u32, u32, u64)] = match kind {
            FileKind::Photo => &PHOTO_SIZES,
            FileKind::Sticker => &[('x', 512, 512, 1)],
            FileKind::VideoNote => &[('x', 240, 240, 1)],
            FileKind::Document
            | FileKind::Voice
            | FileKind::Video
            | FileKind::Audio
            | FileKind::Animation => &[('x', 640, 360, 1)],
        };
        let (folder, usual) = kind.place();
        let ending = name
            .as_deref()
            .filter(|_| kind.keeps_name())
            .and_then(|name| name.rsplit_once('.'));
        let ending = ending.map_or(usual, |(_, ending)| ending);
        let mut variants = Vec::new();
        for (index, (letter, width, height, part)) in sizes.iter().copied().enumerate() {
            let variant = Variant {
                file_id: format!(
                    "{}AgIAAxkBAAIB{number:08}{letter}cBxvF9Z4uKq3mVd0sTnYwLhPjGi5oEAAgEAAzYE",
                    kind.mark()
                ),
                unique_id: format!("AQAD{number:08}{letter}"),
                path: format!(
                    "{folder}/file_{number}{}.{ending}",
                    if part == 1 {
                        String::new()
                    } else {
                        format!("_{letter}")
                    }
                ),
                width,
                height,
                held: held.map(|held| scaled(held, part)),
            };
            let place = Place {
                file: number,
                variant: index,
            };
            self.by_id.insert(variant.file_id.clone(), place);
            self.by_path.insert(variant.path.clone(), place);
            variants.push(variant);
        }
        self.stored.push(StoredFile {
            kind,
            name,
            mime,
            variants,
        });
        &self.stored[number]
    }

    /// The file with this id, whichever of its sizes the id names.
    pub(super) fn find(&self, file_id: &str) -> Option<&StoredFile> {
        self.by_id
            .get(file_id)
            .map(|place| &self.stored[place.file])
    }

    /// `getFile`.
    pub(super) fn get(&self, params: &Params) -> Result<Value, Refusal> {
        let file_id = params
            .text("file_id")?
            .filter(|id| !id.is_empty())
            .ok_or(Refusal::FileIdMissing)?;
        let place = self.by_id.get(file_id).ok_or(Refusal::FileIdInvalid)?;
        let variant = &self.stored[place.file].variants[place.variant];
        if variant.size().is_some_and(|size| size > DOWNLOAD_BYTES) {
            return Err(Refusal::FileTooBig);
        }
        let mut file = variant.about();
        file["file_path"] = json!(variant.path);
        Ok(file)
    }

    /// What lies under a `file_path`.
    pub(super) fn read(&self, path: &str) -> Result<Held, Refusal> {
        let place = self.by_path.get(path).ok_or(Refusal::NotFound)?;
        let variant = &self.stored[place.file].variants[place.variant];
        let held = variant.held.clone().unwrap_or(Held::Zeros(0));
        if held.size() > DOWNLOAD_BYTES {
            return Err(Refusal::NotFound);
        }
        Ok(held)
    }
}

impl StoredFile {
    /// The id of the file, of its largest size.
    pub(super) fn id(&self) -> &str {
        &self.largest().file_id
    }

    /// How many bytes it has, if anybody knows.
    pub(super) fn size(&self) -> Option<u64> {
        self.largest().size()
    }

    /// What it holds, if anybody knows.
    pub(super) fn held(&self) -> Option<&Held> {
        self.largest().held.as_ref()
    }

    /// The type under which a browser may show it: a picture, a sound or a film, and nothing that could run.
    pub(super) fn safe_mime(&self) -> &'static str {
        let named = self.mime.as_deref().unwrap_or_default();
        let known = SHOWN_AS.into_iter().find(|known| *known == named);
        let usual = match self.kind {
            FileKind::Photo => "image/jpeg",
            FileKind::Voice => "audio/ogg",
            FileKind::Video | FileKind::VideoNote | FileKind::Animation => "video/mp4",
            FileKind::Audio => "audio/mpeg",
            FileKind::Sticker => "image/webp",
            FileKind::Document => "application/octet-stream",
        };
        known.unwrap_or(usual)
    }

    /// Its bytes, if they are kept.
    pub(super) fn bytes(&self) -> Option<&Bytes> {
        match &self.largest().held {
            Some(Held::Bytes(bytes)) => Some(bytes),
            Some(Held::Zeros(_)) | None => None,
        }
    }

    /// The Bot API's object for it: `PhotoSize`s, a `Document`, a `Voice` …
    pub(super) fn about(&self) -> Value {
        let largest = self.largest();
        let mut about = largest.about();
        let (width, height) = (json!(largest.width), json!(largest.height));
        match self.kind {
            FileKind::Photo => return self.variants.iter().map(Variant::photo_size).collect(),
            FileKind::Document => {}
            FileKind::Voice | FileKind::Audio => about["duration"] = json!(1),
            FileKind::Video | FileKind::Animation => {
                about["duration"] = json!(1);
                (about["width"], about["height"]) = (width, height);
            }
            FileKind::VideoNote => {
                about["duration"] = json!(1);
                about["length"] = width;
            }
            FileKind::Sticker => {
                about["type"] = json!("regular");
                about["emoji"] = json!("👍");
                about["is_animated"] = json!(false);
                about["is_video"] = json!(false);
                (about["width"], about["height"]) = (width, height);
            }
        }
        if let Some(name) = self.name.as_ref().filter(|_| self.kind.keeps_name()) {
            about["file_name"] = json!(name);
        }
        if let Some(mime) = self
            .mime
            .as_ref()
            .filter(|_| self.kind.keeps_name() || self.kind == FileKind::Voice)
        {
            about["mime_type"] = json!(mime);
        }
        about
    }

    /// The same file as a `Document`, as it stands beside an animation.
    pub(super) fn as_document(&self) -> Value {
        let mut about = self.largest().about();
        for (field, value) in [("file_name", &self.name), ("mime_type", &self.mime)] {
            if let Some(value) = value {
                about[field] = json!(value);
            }
        }
        about
    }

    fn largest(&self) -> &Variant {
        self.variants.last().expect("a file has at least one size")
    }
}

impl Variant {
    fn size(&self) -> Option<u64> {
        self.held.as_ref().map(Held::size)
    }

    /// The fields of the Bot API's `File` that every object of a file has.
    fn about(&self) -> Value {
        let mut about = json!({ "file_id": self.file_id, "file_unique_id": self.unique_id });
        if let Some(size) = self.size() {
            about["file_size"] = json!(size);
        }
        about
    }

    fn photo_size(&self) -> Value {
        let mut size = self.about();
        (size["width"], size["height"]) = (json!(self.width), json!(self.height));
        size
    }
}

/// A smaller size of a photo has fewer bytes; which ones, nobody looks at.
fn scaled(held: &Held, part: u64) -> Held {
    match part {
        1 => held.clone(),
        part => Held::Zeros(held.size() / part + 1),
    }
}
