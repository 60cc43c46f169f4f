//! Which row is which promotion: by the key, and where people copied, sorted or erased keys, by what is beside it.
//!
//! Invariant: a promotion is given one row at most, and a row that matches what was last seen goes before any other.

use std::collections::BTreeSet;

use super::{Offer, Promotion, PromotionRow};
use crate::domain::ids::PromotionKey;

/// How much title and description say against the other cells.
const NAMES_WEIGH: u32 = 3;
/// A row elsewhere is taken for a promotion whose row has just lost its key only if this much agrees: the title or the description, and more.
const ALIKE: u32 = 4;
/// The key itself counts as so much, so that an edited row keeps it.
const KEY_WEIGHS: u32 = 2;

/// The owner of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowOwner {
    /// The promotion at this index of the list.
    Known(usize),
    /// Of a promotion that the journal does not know, by a key that we gave once.
    Lost,
    /// A new promotion's; whether it began as a copy of another row.
    New {
        /// It did.
        copy: bool,
    },
}

/// Gives each row its owner.
#[must_use]
pub fn owners(known: &[Promotion], rows: &[PromotionRow]) -> Vec<RowOwner> {
    let key = |row: &PromotionRow| PromotionKey::read(row.key.as_str());
    let keys: Vec<Option<PromotionKey>> = rows.iter().map(key).collect();
    let home = |key: &Option<PromotionKey>| {
        let mut known = known.iter();
        known.position(|promotion| Some(&promotion.key) == key.as_ref())
    };
    let mut matching = Matching {
        known,
        rows,
        home: keys.iter().map(home).collect(),
        owner: vec![None; rows.len()],
        free: (0..known.len()).collect(),
    };
    matching.with_taken_action();
    matching.unchanged_at_home();
    matching.unchanged_elsewhere();
    matching.most_alike();
    let lost: Vec<bool> = lost_keys(&keys, &matching.home);
    let owner = |(at, owner): (usize, &Option<usize>)| match owner {
        Some(known) => RowOwner::Known(*known),
        None if lost[at] => RowOwner::Lost,
        None => RowOwner::New {
            copy: matching.is_copy(at, keys[at].is_some()),
        },
    };
    matching.owner.iter().enumerate().map(owner).collect()
}

/// Rows with a key of ours that the journal does not know: the uppermost with each.
fn lost_keys(keys: &[Option<PromotionKey>], home: &[Option<usize>]) -> Vec<bool> {
    let mut seen = BTreeSet::new();
    let is_lost = |(key, home): (&Option<PromotionKey>, &Option<usize>)| match (key, home) {
        (Some(key), None) => seen.insert(key.clone()),
        (_, _) => false,
    };
    keys.iter().zip(home).map(is_lost).collect()
}

struct Matching<'a> {
    known: &'a [Promotion],
    rows: &'a [PromotionRow],
    /// The promotion whose key is in the row.
    home: Vec<Option<usize>>,
    owner: Vec<Option<usize>>,
    free: BTreeSet<usize>,
}

impl Matching<'_> {
    fn give(&mut self, row: usize, promotion: usize) {
        if self.free.remove(&promotion) {
            self.owner[row] = Some(promotion);
        }
    }

    fn without_owner(&self) -> Vec<usize> {
        (0..self.rows.len())
            .filter(|&row| self.owner[row].is_none())
            .collect()
    }

    /// An action that was taken and whose cell is not emptied yet tells rows apart that say the same: it must not be taken again beside
    /// another key.
    fn with_taken_action(&mut self) {
        let taken = |promotion: &Promotion| promotion.taken && promotion.gone.is_none();
        for known in (0..self.known.len()).filter(|&known| taken(&self.known[known])) {
            let seen = &self.known[known].row;
            let same = |row: &usize| {
                let shown = &self.rows[*row];
                self.owner[*row].is_none()
                    && shown.offer == seen.offer
                    && shown.action == seen.action
            };
            let mut rows: Vec<usize> = (0..self.rows.len()).filter(same).collect();
            rows.sort_by_key(|&row| self.home[row] != Some(known));
            if let Some(&row) = rows.first() {
                self.give(row, known);
            }
        }
    }

    fn unchanged_at_home(&mut self) {
        for row in self.without_owner() {
            let same = |&home: &usize| self.known[home].row.offer == self.rows[row].offer;
            if let Some(home) = self.home[row].filter(same) {
                self.give(row, home);
            }
        }
    }

    /// A sort that left our column out has traded keys, or somebody has erased them.
    fn unchanged_elsewhere(&mut self) {
        for row in self.without_owner() {
            let offer = &self.rows[row].offer;
            let same = |&&promotion: &&usize| self.known[promotion].row.offer == *offer;
            if let Some(&promotion) = self.free.iter().find(same)
                && !offer.is_blank()
            {
                self.give(row, promotion);
            }
        }
    }

    /// Edited rows: whoever looks most like what was last seen, the key being one sign of many; of equals the upper one.
    fn most_alike(&mut self) {
        let rows = self.without_owner();
        let mut pairs: Vec<(u32, usize, usize)> = Vec::new();
        for &row in &rows {
            for &promotion in &self.free {
                let (known, shown) = (&self.known[promotion], &self.rows[row]);
                let likeness = likeness(&known.row.offer, &shown.offer);
                // Its key may not have been written yet: then the cell still shows what it did.
                let as_before = known.row.key == shown.key && likeness > 0;
                if self.home[row] == Some(promotion) {
                    pairs.push((likeness + KEY_WEIGHS, row, promotion));
                } else if known.gone.is_none() && (likeness >= ALIKE || as_before) {
                    pairs.push((likeness, row, promotion));
                }
            }
        }
        pairs.sort_by_key(|&(likeness, row, promotion)| {
            (std::cmp::Reverse(likeness), row, promotion)
        });
        for (_, row, promotion) in pairs {
            if self.owner[row].is_none() {
                self.give(row, promotion);
            }
        }
    }

    /// Whether a row without an owner began as a copy: it bears a key that is another row's, or says what another row says.
    fn is_copy(&self, row: usize, has_key: bool) -> bool {
        let offer = &self.rows[row].offer;
        let mut others = self.rows.iter().enumerate();
        has_key
            || others
                .any(|(at, other)| at != row && self.owner[at].is_some() && other.offer == *offer)
    }
}

fn likeness(one: &Offer, other: &Offer) -> u32 {
    let weights = [NAMES_WEIGH, NAMES_WEIGH, 1, 1, 1, 1];
    let pairs = one.cells().into_iter().zip(other.cells()).zip(weights);
    let same = pairs.filter(|((one, other), _)| !one.is_blank() && one == other);
    same.map(|(_, weight)| weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{promotion::offer::tests::offer, text::Text};

    fn promotion(number: u32, cells: &str) -> Promotion {
        let mut promotion = Promotion::new(PromotionKey::numbered(number));
        promotion.row = row(number, cells);
        promotion
    }

    /// A row: the number of its key, then its cells.
    fn row(key: u32, cells: &str) -> PromotionRow {
        let key = if key == 0 {
            String::new()
        } else {
            PromotionKey::numbered(key).0
        };
        PromotionRow {
            key: Text(key),
            offer: offer(cells),
            ..PromotionRow::default()
        }
    }

    fn told(rows: &[PromotionRow]) -> String {
        let mut gone = promotion(4, "Старая|давно|1");
        gone.gone = Some(jiff::Timestamp::UNIX_EPOCH);
        let known = [
            promotion(1, "А|про а|1"),
            promotion(2, "Б|про б|2"),
            promotion(3, "В|про в|3"),
            gone,
        ];
        let word = |owner: &RowOwner| match owner {
            RowOwner::Known(at) => known[*at].row.offer.title.as_str().to_owned(),
            RowOwner::Lost => "lost".to_owned(),
            RowOwner::New { copy: true } => "copy".to_owned(),
            RowOwner::New { copy: false } => "new".to_owned(),
        };
        owners(&known, rows)
            .iter()
            .map(word)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn an_action_that_was_taken_goes_with_its_row() {
        let mut known = [promotion(1, "А|про а|1"), promotion(2, "А|про а|1")];
        (known[0].taken, known[0].row.action) = (true, "Опубликовать".into());
        let mut rows = [row(1, "А|про а|1"), row(2, "А|про а|1")];
        rows[1].action = "Опубликовать".into();
        assert_eq!(
            owners(&known, &rows),
            [RowOwner::Known(1), RowOwner::Known(0)]
        );
        rows[0].action = "Опубликовать".into();
        assert_eq!(
            owners(&known, &rows),
            [RowOwner::Known(0), RowOwner::Known(1)],
            "its own place goes first"
        );
    }

    #[test]
    fn what_people_do_to_rows() {
        let [a, b, c] = ["А|про а|1", "Б|про б|2", "В|про в|3"];
        for (rows, expected) in [
            (vec![row(1, a), row(2, b), row(3, c)], "А Б В"),
            (vec![row(3, c), row(1, a), row(2, b)], "В А Б"),
            // Typos, new names, new dates.
            (
                vec![
                    row(1, "А|про всё|1"),
                    row(2, "Ё|про б|2"),
                    row(3, "Й|иное|7"),
                ],
                "А Б В",
            ),
            // A sort that left the key column out, with one row edited on the way.
            (vec![row(1, c), row(2, a), row(3, b)], "В А Б"),
            (
                vec![
                    row(1, "В|про в|9"),
                    row(2, "А|про а|9"),
                    row(3, "Б|про б|9"),
                ],
                "В А Б",
            ),
            (vec![row(1, c), row(3, "А|про а!|1"), row(2, b)], "В А Б"),
            // Keys erased, or overwritten with something else.
            (vec![row(0, a), row(0, b), row(3, c)], "А Б В"),
            // Copies: the upper one of equals, else whoever is still the same.
            (vec![row(1, a), row(1, a), row(2, b)], "А copy Б"),
            (vec![row(1, "А|про а|8"), row(1, a)], "copy А"),
            (vec![row(1, "А|новое|8"), row(1, "А|про а|8")], "copy А"),
            (vec![row(1, a), row(0, a)], "А copy"),
            (vec![row(1, a), row(0, "А|про а|8")], "А new"),
            // What was deleted comes back by its key, or word for word; what is only alike is new.
            (vec![row(0, "Старая|давно|1")], "Старая"),
            (vec![row(4, "Старая|недавно|1")], "Старая"),
            (vec![row(0, "Старая|давно|2")], "new"),
            // A key of ours that the journal does not know.
            (vec![row(9, "Чужая"), row(9, "Чужая")], "lost copy"),
            (vec![row(0, "Новая|о новом")], "new"),
        ] {
            assert_eq!(told(&rows), expected, "{rows:?}");
        }
    }
}
