//! The `fields` parameter: which parts of an answer the caller wants.
//!
//! Invariant: a mask only ever leaves parts out; it never adds or changes one.
//! Grammar (Google's partial responses): `a,b.c,d(e,f/g)`, `*` for everything.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::ApiError;

/// A parsed mask: the wanted names, each with what is wanted below it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FieldMask {
    /// Empty means: everything from here down.
    wanted: BTreeMap<String, FieldMask>,
}

impl FieldMask {
    /// Reads the parameter; what cannot be read is a 400.
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let mut mask = Self::default();
        let rest = mask.parse_list(text);
        if rest == Some("") && !mask.wanted.is_empty() {
            Ok(mask)
        } else {
            Err(ApiError::invalid(format!(
                "Request contains an invalid fields mask: {text}"
            )))
        }
    }

    /// The wanted names, each with what is wanted below it.
    pub(crate) fn names(&self) -> impl Iterator<Item = (&str, &Self)> {
        self.wanted
            .iter()
            .map(|(name, below)| (name.as_str(), below))
    }

    /// Whether anything at or below this path is wanted.
    pub(crate) fn covers(&self, path: &[&str]) -> bool {
        let Some((name, below)) = path.split_first() else {
            return true;
        };
        self.wanted.is_empty()
            || [*name, "*"]
                .iter()
                .filter_map(|name| self.wanted.get(*name))
                .any(|mask| mask.covers(below))
    }

    /// Leaves out what is not wanted; a list is masked entry by entry.
    pub(crate) fn apply(&self, value: Value) -> Value {
        if self.wanted.is_empty() {
            return value;
        }
        match value {
            Value::Array(entries) => entries.into_iter().map(|entry| self.apply(entry)).collect(),
            Value::Object(fields) => {
                let mut kept = Map::new();
                for (name, value) in fields {
                    let mask = self.wanted.get(&name).or_else(|| self.wanted.get("*"));
                    if let Some(mask) = mask {
                        kept.insert(name, mask.apply(value));
                    }
                }
                Value::Object(kept)
            }
            plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
        }
    }

    /// Reads `path,path…` and answers what follows it.
    fn parse_list<'t>(&mut self, mut text: &'t str) -> Option<&'t str> {
        loop {
            text = self.parse_path(text)?;
            match text.strip_prefix(',') {
                Some(rest) => text = rest,
                None => return Some(text),
            }
        }
    }

    /// Reads `name`, `name.path`, `name/path` or `name(list)`.
    fn parse_path<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let text = text.trim_start();
        let end = text
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '*')
            .unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        if name.is_empty() {
            return None;
        }
        let known = self.wanted.contains_key(name);
        let below = self.wanted.entry(name.to_owned()).or_default();
        if let Some(rest) = rest.strip_prefix(['.', '/']) {
            return below.widen(known, |mask| mask.parse_path(rest));
        }
        if let Some(rest) = rest.strip_prefix('(') {
            return below
                .widen(known, |mask| mask.parse_list(rest))?
                .strip_prefix(')');
        }
        below.wanted.clear();
        Some(rest.trim_start())
    }

    /// Adds below a name; a name that was already wanted whole stays whole.
    fn widen<'t>(
        &mut self,
        known: bool,
        add: impl FnOnce(&mut Self) -> Option<&'t str>,
    ) -> Option<&'t str> {
        let whole = known && self.wanted.is_empty();
        let rest = add(self);
        if whole {
            self.wanted.clear();
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_mask_leaves_out_what_is_not_wanted() {
        let value = json!({
            "id": 1,
            "sheets": [{"properties": {"title": "a", "index": 0}, "data": [1]}],
        });
        let table = [
            ("*", value.clone()),
            ("id", json!({"id": 1})),
            (
                "sheets.properties.title",
                json!({"sheets": [{"properties": {"title": "a"}}]}),
            ),
            (
                "id,sheets(data,properties/index)",
                json!({"id": 1, "sheets": [{"properties": {"index": 0}, "data": [1]}]}),
            ),
            ("sheets,sheets.data", json!({"sheets": value["sheets"]})),
            ("nothing", json!({})),
        ];
        for (mask, left) in table {
            assert_eq!(
                FieldMask::parse(mask).unwrap().apply(value.clone()),
                left,
                "{mask}"
            );
        }
    }

    #[test]
    fn a_mask_that_cannot_be_read_is_refused() {
        for mask in ["", "a,", "a(b", "a)b", "(a)", "a..b"] {
            assert!(FieldMask::parse(mask).is_err(), "{mask}");
        }
    }

    #[test]
    fn a_path_is_covered_by_what_stands_above_and_below_it() {
        let covers = |mask: &str| {
            FieldMask::parse(mask)
                .unwrap()
                .covers(&["updatedSpreadsheet", "sheets", "data"])
        };
        assert!(covers("*"));
        assert!(covers("updatedSpreadsheet"));
        assert!(covers(
            "replies,updatedSpreadsheet.sheets(properties,data.rowData)"
        ));
        assert!(!covers("updatedSpreadsheet.sheets.properties"));
        assert!(!covers("replies"));
    }
}
