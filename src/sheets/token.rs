//! Access tokens of the service account.
//!
//! Invariant: at most one token is being fetched at a time; whoever waits shares its outcome, be it a token or a failure.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use google_sheets4::{api::Scope, common::GetToken};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use jiff::{SignedDuration, Timestamp};
use yup_oauth2::{
    AccessToken, CustomHyperClientBuilder, ServiceAccountAuthenticator,
    authenticator::Authenticator, error::AuthError,
};

use crate::secret::Secret;

use super::{
    account_key::{AccountKey, KeyError},
    dialer::Connector,
    errors::one_line,
};

/// A token is renewed this long before it ends, or after four fifths of a shorter life: a call of a minute and a skewed clock fit in.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// A token that cannot be renewed early is used on, and renewal tried again after this long, so that no call waits each time.
const RENEWAL_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// A token without `expires_in` is taken to live this long; Google's live an hour.
const ASSUMED_LIFE: SignedDuration = SignedDuration::from_mins(30);

/// A word of an answer longer than this may be a token or a signature, and is not shown.
const LONGEST_WORD: usize = 48;

/// Why there is no token. Never shows the key or a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TokenError {
    /// The endpoint answered with an OAuth error (RFC 6749, 5.2).
    #[error("the token endpoint refuses: {0}")]
    Refused(String),
    /// No answer.
    #[error("the token endpoint cannot be reached")]
    Unreachable,
    /// No answer in time.
    #[error("the token endpoint is silent")]
    Silent,
    /// An answer that is no token; the library hides its HTTP status.
    #[error("the token endpoint answers with something that is no token")]
    Nonsense,
}

/// Which token: counts the tokens fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Issue(u64);

/// Where tokens come from; a cheap handle.
#[derive(Clone)]
pub(super) struct Tokens(Arc<Inner>);

impl Tokens {
    /// Prepares to ask the `token_uri` of the key, waiting at most `patience` for each answer.
    ///
    /// # Errors
    /// The private key is not one with which a request can be signed.
    pub(super) async fn new(
        key: AccountKey,
        connector: Connector,
        timeout: Duration,
        now: fn() -> Timestamp,
    ) -> Result<Self, KeyError> {
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let flow = ServiceAccountAuthenticator::with_client(
            key.into_inner(),
            CustomHyperClientBuilder::from(client),
        );
        let authenticator = flow
            .build()
            .await
            .map_err(|_| KeyError::Field("private_key"))?;
        Ok(Self(Arc::new(Inner {
            authenticator,
            timeout,
            now,
            held: Mutex::default(),
            fetching: tokio::sync::Mutex::default(),
        })))
    }

    /// Sees to it that there is a token which is good for a while.
    ///
    /// # Errors
    /// There is none, and a fetch just failed.
    pub(super) async fn prepare(&self) -> Result<(), TokenError> {
        self.text().await.map(drop)
    }

    /// The current token, by its number; `None` without one.
    pub(super) fn issue(&self) -> Option<Issue> {
        self.held().token.as_ref().map(|token| token.issue)
    }

    /// Forgets a token that was refused (HTTP 401), unless a newer one has taken its place.
    pub(super) fn refuse(&self, issue: Option<Issue>) {
        self.held()
            .token
            .take_if(|token| Some(token.issue) == issue);
    }

    /// The token's text, fetched where needed.
    async fn text(&self) -> Result<Secret, TokenError> {
        let fetches = match self.fresh() {
            Ok(text) => return Ok(text),
            Err(fetches) => fetches,
        };
        let _turn = self.0.fetching.lock().await;
        // While we waited for our turn, somebody else's fetch may have ended: its outcome is ours too.
        match self.fresh() {
            Ok(text) => return Ok(text),
            Err(now) if now != fetches => {
                if let Some(failure) = self.held().failure.clone() {
                    return Err(failure);
                }
            }
            Err(_) => {}
        }
        let fetched = self.fetch().await;
        self.held().settle(fetched, (self.0.now)())
    }

    /// The token at hand if it needs no renewal, else how many fetches have ended so far.
    fn fresh(&self) -> Result<Secret, u64> {
        let now = (self.0.now)();
        let held = self.held();
        let fresh = held.token.as_ref().filter(|token| now < token.renew_at);
        fresh.map(|token| token.text.clone()).ok_or(held.fetches)
    }

    /// Asks the endpoint, come what may.
    async fn fetch(&self) -> Result<AccessToken, TokenError> {
        let scopes = [Scope::Spreadsheet.as_ref()];
        let asking = self.0.authenticator.force_refreshed_token(&scopes);
        let answer = tokio::time::timeout(self.0.timeout, asking)
            .await
            .map_err(|_| TokenError::Silent)?;
        answer.map_err(|error| TokenError::from(&error))
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // The state is whole after each assignment, so a panic elsewhere leaves nothing half done.
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl GetToken for Tokens {
    /// The scopes are ours in any case: the room needs no other than that for spreadsheets.
    fn get_token<'a>(
        &'a self,
        _scopes: &'a [&str],
    ) -> Pin<
        Box<
            dyn Future<Output = Result<Option<String>, Box<dyn std::error::Error + Send + Sync>>>
                + Send
                + 'a,
        >,
    > {
        Box::pin(async move { Ok(Some(self.text().await?.expose().to_owned())) })
    }
}

struct Inner {
    authenticator: Authenticator<Connector>,
    timeout: Duration,
    now: fn() -> Timestamp,
    held: Mutex<Held>,
    /// Whose turn it is to fetch.
    fetching: tokio::sync::Mutex<()>,
}

/// What the last fetches brought.
#[derive(Default)]
struct Held {
    token: Option<Token>,
    /// How many fetches have ended.
    fetches: u64,
    /// How the last one failed, if it did.
    failure: Option<TokenError>,
}

struct Token {
    text: Secret,
    issue: Issue,
    renew_at: Timestamp,
    ends_at: Timestamp,
}

impl Held {
    /// Keeps what a fetch brought. Where it brought nothing, a token that has not ended is used on.
    fn settle(
        &mut self,
        fetched: Result<AccessToken, TokenError>,
        now: Timestamp,
    ) -> Result<Secret, TokenError> {
        self.fetches += 1;
        let issue = Issue(self.fetches);
        match fetched.and_then(|access| Token::new(&access, issue, now)) {
            Ok(token) => {
                self.failure = None;
                Ok(self.token.insert(token).text.clone())
            }
            Err(failure) => match self
                .token
                .as_mut()
                .filter(|token| now + RENEWAL_PAUSE < token.ends_at)
            {
                Some(token) => {
                    token.renew_at = now + RENEWAL_PAUSE;
                    Ok(token.text.clone())
                }
                None => {
                    self.token = None;
                    Err(self.failure.insert(failure).clone())
                }
            },
        }
    }
}

impl Token {
    fn new(access: &AccessToken, issue: Issue, now: Timestamp) -> Result<Self, TokenError> {
        // A token goes into a header, and the library panics where a header cannot hold it.
        let text = access
            .token()
            .filter(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()));
        let ends = access
            .expiration_time()
            .map(|end| Timestamp::from_second(end.unix_timestamp()));
        let ends_at = ends
            .transpose()
            .map_err(|_| TokenError::Nonsense)?
            .unwrap_or(now + ASSUMED_LIFE);
        let margin = MARGIN.min(now.duration_until(ends_at) / 5);
        Ok(Self {
            text: Secret::new(text.ok_or(TokenError::Nonsense)?.to_owned()),
            issue,
            renew_at: ends_at - margin,
            ends_at,
        })
    }
}

impl From<&yup_oauth2::Error> for TokenError {
    fn from(error: &yup_oauth2::Error) -> Self {
        use yup_oauth2::Error;
        match error {
            Error::AuthError(refusal) => Self::Refused(words(refusal)),
            Error::HttpError(_) | Error::HttpClientError(_) => Self::Unreachable,
            Error::JSONError(_)
            | Error::UserError(_)
            | Error::LowLevelError(_)
            | Error::MissingAccessToken
            | Error::StorageError(_)
            | Error::CredentialSourceError(_) => Self::Nonsense,
        }
    }
}

/// The endpoint's words, without those that are long enough to be a secret.
fn words(refusal: &AuthError) -> String {
    let all = format!(
        "{}: {}",
        refusal.error.as_str(),
        refusal
            .error_description
            .as_deref()
            .unwrap_or("no description")
    );
    let shown: Vec<&str> = all
        .split_whitespace()
        .map(|word| {
            if word.len() > LONGEST_WORD {
                "…"
            } else {
                word
            }
        })
        .collect();
    one_line(&shown.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn token(life: i64) -> Token {
        Token {
            text: Secret::new("old".to_owned()),
            issue: Issue(1),
            renew_at: at(0),
            ends_at: at(life),
        }
    }

    #[test]
    fn a_token_that_cannot_be_renewed_is_used_until_it_ends() {
        let mut held = Held {
            token: Some(token(300)),
            ..Held::default()
        };
        assert_eq!(
            held.settle(Err(TokenError::Silent), at(0))
                .unwrap()
                .expose(),
            "old"
        );
        assert_eq!(
            held.token.as_ref().unwrap().renew_at,
            at(30),
            "calls do not wait for each renewal"
        );
        assert_eq!(
            held.settle(Err(TokenError::Silent), at(280)).unwrap_err(),
            TokenError::Silent
        );
        assert!(held.token.is_none());
    }

    #[test]
    fn words_of_the_endpoint_hide_what_may_be_a_token() {
        let refusal = AuthError {
            error: "invalid_grant".into(),
            error_description: Some(format!("Invalid JWT {}\nfor the account", "e".repeat(49))),
            error_uri: None,
        };
        assert_eq!(
            words(&refusal),
            "invalid_grant: Invalid JWT … for the account"
        );
    }
}
