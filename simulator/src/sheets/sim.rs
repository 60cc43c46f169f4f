//! `/sim`: the hands of people, the counters and the script, over HTTP.
//!
//! Invariant: nothing here asks for a token or counts against a quota.
//!
//! | route | body or answer |
//! |---|---|
//! | `GET /sim/workbooks` | `[{"id","title","tabs":[…]}]` |
//! | `GET /sim/workbooks/{id}/tabs/{tab}` | `{"rows":[["shown text",…],…]}` |
//! | `POST /sim/workbooks/{id}/type` | `{"tab","cell","text"}` |
//! | `POST /sim/workbooks/{id}/clear` | `{"tab","range"}` |
//! | `POST /sim/workbooks/{id}/insert-rows`, `…/delete-rows` | `{"tab","row","count"}` |
//! | `POST /sim/workbooks/{id}/insert-columns`, `…/delete-columns` | `{"tab","column","count"}` |
//! | `POST /sim/workbooks/{id}/sort` | `{"tab","range","column","descending"}` |
//! | `POST /sim/workbooks/{id}/paste` | `{"tab","cell","rows":[[…],…]}` |
//! | `POST /sim/workbooks/{id}/cut`, `…/copy` | `{"tab","range","to"}` |
//! | `POST /sim/workbooks/{id}/filter` | `{"tab","column","hidden":["shown text",…]\|null}` |
//! | `POST /sim/workbooks/{id}/move-rows` | `{"tab","row","count","to"}` |
//! | `POST /sim/workbooks/{id}/rename-header` | `{"tab","from","to"}` |
//! | `POST /sim/workbooks/{id}/add-tab`, `…/delete-tab` | `{"title"}` |
//! | `POST /sim/workbooks/{id}/rename-tab` | `{"title","to"}` |
//! | `POST /sim/workbooks/{id}/share` | `{"email","role":"writer"\|"reader"\|"none"}` |
//! | `GET /sim/counters` | [`super::Calls`] |
//! | `GET /sim/exchanges` | the last calls and their answers, as [`super::Exchange`] |
//! | `POST /sim/faults`, `DELETE /sim/faults` | [`super::Fault`]; forgets all and releases |
//! | `POST /sim/release` | lets every held call go on |
//! | `DELETE /sim/tokens` | makes every token unknown |
//!
//! An act answers `{}`, or Google's error shape. `count` is 1 if left out.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Json, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{delete, get, post};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::error::ApiError;
use super::faults::Fault;
use super::handle::Edit;
use super::marks;
use super::server::{Shared, Typed, error_response, json_response};
use super::workbook::{Role, Workbook, corner};

/// What a person does in a workbook; the names are those of the routes.
#[derive(Deserialize)]
#[serde(tag = "act", rename_all = "kebab-case", deny_unknown_fields)]
enum Act {
    Type {
        tab: String,
        cell: String,
        text: String,
    },
    Clear {
        tab: String,
        range: String,
    },
    InsertRows(Rows),
    DeleteRows(Rows),
    InsertColumns(Columns),
    DeleteColumns(Columns),
    Sort {
        tab: String,
        range: String,
        column: String,
        #[serde(default)]
        descending: bool,
    },
    Paste {
        tab: String,
        cell: String,
        rows: Vec<Vec<String>>,
    },
    Cut {
        tab: String,
        range: String,
        to: String,
    },
    Copy {
        tab: String,
        range: String,
        to: String,
    },
    Filter {
        tab: String,
        column: String,
        #[serde(default)]
        hidden: Option<Vec<String>>,
    },
    MoveRows {
        tab: String,
        row: usize,
        #[serde(default = "one")]
        count: usize,
        to: usize,
    },
    RenameHeader {
        tab: String,
        from: String,
        to: String,
    },
    AddTab {
        title: String,
    },
    DeleteTab {
        title: String,
    },
    RenameTab {
        title: String,
        to: String,
    },
    Share {
        email: String,
        role: Role,
    },
}

#[derive(Deserialize)]
struct Rows {
    tab: String,
    row: usize,
    #[serde(default = "one")]
    count: usize,
}

#[derive(Deserialize)]
struct Columns {
    tab: String,
    column: String,
    #[serde(default = "one")]
    count: usize,
}

/// The routes below `/sim`.
pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/workbooks", get(workbooks))
        .route("/workbooks/{id}/tabs/{tab}", get(table))
        .route("/workbooks/{id}/{act}", post(act))
        .route("/counters", get(counters))
        .route("/exchanges", get(exchanges))
        .route("/faults", post(add_fault).delete(clear_faults))
        .route("/release", post(release))
        .route("/tokens", delete(revoke_tokens))
}

/// Texts that are remembered for the account.
const TYPED: usize = 10_000;

impl Act {
    /// The texts that it enters, each with its row and column.
    fn texts(&self) -> Vec<(usize, usize, String)> {
        let block = match self {
            Self::Type { cell, text, .. } => (cell, vec![vec![text.clone()]]),
            Self::Paste { cell, rows, .. } => (cell, rows.clone()),
            _ => return Vec::new(),
        };
        let Some((top, left)) = corner(block.0) else {
            return Vec::new();
        };
        let rows = (top..).zip(block.1);
        let cells = rows.flat_map(|(row, texts)| {
            let columns = (left..).zip(texts);
            columns.map(move |(column, text)| (row, column, text))
        });
        let is_text = |(_, _, text): &(usize, usize, String)| {
            !text.trim().is_empty() && !text.starts_with('=')
        };
        cells.filter(is_text).collect()
    }

    fn perform(self, book: &mut Workbook) -> Result<(), ApiError> {
        match self {
            Self::Type { tab, cell, text } => book.type_in(&tab, &cell, &text),
            Self::Clear { tab, range } => book.clear(&tab, &range),
            Self::InsertRows(Rows { tab, row, count }) => book.insert_rows(&tab, row, count),
            Self::DeleteRows(Rows { tab, row, count }) => book.delete_rows(&tab, row, count),
            Self::InsertColumns(Columns { tab, column, count }) => {
                book.insert_columns(&tab, &column, count)
            }
            Self::DeleteColumns(Columns { tab, column, count }) => {
                book.delete_columns(&tab, &column, count)
            }
            Self::Sort {
                tab,
                range,
                column,
                descending,
            } => book.sort(&tab, &range, &column, descending),
            Self::Paste { tab, cell, rows } => book.paste(&tab, &cell, &rows),
            Self::Cut { tab, range, to } => book.cut(&tab, &range, &to),
            Self::Copy { tab, range, to } => book.copy(&tab, &range, &to),
            Self::Filter {
                tab,
                column,
                hidden,
            } => book.filter(&tab, &column, hidden.as_deref()),
            Self::MoveRows {
                tab,
                row,
                count,
                to,
            } => book.move_rows(&tab, row, count, to),
            Self::RenameHeader { tab, from, to } => book.rename_header(&tab, &from, &to),
            Self::AddTab { title } => book.add_tab(&title).map(|_| ()),
            Self::DeleteTab { title } => book.delete_tab(&title),
            Self::RenameTab { title, to } => book.rename_tab(&title, &to),
            Self::Share { email, role } => {
                book.share(&email, role);
                Ok(())
            }
        }
    }
}

async fn workbooks(State(shared): State<Arc<Shared>>) -> Response {
    let world = shared.world();
    let list: Vec<Value> = world
        .workbooks
        .values()
        .map(|book| json!({"id": book.id(), "title": book.title(), "tabs": book.tab_titles()}))
        .collect();
    json_response(StatusCode::OK, &json!(list))
}

async fn table(
    State(shared): State<Arc<Shared>>,
    Path((id, tab)): Path<(String, String)>,
) -> Response {
    let rows = shared.world().open(&id).and_then(|book| book.table(&tab));
    answer(rows.map(|rows| json!({ "rows": rows })))
}

async fn act(
    State(shared): State<Arc<Shared>>,
    Path((id, name)): Path<(String, String)>,
    Json(body): Json<Map<String, Value>>,
) -> Response {
    let done = perform(&shared, &id, &name, body);
    answer(done.map(|()| json!({})))
}

/// A person acts: the workbook changes, whoever plays the script is told, and the trail has it.
pub(super) fn perform(
    shared: &Shared,
    id: &str,
    name: &str,
    mut body: Map<String, Value>,
) -> Result<(), ApiError> {
    body.insert("act".to_owned(), Value::from(name));
    let act: Act = serde_json::from_value(Value::Object(body.clone()))
        .map_err(|error| ApiError::invalid(error.to_string()))?;
    let field = |name: &str| body.get(name).and_then(Value::as_str);
    let tab = field("tab").or_else(|| field("title")).unwrap_or_default();
    let place = ["cell", "range", "column"].into_iter().find_map(field);
    let words = field("text").or(place).unwrap_or_default();
    let entered = act.texts();
    shared.change(|world| {
        let book = world.open(id)?;
        act.perform(book)?;
        let typed = entered.into_iter().filter_map(|(row, column, text)| {
            let header = book.header_over(tab, row, column)?;
            Some(Typed {
                workbook: id.to_owned(),
                tab: tab.to_owned(),
                header,
                text,
            })
        });
        let typed: Vec<Typed> = typed.collect();
        world.typed.extend(typed);
        let surplus = world.typed.len().saturating_sub(TYPED);
        world.typed.drain(..surplus);
        world.trail.add(marks::act(name, tab, words));
        Ok(())
    })?;
    // An error means that nobody plays the script.
    let _ = shared.edits.send(Edit {
        workbook: id.to_owned(),
        tab: tab.to_owned(),
    });
    Ok(())
}

async fn counters(State(shared): State<Arc<Shared>>) -> Response {
    let now = shared.elapsed();
    json_response(StatusCode::OK, &json!(shared.world().meter.calls(now)))
}

async fn exchanges(State(shared): State<Arc<Shared>>) -> Response {
    let exchanges = shared.world().exchanges.all();
    json_response(StatusCode::OK, &json!(exchanges))
}

async fn add_fault(State(shared): State<Arc<Shared>>, Json(fault): Json<Fault>) -> Response {
    shared.world().script.add(fault);
    answer(Ok(json!({})))
}

async fn clear_faults(State(shared): State<Arc<Shared>>) -> Response {
    shared.world().script.clear();
    answer(Ok(json!({})))
}

async fn release(State(shared): State<Arc<Shared>>) -> Response {
    shared.world().script.release();
    answer(Ok(json!({})))
}

async fn revoke_tokens(State(shared): State<Arc<Shared>>) -> Response {
    shared.world().tokens.revoke();
    answer(Ok(json!({})))
}

fn answer(outcome: Result<Value, ApiError>) -> Response {
    match outcome {
        Ok(body) => json_response(StatusCode::OK, &body),
        Err(error) => error_response(&error),
    }
}

fn one() -> usize {
    1
}
