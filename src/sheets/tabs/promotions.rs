//! The promotions tab between two reads: told as a whole, since only all rows together tell which is which.
//!
//! Invariant: a content cell that holds a picture is told in full once, when no read before has shown it; later by its digest.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use crate::{
    domain::{
        event::RowEvent,
        promotion::{Offer, PromotionRow},
        row::Column,
        text::Text,
    },
    sheets::table::snapshot::{Row, TabSnapshot},
};

/// The longest content cell that is told as it is, in bytes: addresses are shorter, pictures are longer.
const TOLD_WHOLE: usize = 2048;

/// Columns in which people speak of a promotion: a row with nothing in any of them is empty.
pub(in crate::sheets) const SPOKEN: [Column; 8] = [
    Column::Title,
    Column::Description,
    Column::Starts,
    Column::Ends,
    Column::Content,
    Column::Link,
    Column::Action,
    Column::Key,
];

/// All rows, where anything has changed that people write, or a key.
pub(in crate::sheets) fn diff(
    previous: Option<&TabSnapshot>,
    now: &TabSnapshot,
) -> Option<RowEvent> {
    let same = previous.is_some_and(|previous| {
        let trusted = previous.rows.iter().all(|row| !row.stale);
        trusted && previous.rows.len() == now.rows.len() && rows(previous).eq(rows(now))
    });
    if same {
        return None;
    }
    let told: BTreeSet<Text> = previous
        .into_iter()
        .flat_map(rows)
        .map(|row| row.offer.content)
        .collect();
    let full = |row: &Row| {
        let mut cells = cells(now, row);
        let content = now.text(row, Column::Content).unwrap_or_default();
        let is_new = content.len() > TOLD_WHOLE && !told.contains(&cells.offer.content);
        cells.picture = is_new.then(|| Text::from(content));
        cells.styles = now.styles.get(&row.row).cloned();
        cells
    };
    Some(RowEvent::Promotions(now.rows.iter().map(full).collect()))
}

/// Whether nobody has written anything into a row.
pub(in crate::sheets) fn is_blank(snapshot: &TabSnapshot, row: &Row) -> bool {
    let filled = |&column: &Column| {
        column != Column::Key
            && !snapshot
                .text(row, column)
                .unwrap_or_default()
                .trim()
                .is_empty()
    };
    !SPOKEN.iter().any(filled)
}

/// What a row offers.
pub(in crate::sheets) fn offer(snapshot: &TabSnapshot, row: &Row) -> Offer {
    let text = |column| Text::from(snapshot.text(row, column).unwrap_or_default());
    Offer {
        title: text(Column::Title),
        description: text(Column::Description),
        starts: text(Column::Starts),
        ends: text(Column::Ends),
        content: digest(snapshot.text(row, Column::Content).unwrap_or_default()),
        link: text(Column::Link),
        unshown: row.unshown,
    }
}

fn rows(snapshot: &TabSnapshot) -> impl Iterator<Item = PromotionRow> {
    snapshot.rows.iter().map(|row| cells(snapshot, row))
}

fn cells(snapshot: &TabSnapshot, row: &Row) -> PromotionRow {
    let text = |column| Text::from(snapshot.text(row, column).unwrap_or_default());
    PromotionRow {
        key: text(Column::Key),
        offer: offer(snapshot, row),
        status: text(Column::Status),
        action: text(Column::Action),
        notified: text(Column::Notified),
        picture: None,
        styles: None,
    }
}

/// A content cell as it is compared: itself, or what kind of picture it holds and its SHA-256.
fn digest(content: &str) -> Text {
    if content.len() <= TOLD_WHOLE {
        return Text::from(content);
    }
    let kind = content
        .split(&[';', ','])
        .next()
        .filter(|kind| kind.len() < 40)
        .unwrap_or_default();
    let sum = Sha256::digest(content);
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    Text(format!("{kind} {hex}"))
}
