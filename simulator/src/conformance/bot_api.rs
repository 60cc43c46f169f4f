//! The Bot API's description, and what does not keep to it.
//! Invariant: required fields stand there, no unknown ones do, and each value is of its type, down
//! to the last level; of several possible types the one counts that fits best.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::words::closed_list;
use super::{Findings, Violation, load, shown};
use crate::telegram::Exchange;

/// How a text names a file of the same call (Bot API, "Sending files").
const ATTACHED: &str = "attach://";
/// How an array of something is written in the description.
const ARRAY_OF: &str = "Array of ";
/// The fields of every answer (Bot API, "Making requests").
const ANSWER_FIELDS: [&str; 5] = ["ok", "result", "description", "error_code", "parameters"];

/// The description of the whole Bot API.
#[derive(Clone, Debug, Deserialize)]
pub struct BotApi {
    types: BTreeMap<String, Described>,
    methods: BTreeMap<String, Described>,
}

/// A type or a method.
#[derive(Clone, Debug, Deserialize)]
struct Described {
    #[serde(default)]
    fields: Vec<Field>,
    #[serde(default)]
    subtypes: Vec<String>,
    #[serde(default)]
    returns: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Field {
    name: String,
    types: Vec<String>,
    required: bool,
    description: String,
}

impl BotApi {
    /// Reads the description from a file.
    ///
    /// # Errors
    /// If there is no such file, or it is something else.
    pub fn load(path: impl AsRef<Path>) -> io::Result<Self> {
        serde_json::from_value(load(path.as_ref())?).map_err(io::Error::other)
    }

    /// Judges a call and its answer. What a refused call asked for is judged all the same.
    pub fn exchange(&self, exchange: &Exchange) -> Vec<Violation> {
        let mut found = self.request(&exchange.method, &exchange.params, exchange.as_text);
        found.extend(self.answer(&exchange.method, exchange.status, &exchange.body));
        found
    }

    /// Judges the parameters of a call; `as_text` if they came as a form, where all is text.
    pub fn request(&self, method: &str, params: &Value, as_text: bool) -> Vec<Violation> {
        let mut findings = Findings::at(method);
        match (self.method(method), params) {
            (None, _) => findings.report("there is no such method"),
            (Some(described), Value::Object(params)) if as_text => {
                let params = params
                    .iter()
                    .map(|(name, value)| (name.clone(), described.typed(name, value)));
                self.object(described, &params.collect(), &mut findings);
            }
            (Some(described), Value::Object(params)) => {
                self.object(described, params, &mut findings)
            }
            (Some(_), other) => {
                findings.report(format!("parameters are no object: {}", shown(other)))
            }
        }
        findings.found
    }

    /// Judges what a method has returned.
    pub fn result(&self, method: &str, result: &Value) -> Vec<Violation> {
        let mut findings = Findings::at(format!("{method} → result"));
        match self.method(method) {
            None => findings.report("there is no such method"),
            Some(described) => self.any_of(&described.returns, result, &mut findings),
        }
        findings.found
    }

    /// Judges a whole answer: `ok`, and what belongs to it.
    pub fn answer(&self, method: &str, status: u16, body: &Value) -> Vec<Violation> {
        let mut findings = Findings::at(format!("{method} → {status}"));
        let fields = body.as_object().into_iter().flatten();
        for (name, _) in fields.filter(|(name, _)| !ANSWER_FIELDS.contains(&name.as_str())) {
            findings.report(format!("unknown field {name:?}"));
        }
        match (body["ok"].as_bool(), status) {
            (Some(true), 200) => findings.found.extend(self.result(method, &body["result"])),
            (Some(false), 400..) => self.refusal(status, body, &mut findings),
            (_, _) => findings.report(format!(
                "\"ok\" and the status do not go together: {}",
                shown(body)
            )),
        }
        findings.found
    }

    /// Judges an update.
    pub fn update(&self, update: &Value) -> Vec<Violation> {
        let mut findings = Findings::at("Update");
        self.one("Update", update, &mut findings);
        let parts = update.as_object().map_or(0, Map::len);
        if parts != 2 {
            findings.report(format!(
                "beside its number an update has one part, not {}",
                parts.saturating_sub(1)
            ));
        }
        findings.found
    }

    /// The closed list of words for a field, as the description states it.
    pub fn words(&self, type_name: &str, field: &str) -> Option<Vec<String>> {
        let fields = &self.types.get(type_name)?.fields;
        closed_list(
            &fields
                .iter()
                .find(|described| described.name == field)?
                .description,
        )
    }

    fn refusal(&self, status: u16, body: &Value, findings: &mut Findings) {
        if body["error_code"].as_u64() != Some(u64::from(status)) {
            findings.report(format!("error_code is {}", shown(&body["error_code"])));
        }
        if body["description"].as_str().is_none_or(str::is_empty) {
            findings.report("a refusal says why");
        }
        if let Some(parameters) = body.get("parameters") {
            findings.below(".parameters", |findings| {
                self.one("ResponseParameters", parameters, findings)
            });
        }
    }

    fn method(&self, name: &str) -> Option<&Described> {
        let mut methods = self.methods.iter();
        let found = methods.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, described)| described)
    }

    fn object(&self, described: &Described, fields: &Map<String, Value>, findings: &mut Findings) {
        for field in described.fields.iter().filter(|field| field.required) {
            if !fields.contains_key(&field.name) {
                findings.report(format!("{:?} is missing", field.name));
            }
        }
        for (name, value) in fields {
            match described.fields.iter().find(|field| field.name == *name) {
                None => findings.report(format!("unknown field {name:?}")),
                Some(field) => findings.below(&format!(".{name}"), |findings| {
                    self.field(field, value, findings)
                }),
            }
        }
    }

    fn field(&self, field: &Field, value: &Value, findings: &mut Findings) {
        self.any_of(&field.types, value, findings);
        if let (Some(text), Some(words)) = (value.as_str(), closed_list(&field.description))
            && field.types == ["String"]
            && !words.iter().any(|word| word == text)
        {
            findings.report(format!("{text:?} is none of {words:?}"));
        }
        if field.name == "allowed_updates" {
            for kind in value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                let known = &self.types["Update"].fields;
                if kind == "update_id" || !known.iter().any(|field| field.name == kind) {
                    findings.report(format!("there is no update of the kind {kind:?}"));
                }
            }
        }
    }

    fn any_of(&self, types: &[String], value: &Value, findings: &mut Findings) {
        match types {
            [only] => self.one(only, value, findings),
            several => {
                let path = findings.path.clone();
                findings.least(several.iter().map(|name| {
                    let mut attempt = Findings::at(path.clone());
                    self.one(name, value, &mut attempt);
                    attempt.found
                }));
            }
        }
    }

    fn one(&self, name: &str, value: &Value, findings: &mut Findings) {
        if let Some(entry) = name.strip_prefix(ARRAY_OF) {
            match value.as_array() {
                Some(entries) => {
                    findings.each(entries, |findings, value| self.one(entry, value, findings))
                }
                None => findings.report(format!("expected {name}, found {}", shown(value))),
            }
            return;
        }
        let fits = match name {
            "Integer" => value.is_i64() || value.is_u64(),
            "Float" => value.is_number(),
            "String" => value.is_string(),
            "Boolean" => value.is_boolean(),
            "InputFile" => value
                .as_str()
                .is_some_and(|text| text.starts_with(ATTACHED)),
            // A plain text may stand for a button with that text (Bot API, `KeyboardButton`).
            "KeyboardButton" if value.is_string() => true,
            _ => return self.named(name, value, findings),
        };
        if !fits {
            findings.report(format!("expected {name}, found {}", shown(value)));
        }
    }

    fn named(&self, name: &str, value: &Value, findings: &mut Findings) {
        match (self.types.get(name), value) {
            (None, _) => findings.report(format!("the description has no type {name}")),
            (Some(described), _) if !described.subtypes.is_empty() => {
                self.any_of(&described.subtypes, value, findings)
            }
            (Some(described), Value::Object(fields)) => self.object(described, fields, findings),
            (Some(_), other) => findings.report(format!("expected {name}, found {}", shown(other))),
        }
    }
}

impl Described {
    /// A form's text as the value that it stands for.
    fn typed(&self, name: &str, value: &Value) -> Value {
        let field = self.fields.iter().find(|field| field.name == name);
        let is_text = field.is_none_or(|field| {
            field
                .types
                .iter()
                .any(|kind| kind == "String" || kind == "InputFile")
        });
        match value.as_str().filter(|_| !is_text) {
            Some(text) => serde_json::from_str(text).unwrap_or_else(|_| value.clone()),
            None => value.clone(),
        }
    }
}
