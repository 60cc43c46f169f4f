//! Text that must never be printed.
//! Invariant: the only way to the text is [`Secret::expose`]; printing and comparing tell nothing of it.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// A secret text: masked when printed, wiped from memory when dropped.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes the text over.
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The text itself, for the place that has to send it or sign with it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether `candidate` is this secret. Digests are compared, in constant time, so the
    /// time taken tells neither how much of it is right nor how long the secret is.
    pub fn matches(&self, candidate: &[u8]) -> bool {
        let ours = Sha256::digest(self.expose().as_bytes());
        let theirs = Sha256::digest(candidate);
        ours.as_slice().ct_eq(theirs.as_slice()).into()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_itself_alone() {
        let secret = Secret::new("correct horse".into());
        assert!(secret.matches(b"correct horse"));
        for other in ["correct horsf", "correct", "correct horse ", ""] {
            assert!(!secret.matches(other.as_bytes()), "{other:?}");
        }
    }

    #[test]
    fn is_exposed_and_never_printed() {
        let secret = Secret::new("7:abc".into());
        assert_eq!(secret.expose(), "7:abc");
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
