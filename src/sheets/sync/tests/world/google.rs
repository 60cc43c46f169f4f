//! The calls to Google: the stand-in's workbook answers.
//!
//! Invariant: what goes to the workbook and comes from it is Google's JSON.

use google_sheets4::{api, common::remove_json_null_values};
use serde::de::DeserializeOwned;
use serde_json::Value;
use simulator::sheets::{ApiError, Dimension, GetQuery, Render, ValuesQuery};

use super::{At, Call, Moment, People, World};
use crate::{
    domain::ids::BatchToken,
    sheets::{
        a1::a1,
        client::TokenFate,
        replies, requests,
        wire::{
            Batch, Change, Columns, ReadBack, Rendering, SheetsError, Span, Structure, StyledCell,
            UnformattedValue,
        },
    },
};

impl World {
    pub(super) fn structure(&self) -> Structure {
        let answer = self
            .book
            .get(&GetQuery::default())
            .expect("the workbook can be read");
        replies::structure(typed(answer)).expect("a structure")
    }

    pub(super) fn read(
        &mut self,
        at: At,
        ranges: &[String],
        people: &mut dyn People,
    ) -> Result<Vec<Columns>, SheetsError> {
        let read = self.values(at, ranges, Render::Formatted, people);
        read.map(|answers| answered_by(answers, replies::columns))
    }

    pub(super) fn stored(
        &mut self,
        at: At,
        ranges: &[String],
        rendering: Rendering,
        people: &mut dyn People,
    ) -> Result<Vec<Columns<UnformattedValue>>, SheetsError> {
        let render = match rendering {
            Rendering::Typed => Render::Formula,
            Rendering::Valued => Render::Unformatted,
        };
        let read = self.values(at, ranges, render, people);
        read.map(|answers| answered_by(answers, replies::stored))
    }

    /// Reads as Google might: not all ranges at one moment.
    fn values(
        &mut self,
        at: At,
        ranges: &[String],
        render: Render,
        people: &mut dyn People,
    ) -> Result<Vec<Value>, SheetsError> {
        self.exposed = true;
        let mut answers = Vec::new();
        for eighth in 0..8_u8 {
            let share = |eighth: u8| ranges.len() * usize::from(eighth) / 8;
            for range in &ranges[share(eighth)..share(eighth + 1)] {
                let query = ValuesQuery {
                    ranges: vec![range.clone()],
                    major: Dimension::Columns,
                    render,
                    ..ValuesQuery::default()
                };
                let answer = self.book.values_batch_get(&query);
                answers.push(answer.map_err(|error| SheetsError::BadRange(error.message))?);
            }
            people.act(self, at, Moment::Inside(eighth));
        }
        Ok(answers)
    }

    pub(super) fn styles(&mut self, cells: &[(String, Span)]) -> Vec<StyledCell> {
        let query = GetQuery {
            ranges: cells.iter().map(|(title, span)| a1(title, *span)).collect(),
            include_grid_data: true,
        };
        let answer = self.book.get(&query).expect("cells on the grid");
        replies::styles::cells(typed(answer)).expect("cells")
    }

    pub(super) fn write(&mut self, batch: &Batch) -> Result<ReadBack, SheetsError> {
        let answer = self.book.apply(&batch_body(batch));
        self.writes += usize::from(answer.is_ok());
        self.exposed = false;
        answered(&batch.changes, answer)
    }

    pub(super) fn resolve(&mut self, token: BatchToken) -> TokenFate {
        match self.book.apply(&token_body(token)) {
            Ok(_) => TokenFate::Accepted,
            Err(_) => TokenFate::Used,
        }
    }

    /// What was on its way lands, unless its token was taken meanwhile.
    pub(super) fn land_late(&mut self) {
        if let Some(late) = self.late.take() {
            let landed = self.book.apply(&late).is_ok();
            self.writes += usize::from(landed);
        }
    }
}

/// What a call would change, as the library sends it.
pub(super) fn body(call: &Call) -> Option<Value> {
    match call {
        Call::Write(batch) => Some(batch_body(batch)),
        Call::Resolve(token) => Some(token_body(*token)),
        _ => None,
    }
}

fn batch_body(batch: &Batch) -> Value {
    without_nulls(&requests::batch(batch).expect("can be said"))
}

fn token_body(token: BatchToken) -> Value {
    without_nulls(&requests::token_alone(token).expect("can be said"))
}

fn without_nulls(request: &api::BatchUpdateSpreadsheetRequest) -> Value {
    let mut body = serde_json::to_value(request).expect("JSON");
    remove_json_null_values(&mut body);
    body
}

fn typed<T: DeserializeOwned>(answer: Value) -> T {
    serde_json::from_value(answer).expect("Google's own form")
}

/// The answers to one range each, as one.
fn answered_by<T>(
    answers: Vec<Value>,
    decode: impl Fn(api::BatchGetValuesResponse, usize) -> Option<Vec<Columns<T>>>,
) -> Vec<Columns<T>> {
    let decoded = |answer| decode(typed(answer), 1).expect("as many ranges as asked");
    answers.into_iter().flat_map(decoded).collect()
}

fn answered(changes: &[Change], answer: Result<Value, ApiError>) -> Result<ReadBack, SheetsError> {
    match answer {
        Ok(answer) => {
            let answer: api::BatchUpdateSpreadsheetResponse = typed(answer);
            Ok(replies::read_back(changes, answer).expect("an answer"))
        }
        Err(error) => {
            let named = error
                .message
                .split_once("requests[")
                .and_then(|(_, rest)| rest.split_once(']'));
            let change = named.and_then(|(change, _)| change.parse().ok());
            Err(match change {
                Some(change) => SheetsError::Refused {
                    change,
                    words: error.message,
                },
                None => SheetsError::Unknown(error.message),
            })
        }
    }
}
