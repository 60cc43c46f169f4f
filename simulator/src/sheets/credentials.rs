//! A service account's key file for the stand-in.
//!
//! Invariant: the key is made anew in each process and is good for nothing but
//! signing requests to a stand-in.

use std::sync::OnceLock;

use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use serde_json::{Value, json};

/// The account that the sample workbook is shared with.
pub const SERVICE_ACCOUNT_EMAIL: &str = "sheetdesk@demo.iam.gserviceaccount.com";

/// The size of Google's own service-account keys.
const KEY_BITS: usize = 2048;

/// The JSON of a service-account key file whose tokens come from `token_url`.
///
/// The key takes a moment to make and is kept for the life of the process.
#[must_use]
pub fn service_account(token_url: &str) -> Value {
    static KEY: OnceLock<String> = OnceLock::new();
    json!({
        "type": "service_account",
        "project_id": "demo",
        "private_key_id": "stand-in",
        "private_key": KEY.get_or_init(private_key),
        "client_email": SERVICE_ACCOUNT_EMAIL,
        "client_id": "100000000000000000001",
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": token_url,
    })
}

fn private_key() -> String {
    RsaPrivateKey::new(&mut rand::rngs::OsRng, KEY_BITS)
        .expect("a key of this size can always be made")
        .to_pkcs8_pem(LineEnding::LF)
        .expect("a key that was just made can be written")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::pkcs8::DecodePrivateKey;

    #[test]
    fn the_key_file_holds_one_readable_key_per_process() {
        let file = service_account("http://127.0.0.1:1/token");
        assert_eq!(file["token_uri"], "http://127.0.0.1:1/token");
        let pem = file["private_key"].as_str().unwrap();
        assert!(RsaPrivateKey::from_pkcs8_pem(pem).is_ok());
        assert_eq!(service_account("x")["private_key"], file["private_key"]);
    }
}
