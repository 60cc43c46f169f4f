//! Parameters of a call, whether they came as JSON, as a form, with files or in the query.
//! Invariant: a parameter that the stand-in does not model is refused aloud, never ignored.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::http::{HeaderMap, header};
use multer::Multipart;
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// How a text parameter points at a file of the same call (Bot API, "Sending files").
const ATTACHED: &str = "attach://";

/// A file that came with a call.
#[derive(Clone, Debug)]
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) mime: Option<String>,
    pub(super) bytes: Bytes,
}

/// How a call names a file.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given<'a> {
    /// A `file_id` or an address.
    Named(&'a str),
    Uploaded(&'a Upload),
}

/// The parameters of one call by name; those of the body win over those of the query.
#[derive(Clone, Debug, Default)]
pub(super) struct Params {
    values: Map<String, Value>,
    files: BTreeMap<String, Upload>,
    came_as_json: bool,
}

impl Params {
    /// Reads the query and the body of a request.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] if the body is not what it says to be.
    pub(super) async fn read(
        query: Option<&str>,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Self, Refusal> {
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
            let object: Map<String, Value> = serde_json::from_slice(body)
                .map_err(|_| Refusal::Malformed("can't parse JSON object".into()))?;
            params.values.extend(object);
            params.came_as_json = true;
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            params.add_form(body);
        } else if let Ok(boundary) = multer::parse_boundary(kind) {
            params
                .add_parts(Multipart::with_reader(&**body, boundary))
                .await
                .map_err(|_| Refusal::Malformed("can't parse multipart/form-data".into()))?;
        } else {
            return Err(Refusal::NotImplemented(format!("content type {kind:?}")));
        }
        Ok(params)
    }

    /// All parameters as one object, for the record; a file is what a text would point at.
    pub(super) fn to_json(&self) -> Value {
        let mut all = self.values.clone();
        for name in self.files.keys().filter(|name| !self.points_at(name)) {
            all.insert(name.clone(), Value::String(format!("{ATTACHED}{name}")));
        }
        Value::Object(all)
    }

    /// How many files came with the call.
    pub(super) fn uploads(&self) -> usize {
        self.files.len()
    }

    /// Whether every parameter is a text.
    pub(super) fn are_text(&self) -> bool {
        !self.came_as_json
    }

    /// Refuses whatever stands neither in `known` nor is null, and files that nothing points at.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let values = self.values.iter().filter(|(_, value)| !value.is_null());
        let files = self.files.keys().filter(|name| !self.points_at(name));
        let mut names = values.map(|(name, _)| name).chain(files);
        match names.find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(Refusal::NotImplemented(format!("parameter {name}"))),
            None => Ok(()),
        }
    }

    /// A file, if given: by name, or as an upload under the parameter's name or wherever it points.
    pub(super) fn file(&self, name: &str) -> Result<Option<Given<'_>>, Refusal> {
        if let Some(upload) = self.files.get(name) {
            return Ok(Some(Given::Uploaded(upload)));
        }
        let Some(text) = self.text(name)?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        Ok(match text.strip_prefix(ATTACHED) {
            Some(part) => self.files.get(part).map(Given::Uploaded),
            None => Some(Given::Named(text)),
        })
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
                matches!(
                    text.trim().to_ascii_lowercase().as_str(),
                    "true" | "yes" | "1"
                )
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
        self.values.get(name).filter(|value| !value.is_null())
    }

    fn points_at(&self, file: &str) -> bool {
        let mut texts = self.values.values().filter_map(Value::as_str);
        texts.any(|text| text.strip_prefix(ATTACHED) == Some(file))
    }

    async fn add_parts(&mut self, mut parts: Multipart<'_>) -> multer::Result<()> {
        while let Some(part) = parts.next_field().await? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(ToOwned::to_owned) {
                None => {
                    let text = part.text().await?;
                    self.values.insert(name, Value::String(text));
                }
                Some(file_name) => {
                    let upload = Upload {
                        name: file_name,
                        mime: part.content_type().map(ToString::to_string),
                        bytes: part.bytes().await?,
                    };
                    self.files.insert(name, upload);
                }
            }
        }
        Ok(())
    }

    fn add_form(&mut self, form: &[u8]) {
        for (name, value) in form_urlencoded::parse(form) {
            self.values
                .insert(name.into_owned(), Value::String(value.into_owned()));
        }
    }
}

fn malformed(name: &str, what: &str) -> Refusal {
    Refusal::Malformed(format!("parameter {name:?} {what}"))
}
