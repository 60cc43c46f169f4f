//! What the process takes, over time: memory, descriptors, the journal's file.
//!
//! Invariant: all is read from outside, from the system; what cannot be read counts as nothing.

use std::{fmt, fs};

use crate::{cli::demo::process::Process, journal::DATA_FILE, testbed::Testbed};

/// How wide a chart is.
const WIDTH: usize = 60;
/// From nothing to full.
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

#[derive(Debug, Default)]
pub(super) struct Measurements {
    /// Resident memory, in bytes.
    memory: Vec<u64>,
    descriptors: Vec<u64>,
    /// The journal's file, in bytes.
    journal: Vec<u64>,
}

impl Measurements {
    pub(super) fn take(&mut self, process: &Process, testbed: &Testbed) {
        let proc = format!("/proc/{}", process.id());
        let status = fs::read_to_string(format!("{proc}/status")).unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes =
            resident.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
        let open = fs::read_dir(format!("{proc}/fd")).map_or(0, Iterator::count);
        let file = fs::metadata(testbed.data_dir().join(DATA_FILE)).map_or(0, |file| file.len());
        self.memory.push(kilobytes.unwrap_or(0) * 1024);
        self.descriptors.push(u64::try_from(open).unwrap_or(0));
        self.journal.push(file);
    }
}

impl fmt::Display for Measurements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: u64| format!("{:.1} MB", bytes as f64 / 1e6);
        writeln!(f, "memory       {}", chart(&self.memory, megabytes))?;
        writeln!(
            f,
            "descriptors  {}",
            chart(&self.descriptors, |count| count.to_string())
        )?;
        writeln!(f, "journal      {}", chart(&self.journal, megabytes))
    }
}

/// The values in a row of blocks from nothing to the largest, with the first, the largest and the last in words.
fn chart(values: &[u64], say: impl Fn(u64) -> String) -> String {
    let (Some(first), Some(last), Some(&most)) =
        (values.first(), values.last(), values.iter().max())
    else {
        return "nothing was measured".to_owned();
    };
    let columns = values.len().min(WIDTH);
    let largest_of = |column: usize| {
        let part = &values[column * values.len() / columns..(column + 1) * values.len() / columns];
        part.iter().max().copied().unwrap_or(0)
    };
    let step =
        |value: u64| usize::try_from(value * (STEPS.len() as u64 - 1) / most.max(1)).unwrap_or(0);
    let block = |value: u64| STEPS[step(value)];
    let blocks: String = (0..columns)
        .map(|column| block(largest_of(column)))
        .collect();
    format!(
        "{blocks}  {} at first, {} at most, {} at last",
        say(*first),
        say(most),
        say(*last)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_shows_every_value_and_no_more_columns_than_fit() {
        let say = |value: u64| value.to_string();
        assert_eq!(
            chart(&[0, 7, 14], say),
            "▁▄█  0 at first, 14 at most, 14 at last"
        );
        assert_eq!(chart(&[], say), "nothing was measured");
        assert_eq!(chart(&[0, 0], say), "▁▁  0 at first, 0 at most, 0 at last");
        let many: Vec<u64> = (0..1_000).collect();
        let drawn = chart(&many, say);
        assert_eq!(
            drawn
                .split_whitespace()
                .next()
                .map(|blocks| blocks.chars().count()),
            Some(WIDTH)
        );
        assert!(drawn.ends_with("999 at last"), "{drawn}");
    }
}
