//! Sheetdesk.
