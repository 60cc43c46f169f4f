//! Files that the bot sends: by id, by address, in the call itself, or out of another chat.
//! Invariant: a refused call leaves no file behind; what was sent once can be sent again by its id.

use reqwest::Url;
use serde_json::{Value, json};

use super::attachment::{FileKind, Held};
use super::files::{Files, StoredFile};
use super::html::Parsed;
use super::ids::ChatId;
use super::messages::{self, Draft};
use super::params::{Given, Params, Upload};
use super::refusal::Refusal;
use super::sent::{Content, FileSource, SentFile};
use super::state::{Entry, State};
use super::{marks, markup, seen};
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

/// `copyMessage`: a text or a file with the words beneath it, or with others; nothing tells whose it was.
pub(super) fn copy(state: &mut State, params: &Params, now: Moment) -> Result<Value, Refusal> {
    let from = params.integer("from_chat_id")?.map(ChatId);
    let from = from.ok_or(Refusal::ChatIdEmpty)?;
    let number = messages::message_id(params)?;
    state.heard_of(from)?;
    let source = state.chats[&from].log.get(&number);
    let (words, file) = match source.ok_or(Refusal::CopyNotFound)? {
        Entry::Ours(sent) => (sent.content.text.clone(), sent.content.media.clone()),
        Entry::Theirs(theirs) => {
            let words = seen::words(&theirs.message).to_owned();
            (words, attached(&state.files, &theirs.message))
        }
    };
    if words.is_empty() && file.is_none() {
        return Err(Refusal::NotCopyable);
    }
    let content = match (params.text("caption")?, &file) {
        (Some(_), Some(_)) => messages::caption(params)?,
        (Some(_), None) | (None, _) => {
            Content::new(Parsed::plain(&words), &words, markup::read(params)?)
        }
    };
    let file = file.map(FileDraft::Kept);
    let sent = messages::place(state, params, Draft { content, file }, now)?;
    Ok(json!({ "message_id": sent["message_id"] }))
}

/// The file of a person's message; of a photo its largest size.
fn attached(files: &Files, message: &Value) -> Option<SentFile> {
    let about = &message[marks::file_kind(message)?.field()];
    let sizes = about.as_array().and_then(|sizes| sizes.last());
    let id = sizes.unwrap_or(about)["file_id"].as_str()?;
    Some(SentFile::of(files.find(id)?, FileSource::FileId))
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
