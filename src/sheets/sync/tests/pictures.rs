//! Answer cells that show nothing, since a formula draws a picture there.
//!
//! Invariant: what is asked of Google for them is counted.

use super::{
    bench::{Bench, looks},
    stepper::{Answer, Call},
};
use crate::{
    domain::{
        event::{AnswerCell, Event, RowEvent},
        tab::Tab,
    },
    sheets::{table::read_plan::tests::HEADERS, wire::Rendering},
};

const WAITS: &str = "1|701|а|Новое||п1|";

impl Bench {
    /// After so many seconds somebody says that the tab has changed; how often formulas were asked for, and what the answer cells hold.
    fn looks_after(&mut self, seconds: i64) -> (usize, Vec<AnswerCell>) {
        self.pass(seconds);
        self.forget();
        let mut asked = 0;
        self.feed(Answer::Nudge(looks(Tab::Appeals)), &mut |_, call| {
            asked += usize::from(matches!(call, Call::Stored(_, Rendering::Typed)));
        });
        let cell = |event: &Event| match event {
            Event::Row(RowEvent::Appeal { cells, .. }) => Some(cells.answer.clone()),
            _ => None,
        };
        (asked, self.events.iter().filter_map(cell).collect())
    }
}

#[test]
fn a_picture_is_noticed_within_a_minute_and_so_is_that_it_is_gone() {
    let mut bench = Bench::ready(&[HEADERS, WAITS]);
    let picture = AnswerCell::Unready("=IMAGE".into());
    bench.looks_after(60);
    bench.book.cells[1][4] = "=IMAGE(\"https://a.example/x.png\")".to_owned();
    assert_eq!(bench.looks_after(20), (0, vec![]), "asked a moment ago");
    assert_eq!(bench.looks_after(40), (1, vec![picture]));
    assert_eq!(bench.looks_after(20), (0, vec![]), "it is remembered");
    bench.book.cells[1][4].clear();
    assert_eq!(bench.looks_after(40), (1, vec![AnswerCell::Blank]));
}

#[test]
fn whoever_types_over_a_picture_need_not_wait() {
    let mut bench = Bench::ready(&[HEADERS, WAITS]);
    bench.book.cells[1][4] = "=if(1;image(\"https://a.example/x.png\"))".to_owned();
    assert_eq!(
        bench.looks_after(60).1,
        [AnswerCell::Unready("=IMAGE".into())]
    );
    bench.book.cells[1][4] = "Вот он".to_owned();
    assert_eq!(
        bench.looks_after(5),
        (0, vec![AnswerCell::Text("Вот он".into())])
    );
}

#[test]
fn nothing_is_asked_where_no_answer_is_waited_for_or_the_cell_shows_one() {
    for row in ["1|701|а|Решено||п1|", "1|701|а|Новое|да|п1|", "||||||"] {
        let mut bench = Bench::ready(&[HEADERS, row]);
        assert_eq!(bench.looks_after(60).0, 0, "{row}");
    }
    let mut bench = Bench::ready(&[HEADERS, WAITS]);
    bench.looks_after(60);
    bench.book.cells[1][4] = "=IF(1=2;\"да\";\"\")".to_owned();
    assert_eq!(bench.looks_after(60), (1, vec![]), "an empty cell");
}
