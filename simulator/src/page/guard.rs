//! Who may talk to the page, and what the browser may do with its answers.
//! Invariant: a request is served only if it was meant for a loopback name and does not come out of another page: an address that a
//! stranger's name leads to (DNS rebinding), and a form on a stranger's page, are refused.

use std::net::IpAddr;
use std::time::Duration;

use axum::Json;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// How long an answer may take, its body not counted.
const ANSWERS_WITHIN: Duration = Duration::from_secs(120);

/// What every answer carries.
const HEADERS: [(HeaderName, &str); 3] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
         connect-src 'self'; frame-src *; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
];

/// Refuses strangers, and puts the headers on whatever is answered.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let mut response = match refusal(request.headers()) {
        Some(words) => (StatusCode::FORBIDDEN, Json(json!({ "error": words }))).into_response(),
        None => match tokio::time::timeout(ANSWERS_WITHIN, next.run(request)).await {
            Ok(response) => response,
            Err(_) => StatusCode::GATEWAY_TIMEOUT.into_response(),
        },
    };
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Why a request is not served.
fn refusal(headers: &HeaderMap) -> Option<&'static str> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(host) = text(header::HOST).filter(|host| is_loopback(host)) else {
        return Some("this page answers under a loopback name alone");
    };
    let own = |origin: &HeaderValue| {
        let origin = origin.to_str().ok();
        origin.and_then(|origin| origin.strip_prefix("http://")) == Some(host)
    };
    if !headers.get_all(header::ORIGIN).iter().all(own) {
        return Some("this page answers its own scripts alone");
    }
    None
}

/// Whether a `Host` names this machine.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        Some(_) | None => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(headers: &[(&'static str, &'static str)]) -> bool {
        let pairs = headers.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        refusal(&pairs.collect()).is_some()
    }

    #[test]
    fn only_a_loopback_name_is_answered_and_only_its_own_scripts() {
        for host in [
            "127.0.0.1:8080",
            "localhost",
            "LOCALHOST:1",
            "[::1]:8080",
            "x.localhost:1",
            "127.9.9.9",
        ] {
            assert!(!refused(&[("host", host)]), "{host}");
        }
        for host in [
            "example.com",
            "127.0.0.1.example.com:8080",
            "10.0.0.1",
            "localhost.example.com",
            "",
            "[::2]:8080",
        ] {
            assert!(refused(&[("host", host)]), "{host}");
        }
        assert!(refused(&[]));
        let host = ("host", "localhost:8080");
        assert!(!refused(&[host, ("origin", "http://localhost:8080")]));
        for origin in [
            "http://localhost:8081",
            "https://localhost:8080",
            "http://example.com",
            "null",
        ] {
            assert!(refused(&[host, ("origin", origin)]), "{origin}");
        }
    }
}
