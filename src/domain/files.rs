//! Files that partners sent, and the links under which specialists open them, or find the row of an appeal.
//!
//! Invariant: a link opens one file until one moment, or leads to one row; who changes a character of it, or comes later, sees nothing.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{
    ids::{Number, Seq},
    message::Attachment,
};

/// The most that a bot can have of a file, in bytes (Bot API: `getFile`).
pub const DOWNLOAD_LIMIT: u64 = 20_000_000;

/// How much of the signature is in a link, in bytes: too much to guess, little enough for a cell.
const SIGNATURE: usize = 16;

/// How the path of a link to a row begins; no file's does.
const ROW: &str = "row-";

/// A file: the sequence number of the message that brought it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub Seq);

/// A file that a partner sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// This entity's key.
    pub id: FileId,
    /// Where Telegram has it, and what it is.
    pub attachment: Attachment,
}

/// Makes links and checks them.
#[derive(Clone)]
pub struct Links {
    base: String,
    key: Vec<u8>,
    lifetime: SignedDuration,
}

/// Why a link opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It is none of ours.
    #[error("there is no such link")]
    Unknown,
    /// Its time is over.
    #[error("the link has expired")]
    Expired,
}

impl Links {
    /// Links below `public_url`, each open for `lifetime`, signed with a key derived from `secret`.
    #[must_use]
    pub fn new(public_url: &str, secret: &[u8], lifetime: SignedDuration) -> Self {
        Self {
            base: format!("{}/files/", public_url.trim_end_matches('/')),
            key: sign(secret, "sheetdesk file links").to_vec(),
            lifetime,
        }
    }

    /// The address under which a file can be opened from `now` on.
    #[must_use]
    pub fn link(&self, file: FileId, now: Timestamp) -> String {
        let expires = (now + self.lifetime).as_second();
        format!(
            "{}{}-{expires}-{}",
            self.base,
            file.0,
            self.signature(file, expires)
        )
    }

    /// The file that the last part of a link's path opens at `now`.
    ///
    /// # Errors
    /// When it opens none.
    pub fn open(&self, path: &str, now: Timestamp) -> Result<FileId, LinkError> {
        let mut parts = path.splitn(3, '-');
        let file = parts
            .next()
            .and_then(|part| part.parse().ok())
            .map(|seq| FileId(Seq(seq)));
        let expires: Option<i64> = parts.next().and_then(|part| part.parse().ok());
        let (Some(file), Some(expires), Some(signature)) = (file, expires, parts.next()) else {
            return Err(LinkError::Unknown);
        };
        // The canonical form alone is ours: `007-…` names no file.
        let canonical = format!("{}-{expires}-{}", file.0, self.signature(file, expires));
        let same = subtle::ConstantTimeEq::ct_eq(canonical.as_bytes(), path.as_bytes());
        if signature.is_empty() || !bool::from(same) {
            return Err(LinkError::Unknown);
        }
        if now.as_second() >= expires {
            return Err(LinkError::Expired);
        }
        Ok(file)
    }

    /// The address that leads to the row of an appeal, wherever it stands by then. It stands in a chat, so there is none where the public
    /// address is of this machine alone.
    #[must_use]
    pub fn row(&self, number: Number) -> Option<String> {
        let leads = self.base.starts_with("https://");
        leads.then(|| format!("{}{}", self.base, self.row_path(number)))
    }

    /// The appeal to whose row the last part of a link's path leads.
    #[must_use]
    pub fn row_of(&self, path: &str) -> Option<Number> {
        let (number, _) = path.strip_prefix(ROW)?.split_once('-')?;
        let number = Number(number.parse().ok()?);
        let ours = self.row_path(number);
        bool::from(subtle::ConstantTimeEq::ct_eq(
            ours.as_bytes(),
            path.as_bytes(),
        ))
        .then_some(number)
    }

    fn row_path(&self, number: Number) -> String {
        let row = format!("{ROW}{}", number.0);
        format!("{row}-{}", self.signed(&row))
    }

    fn signature(&self, file: FileId, expires: i64) -> String {
        self.signed(&format!("{}-{expires}", file.0))
    }

    fn signed(&self, text: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&sign(&self.key, text)[..SIGNATURE])
    }
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Links")
            .field("base", &self.base)
            .finish_non_exhaustive()
    }
}

fn sign(key: &[u8], text: &str) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn links() -> Links {
        Links::new(
            "https://desk.example/",
            b"a secret",
            SignedDuration::from_hours(24),
        )
    }

    #[test]
    fn a_link_opens_its_file_until_its_moment() {
        let link = links().link(FileId(Seq(41)), NOW);
        let path = link.strip_prefix("https://desk.example/files/").unwrap();
        let last = NOW + SignedDuration::from_secs(86_399);
        assert_eq!(links().open(path, last), Ok(FileId(Seq(41))));
        assert_eq!(
            links().open(path, last + SignedDuration::from_secs(1)),
            Err(LinkError::Expired)
        );
    }

    #[test]
    fn a_link_to_a_row_leads_to_that_row_alone() {
        let link = links().row(Number(41)).expect("a link");
        let path = link.strip_prefix("https://desk.example/files/").unwrap();
        assert_eq!(links().row_of(path), Some(Number(41)));
        assert_eq!(links().open(path, NOW), Err(LinkError::Unknown));
        let file = links().link(FileId(Seq(41)), NOW);
        for wrong in [
            path.replacen("41", "42", 1),
            path.replacen("41", "041", 1),
            path.replacen("row-41", "row-41-1", 1),
            format!("{path}A"),
            "row-41-".to_owned(),
            file.rsplit('/').next().unwrap().to_owned(),
        ] {
            assert_eq!(links().row_of(&wrong), None, "{wrong}");
        }
        let here = Links::new("http://127.0.0.1:8080", b"a secret", SignedDuration::ZERO);
        assert_eq!(here.row(Number(41)), None);
    }

    #[test]
    fn a_link_that_was_touched_is_none() {
        let link = links().link(FileId(Seq(41)), NOW);
        let path = link.rsplit('/').next().unwrap();
        let (head, _) = path.rsplit_once('-').unwrap();
        let other = Links::new(
            "https://desk.example",
            b"another",
            SignedDuration::from_hours(24),
        );
        for wrong in [
            String::new(),
            "41".to_owned(),
            head.to_owned(),
            format!("{head}-"),
            format!("{path}A"),
            format!("0{path}"),
            path.replacen("41", "42", 1),
            path.replacen("86400", "96400", 1),
            other
                .link(FileId(Seq(41)), NOW)
                .rsplit('/')
                .next()
                .unwrap()
                .to_owned(),
        ] {
            assert_eq!(
                links().open(&wrong, NOW),
                Err(LinkError::Unknown),
                "{wrong}"
            );
        }
    }
}
