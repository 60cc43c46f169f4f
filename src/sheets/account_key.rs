//! The service account's key file.
//!
//! Invariant: nothing of the key is ever printed, in an error neither; addresses in it were checked before anybody calls them.

use std::{fmt, path::Path};

use serde_json::Value;
use yup_oauth2::ServiceAccountKey;

/// A service account's key, as the Google Cloud console hands it out.
#[derive(Clone)]
pub struct AccountKey(ServiceAccountKey);

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("cannot read the credentials file: {0}")]
    Unreadable(#[from] std::io::Error),
    /// It is not JSON.
    #[error("the credentials file is not JSON (line {line}, column {column})")]
    NotJson {
        /// Where reading ended, counted from 1.
        line: usize,
        /// Where reading ended, counted from 1.
        column: usize,
    },
    /// A field is missing, or not of the kind it should be.
    #[error(
        "`{0}` of the credentials file is missing or unusable; is it the key of a service account?"
    )]
    Field(&'static str),
}

impl AccountKey {
    /// Reads a key file.
    ///
    /// # Errors
    /// The file is unreadable, or not the key of a service account.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        Self::parse(&std::fs::read_to_string(path)?)
    }

    /// Understands a key file's text.
    ///
    /// # Errors
    /// The text is not the key of a service account.
    pub fn parse(json: &str) -> Result<Self, KeyError> {
        // Serde's own words may quote the key, so only the place is passed on.
        let value: Value = serde_json::from_str(json).map_err(|error| KeyError::NotJson {
            line: error.line(),
            column: error.column(),
        })?;
        for field in ["private_key", "client_email", "token_uri"] {
            if value[field].as_str().is_none_or(str::is_empty) {
                return Err(KeyError::Field(field));
            }
        }
        let key: ServiceAccountKey =
            serde_json::from_value(value).map_err(|_| KeyError::Field("type"))?;
        // The libraries below panic on an address that they cannot parse.
        web_address(&key.token_uri).ok_or(KeyError::Field("token_uri"))?;
        Ok(Self(key))
    }

    pub(super) fn into_inner(self) -> ServiceAccountKey {
        self.0
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountKey(…)")
    }
}

/// An http or https address without query and fragment that both address parsers below us accept.
pub(super) fn web_address(text: &str) -> Option<reqwest::Url> {
    text.parse::<hyper::Uri>().ok()?;
    let url = text.parse::<reqwest::Url>().ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(token_uri: &str) -> String {
        serde_json::json!({
            "type": "service_account", "private_key": "-----BEGIN SECRET", "client_email": "desk@example.org", "token_uri": token_uri,
        })
        .to_string()
    }

    #[test]
    fn a_key_file_is_understood_and_masked() {
        let key = AccountKey::parse(&file("https://oauth2.googleapis.com/token")).unwrap();
        assert_eq!(format!("{key:?}"), "AccountKey(…)");
    }

    #[test]
    fn mistakes_are_named_without_showing_the_key() {
        let table = [
            (file("token"), "`token_uri`"),
            (file("http://host:99999/token"), "`token_uri`"),
            (file("ftp://example.org/"), "`token_uri`"),
            (
                r#"{"private_key": "SECRET", "token_uri": "https://a.b/"}"#.to_owned(),
                "`client_email`",
            ),
            (
                file("https://a.b/").replace("\"service_account\"", "{\"private_key\":\"SECRET\"}"),
                "`type`",
            ),
            ("{\"private_key\": \"SECRET".to_owned(), "line 1"),
        ];
        for (text, hint) in table {
            let words = AccountKey::parse(&text).unwrap_err().to_string();
            assert!(words.contains(hint), "{words}");
            assert!(!words.contains("SECRET"), "{words}");
        }
    }
}
