//! Signed callbacks by the Standard Webhooks specification (symmetric scheme, `v1`).
//!
//! Invariant: a signature is compared in constant time, over exactly the bytes that were received.

use axum::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretSlice};
use sha2::Sha256;

/// The key of the signatures: what `whsec_…` holds, decoded. Prints masked.
pub struct SigningKey(SecretSlice<u8>);

impl SigningKey {
    /// Takes the decoded bytes over.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

/// Why a call is not trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum SignatureError {
    /// One of the three headers is absent or no text.
    #[error("the signature's headers are incomplete")]
    Absent,
    /// The timestamp is no number, or differs from our clock by more than [`TOLERANCE_S`].
    #[error("the timestamp is too far from our clock")]
    Stale,
    /// No signature fits the key and the body.
    #[error("no signature fits")]
    Wrong,
}

/// What the headers claim; nothing of it is believed yet.
pub(super) struct SignedHeaders<'a> {
    id: &'a str,
    timestamp: &'a str,
    signatures: &'a str,
}

impl<'a> SignedHeaders<'a> {
    /// Finds the headers.
    pub(super) fn read(headers: &'a HeaderMap) -> Result<Self, SignatureError> {
        let text = |name| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value
                .filter(|value| !value.is_empty())
                .ok_or(SignatureError::Absent)
        };
        Ok(Self {
            id: text("webhook-id")?,
            timestamp: text("webhook-timestamp")?,
            signatures: text("webhook-signature")?,
        })
    }

    /// Checks the claimed moment against our clock.
    pub(super) fn is_fresh(&self, now: Timestamp) -> Result<(), SignatureError> {
        let claimed: i64 = self.timestamp.parse().map_err(|_| SignatureError::Stale)?;
        let near = now.as_second().abs_diff(claimed) <= TOLERANCE_S;
        near.then_some(()).ok_or(SignatureError::Stale)
    }

    /// Checks whether one of the signatures is the key's over this body. Several are there while a secret is being replaced.
    pub(super) fn signs(&self, body: &[u8], key: &SigningKey) -> Result<(), SignatureError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.0.expose_secret())
            .expect("HMAC takes keys of any length");
        for part in [
            self.id.as_bytes(),
            b".",
            self.timestamp.as_bytes(),
            b".",
            body,
        ] {
            mac.update(part);
        }
        let fits = |signature: &str| {
            let tag = signature
                .strip_prefix(SCHEME)
                .and_then(|text| STANDARD.decode(text).ok());
            tag.is_some_and(|tag| mac.clone().verify_slice(&tag).is_ok())
        };
        self.signatures
            .split(' ')
            .any(fits)
            .then_some(())
            .ok_or(SignatureError::Wrong)
    }
}

/// Seconds, either way; the specification's advice against late replays.
const TOLERANCE_S: u64 = 300;
/// The specification's symmetric scheme; `v1a` and what may come later are other kinds of key.
const SCHEME: &str = "v1,";

#[cfg(test)]
mod tests;
