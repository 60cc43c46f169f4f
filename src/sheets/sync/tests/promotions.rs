//! The promotions tab under the hands of people who sort, insert, copy and publish at any moment, while calls get lost and the process dies.
//!
//! Invariant: nobody gets a promotion twice, only what somebody published goes out, every row ends with a key of its own, and says how it stands.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use simulator::sheets::Workbook;

use super::{
    script::{At, Mishap, Moment, Script, config, script},
    world::{People, World},
};
use crate::{
    domain::{
        effect::Entity,
        ids::{ChatId, OutboxId, PartnerCode, PromotionKey, RowKey, Seq},
        partner::{Binding, Partner},
        promotion::Stage,
        row::{CellValue, Column},
        view::View as _,
    },
    sheets::table::layout::tests::promotions,
};

const TAB: &str = "Акции";
const HEADERS: [&str; 9] = [
    "Название",
    "Описание",
    "Статус",
    "Дата начала",
    "Дата окончания",
    "Контент",
    "Ссылка",
    "Действие",
    "NOTIFICATION_STATUS",
];
const CHATS: [i64; 3] = [701, 702, 703];
/// How long things may take to come to rest.
const ROUNDS: usize = 60;

/// What a person does.
#[derive(Debug, Clone)]
enum Act {
    /// Chooses an action in a row.
    Choose(usize, usize),
    /// Changes the description of a row.
    Edit(usize),
    /// Sorts everything, by a column.
    Sort(usize, bool),
    /// Sorts a range that leaves our columns out.
    SortTheirs(usize, bool),
    Insert(usize),
    /// Copies a row below all others.
    Copy(usize),
    EraseKey(usize),
    Deliver,
}

const ACTIONS: [&str; 4] = ["Опубликовать", "Пауза", "Продолжить", "Тест"];

fn act() -> impl Strategy<Value = Act> {
    let row = 0..6_usize;
    prop_oneof![
        4 => (row.clone(), 0..4_usize).prop_map(|(row, action)| Act::Choose(row, action)),
        2 => row.clone().prop_map(Act::Edit),
        3 => (0..9_usize, any::<bool>()).prop_map(|(column, down)| Act::Sort(column, down)),
        2 => (0..9_usize, any::<bool>()).prop_map(|(column, down)| Act::SortTheirs(column, down)),
        2 => row.clone().prop_map(Act::Insert),
        1 => row.clone().prop_map(Act::Copy),
        1 => row.prop_map(Act::EraseKey),
        2 => Just(Act::Deliver),
    ]
}

/// Who does it, and how often something was published.
struct Marketers<'a> {
    script: &'a Script<Act>,
    published: usize,
    edits: usize,
}

impl People for Marketers<'_> {
    fn act(&mut self, world: &mut World, at: At, moment: Moment) {
        let script = self.script;
        script
            .acts_at(at, moment)
            .for_each(|act| self.perform(world, act));
    }

    fn mishap(&mut self, at: At) -> Option<Mishap> {
        // A restored journal is the matter of another test.
        let mishap = self.script.mishap_at(at);
        mishap.filter(|mishap| *mishap != Mishap::Restored)
    }
}

impl Marketers<'_> {
    fn perform(&mut self, world: &mut World, act: &Act) {
        let rows = rows(&world.book);
        let row = |at: &usize| at.checked_rem(rows.len()).map(|at| &rows[at]);
        let column = |at: usize| ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I'][at % 9].to_string();
        let last = rows.last().map_or(1, |row| row.number);
        match act {
            Act::Choose(at, action) => {
                let Some(row) = row(at) else { return };
                self.published += usize::from(*action == 0);
                put(
                    &mut world.book,
                    &format!("H{}", row.number),
                    ACTIONS[*action],
                );
            }
            Act::Edit(at) => {
                let Some(row) = row(at) else { return };
                self.edits += 1;
                put(
                    &mut world.book,
                    &format!("B{}", row.number),
                    &format!("Описание, правка {}", self.edits),
                );
            }
            Act::Sort(at, down) => {
                sort(&mut world.book, &format!("A2:Z{last}"), &column(*at), *down)
            }
            Act::SortTheirs(at, down) => {
                sort(&mut world.book, &format!("A2:I{last}"), &column(*at), *down)
            }
            Act::Insert(at) => {
                let before = usize::try_from(row(at).map_or(2, |row| row.number)).expect("small");
                world.book.insert_rows(TAB, before, 1).expect("room");
            }
            Act::Copy(at) => {
                let Some(row) = row(at) else { return };
                world
                    .book
                    .paste(
                        TAB,
                        &format!("A{}", last + 1),
                        std::slice::from_ref(&row.cells),
                    )
                    .expect("room");
            }
            Act::EraseKey(at) => {
                let key = world.book.column(TAB, "Ключ").ok().zip(row(at));
                if let Some((column, row)) = key {
                    put(&mut world.book, &format!("{column}{}", row.number), "");
                }
            }
            Act::Deliver => world.deliver(),
        }
    }
}

/// One row that holds anything.
struct Line {
    number: u32,
    cells: Vec<String>,
}

fn rows(book: &Workbook) -> Vec<Line> {
    let table = book.table(TAB).expect("the tab stands");
    let lines = table.into_iter().zip(1_u32..).skip(1);
    let filled = lines.filter(|(cells, _)| cells.iter().any(|cell| !cell.is_empty()));
    filled
        .map(|(cells, number)| Line { number, cells })
        .collect()
}

fn put(book: &mut Workbook, cell: &str, text: &str) {
    book.type_in(TAB, cell, text).expect("within the tab");
}

fn sort(book: &mut Workbook, range: &str, column: &str, down: bool) {
    book.sort(TAB, range, column, down).expect("within the tab");
}

/// Three partners, two rows that lack only their action.
fn opened() -> World {
    let mut book = Workbook::new("книга", "Акции");
    book.add_tab_sized(TAB, 60, 26).expect("room");
    book.paste(TAB, "A1", &[HEADERS]).expect("room");
    let row = |title: &'static str, text: &'static str| {
        [
            title,
            text,
            "",
            "'01.03.2026",
            "'31.12.2030",
            "",
            "",
            "",
            "",
        ]
    };
    let first = [row("Скидка", "Только сегодня"), row("Подарок", "Каждому")];
    book.paste(TAB, "A2", &first).expect("room");
    let mut world = World::of(book, promotions());
    for chat in CHATS {
        world.register(ChatId(chat));
        let mut partner = Partner::new(PartnerCode::fold(&format!("п{chat}")).expect("a code"));
        partner.binding = Some(Binding {
            chat: ChatId(chat),
            since: "2026-01-01".into(),
            at: jiff::Timestamp::UNIX_EPOCH,
            seq: Seq(0),
        });
        world.journal.store.put_entity(&Entity::Partner(partner));
    }
    let mut tab = world.journal.store.partners_tab();
    tab.bound = 3;
    world.journal.store.put_entity(&Entity::Tab(tab.into()));
    let quiet = Script::QUIET;
    let mut nobody = Marketers {
        script: &quiet,
        published: 0,
        edits: 0,
    };
    world.round(&mut nobody, 7);
    world.count_anew();
    world
}

fn play(script: &Script<Act>) -> Result<(), TestCaseError> {
    let mut world = opened();
    let mut marketers = Marketers {
        script,
        published: 0,
        edits: 0,
    };
    for _ in 0..ROUNDS {
        world.round(&mut marketers, 7);
        if world.is_past_acts(2) && world.is_quiet() {
            break;
        }
    }
    prop_assert!(
        world.is_quiet(),
        "it comes to rest: {:?}",
        world.journal.store.dirty()
    );
    let mut times: BTreeMap<(PromotionKey, ChatId), usize> = BTreeMap::new();
    for (_, id, _) in &world.sent {
        if let OutboxId::Promotion(key, chat) = id {
            *times.entry((key.clone(), *chat)).or_default() += 1;
        }
    }
    prop_assert!(times.values().all(|times| *times == 1), "{times:?}");
    let announced: BTreeSet<_> = times.keys().map(|(key, _)| key.clone()).collect();
    prop_assert!(announced.len() <= marketers.published, "{announced:?}");
    // A row that was inserted under a write and then parted from what landed in it keeps a word of ours: the stated bound.
    let parted = script.has(|act| matches!(act, Act::Insert(_)))
        && script.has(|act| matches!(act, Act::SortTheirs(..)));
    ends_well(&world, &times, parted)
}

/// Every row has a key of its own and says what the journal wants it to; whoever should have it has it.
fn ends_well(
    world: &World,
    times: &BTreeMap<(PromotionKey, ChatId), usize>,
    parted: bool,
) -> Result<(), TestCaseError> {
    let mut keys = BTreeSet::new();
    let cell = |line: &Line, header: &str| -> String {
        let letter = world.book.column(TAB, header).expect("our columns stand");
        let at = letter
            .bytes()
            .fold(0, |at, letter| at * 26 + usize::from(letter - b'A') + 1)
            - 1;
        line.cells.get(at).cloned().unwrap_or_default()
    };
    let is_empty = |line: &Line| {
        [0, 1, 3, 4]
            .into_iter()
            .all(|at| line.cells.get(at).is_none_or(String::is_empty))
    };
    for line in rows(&world.book)
        .into_iter()
        .filter(|line| !(parted && is_empty(line)))
    {
        let key = PromotionKey(cell(&line, "Ключ"));
        prop_assert!(keys.insert(key.clone()), "{key:?} stands twice");
        let promotion = world.journal.store.promotion(&key);
        prop_assert!(promotion.is_some(), "{key:?} is nobody's: {:?}", line.cells);
        let promotion = promotion.expect("it was seen");
        prop_assert_eq!(promotion.row.offer.title.as_str(), cell(&line, "Название"));
        let row = crate::domain::project::project(
            &world.rules,
            &world.journal.store,
            &RowKey::Promotion(key.clone()),
        )
        .expect("it stands");
        for (column, header) in [
            (Column::Mailing, "Рассылка"),
            (Column::Notified, "NOTIFICATION_STATUS"),
        ] {
            let wanted = row
                .ours
                .iter()
                .find(|(known, _)| *known == column)
                .map(|(_, value)| value.clone());
            prop_assert_eq!(
                wanted,
                Some(CellValue::Text(cell(&line, header).as_str().into()))
            );
        }
        prop_assert!(
            row.shared.is_empty(),
            "{:?} still wants {:?}",
            line.cells,
            row.shared
        );
        let paused = world
            .journal
            .store
            .broadcast(&key)
            .is_some_and(|broadcast| broadcast.ended.is_none());
        if matches!(promotion.stage, Stage::Announced(_)) && !paused {
            let reached = CHATS
                .iter()
                .filter(|chat| times.contains_key(&(key.clone(), ChatId(**chat))))
                .count();
            prop_assert_eq!(reached, CHATS.len());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(300, 7))]

    #[test]
    fn promotions_in_chaos_reach_everybody_once(script in script(act())) {
        play(&script)?;
    }
}

#[test]
fn a_row_whose_key_lands_in_one_like_it_shows_the_words_of_its_own() {
    use At::{Google, Journal};
    let acts = vec![
        (Google(6), Moment::Before, Act::Edit(4)),
        (Journal(6), Moment::Before, Act::Choose(3, 0)),
        (Google(0), Moment::Before, Act::Copy(2)),
        (Journal(18), Moment::Before, Act::Sort(3, false)),
        (Journal(13), Moment::Before, Act::SortTheirs(0, true)),
    ];
    let script = Script {
        acts,
        mishaps: Vec::new(),
    };
    if let Err(error) = play(&script) {
        panic!("{error}");
    }
}
