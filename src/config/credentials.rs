//! The service account's key file.
//!
//! Invariant: the file is known to be usable before the service starts; its key is not kept here.

use std::path::{Path, PathBuf};

use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde_json::Value;

use super::addresses::{self, BaseUrl};
use super::error::{Wrong, shown, wrong};
use crate::domain::wording::{SettingsNote, cause};

/// A service account, by its key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    path: PathBuf,
    client_email: String,
    token_uri: BaseUrl,
}

impl Credentials {
    /// The key file, for the one who signs with the key.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whom the spreadsheets must be shared with.
    #[must_use]
    pub fn client_email(&self) -> &str {
        &self.client_email
    }

    /// Where access tokens are fetched.
    #[must_use]
    pub fn token_uri(&self) -> &BaseUrl {
        &self.token_uri
    }
}

/// Reads and checks the key file at the path `text`.
pub(super) fn credentials(text: &str) -> Result<Credentials, Wrong> {
    if text.starts_with('{') {
        return Err(wrong(SettingsNote::KeyItself, SettingsNote::KeyItselfCure));
    }
    let content = std::fs::read(text).map_err(|error| {
        let cause = &cause(error);
        let path = shown(text);
        let problem = SettingsNote::KeyUnread { path, cause };
        wrong(problem, SettingsNote::CheckPath)
    })?;
    parse(&content, text)
}

fn parse(content: &[u8], path: &str) -> Result<Credentials, Wrong> {
    let fault = |problem: SettingsNote<'_>| wrong(problem, SettingsNote::KeyCure);
    let value = shown(path);
    let json: Value =
        serde_json::from_slice(content).map_err(|_| fault(SettingsNote::KeyNoJson(value)))?;
    if json
        .get("type")
        .is_some_and(|kind| kind != "service_account")
        || json.get("installed").is_some()
    {
        return Err(fault(SettingsNote::KeyOther(value)));
    }
    let field = |name: &str| {
        json.get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let (Some(client_email), Some(private_key), Some(token_uri)) = (
        field("client_email"),
        field("private_key"),
        field("token_uri"),
    ) else {
        let mut lacking = vec!["client_email", "private_key", "token_uri"];
        lacking.retain(|name| field(name).is_none());
        return Err(fault(SettingsNote::KeyLacks {
            path: value,
            names: &lacking.join(", "),
        }));
    };
    if PrivateKeyDer::from_pem_slice(private_key.as_bytes()).is_err() {
        return Err(fault(SettingsNote::KeyDamaged(value)));
    }
    let token_uri =
        addresses::base_url(token_uri).map_err(|_| fault(SettingsNote::KeyAddress(value)))?;
    Ok(Credentials {
        path: path.into(),
        client_email: client_email.to_owned(),
        token_uri,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key() -> Value {
        json!({
            "type": "service_account",
            "client_email": "desk@project.iam.gserviceaccount.com",
            "private_key": "-----BEGIN PRIVATE KEY-----\nAAECAwQFBgc=\n-----END PRIVATE KEY-----\n",
            "token_uri": "https://oauth2.googleapis.com/token",
        })
    }

    #[test]
    fn a_good_key_file() {
        let credentials = parse(key().to_string().as_bytes(), "key.json").expect("a good file");
        assert_eq!(credentials.path(), Path::new("key.json"));
        assert_eq!(
            credentials.client_email(),
            "desk@project.iam.gserviceaccount.com"
        );
        assert_eq!(
            credentials.token_uri().as_str(),
            "https://oauth2.googleapis.com/token"
        );
    }

    #[test]
    fn bad_key_files_are_explained_and_never_quoted() {
        let with = |name: &str, value: Value| {
            let mut key = key();
            key[name] = value;
            key.to_string()
        };
        for (content, words) in [
            ("not json AAECAwQFBgc=".to_owned(), "is not JSON"),
            (
                "[]".to_owned(),
                "lacks client_email, private_key, token_uri.",
            ),
            (with("client_email", json!("")), "lacks client_email."),
            (with("token_uri", Value::Null), "lacks token_uri."),
            (with("type", json!("authorized_user")), "another kind"),
            (with("installed", json!({})), "another kind"),
            (
                with(
                    "private_key",
                    json!("-----BEGIN PRIVATE KEY-----\\nAAECAwQFBgc="),
                ),
                "damaged private_key",
            ),
            (
                with("token_uri", json!("file:///token")),
                "token_uri that is not",
            ),
        ] {
            let fault = parse(content.as_bytes(), "key.json").expect_err(words);
            let told = fault.english();
            assert!(told.contains(words), "{told}");
            assert!(!told.contains("AAECAwQFBgc="));
        }
    }

    #[test]
    fn a_key_in_place_of_a_path_is_not_shown() {
        let fault = credentials(&key().to_string()).expect_err("no path");
        assert!(fault.english().contains("the key itself"));
        assert!(!fault.english().contains("AAECAwQFBgc="));
        let fault = credentials("no/such/key.json").expect_err("no file");
        let told = fault.english();
        assert!(told.contains("no/such/key.json"), "{told}");
    }
}
