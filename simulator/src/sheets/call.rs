//! One call of the Sheets API: what is asked of which spreadsheet.
//!
//! Invariant: existence, then rights, then the request itself are looked at, and
//! a call changes at most the one workbook that it names.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::{Method, Uri};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::ApiError;
use super::faults::{CallKind, Visit};
use super::mask::FieldMask;
use super::quota::Direction;
use super::record::Exchange;
use super::server::{Shared, World};
use super::workbook::{Closed, GetQuery, Role, ValuesQuery, Workbook};

/// Query parameters that every method of Google's takes and that change nothing
/// here.
const SYSTEM_PARAMETERS: [&str; 10] = [
    "alt",
    "prettyPrint",
    "key",
    "quotaUser",
    "access_token",
    "oauth_token",
    "callback",
    "uploadType",
    "upload_protocol",
    "$.xgafv",
];

/// Every method that the stand-in knows, beside the token endpoint; anything else is answered with 501.
pub const KNOWN_METHODS: [&str; 4] = [GET, VALUES_GET, VALUES_BATCH_GET, BATCH_UPDATE];
const GET: &str = "spreadsheets.get";
const VALUES_GET: &str = "spreadsheets.values.get";
const VALUES_BATCH_GET: &str = "spreadsheets.values.batchGet";
const BATCH_UPDATE: &str = "spreadsheets.batchUpdate";

/// What the path and verb of a call ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Call {
    spreadsheet: String,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Get,
    /// One range, in the path.
    ValuesGet(String),
    ValuesBatchGet,
    BatchUpdate,
}

/// An admitted call with all that came along.
pub(super) struct Work {
    pub(super) shared: Arc<Shared>,
    pub(super) call: Call,
    pub(super) account: String,
    pub(super) query: String,
    pub(super) body: Bytes,
}

impl Call {
    /// Reads the address; 501 names a method that is not served here.
    pub(super) fn of(method: &Method, uri: &Uri) -> Result<Self, ApiError> {
        let path = decoded(uri.path());
        let unknown = || ApiError::not_simulated(&format!("{method} {path}"));
        let rest = path.strip_prefix("/v4/spreadsheets/").ok_or_else(unknown)?;
        let (spreadsheet, what) = match *method {
            Method::GET => match (
                rest.strip_suffix("/values:batchGet"),
                rest.split_once("/values/"),
            ) {
                (Some(id), _) => (id, What::ValuesBatchGet),
                (None, Some((id, range))) => (id, What::ValuesGet(range.to_owned())),
                (None, None) => (rest, What::Get),
            },
            Method::POST => {
                let id = rest.strip_suffix(":batchUpdate").ok_or_else(unknown)?;
                (id, What::BatchUpdate)
            }
            _ => return Err(unknown()),
        };
        if spreadsheet.is_empty() || spreadsheet.contains(['/', ':']) {
            return Err(unknown());
        }
        Ok(Self {
            spreadsheet: spreadsheet.to_owned(),
            what,
        })
    }

    /// The spreadsheet that it names.
    pub(super) fn spreadsheet(&self) -> &str {
        &self.spreadsheet
    }

    /// The range in its path.
    pub(super) fn range(&self) -> Option<&str> {
        match &self.what {
            What::ValuesGet(range) => Some(range),
            What::Get | What::ValuesBatchGet | What::BatchUpdate => None,
        }
    }

    pub(super) fn kind(&self) -> CallKind {
        match self.direction() {
            Direction::Read => CallKind::Read,
            Direction::Write => CallKind::Write,
        }
    }

    pub(super) fn direction(&self) -> Direction {
        match self.what {
            What::Get | What::ValuesGet(_) | What::ValuesBatchGet => Direction::Read,
            What::BatchUpdate => Direction::Write,
        }
    }

    /// The method's ID in the discovery document, without its `sheets.`.
    pub(super) fn method(&self) -> &'static str {
        match self.what {
            What::Get => GET,
            What::ValuesGet(_) => VALUES_GET,
            What::ValuesBatchGet => VALUES_BATCH_GET,
            What::BatchUpdate => BATCH_UPDATE,
        }
    }
}

impl Work {
    /// Carries the call out and keeps it, if anybody wants to see it afterwards.
    pub(super) fn perform_on_record(self) -> Result<Value, ApiError> {
        let shared = Arc::clone(&self.shared);
        let (method, query, body) = (self.call.method(), self.query.clone(), self.body.clone());
        let answer = self.perform();
        shared.world().exchanges.push(|| {
            let (status, response) = match &answer {
                Ok(answer) => (200, answer.clone()),
                Err(error) => (error.code, error.body()),
            };
            Exchange {
                method: method.to_owned(),
                query: form_urlencoded::parse(query.as_bytes())
                    .into_owned()
                    .collect(),
                request: serde_json::from_slice(&body).unwrap_or_default(),
                status,
                response,
            }
        });
        answer
    }

    /// Carries the call out, with the people who were asked to act meanwhile.
    fn perform(self) -> Result<Value, ApiError> {
        let shared = Arc::clone(&self.shared);
        let mut world = shared.world();
        let id = self.call.spreadsheet.as_str();
        let workbook = world.workbooks.get(id).ok_or_else(ApiError::not_found)?;
        match workbook.closed() {
            Some(Closed::ServiceDisabled) => return Err(ApiError::service_disabled()),
            Some(Closed::OfficeFile) => return Err(ApiError::office_file()),
            None => {}
        }
        match (workbook.role(&self.account), self.call.direction()) {
            (Role::Writer, _) | (Role::Reader, Direction::Read) => {}
            (Role::Reader, Direction::Write) | (Role::None, _) => {
                return Err(ApiError::forbidden("The caller does not have permission"));
            }
        }
        let (parameters, fields) = parameters(&self.query)?;
        let answer = match &self.call.what {
            What::Get => {
                let query = get_query(&parameters)?;
                workbook.get_with_fields(query, fields.as_ref())
            }
            What::ValuesGet(range) => one_range(workbook, range, &values_query(&parameters)?),
            What::ValuesBatchGet => values(&mut world, id, &values_query(&parameters)?),
            What::BatchUpdate => {
                no_more(&parameters)?;
                let body = serde_json::from_slice(&self.body).map_err(|error| {
                    ApiError::invalid(format!("Invalid JSON payload received. {error}"))
                })?;
                write(&mut world, id, &body, fields.as_ref())
            }
        };
        answer.map(|answer| match fields {
            Some(fields) => fields.apply(answer),
            None => answer,
        })
    }
}

/// Reads the one range that stands in the path.
fn one_range(workbook: &Workbook, range: &str, query: &ValuesQuery) -> Result<Value, ApiError> {
    if !query.ranges.is_empty() {
        return Err(unknown_parameter("ranges"));
    }
    let ranges = vec![range.to_owned()];
    let mut answer = workbook.values_batch_get(&ValuesQuery { ranges, ..*query })?;
    Ok(answer["valueRanges"][0].take())
}

/// Reads the ranges; a person may act between the first and the second.
fn values(world: &mut World, id: &str, query: &ValuesQuery) -> Result<Value, ApiError> {
    let (first, rest) = query.ranges.split_at(query.ranges.len().min(1));
    let part = |ranges: &[String]| ValuesQuery {
        ranges: ranges.to_vec(),
        ..*query
    };
    let mut answer = world.open(id)?.values_batch_get(&part(first))?;
    if !rest.is_empty() {
        world.visit(id, |visit| matches!(visit, Visit::MidRead(_)))?;
        let more = world.open(id)?.values_batch_get(&part(rest))?;
        if let (Some(ranges), Some(more)) = (
            answer["valueRanges"].as_array_mut(),
            more["valueRanges"].as_array(),
        ) {
            ranges.extend(more.iter().cloned());
        }
    }
    Ok(answer)
}

fn write(
    world: &mut World,
    id: &str,
    body: &Value,
    fields: Option<&FieldMask>,
) -> Result<Value, ApiError> {
    world.visit(id, |visit| matches!(visit, Visit::BeforeWrite(_)))?;
    let mut sorting = world.sorting;
    sorting.disturb(world.open(id)?, body);
    world.sorting = sorting;
    let answer = world.open(id)?.apply_with_fields(body, fields)?;
    world.visit(id, |visit| matches!(visit, Visit::AfterWrite(_)))?;
    Ok(answer)
}

impl World {
    /// The workbook with this ID.
    pub(super) fn open(&mut self, id: &str) -> Result<&mut Workbook, ApiError> {
        self.workbooks.get_mut(id).ok_or_else(ApiError::not_found)
    }

    /// Lets the next person act who was waiting for this moment.
    fn visit(&mut self, id: &str, now: impl Fn(&Visit) -> bool) -> Result<(), ApiError> {
        let next = self
            .visits
            .iter()
            .position(|(workbook, visit)| workbook == id && now(visit));
        if let Some(index) = next {
            let (_, visit) = self.visits.remove(index);
            let (Visit::BeforeWrite(act) | Visit::AfterWrite(act) | Visit::MidRead(act)) = visit;
            act(self.open(id)?);
        }
        Ok(())
    }
}

type Parameters = Vec<(String, String)>;

/// The parameters of the method itself, and the field mask.
fn parameters(query: &str) -> Result<(Parameters, Option<FieldMask>), ApiError> {
    let mut parameters: Parameters = form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    parameters.retain(|(name, _)| !SYSTEM_PARAMETERS.contains(&name.as_str()));
    let mut fields = None;
    for (_, value) in parameters.extract_if(.., |(name, _)| name == "fields") {
        fields = Some(FieldMask::parse(&value)?);
    }
    Ok((parameters, fields))
}

fn get_query(parameters: &Parameters) -> Result<GetQuery, ApiError> {
    let mut query = GetQuery::default();
    for (name, value) in parameters {
        match name.as_str() {
            "ranges" => query.ranges.push(value.clone()),
            "includeGridData" => query.include_grid_data = value == "true",
            "excludeTablesInBandedRanges" | "commentsViewMode" => {}
            other => return Err(unknown_parameter(other)),
        }
    }
    Ok(query)
}

fn values_query(parameters: &Parameters) -> Result<ValuesQuery, ApiError> {
    let mut query = ValuesQuery::default();
    for (name, value) in parameters {
        match name.as_str() {
            "ranges" => query.ranges.push(value.clone()),
            "majorDimension" => query.major = choice(name, value)?,
            "valueRenderOption" => query.render = choice(name, value)?,
            "dateTimeRenderOption" => query.dates = choice(name, value)?,
            other => return Err(unknown_parameter(other)),
        }
    }
    Ok(query)
}

fn no_more(parameters: &Parameters) -> Result<(), ApiError> {
    match parameters.first() {
        None => Ok(()),
        Some((name, _)) => Err(unknown_parameter(name)),
    }
}

fn choice<T: DeserializeOwned>(name: &str, value: &str) -> Result<T, ApiError> {
    serde_json::from_value(Value::from(value))
        .map_err(|_| ApiError::invalid(format!("Invalid value at '{name}', \"{value}\"")))
}

fn unknown_parameter(name: &str) -> ApiError {
    ApiError::invalid(format!(
        "Invalid JSON payload received. Unknown name \"{name}\": Cannot bind query parameter."
    ))
}

/// Undoes percent-encoding of a path by reading it as the value of a form.
fn decoded(path: &str) -> String {
    let form = format!("={}", path.replace('+', "%2B").replace('&', "%26"));
    form_urlencoded::parse(form.as_bytes())
        .next()
        .map_or_else(String::new, |(_, path)| path.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_methods_are_read_and_others_named() {
        let call = |method: Method, uri: &str| Call::of(&method, &uri.parse().unwrap());
        let method = |method, uri| call(method, uri).map(|call| call.method());
        let base = "/v4/spreadsheets/1aB_c-d";
        assert_eq!(method(Method::GET, base), Ok("spreadsheets.get"));
        assert_eq!(
            method(Method::GET, &format!("{base}/values:batchGet?ranges=A1")),
            Ok("spreadsheets.values.batchGet")
        );
        let read = call(
            Method::GET,
            &format!("{base}/values/%27%D0%9B%27%21A1%3AB2?majorDimension=ROWS"),
        )
        .unwrap();
        assert_eq!(read.what, What::ValuesGet("'Л'!A1:B2".to_owned()));
        let write = call(Method::POST, &format!("{base}%3AbatchUpdate")).unwrap();
        assert_eq!(
            (write.method(), write.spreadsheet.as_str()),
            ("spreadsheets.batchUpdate", "1aB_c-d")
        );
        for (verb, uri) in [
            (Method::POST, "/v4/spreadsheets".to_owned()),
            (Method::PUT, format!("{base}/values/A1")),
            (Method::POST, format!("{base}/values/A1:append")),
            (Method::PUT, base.to_owned()),
            (Method::POST, format!("{base}:getByDataFilter")),
        ] {
            let error = call(verb.clone(), &uri).unwrap_err();
            assert_eq!(error.code, 501);
            assert!(error.message.contains(&format!("{verb} {uri}")), "{error}");
        }
    }

    #[test]
    fn parameters_are_checked() {
        let (all, fields) =
            parameters("alt=json&fields=sheets&ranges=A1&ranges=%27%D0%9B%27!B").unwrap();
        assert!(fields.is_some());
        let query = values_query(&all).unwrap();
        assert_eq!(query.ranges, ["A1", "'Л'!B"]);
        for query in ["majorDimension=ROW", "valueRenderOption=PLAIN", "range=A1"] {
            let (all, _) = parameters(query).unwrap();
            assert_eq!(values_query(&all).unwrap_err().code, 400, "{query}");
        }
    }
}
