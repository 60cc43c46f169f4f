//! Keeps the last things that happened, for tests that look at them afterwards.
//! Invariant: it never holds more than its room, and with no room nothing is even built.

use std::collections::VecDeque;

/// The last so many of something.
#[derive(Debug)]
pub(crate) struct Ring<T> {
    room: usize,
    kept: VecDeque<T>,
}

impl<T: Clone> Ring<T> {
    pub(crate) fn new(room: usize) -> Self {
        Self {
            room,
            kept: VecDeque::new(),
        }
    }

    /// Keeps one more, at the cost of the oldest where there is no more room.
    pub(crate) fn push(&mut self, thing: impl FnOnce() -> T) {
        if self.room == 0 {
            return;
        }
        if self.kept.len() == self.room {
            self.kept.pop_front();
        }
        self.kept.push_back(thing());
    }

    /// All that is kept, oldest first.
    pub(crate) fn all(&self) -> Vec<T> {
        self.kept.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_go_first_and_without_room_nothing_is_built() {
        let mut ring = Ring::new(2);
        (1..=3).for_each(|number| ring.push(|| number));
        assert_eq!(ring.all(), [2, 3]);
        let mut none = Ring::<u8>::new(0);
        none.push(|| unreachable!("nobody asked for it"));
        assert!(none.all().is_empty());
    }
}
