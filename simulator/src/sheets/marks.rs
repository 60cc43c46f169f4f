//! What the trail tells of this stand-in: what is read and written, by whom.
//!
//! Invariant: a mark is made before the work and ended after it, so that it tells
//! what the work came to.

use axum::body::Bytes;
use axum::http::StatusCode;
use serde_json::Value;

use super::call::Call;
use super::faults::Trouble;
use super::quota::Direction;
use super::server::World;
use crate::trail::{Mark, Side, Way, What};
use crate::weather::{self, Strike};

/// The mark of an admitted call.
pub(super) fn call(world: &World, call: &Call, query: &str, body: &Bytes) -> Mark {
    let tab = |id: &i64| {
        let book = world.workbooks.get(call.spreadsheet())?;
        book.title_of(*id).map(str::to_owned)
    };
    match call.direction() {
        Direction::Read => {
            let asked = form_urlencoded::parse(query.as_bytes());
            let ranges = asked
                .filter(|(name, _)| name == "ranges")
                .map(|(_, range)| range.into_owned())
                .chain(call.range().map(str::to_owned));
            let (mut titles, mut cells) = (Vec::new(), Vec::new());
            for range in ranges {
                match range.rsplit_once('!') {
                    Some((title, part)) => {
                        titles.push(title.trim_matches('\'').replace("''", "'"));
                        cells.push(part.to_owned());
                    }
                    None => cells.push(range),
                }
            }
            titles.dedup();
            // Several tabs are named by none of them.
            let tab = titles.pop().filter(|_| titles.is_empty());
            Mark::new(Side::Sheets, Way::Out, What::Look, &cells.join(", ")).tab(tab)
        }
        Direction::Write => {
            let body: Value = serde_json::from_slice(body).unwrap_or_default();
            let requests = body["requests"].as_array().map(Vec::as_slice);
            let requests = requests.unwrap_or_default();
            let kinds = requests.iter().filter_map(Value::as_object);
            let mut names: Vec<&str> = kinds
                .flat_map(|kinds| kinds.keys())
                .map(String::as_str)
                .collect();
            names.dedup();
            let mut ids = Vec::new();
            super::sorting::collect_ids(&body["requests"], &mut ids);
            Mark::new(Side::Sheets, Way::Out, What::Write, &names.join(", "))
                .tab(ids.first().and_then(tab))
        }
    }
}

/// The mark of a call for a token.
pub(super) fn token() -> Mark {
    Mark::new(Side::Sheets, Way::Out, What::Token, "")
}

/// A person has done something in a workbook.
pub(super) fn act(name: &str, tab: &str, what: &str) -> Mark {
    let text = match what {
        "" => name.to_owned(),
        what => format!("{name} {what}"),
    };
    Mark::new(Side::Sheets, Way::In, What::Update, &text).tab(Some(tab.to_owned()))
}

/// The mark of a call that ended so.
pub(super) fn ended(mark: Mark, trouble: Option<&Trouble>, status: StatusCode) -> Mark {
    let (ok, note) = match trouble {
        Some(Trouble::CutBefore) => (false, Some("cut".to_owned())),
        Some(Trouble::CutAfter | Trouble::LandLater { .. } | Trouble::UnavailableAfter) => {
            (false, Some("answer lost".to_owned()))
        }
        Some(Trouble::Delay { millis }) if status.is_success() => {
            (true, Some(format!("late {} s", millis.div_ceil(1000))))
        }
        Some(_) | None if status.is_success() => (true, None),
        Some(_) | None => (false, Some(status.as_u16().to_string())),
    };
    mark.noted(ok, note)
}

/// What the weather makes of a call.
pub(super) fn trouble(strike: Strike) -> Trouble {
    match strike {
        Strike::Cut => Trouble::CutBefore,
        Strike::Late => Trouble::Delay {
            millis: u64::try_from(weather::LATE.as_millis()).unwrap_or(u64::MAX),
        },
        Strike::TooMany => Trouble::TooMany {
            retry_after: weather::RETRY_AFTER,
        },
        Strike::Lost => Trouble::CutAfter,
    }
}
