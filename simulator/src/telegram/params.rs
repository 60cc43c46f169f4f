//! Parameters of a call, whether they came as JSON, as a form or in the query.
//! Invariant: a parameter that the stand-in does not model is refused aloud, never ignored.

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The parameters of one call by name; those of the body win over those of the query.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(Map<String, Value>);

impl Params {
    /// Reads the query and the body of a request.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] if the body is not the JSON object it says to be, and
    /// [`Refusal::NotImplemented`] for file uploads.
    pub(super) fn read(query: Option<&str>, headers: &HeaderMap, body: &Bytes) -> Result<Self, Refusal> {
        let mut params = Self::default();
        params.add_form(query.unwrap_or_default().as_bytes());
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if body.is_empty() {
            return Ok(params);
        }
        if kind.starts_with("application/json") {
            let object: Map<String, Value> =
                serde_json::from_slice(body).map_err(|_| Refusal::Malformed("can't parse JSON object".into()))?;
            params.0.extend(object);
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            params.add_form(body);
        } else {
            return Err(Refusal::NotImplemented(format!("content type {kind:?}")));
        }
        Ok(params)
    }

    /// Refuses whatever stands neither in `known` nor is null.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let foreign = self
            .0
            .iter()
            .find(|(name, value)| !value.is_null() && !known.contains(&name.as_str()));
        match foreign {
            Some((name, _)) => Err(Refusal::NotImplemented(format!("parameter {name}"))),
            None => Ok(()),
        }
    }

    /// A text, if given; numbers and booleans are no texts.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(malformed(name, "must be of type String")),
        }
    }

    /// A whole number, if given; forms carry it as text.
    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let number = match self.value(name) {
            None => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value.as_i64(),
        };
        match number {
            Some(number) => Ok(Some(number)),
            None => Err(malformed(name, "must be a valid Number")),
        }
    }

    /// A truth value; the server takes anything but `true`, `yes` and `1` for false.
    pub(super) fn flag(&self, name: &str) -> bool {
        match self.value(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => {
                matches!(text.trim().to_ascii_lowercase().as_str(), "true" | "yes" | "1")
            }
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            Some(_) | None => false,
        }
    }

    /// An object or array, if given; forms, and some clients' JSON, carry it as JSON text.
    pub(super) fn structure(&self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| malformed(name, "must be JSON-serialized")),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn add_form(&mut self, form: &[u8]) {
        for (name, value) in form_urlencoded::parse(form) {
            self.0.insert(name.into_owned(), Value::String(value.into_owned()));
        }
    }
}

fn malformed(name: &str, what: &str) -> Refusal {
    Refusal::Malformed(format!("parameter {name:?} {what}"))
}
