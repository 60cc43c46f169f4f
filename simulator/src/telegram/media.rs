//! Files that the bot sends: by id, by address or in the call itself.
//! Invariant: a refused call leaves no file behind; what was sent once can be sent again by its id.

use reqwest::Url;
use serde_json::Value;

use super::attachment::{FileKind, Held};
use super::files::{Files, StoredFile};
use super::messages::{self, Draft};
use super::params::{Given, Params, Upload};
use super::refusal::Refusal;
use super::sent::{FileSource, SentFile};
use super::state::State;
use crate::clock::Moment;

/// The largest photo in a call (Bot API, "Sending files").
const PHOTO_BYTES: u64 = 10 << 20;
/// The largest other file in a call (Bot API, "Sending files").
const FILE_BYTES: u64 = 50 << 20;

/// What the name of an uploaded photo may end with; the server judges it before it looks at the bytes.
const PHOTO_EXTENSIONS: [&str; 7] = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tiff"];

/// The file of a call that may still be refused.
#[derive(Debug)]
pub(super) enum FileDraft {
    /// It is on the server.
    Kept(SentFile),
    /// It will be put there.
    New {
        kind: FileKind,
        name: Option<String>,
        mime: Option<String>,
        held: Option<Held>,
        source: FileSource,
    },
}

/// `sendPhoto`, `sendDocument`, `sendVideo`, `sendAnimation`.
pub(super) fn send(
    state: &mut State,
    params: &Params,
    kind: FileKind,
    now: Moment,
) -> Result<Value, Refusal> {
    let file = FileDraft::read(&state.files, params, kind)?;
    let content = messages::caption(params)?;
    let file = Some(file);
    messages::place(state, params, Draft { content, file }, now)
}

impl FileDraft {
    fn read(files: &Files, params: &Params, kind: FileKind) -> Result<Self, Refusal> {
        match params.file(kind.field())? {
            None => Err(Refusal::FileMissing(kind.field())),
            Some(Given::Uploaded(upload)) => Self::uploaded(upload, kind),
            Some(Given::Named(name)) => match files.find(name) {
                Some(stored) if stored.kind == kind => {
                    Ok(Self::Kept(SentFile::of(stored, FileSource::FileId)))
                }
                Some(stored) => Err(Refusal::FileKind(stored.kind.word(), kind.word())),
                None => Self::addressed(name, kind),
            },
        }
    }

    fn uploaded(upload: &Upload, kind: FileKind) -> Result<Self, Refusal> {
        let size = upload.bytes.len() as u64;
        if size == 0 {
            return Err(Refusal::FileEmpty);
        }
        if kind == FileKind::Photo && size > PHOTO_BYTES {
            return Err(Refusal::PhotoTooBig(size, PHOTO_BYTES));
        }
        let extension = upload
            .name
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension)
            .to_ascii_lowercase();
        if kind == FileKind::Photo && !PHOTO_EXTENSIONS.contains(&&*extension) {
            return Err(Refusal::PhotoExtension(extension));
        }
        if size > FILE_BYTES {
            return Err(Refusal::EntityTooLarge);
        }
        Ok(Self::New {
            kind,
            name: Some(upload.name.clone()),
            mime: upload.mime.clone(),
            held: Some(Held::Bytes(upload.bytes.clone())),
            source: FileSource::Upload,
        })
    }

    /// The address is never visited: it is noted as the bot gave it.
    fn addressed(address: &str, kind: FileKind) -> Result<Self, Refusal> {
        let url = Url::parse(address).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url = url.ok_or(Refusal::FileUnknown)?;
        let last = url
            .path_segments()
            .and_then(|mut segments| segments.next_back());
        Ok(Self::New {
            kind,
            name: last.filter(|name| !name.is_empty()).map(ToOwned::to_owned),
            mime: None,
            held: None,
            source: FileSource::Url(address.to_owned()),
        })
    }

    /// Puts it on the server, if it is not there.
    pub(super) fn keep(self, files: &mut Files) -> SentFile {
        match self {
            Self::Kept(file) => file,
            Self::New {
                kind,
                name,
                mime,
                held,
                source,
            } => SentFile::of(files.add(kind, name, mime, held.as_ref()), source),
        }
    }
}

impl SentFile {
    fn of(stored: &StoredFile, source: FileSource) -> Self {
        Self {
            kind: stored.kind,
            file_id: stored.id().to_owned(),
            name: stored.name.clone(),
            mime: stored.mime.clone(),
            size: stored.size(),
            source,
            bytes: stored.bytes().cloned(),
            about: stored.about(),
            as_document: (stored.kind == FileKind::Animation).then(|| stored.as_document()),
        }
    }
}
