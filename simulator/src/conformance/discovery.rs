//! Google's discovery document of the Sheets API, and what does not keep to it.
//! Invariant: no field stands in a request or an answer that the document does not name, and each
//! value is of its type and format, down to the last level.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::masks;
use super::{Findings, Violation, load, shown};
use crate::sheets::Exchange;

/// Messages that say one of several things: how few and how many of their fields may be set.
/// A mask may leave nothing of a value, so an empty one is right.
const ONE_OF: [(&str, std::ops::RangeInclusive<usize>); 2] =
    [("Request", 1..=1), ("ExtendedValue", 0..=1)];
/// The canonical names of refusals that belong to a code (google.rpc.Code).
const STATUSES: [(u16, &str); 12] = [
    (400, "INVALID_ARGUMENT"),
    (400, "FAILED_PRECONDITION"),
    (400, "OUT_OF_RANGE"),
    (401, "UNAUTHENTICATED"),
    (403, "PERMISSION_DENIED"),
    (404, "NOT_FOUND"),
    (409, "ABORTED"),
    (429, "RESOURCE_EXHAUSTED"),
    (500, "INTERNAL"),
    (501, "UNIMPLEMENTED"),
    (503, "UNAVAILABLE"),
    (504, "DEADLINE_EXCEEDED"),
];

/// The discovery document.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Discovery {
    parameters: BTreeMap<String, Schema>,
    pub(super) schemas: BTreeMap<String, Schema>,
    resources: BTreeMap<String, Resource>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Resource {
    methods: BTreeMap<String, Method>,
    resources: BTreeMap<String, Resource>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Method {
    parameters: BTreeMap<String, Schema>,
    request: Option<Reference>,
    response: Option<Reference>,
}

#[derive(Clone, Debug, Deserialize)]
struct Reference {
    #[serde(rename = "$ref")]
    name: String,
}

/// A schema, or a parameter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Schema {
    #[serde(rename = "$ref")]
    pub(super) reference: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    format: Option<String>,
    #[serde(rename = "enum")]
    words: Vec<String>,
    pub(super) properties: BTreeMap<String, Schema>,
    pub(super) items: Option<Box<Schema>>,
    additional_properties: Option<Box<Schema>>,
    repeated: bool,
    location: Option<String>,
}

impl Discovery {
    /// Reads the document from a file.
    ///
    /// # Errors
    /// If there is no such file, or it is something else.
    pub fn load(path: impl AsRef<Path>) -> io::Result<Self> {
        serde_json::from_value(load(path.as_ref())?).map_err(io::Error::other)
    }

    /// Judges a call and its answer. What a refused call asked for is judged all the same.
    pub fn exchange(&self, exchange: &Exchange) -> Vec<Violation> {
        let mut found = self.request(&exchange.method, &exchange.query, &exchange.request);
        found.extend(self.answer(&exchange.method, exchange.status, &exchange.response));
        found
    }

    /// Judges a call of a method such as `spreadsheets.get`; the body is null if there is none.
    pub fn request(
        &self,
        method: &str,
        query: &[(String, String)],
        body: &Value,
    ) -> Vec<Violation> {
        let mut findings = Findings::at(method);
        let Some(described) = self.method(method) else {
            findings.report("there is no such method");
            return findings.found;
        };
        for (name, value) in query {
            let own = described.parameters.get(name);
            let parameter = own
                .filter(|own| own.location.as_deref() == Some("query"))
                .or(self.parameters.get(name));
            let times = query.iter().filter(|(other, _)| other == name).count();
            findings.below(&format!("?{name}"), |findings| match parameter {
                None => findings.report("there is no such parameter"),
                Some(parameter) if times > 1 && !parameter.repeated => {
                    findings.report("it may stand there once")
                }
                Some(parameter) => self.value(parameter, &parameter.typed(value), findings),
            });
            if let ("fields", Some(answer)) = (name.as_str(), &described.response) {
                findings.below("?fields", |findings| {
                    masks::check(self, &answer.name, value, findings)
                });
            }
        }
        match &described.request {
            Some(request) => self.message(&request.name, body, &mut findings),
            None if body.is_null() => {}
            None => findings.report("this method has no body"),
        }
        findings.found
    }

    /// Judges an answer: the method's own, or a refusal.
    pub fn answer(&self, method: &str, status: u16, body: &Value) -> Vec<Violation> {
        let mut findings = Findings::at(format!("{method} → {status}"));
        match (
            self.method(method)
                .and_then(|method| method.response.as_ref()),
            status,
        ) {
            (Some(response), 200) => self.message(&response.name, body, &mut findings),
            (None, _) => findings.report("there is no such method, or it answers nothing"),
            (Some(_), _) => refusal(status, body, &mut findings),
        }
        findings.found
    }

    fn method(&self, name: &str) -> Option<&Method> {
        let mut resources = &self.resources;
        let mut steps: Vec<&str> = name.split('.').collect();
        let last = steps.pop()?;
        let mut resource = None;
        for step in steps {
            let found = resources.get(step)?;
            resources = &found.resources;
            resource = Some(found);
        }
        resource?.methods.get(last)
    }

    fn message(&self, name: &str, value: &Value, findings: &mut Findings) {
        let (Some(schema), Some(fields)) = (self.schemas.get(name), value.as_object()) else {
            findings.report(format!("expected {name}, found {}", shown(value)));
            return;
        };
        let bounds = ONE_OF.iter().find(|(message, _)| *message == name);
        if bounds.is_some_and(|(_, bounds)| !bounds.contains(&fields.len())) {
            findings.report(format!("{name} says one thing, not {}", fields.len()));
        }
        for (field, value) in fields {
            match schema.properties.get(field) {
                None => findings.report(format!("unknown field {field:?}")),
                Some(property) => findings.below(&format!(".{field}"), |findings| {
                    self.value(property, value, findings)
                }),
            }
        }
        if let Some(mask) = fields.get("fields").and_then(Value::as_str) {
            findings.below(".fields", |findings| {
                masks::check_update(self, schema, mask, findings)
            });
        }
    }

    fn value(&self, schema: &Schema, value: &Value, findings: &mut Findings) {
        if let Some(reference) = &schema.reference {
            return self.message(reference, value, findings);
        }
        let kind = schema.kind.as_deref().unwrap_or("any");
        match (kind, value) {
            ("any", _) => {}
            ("array", Value::Array(entries)) => {
                if let Some(items) = &schema.items {
                    findings.each(entries, |findings, entry| {
                        self.value(items, entry, findings)
                    });
                }
            }
            ("object", Value::Object(fields)) => {
                for (name, value) in fields {
                    match schema
                        .properties
                        .get(name)
                        .or(schema.additional_properties.as_deref())
                    {
                        None => findings.report(format!("unknown field {name:?}")),
                        Some(property) => findings.below(&format!(".{name}"), |findings| {
                            self.value(property, value, findings)
                        }),
                    }
                }
            }
            (_, _) if schema.fits(value) => {}
            (_, _) => findings.report(format!(
                "expected {}, found {}",
                schema.expected(),
                shown(value)
            )),
        }
    }
}

impl Schema {
    /// A parameter's text as the value that it stands for.
    fn typed(&self, text: &str) -> Value {
        match self.kind.as_deref() {
            Some("boolean" | "integer" | "number") => {
                serde_json::from_str(text).unwrap_or_else(|_| text.into())
            }
            Some(_) | None => text.into(),
        }
    }

    fn fits(&self, value: &Value) -> bool {
        match (self.kind.as_deref(), self.format.as_deref()) {
            (Some("boolean"), _) => value.is_boolean(),
            (Some("integer"), Some("int32")) => value
                .as_i64()
                .is_some_and(|number| i32::try_from(number).is_ok()),
            (Some("integer"), _) => value.is_i64() || value.is_u64(),
            (Some("number"), _) => value.is_number(),
            (Some("string"), _) => value.as_str().is_some_and(|text| {
                let is_open = self.words.is_empty();
                is_open || self.words.iter().any(|word| word == text)
            }),
            (_, _) => false,
        }
    }

    fn expected(&self) -> String {
        let kind = self.kind.as_deref().unwrap_or_default();
        match (&self.format, self.words.as_slice()) {
            (Some(format), _) => format!("{kind} ({format})"),
            (None, []) => kind.to_owned(),
            (None, words) => format!("one of {words:?}"),
        }
    }
}

fn refusal(status: u16, body: &Value, findings: &mut Findings) {
    let error = &body["error"];
    if error["code"].as_u64() != Some(u64::from(status)) {
        findings.report(format!("the error's code is {}", shown(&error["code"])));
    }
    let name = error["status"].as_str().unwrap_or_default();
    if !STATUSES.contains(&(status, name)) {
        findings.report(format!("the status {name:?} does not go with the code"));
    }
    if error["message"].as_str().is_none_or(str::is_empty) {
        findings.report("a refusal says why");
    }
}
