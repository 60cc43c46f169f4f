//! The token endpoint: OAuth 2 with a service account's signed assertion.
//!
//! Invariant: a token stands for one account and the scopes that it asked for.
//! The signature is not verified: any well-formed assertion is believed.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use rand::RngCore;
use rand::rngs::OsRng;
use serde::Deserialize;
use serde_json::{Value, json};

use super::error::ApiError;
use super::quota::Direction;

/// Assertions in the wild come with and without padding; Google takes both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    NO_PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Google's tokens live one hour.
const EXPIRES_IN_SECONDS: u32 = 3600;

/// Scopes that let an account change spreadsheets (discovery document).
const WRITE_SCOPES: [&str; 3] = [
    "https://www.googleapis.com/auth/spreadsheets",
    "https://www.googleapis.com/auth/drive",
    "https://www.googleapis.com/auth/drive.file",
];
/// Scopes that let an account read them, beside those above.
const READ_SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/spreadsheets.readonly",
    "https://www.googleapis.com/auth/drive.readonly",
];

/// The form that is posted to the endpoint; what is missing is empty.
#[derive(Default)]
pub(super) struct TokenForm {
    grant_type: String,
    assertion: String,
}

/// The claims of an assertion that the stand-in looks at.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    scope: String,
}

/// Tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Tokens(BTreeMap<String, Grant>);

#[derive(Clone, Debug)]
struct Grant {
    email: String,
    scopes: Vec<String>,
}

impl TokenForm {
    /// Reads `application/x-www-form-urlencoded`; other parameters are ignored.
    pub(super) fn read(body: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            match name.as_ref() {
                "grant_type" => form.grant_type = value.into_owned(),
                "assertion" => form.assertion = value.into_owned(),
                _ => {}
            }
        }
        form
    }
}

impl Tokens {
    /// The body of a 200, or of a 400.
    pub(super) fn grant(&mut self, form: &TokenForm) -> Result<Value, Value> {
        if form.grant_type != JWT_BEARER {
            return Err(refusal("unsupported_grant_type", "Invalid grant_type"));
        }
        let claims = claims(&form.assertion)
            .ok_or_else(|| refusal("invalid_grant", "Invalid JWT: it must name iss, aud, scope"))?;
        let token = format!("sim-{:016x}{:016x}", OsRng.next_u64(), OsRng.next_u64());
        let grant = Grant {
            email: claims.iss,
            scopes: claims.scope.split(' ').map(str::to_owned).collect(),
        };
        self.0.insert(token.clone(), grant);
        Ok(json!({
            "access_token": token,
            "expires_in": EXPIRES_IN_SECONDS,
            "token_type": "Bearer",
        }))
    }

    /// The account behind a call's bearer token.
    pub(super) fn account(
        &self,
        headers: &HeaderMap,
        direction: Direction,
    ) -> Result<String, ApiError> {
        let grant = headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "))
            .and_then(|token| self.0.get(token))
            .ok_or_else(ApiError::unauthenticated)?;
        let asked = |scope: &&str| grant.scopes.iter().any(|asked| asked == scope);
        let allowed = WRITE_SCOPES.iter().any(asked)
            || (direction == Direction::Read && READ_SCOPES.iter().any(asked));
        if allowed {
            Ok(grant.email.clone())
        } else {
            Err(ApiError::forbidden(
                "Request had insufficient authentication scopes.",
            ))
        }
    }

    /// Makes every token unknown, as if all had expired.
    pub(super) fn revoke(&mut self) {
        self.0.clear();
    }
}

/// The claims of a JWT of three parts whose header names an algorithm.
fn claims(assertion: &str) -> Option<Claims> {
    let mut parts = assertion.split('.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || signature.is_empty() {
        return None;
    }
    let header: Value = decoded(header)?;
    header["alg"].as_str()?;
    BASE64.decode(signature).ok()?;
    let claims: Claims = decoded(payload)?;
    let all = [&claims.iss, &claims.aud, &claims.scope];
    all.iter().all(|claim| !claim.is_empty()).then_some(claims)
}

fn decoded<T: serde::de::DeserializeOwned>(part: &str) -> Option<T> {
    serde_json::from_slice(&BASE64.decode(part).ok()?).ok()
}

fn refusal(error: &str, description: &str) -> Value {
    json!({ "error": error, "error_description": description })
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::URL_SAFE as PADDED;

    fn assertion(payload: &Value, engine: &GeneralPurpose) -> String {
        let part = |value: &Value| engine.encode(value.to_string());
        let header = part(&json!({"alg": "RS256", "typ": "JWT"}));
        format!("{header}.{}.{}", part(payload), engine.encode("signature!"))
    }

    fn form(grant_type: &str, assertion: String) -> TokenForm {
        TokenForm {
            grant_type: grant_type.to_owned(),
            assertion,
        }
    }

    #[test]
    fn a_well_formed_assertion_is_granted_with_and_without_padding() {
        let claims = json!({"iss": "a@bc", "aud": "http://x/token", "scope": "s"});
        let padded = assertion(&claims, &PADDED);
        assert!(padded.contains("=.") && padded.ends_with('='), "{padded}");
        for assertion in [assertion(&claims, &BASE64), padded] {
            let body = Tokens::default().grant(&form(JWT_BEARER, assertion));
            assert_eq!(body.unwrap()["token_type"], "Bearer");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let signed = |claims: &Value| assertion(claims, &BASE64);
        let good = signed(&json!({"iss": "a", "aud": "b", "scope": "s"}));
        let no_scope = signed(&json!({"iss": "a", "aud": "b"}));
        let no_issuer = signed(&json!({"iss": "", "aud": "b", "scope": "s"}));
        for (kind, assertion, error) in [
            ("password", good.clone(), "unsupported_grant_type"),
            (JWT_BEARER, String::new(), "invalid_grant"),
            (JWT_BEARER, "a.b".to_owned(), "invalid_grant"),
            (JWT_BEARER, format!("{good}.x"), "invalid_grant"),
            (JWT_BEARER, no_scope, "invalid_grant"),
            (JWT_BEARER, no_issuer, "invalid_grant"),
        ] {
            let refused = Tokens::default().grant(&form(kind, assertion)).unwrap_err();
            assert_eq!(refused["error"], error);
        }
    }
}
