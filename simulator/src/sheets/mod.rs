//! A stand-in for Google Sheets and its token endpoint.
//!
//! Invariant: it follows Google's documents (discovery document, guides), never
//! the client that it tests. A [`Workbook`] is plain data with calls; [`Sheets`]
//! puts workbooks behind HTTP with rights, quotas and scripted faults.

mod call;
mod credentials;
mod error;
mod faults;
mod handle;
mod marks;
mod mask;
mod quota;
mod record;
mod server;
pub(crate) mod sim;
mod sorting;
mod token;
mod wire;
mod workbook;

pub use crate::weather::Weather as SheetsWeather;
pub use call::KNOWN_METHODS;
pub use credentials::{SERVICE_ACCOUNT_EMAIL, service_account};
pub use error::ApiError;
pub use faults::{Act, CallKind, Fault, Hold, Side, Trouble, Visit};
pub use handle::{Edit, Sheets, SheetsOptions};
pub(crate) use mask::FieldMask;
pub use quota::{Calls, Minute, Quotas};
pub use record::Exchange;
pub use workbook::{
    Cell, CellError, Closed, DEFAULT_COLUMNS, DEFAULT_ROWS, DateRender, Dimension, GetQuery,
    KNOWN_REQUESTS, Locale, Look, NumberFormat, Render, Role, SheetId, Shown, TOUR_PARTNER,
    TourPartner, ValuesQuery, Workbook, sample_workbook, typed,
};
