//! What the property test has found, each by its name.
//!
//! Invariant: a script here has failed once.

use super::{
    chaos::play,
    crowd::{Act, Script},
    world::{Mishap, Moment},
};

const BEFORE: Moment = Moment::Before;

fn holds(acts: &[(usize, Moment, Act)], mishaps: &[(usize, Mishap)]) {
    let script = Script {
        acts: acts.to_vec(),
        mishaps: mishaps.to_vec(),
    };
    if let Err(error) = play(&script) {
        panic!("{error}");
    }
}

#[test]
fn a_row_that_moves_while_histories_are_read_still_gets_its_number() {
    holds(&[(37, BEFORE, Act::Unnumber(2)), (38, BEFORE, Act::Insert(0))], &[]);
}

#[test]
fn a_row_whose_number_is_emptied_twice_gets_it_twice() {
    holds(&[(14, BEFORE, Act::Unnumber(2)), (16, Moment::After, Act::Unnumber(2))], &[]);
}

#[test]
fn two_rows_alike_without_numbers_both_get_one() {
    holds(&[(19, BEFORE, Act::Unnumber(2)), (19, BEFORE, Act::Duplicate(2))], &[]);
    holds(
        &[
            (0, BEFORE, Act::Duplicate(0)),
            (23, BEFORE, Act::Unnumber(0)),
            (25, BEFORE, Act::Unnumber(1)),
        ],
        &[],
    );
}

#[test]
fn a_number_that_lands_in_an_empty_row_is_taken_away_and_written_where_it_belongs() {
    holds(
        &[
            (3, BEFORE, Act::Drag(1, 0)),
            (0, BEFORE, Act::Insert(1)),
            (0, Moment::Inside(1), Act::Unnumber(1)),
        ],
        &[],
    );
}

#[test]
fn a_number_whose_writing_was_lost_is_found_where_it_landed() {
    holds(
        &[(2, Moment::Inside(1), Act::Unnumber(0)), (5, BEFORE, Act::Sort(3, false))],
        &[(12, Mishap::Late)],
    );
}

#[test]
fn what_we_left_in_an_empty_row_is_wiped_wherever_the_row_goes_and_whatever_dies() {
    let acts = [
        (20, BEFORE, Act::Type(0, false)),
        (23, BEFORE, Act::Sort(3, false)),
        (0, BEFORE, Act::Insert(0)),
    ];
    holds(&acts, &[(24, Mishap::CrashBefore)]);
    let acts = [
        (7, Moment::After, Act::Cut(0)),
        (4, BEFORE, Act::Write(2)),
        (5, BEFORE, Act::Insert(0)),
    ];
    holds(&acts, &[]);
}

#[test]
fn numbers_traded_within_a_lost_answer_put_no_old_answer_into_a_stranger_s_row() {
    holds(
        &[
            (19, Moment::Inside(4), Act::Number(1)),
            (24, Moment::Inside(4), Act::Type(0, false)),
            (22, BEFORE, Act::SortTheirs(5, true)),
        ],
        &[(25, Mishap::AnswerLost)],
    );
}

#[test]
fn a_formula_typed_over_an_answer_in_flight_is_told_of_and_text_over_it_is_sent() {
    holds(
        &[
            (19, BEFORE, Act::Type(1, false)),
            (14, BEFORE, Act::Formula(1)),
            (11, Moment::Inside(4), Act::Type(1, false)),
        ],
        &[],
    );
    holds(&[(26, BEFORE, Act::Status(1, 1)), (23, Moment::After, Act::Formula(1))], &[]);
}

#[test]
fn a_copy_of_the_journal_sends_nothing_again() {
    holds(&[(0, BEFORE, Act::Type(0, false))], &[(3, Mishap::Restored)]);
    holds(
        &[
            (29, BEFORE, Act::Type(0, false)),
            (0, BEFORE, Act::SortTheirs(3, false)),
            (30, BEFORE, Act::SortTheirs(0, false)),
        ],
        &[(30, Mishap::Restored)],
    );
}
