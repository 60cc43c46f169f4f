//! What the property test has found, each by its name.
//!
//! Invariant: a script here has failed once.

use super::{
    chaos::{play, play_with_formats},
    crowd::Act,
    script::{
        At::{self, Google, Journal},
        Mishap, Moment, Script,
    },
};

const BEFORE: Moment = Moment::Before;

fn holds(acts: &[(At, Moment, Act)], mishaps: &[(At, Mishap)]) {
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
    holds(
        &[
            (Google(37), BEFORE, Act::Unnumber(2)),
            (Google(38), BEFORE, Act::Insert(0)),
        ],
        &[],
    );
}

#[test]
fn a_row_whose_number_is_emptied_twice_gets_it_twice() {
    holds(
        &[
            (Google(14), BEFORE, Act::Unnumber(2)),
            (Google(16), Moment::After, Act::Unnumber(2)),
        ],
        &[],
    );
}

#[test]
fn two_rows_alike_without_numbers_both_get_one() {
    holds(
        &[
            (Google(19), BEFORE, Act::Unnumber(2)),
            (Google(19), BEFORE, Act::Duplicate(2)),
        ],
        &[],
    );
    holds(
        &[
            (Google(0), BEFORE, Act::Duplicate(0)),
            (Google(23), BEFORE, Act::Unnumber(0)),
            (Google(25), BEFORE, Act::Unnumber(1)),
        ],
        &[],
    );
}

#[test]
fn a_number_that_lands_in_an_empty_row_is_taken_away_and_written_where_it_belongs() {
    holds(
        &[
            (Google(3), BEFORE, Act::Drag(1, 0)),
            (Google(0), BEFORE, Act::Insert(1)),
            (Google(0), Moment::Inside(1), Act::Unnumber(1)),
        ],
        &[],
    );
}

#[test]
fn a_number_whose_writing_was_lost_is_found_where_it_landed() {
    holds(
        &[
            (Google(2), Moment::Inside(1), Act::Unnumber(0)),
            (Google(5), BEFORE, Act::Sort(3, false)),
        ],
        &[(Google(12), Mishap::Late)],
    );
}

#[test]
fn what_we_left_in_an_empty_row_is_wiped_wherever_the_row_goes_and_whatever_dies() {
    let acts = [
        (Google(20), BEFORE, Act::Type(0, false)),
        (Google(23), BEFORE, Act::Sort(3, false)),
        (Google(0), BEFORE, Act::Insert(0)),
    ];
    holds(&acts, &[(Google(24), Mishap::DropBefore)]);
    let acts = [
        (Google(7), Moment::After, Act::Cut(0)),
        (Google(4), BEFORE, Act::Write(2)),
        (Google(5), BEFORE, Act::Insert(0)),
    ];
    holds(&acts, &[]);
}

#[test]
fn numbers_traded_within_a_lost_answer_put_no_old_answer_into_a_stranger_s_row() {
    holds(
        &[
            (Google(19), Moment::Inside(4), Act::Number(1)),
            (Google(24), Moment::Inside(4), Act::Type(0, false)),
            (Google(22), BEFORE, Act::SortTheirs(5, true)),
        ],
        &[(Google(25), Mishap::AnswerLost)],
    );
}

#[test]
fn a_formula_typed_over_an_answer_in_flight_is_told_of_and_text_over_it_is_sent() {
    holds(
        &[
            (Google(19), BEFORE, Act::Type(1, false)),
            (Google(14), BEFORE, Act::Formula(1)),
            (Google(11), Moment::Inside(4), Act::Type(1, false)),
        ],
        &[],
    );
    holds(
        &[
            (Google(26), BEFORE, Act::Status(1, 1)),
            (Google(23), Moment::After, Act::Formula(1)),
        ],
        &[],
    );
}

#[test]
fn a_copy_of_the_journal_sends_nothing_again() {
    holds(
        &[(Google(0), BEFORE, Act::Type(0, false))],
        &[(Google(3), Mishap::Restored)],
    );
    holds(
        &[
            (Google(29), BEFORE, Act::Type(0, false)),
            (Google(0), BEFORE, Act::SortTheirs(3, false)),
            (Google(30), BEFORE, Act::SortTheirs(0, false)),
        ],
        &[(Google(30), Mishap::Restored)],
    );
}

#[test]
fn an_answer_whose_row_waits_for_the_archive_goes_out_once() {
    holds(
        &[
            (Google(1), BEFORE, Act::Write(0)),
            (Google(1), BEFORE, Act::SortTheirs(3, false)),
            (Google(0), BEFORE, Act::Number(7)),
        ],
        &[],
    );
}

#[test]
fn an_answer_that_is_put_back_is_not_taken_for_that_of_another_row() {
    holds(
        &[
            (Google(14), BEFORE, Act::SortTheirs(3, true)),
            (Google(13), BEFORE, Act::InsertColumn(0)),
            (Google(9), Moment::Inside(1), Act::Unnumber(2)),
            (Google(9), BEFORE, Act::Type(1, false)),
            (Google(16), BEFORE, Act::Drag(2, 0)),
            (Google(9), BEFORE, Act::Type(2, false)),
        ],
        &[],
    );
}

#[test]
fn a_copy_that_bears_a_foreign_number_says_so_once_its_row_is_found() {
    holds(
        &[
            (Google(28), BEFORE, Act::SortTheirs(7, false)),
            (Google(4), BEFORE, Act::Cut(0)),
            (Google(1), BEFORE, Act::Write(2)),
            (Google(0), BEFORE, Act::Duplicate(3)),
        ],
        &[],
    );
}

#[test]
fn a_copy_of_a_row_that_waits_for_the_archive_says_so() {
    holds(
        &[
            (Google(16), Moment::Inside(4), Act::Type(2, false)),
            (Google(32), BEFORE, Act::SortTheirs(7, true)),
            (Google(13), BEFORE, Act::Cut(3)),
            (Google(18), BEFORE, Act::Duplicate(8)),
            (Google(0), BEFORE, Act::Write(0)),
            (Google(0), BEFORE, Act::SortSome(3, 3, false)),
        ],
        &[],
    );
}

#[test]
fn a_row_whose_number_stands_nowhere_is_not_lost_while_it_bears_another() {
    holds(
        &[
            (Google(11), BEFORE, Act::Write(0)),
            (Google(27), BEFORE, Act::Write(0)),
            (Google(17), BEFORE, Act::Insert(0)),
            (Google(14), BEFORE, Act::Duplicate(1)),
            (Google(27), BEFORE, Act::SortTheirs(3, true)),
            (Google(23), BEFORE, Act::Type(3, false)),
            (Google(0), BEFORE, Act::Delete(3)),
        ],
        &[],
    );
}

#[test]
fn an_answer_typed_over_and_typed_again_is_still_compared() {
    holds(
        &[
            (Google(28), BEFORE, Act::Formula(4)),
            (Google(25), BEFORE, Act::Number(4)),
            (Google(23), BEFORE, Act::Type(7, false)),
            (Google(26), BEFORE, Act::Type(4, false)),
            (Google(0), BEFORE, Act::Write(0)),
            (Google(0), BEFORE, Act::Write(0)),
        ],
        &[],
    );
    holds(
        &[
            (Google(5), BEFORE, Act::Type(3, false)),
            (Google(12), BEFORE, Act::SortTheirs(3, false)),
            (Google(9), BEFORE, Act::Type(0, false)),
            (Google(18), BEFORE, Act::Type(0, true)),
            (Google(14), Moment::Inside(7), Act::Sort(5, false)),
            (Google(7), BEFORE, Act::Type(3, true)),
        ],
        &[],
    );
}

#[test]
fn an_answer_in_flight_from_a_row_whose_number_is_emptied_goes_out_once() {
    holds(
        &[
            (Google(30), Moment::After, Act::Unnumber(3)),
            (Google(2), Moment::Inside(1), Act::Duplicate(4)),
            (Google(30), Moment::Inside(0), Act::Write(2)),
            (Google(30), BEFORE, Act::Write(0)),
            (Google(30), BEFORE, Act::Type(3, false)),
            (Google(2), Moment::Inside(1), Act::Delete(3)),
        ],
        &[],
    );
}

#[test]
fn a_stray_number_that_moves_while_it_is_taken_away_is_taken_away_again() {
    holds(
        &[
            (Google(0), BEFORE, Act::Insert(1)),
            (Google(22), BEFORE, Act::Insert(0)),
            (Google(18), Moment::Inside(1), Act::Duplicate(8)),
            (Google(19), BEFORE, Act::SortTheirs(3, false)),
        ],
        &[],
    );
}

#[test]
fn a_changed_line_does_not_keep_a_row_from_being_known_by_its_history() {
    holds(
        &[
            (Google(32), BEFORE, Act::Type(4, false)),
            (Google(0), BEFORE, Act::Sort(3, true)),
            (Google(34), BEFORE, Act::Unnumber(7)),
            (Google(0), BEFORE, Act::Cut(0)),
            (Google(0), BEFORE, Act::Change(0)),
        ],
        &[],
    );
}

#[test]
fn copies_of_a_row_that_a_late_batch_has_numbered_say_so() {
    holds(
        &[
            (Google(16), BEFORE, Act::SortTheirs(3, false)),
            (Google(0), BEFORE, Act::Insert(0)),
            (Google(17), BEFORE, Act::Unnumber(6)),
            (Google(16), Moment::Inside(1), Act::Duplicate(1)),
            (Google(25), BEFORE, Act::Duplicate(4)),
        ],
        &[(Google(18), Mishap::Late), (Google(22), Mishap::AnswerLost)],
    );
}

#[test]
fn an_empty_row_that_two_batches_have_hit_is_emptied_of_both() {
    holds(
        &[
            (Google(15), BEFORE, Act::Insert(4)),
            (Google(3), BEFORE, Act::Write(2)),
            (Google(6), BEFORE, Act::Unnumber(4)),
            (Google(12), BEFORE, Act::Sort(3, true)),
            (Google(12), BEFORE, Act::Insert(2)),
            (Google(5), Moment::After, Act::Type(2, false)),
            (Google(2), Moment::After, Act::Type(0, false)),
        ],
        &[],
    );
}

#[test]
fn a_copy_beside_a_row_that_a_sort_has_parted_from_its_number_comes_to_rest() {
    holds(
        &[
            (Google(0), BEFORE, Act::Number(1)),
            (Google(14), Moment::Inside(2), Act::SortTheirs(4, false)),
            (Google(15), Moment::After, Act::Duplicate(3)),
            (Google(18), BEFORE, Act::Drag(0, 3)),
        ],
        &[],
    );
}

#[test]
fn a_row_whose_number_lands_one_row_aside_as_the_process_dies_gets_it_in_the_end() {
    holds(
        &[
            (Google(24), Moment::After, Act::Insert(5)),
            (Journal(38), BEFORE, Act::SortTheirs(3, true)),
            (Google(0), BEFORE, Act::Cut(0)),
            (Google(0), BEFORE, Act::Insert(3)),
        ],
        &[
            (Google(0), Mishap::Error),
            (Journal(49), Mishap::DropBefore),
        ],
    );
}

#[test]
fn a_row_whose_number_another_appeal_has_given_up_is_taken_in() {
    let script = Script {
        acts: vec![
            (Google(15), BEFORE, Act::Write(0)),
            (Google(17), BEFORE, Act::Insert(4)),
            (Google(19), Moment::Inside(1), Act::Cut(3)),
            (Google(0), BEFORE, Act::Duplicate(2)),
            (Google(15), BEFORE, Act::Change(2)),
            (Google(20), BEFORE, Act::SortTheirs(5, true)),
            (Google(25), BEFORE, Act::SortTheirs(0, false)),
        ],
        mishaps: Vec::new(),
    };
    if let Err(error) = play_with_formats(&script) {
        panic!("{error}");
    }
}

#[test]
fn an_answer_beside_no_number_at_first_sight_after_a_restoration_is_held() {
    holds(
        &[
            (Journal(37), BEFORE, Act::Type(3, false)),
            (Google(19), BEFORE, Act::SortTheirs(5, true)),
            (Google(0), Moment::After, Act::Unnumber(0)),
            (Google(0), BEFORE, Act::Cut(2)),
        ],
        &[(Google(19), Mishap::Restored)],
    );
    holds(
        &[
            (Google(26), BEFORE, Act::Type(0, false)),
            (Google(3), BEFORE, Act::Delete(3)),
            (Journal(55), Moment::After, Act::SortTheirs(3, true)),
            (Google(0), BEFORE, Act::Cut(4)),
        ],
        &[(Journal(58), Mishap::Restored)],
    );
    holds(
        &[
            (Google(9), BEFORE, Act::Insert(0)),
            (Google(6), Moment::After, Act::Number(3)),
            (Google(15), Moment::Inside(7), Act::SortTheirs(5, true)),
            (Journal(0), BEFORE, Act::Sort(3, false)),
            (Journal(12), BEFORE, Act::Write(1)),
        ],
        &[(Google(16), Mishap::Restored)],
    );
}

#[test]
fn a_copy_of_a_row_says_so_beside_one_that_we_have_just_written() {
    holds(
        &[
            (Google(34), Moment::After, Act::Duplicate(3)),
            (Google(28), BEFORE, Act::SortTheirs(4, false)),
            (Journal(54), Moment::After, Act::Insert(1)),
            (Google(0), BEFORE, Act::Type(4, false)),
        ],
        &[
            (Journal(50), Mishap::DropBefore),
            (Google(0), Mishap::DropBefore),
        ],
    );
    holds(
        &[
            (Google(26), Moment::Inside(7), Act::Delete(1)),
            (Google(24), BEFORE, Act::Unnumber(1)),
            (Google(0), BEFORE, Act::Cut(2)),
            (Journal(57), BEFORE, Act::Duplicate(1)),
            (Google(25), BEFORE, Act::Drag(7, 2)),
        ],
        &[(Google(27), Mishap::Late)],
    );
}

#[test]
fn a_row_whose_appeal_is_found_elsewhere_says_whose_number_it_bears() {
    let script = Script {
        acts: vec![
            (Google(27), BEFORE, Act::SortTheirs(0, false)),
            (Google(12), Moment::Inside(1), Act::Duplicate(3)),
            (Google(28), Moment::After, Act::Unnumber(0)),
            (Google(13), BEFORE, Act::Sort(5, true)),
        ],
        mishaps: vec![(Google(32), Mishap::Error)],
    };
    if let Err(error) = play_with_formats(&script) {
        panic!("{error}");
    }
}

#[test]
fn an_appended_row_that_a_sort_has_parted_from_its_number_is_not_appended_again() {
    holds(
        &[
            (Google(25), Moment::Inside(7), Act::SortTheirs(7, false)),
            (Journal(35), BEFORE, Act::Write(1)),
            (Google(21), Moment::After, Act::InsertColumn(0)),
            (Google(0), BEFORE, Act::Delete(2)),
            (Google(21), BEFORE, Act::SortTheirs(4, true)),
        ],
        &[(Google(20), Mishap::AnswerLost), (Google(0), Mishap::Error)],
    );
}

#[test]
fn traded_numbers_beside_a_row_that_is_deleted_come_to_rest() {
    let acts = [
        (Journal(56), BEFORE, Act::SortTheirs(3, true)),
        (Journal(36), BEFORE, Act::Sort(0, false)),
        (Journal(58), BEFORE, Act::Delete(1)),
        (Google(19), BEFORE, Act::Insert(0)),
        (Google(0), Moment::After, Act::Insert(0)),
    ];
    holds(&acts, &[]);
}
