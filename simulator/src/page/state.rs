//! `GET /api/state`: who is there, what the weather is, what has become of all that was written.
//! Invariant: everything in it is asked of the stand-ins at that moment.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::account::{Account, Sources};
use super::server::Shared;
use crate::clock::Moment;
use crate::sheets::Workbook;
use crate::trail::{Mark, What};
use crate::weather::Weather;

/// Marks that the state carries.
const MARKS: usize = 50;
/// What has not arrived after so long a time without any trouble or traffic will not.
const QUIET: Duration = Duration::from_secs(60);

pub(super) async fn state(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let marks = marks(&shared);
    let mut state = of(&shared, &marks);
    let first = marks.len().saturating_sub(MARKS);
    state["trail"] = json!(marks[first..]);
    Json(state)
}

/// The marks of both stand-ins, oldest first.
pub(super) fn marks(shared: &Shared) -> Vec<Mark> {
    let options = &shared.options;
    let mut marks = options.telegram.marks();
    marks.extend(options.sheets.marks());
    marks.sort_by_key(|mark| mark.n);
    marks
}

/// The state as the page shows it, but for the trail.
pub(super) fn of(shared: &Shared, marks: &[Mark]) -> Value {
    let options = &shared.options;
    let book = options.sheets.copy(&options.workbook);
    let account = book.as_ref().map(|book| account(shared, book, marks));
    let workbook = book
        .map(|book| json!({ "id": book.id(), "title": book.title(), "tabs": book.tab_titles(), "gids": book.tab_ids() }));
    let mut state = options.telegram.cast();
    let rest = [
        ("workbook", json!(workbook)),
        ("weather", weather(shared)),
        ("account", json!(account.unwrap_or_default())),
        ("backstage", options.backstage.state()),
        (
            "urls",
            json!({ "telegram": options.telegram.url(), "sheets": options.sheets.url() }),
        ),
    ];
    for (name, value) in rest {
        state[name] = value;
    }
    state
}

/// Whether something is made to go wrong now; if so, that is noted.
pub(super) fn look_at_the_sky(shared: &Shared) -> bool {
    let options = &shared.options;
    let is_rough = options.telegram.current_weather() != Weather::Calm
        || options.sheets.current_weather() != Weather::Calm
        || options.sheets.is_sorted_under_writes();
    if is_rough {
        shared.is_rough();
    }
    is_rough
}

fn weather(shared: &Shared) -> Value {
    let options = &shared.options;
    json!({
        "telegram": options.telegram.current_weather(),
        "sheets": options.sheets.current_weather(),
        "sorting": options.sheets.is_sorted_under_writes(),
    })
}

fn account(shared: &Shared, book: &Workbook, marks: &[Mark]) -> Account {
    let options = &shared.options;
    let names = &options.names;
    let typed = options.sheets.typed(&options.workbook).into_iter();
    let typed: Vec<String> = typed
        .filter(|typed| typed.tab == names.tab && typed.header == names.answer)
        .map(|typed| typed.text)
        .collect();
    Account::of(&Sources {
        names,
        book,
        written: &options.telegram.written(),
        typed: &typed,
        spoken: &options.telegram.spoken(),
        quiet: is_quiet(shared, marks),
    })
}

/// Whether nothing has gone wrong, and nothing has been delivered or sent, for long.
fn is_quiet(shared: &Shared, marks: &[Mark]) -> bool {
    let is_rough = look_at_the_sky(shared);
    let calm = Moment::now().steady.duration_since(shared.was_rough());
    !is_rough && calm >= QUIET && is_still(marks, Moment::now().wall)
}

/// Whether nothing has been written, delivered or sent for long.
fn is_still(marks: &[Mark], now: Timestamp) -> bool {
    let moves = |mark: &&Mark| match mark.what {
        What::Update | What::Delivered | What::Send | What::Edit | What::Upload => true,
        What::React | What::Look | What::Write | What::Callback | What::Token => false,
    };
    let last = marks.iter().rev().find(moves);
    let long = SignedDuration::try_from(QUIET).unwrap_or(SignedDuration::MAX);
    last.is_none_or(|mark| now.duration_since(mark.at) >= long)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trail::{Side, Way};

    #[test]
    fn it_is_still_a_minute_after_the_last_message_whatever_is_looked_at_meanwhile() {
        let mark = |what, second| Mark {
            at: Timestamp::from_second(second).unwrap(),
            ..Mark::new(Side::Telegram, Way::In, what, "")
        };
        let marks = [
            mark(What::Update, 0),
            mark(What::Send, 10),
            mark(What::Look, 60),
        ];
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(!is_still(&marks, at(69)));
        assert!(is_still(&marks, at(70)));
        assert!(is_still(&[], at(0)));
    }
}
