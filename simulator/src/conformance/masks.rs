//! Field masks: whether each path in them leads somewhere.
//! Invariant: a path is followed through the schema that the mask is about; `*` fits everywhere.

use super::Findings;
use super::discovery::{Discovery, Schema};
use crate::sheets::FieldMask;

/// What a mask beside it is about: the field of the request, and the message where it is not its own.
const ABOUT: [(&str, Option<&str>); 7] = [
    ("rows", Some("CellData")),
    ("cell", None),
    ("properties", None),
    ("namedRange", None),
    ("protectedRange", None),
    ("bandedRange", None),
    ("developerMetadata", None),
];

/// Judges the mask of a partial answer.
pub(super) fn check(discovery: &Discovery, message: &str, mask: &str, findings: &mut Findings) {
    match FieldMask::parse(mask) {
        Err(error) => findings.report(error.message),
        Ok(mask) => follow(discovery, message, &mask, findings),
    }
}

/// Judges the mask of a change: it is about what stands beside it in the request.
pub(super) fn check_update(
    discovery: &Discovery,
    request: &Schema,
    mask: &str,
    findings: &mut Findings,
) {
    let about = ABOUT.iter().find_map(|(field, message)| {
        let property = request.properties.get(*field)?;
        message.or(property.reference.as_deref())
    });
    if let Some(message) = about {
        check(discovery, message, mask, findings);
    }
}

fn follow(discovery: &Discovery, message: &str, mask: &FieldMask, findings: &mut Findings) {
    let Some(schema) = discovery.schemas.get(message) else {
        return;
    };
    for (name, below) in mask.names().filter(|(name, _)| *name != "*") {
        let Some(property) = schema.properties.get(name) else {
            findings.report(format!("{message} has no field {name:?}"));
            continue;
        };
        let inner = property
            .reference
            .as_deref()
            .or_else(|| property.items.as_ref()?.reference.as_deref());
        match inner {
            Some(inner) => follow(discovery, inner, below, findings),
            None if below.names().next().is_none() => {}
            None => findings.report(format!("{message}.{name} has no fields")),
        }
    }
}
