//! Registration: who is bound, who is asked, who is refused, and on what evidence.

use sheetdesk::domain::{
    effect::{Button, Wake},
    event::{Event, TelegramCell},
    ids::ChatId,
    message::Content,
    tab::Tab,
    text::Text,
    view::View,
};

use crate::table::{ADMIN, ANNA, BORIS, Table, code};

const SHARE: &str = "[share: Отправить мой номер]";

#[test]
fn code_and_contact_register_in_either_order() {
    for contact_first in [false, true] {
        let mut table = Table::sighted();
        let (first, second) = if contact_first {
            (
                table.contact(ANNA, "79123456789", true),
                table.text(ANNA, " п-1 "),
            )
        } else {
            (
                table.text(ANNA, " п-1 "),
                table.contact(ANNA, "79123456789", true),
            )
        };
        let asked = if contact_first {
            "7001: Номер получили. Теперь пришлите код партнёра.".to_owned()
        } else {
            format!(
                "7001: Код записали. Теперь нажмите кнопку «Отправить мой номер» внизу, чтобы мы убедились, что это вы. {SHARE}"
            )
        };
        assert_eq!(first, [asked]);
        assert_eq!(
            second,
            [
                "partner П-1 bound to Some(7001)",
                "7001: Готово, Анна! Теперь просто напишите, что случилось, – передадим специалисту и вернёмся с ответом. / /appeals – ваши обращения / /promotions – действующие акции / /help – подсказка [below: Мои обращения | Акции]",
                "dirty partner П-1",
            ]
        );
    }
}

#[test]
fn an_unknown_code_and_a_wrong_phone_get_one_and_the_same_answer_after_a_fresh_look() {
    let mut answers = Vec::new();
    for (text, phone) in [("Х-99", "79123456789"), ("П-1", "79990000000")] {
        let mut table = Table::sighted();
        table.later(60);
        table.text(ANNA, text);
        assert_eq!(
            table.contact(ANNA, phone, true),
            ["wake in 4 s", "look partners"],
            "nobody is refused on an old look"
        );
        table.later(1);
        let told = table.looked(Tab::Partners);
        assert!(
            told[0].contains(&format!("«{text}»")),
            "what was taken for the code is quoted: {told:?}"
        );
        answers.push(
            told.iter()
                .map(|told| told.replace(text, "…"))
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].len(), 1);
    assert!(
        answers[0][0].starts_with("7001: Такой пары кода и телефона в списке нет."),
        "{:?}",
        answers[0]
    );
}

#[test]
fn a_look_that_began_earlier_does_not_refuse_and_a_new_line_registers() {
    let mut table = Table::sighted();
    let before = table.now;
    table.later(60);
    table.text(BORIS, "2045");
    table.contact(BORIS, "79160000001", true);
    assert_eq!(
        table.looked_since(Tab::Partners, before),
        ["look partners"],
        "he waits for the next"
    );
    table.lists("2045.0", "Борис", "+7 916 000-00-01");
    table.later(1);
    let decision = table.looked(Tab::Partners);
    assert_eq!(decision[0], "partner 2045 bound to Some(7002)");
}

#[test]
fn while_the_sheet_is_away_the_partner_hears_from_us_within_five_seconds_and_once() {
    let mut table = Table::sighted();
    table.later(60);
    table.text(ANNA, "Х-99");
    table.contact(ANNA, "79123456789", true);
    table.later(4);
    let wake = Event::Due(Wake::Session(ANNA));
    assert_eq!(
        table.event(&wake),
        [
            "7001: Проверяем. Ответим совсем скоро, ничего присылать заново не нужно.",
            "look partners"
        ]
        .map(String::from)
        .into_iter()
        .rev()
        .collect::<Vec<_>>()
    );
    assert_eq!(table.event(&wake), ["look partners"]);
}

#[test]
fn a_clock_that_is_set_back_keeps_nobody_waiting_for_a_look() {
    let mut table = Table::sighted();
    table.lists("2045", "Борис", "+7 916 000-00-01");
    table.text(ANNA, "Х-99");
    table.contact(ANNA, "79123456789", true);
    table.later(-120);
    let told = table.looked(Tab::Partners);
    assert!(
        told.iter().any(|line| line.starts_with("7001: ")),
        "{told:?}"
    );
}

#[test]
fn five_pairs_an_hour_then_patience() {
    let mut table = Table::sighted();
    table.contact(ANNA, "79123456789", true);
    for n in 0..5 {
        table.later(60);
        assert_eq!(
            table.text(ANNA, &format!("Х-{n}")),
            ["wake in 4 s", "look partners"]
        );
        table.later(1);
        table.looked(Tab::Partners);
    }
    table.later(60);
    assert_eq!(
        table.text(ANNA, "Х-6"),
        ["7001: Попыток было слишком много. Попробуйте снова через 55 минут."]
    );
    table.later(55 * 60);
    assert_eq!(
        table.text(ANNA, "П-1")[0],
        "partner П-1 bound to Some(7001)"
    );
}

#[test]
fn a_bound_code_is_never_bound_anew_and_the_operator_hears_of_it() {
    let mut table = Table::registered();
    table.text(BORIS, "П-1");
    let decision = table.contact(BORIS, "79123456789", true);
    assert_eq!(
        decision,
        [
            "7002: Этот код уже привязан к другому Telegram. Если вы сменили аккаунт, напишите вашему менеджеру.".to_owned(),
            format!(
                "{ADMIN}: Код П-1 уже привязан, но с верным телефоном зарегистрироваться пытался другой аккаунт Telegram (7002). Мы отказали."
            ),
        ]
    );
    assert_eq!(
        table
            .state
            .partner(&code("П-1"))
            .and_then(|partner| partner.binding)
            .map(|binding| binding.chat),
        Some(ANNA)
    );
}

#[test]
fn a_contact_of_somebody_else_proves_nothing() {
    let mut table = Table::sighted();
    table.text(ANNA, "П-1");
    let decision = table.contact(ANNA, "79123456789", false);
    assert!(
        decision[0].starts_with("7001: Это не ваш контакт."),
        "{decision:?}"
    );
    assert_eq!(
        table
            .state
            .partner(&code("П-1"))
            .and_then(|partner| partner.binding),
        None
    );
}

#[test]
fn what_was_written_before_is_kept_and_offered_by_a_button() {
    let mut table = Table::sighted();
    let decision = table.text(ANNA, "Здравствуйте, у меня вопрос");
    assert!(
        decision[0].starts_with("7001: Сообщение сохранили."),
        "{decision:?}"
    );
    table.text(ANNA, "П-1");
    let registered = table.contact(ANNA, "79123456789", true);
    assert_eq!(
        registered[2],
        "7001: До знакомства вы прислали 1 сообщение. Передать его специалисту? [Да, передать | Нет, не нужно]"
    );
    let press = Some(Button::SendKept);
    assert_eq!(
        table.press(ANNA, None, press),
        [
            "line 0: Здравствуйте, у меня вопрос",
            "button answered",
            "7001: Приняли, обращение № 1. Ответим здесь же.",
            "dirty appeal 7"
        ]
    );
    assert!(
        table.press(ANNA, None, press)[1].starts_with("7001: Эти сообщения уже переданы"),
        "a second press does nothing twice"
    );
}

#[test]
fn kept_messages_are_bounded_by_count_and_age() {
    let mut table = Table::sighted();
    for n in 0..10 {
        table.text(ANNA, &format!("сообщение номер {n}"));
    }
    table.later(61);
    assert!(
        table.text(ANNA, "одиннадцатое, лишнее")[0].starts_with("7001: Мы сохранили первые 10")
    );
    table.later(25 * 3600);
    table.text(ANNA, "другой день, другое дело");
    assert_eq!(
        table.state.session(ANNA).map(|session| session.kept.len()),
        Some(1)
    );
}

#[test]
fn before_the_first_look_messages_wait_and_a_partner_of_old_is_simply_served() {
    let mut table = Table::empty();
    assert_eq!(
        table.text(ANNA, "Когда будет выплата?"),
        ["wake in 4 s", "look partners", "wake in 86400 s"]
    );
    table.later(4);
    assert_eq!(table.event(&Event::Due(Wake::Session(ANNA))).len(), 2);
    table.lists_bound("П-1", "Анна", "8 912 345 67 89", TelegramCell::Id(ANNA));
    table.looked(Tab::Appeals);
    let decision = table.looked(Tab::Partners);
    assert_eq!(
        decision,
        [
            "line 0: Когда будет выплата?",
            "7001: Приняли, обращение № 1. Ответим здесь же.",
            "dirty appeal 6"
        ]
    );
}

#[test]
fn the_first_look_trusts_an_account_and_later_looks_trust_none() {
    for (sighted, telegram, bound) in [
        (false, TelegramCell::Id(ANNA), true),
        (false, TelegramCell::Doubled(ANNA), true),
        (false, TelegramCell::Unreadable, false),
        (true, TelegramCell::Id(ANNA), false),
    ] {
        let mut table = Table::empty();
        if sighted {
            table.looked(Tab::Partners);
        }
        table.lists_bound("П-1", "Анна", "8 912 345 67 89", telegram);
        assert_eq!(
            table
                .state
                .partner(&code("П-1"))
                .is_some_and(|partner| partner.binding.is_some()),
            bound,
            "{telegram:?}"
        );
    }
}

#[test]
fn a_word_without_digits_is_a_code_only_if_the_list_knows_it() {
    let mut table = Table::sighted();
    table.lists("АЛЬФА", "Борис", "+7 916 000-00-01");
    assert!(table.text(BORIS, "альфа")[0].starts_with("7002: Код записали."));
    assert!(table.text(ChatId(7003), "Здравствуйте")[0].starts_with("7003: Сообщение сохранили."));
    assert!(
        table.message(ChatId(7003), Content::Other("dice".into()))[0]
            .starts_with("7003: Такое сообщение специалисту не передать.")
    );
    assert!(table.message(ChatId(7003), Content::Text(Text::from("/start")))[0].ends_with(SHARE));
}

#[test]
fn a_pair_that_waits_for_its_look_is_not_counted_again() {
    let mut table = Table::sighted();
    table.contact(ANNA, "79123456789", true);
    table.text(ANNA, "П-2");
    for _ in 0..10 {
        table.later(10);
        assert_eq!(
            table.text(ANNA, "П-2"),
            ["wake in 4 s", "look partners"],
            "an outage is not the partner's fault"
        );
    }
}

#[test]
fn what_a_stranger_wrote_is_forgotten_after_a_day_even_if_he_never_returns() {
    let mut table = Table::sighted();
    table.text(ANNA, "Забудьте об этом");
    table.later(24 * 3600);
    table.event(&Event::Due(Wake::Kept(ANNA)));
    assert_eq!(
        table.state.session(ANNA).map(|session| session.kept.len()),
        Some(0)
    );
}

#[test]
fn a_clock_that_is_set_back_keeps_no_stranger_s_words_for_longer_than_a_day_more() {
    for (set_back, again) in [(0, None), (60, Some(60)), (2 * 24 * 3600, None)] {
        let mut table = Table::sighted();
        table.text(ANNA, "Забудьте об этом");
        let kept = |table: &Table| {
            table
                .state
                .session(ANNA)
                .map_or(0, |session| session.kept.len())
        };
        // The timer goes off after a day all the same, and the clock says less.
        table.later(24 * 3600 - set_back);
        let told = table.event(&Event::Due(Wake::Kept(ANNA)));
        assert_eq!(
            told,
            again
                .map(|seconds| format!("wake in {seconds} s"))
                .into_iter()
                .collect::<Vec<_>>()
        );
        if let Some(seconds) = again {
            assert_eq!(kept(&table), 1);
            table.later(seconds);
            table.event(&Event::Due(Wake::Kept(ANNA)));
        }
        assert_eq!(kept(&table), 0, "{set_back}");
    }
}

#[test]
fn a_partner_of_old_who_only_says_start_is_not_told_to_register() {
    let mut table = Table::empty();
    assert_eq!(table.text(ANNA, "/start"), ["wake in 4 s", "look partners"]);
    table.lists_bound("П-1", "Анна", "8 912 345 67 89", TelegramCell::Id(ANNA));
    assert!(table.looked(Tab::Partners)[0].starts_with("7001: Напишите сюда вопрос"));
}

/// What comes of a code, typed like this, for a list that spells it like that.
fn registers(written: &str, typed: &str) -> bool {
    let mut table = Table::sighted();
    table.lists(written, "Борис", "+7 916 000-00-01");
    table.contact(BORIS, "79160000001", true);
    table.text(BORIS, typed);
    table.later(1);
    table.looked(Tab::Partners);
    table
        .state
        .session(BORIS)
        .is_some_and(|session| session.partner.is_some())
}

#[test]
fn a_code_is_found_however_it_is_typed() {
    for (written, typed) in [
        ("10005", "код: 10005"),
        ("10005", "Код:10005"),
        ("10005", "мой код 10005"),
        ("10005", "Мой код партнёра – «10005»."),
        ("10005", "10005 это мой код"),
        ("10005", "My partner code is 10005"),
        ("10005", "\u{200b}10005\u{feff}"),
        ("10005", "\u{2068}10005\u{2069}"),
        ("10005", "10005."),
        ("10005", "№10005"),
        ("10\u{ad}005", "10005"),
        ("\u{feff}П-77", "п-77"),
        ("А-104", "A-104"),
        ("A-104", "а-104"),
        ("П-1042", "п–1042"),
        ("П-1042", "п 1042"),
        ("П 114", "П 114"),
        ("П 114", "код п 114"),
        ("П 114", "п114"),
        ("42", "0042"),
        ("0042", "42"),
        ("20,011", "20011"),
        ("20011", "20,011"),
        ("20011", "20 011"),
        ("АЛЬФА", "альфа"),
        ("АЛЬФА", "код Альфа"),
        ("7707083893", "7707083893"),
    ] {
        assert!(registers(written, typed), "{written:?} typed {typed:?}");
    }
}

#[test]
fn words_are_no_code_and_a_code_that_looks_like_two_is_neither() {
    for typed in [
        "код не приходит",
        "Не приходит код 10005 уже 5 дней",
        "когда придёт выплата за 10005",
        "какой у меня код?",
        "П-2",
    ] {
        assert!(!registers("10005", typed), "{typed}");
    }
    let mut table = Table::sighted();
    table.lists("А-104", "Борис", "+7 916 000-00-01");
    table.lists("A-104", "Вера", "+7 916 000-00-02");
    table.contact(BORIS, "79160000001", true);
    assert_eq!(
        table.text(BORIS, "а 104"),
        ["wake in 4 s", "look partners"],
        "either may be meant"
    );
    table.later(1);
    let told = table.looked(Tab::Partners);
    assert!(told[0].contains("Код мы прочли так: «а 104»."), "{told:?}");
    assert_eq!(
        table.text(BORIS, "А-104")[0],
        "partner А-104 bound to Some(7002)",
        "to the letter"
    );
}

#[test]
fn a_code_that_was_found_once_stays_the_key_of_its_row() {
    let mut table = Table::sighted();
    table.lists("\u{200b}А-104", "Борис", "+7 916 000-00-01");
    table.text(BORIS, "A-104");
    let told = table.contact(BORIS, "79160000001", true);
    assert_eq!(told[0], "partner \u{200b}А-104 bound to Some(7002)");
    assert_eq!(
        told.last().map(String::as_str),
        Some("dirty partner \u{200b}А-104")
    );
}

#[test]
fn any_phone_of_the_cell_proves_it() {
    for (cell, shared) in [
        ("+7 916 000-00-01 (жена)", "79160000001"),
        ("8 912 345-67-89, 8 916 000-00-01", "79160000001"),
        ("8 912 345-67-89, 8 916 000-00-01", "79123456789"),
        ("WhatsApp: 8 916 000-00-01", "79160000001"),
        ("79,160,000,001", "79160000001"),
    ] {
        let mut table = Table::sighted();
        table.lists("2045", "Борис", cell);
        table.text(BORIS, "2045");
        assert_eq!(
            table.contact(BORIS, shared, true)[0],
            "partner 2045 bound to Some(7002)",
            "{cell}"
        );
    }
}

#[test]
fn a_phone_that_is_typed_does_not_replace_the_code() {
    let mut table = Table::sighted();
    table.text(ANNA, "П-1");
    let told = table.text(ANNA, "+7 912 345-67-89");
    assert_eq!(told[0], "look partners");
    assert!(
        told[1].starts_with("7001: Похоже, это телефон.") && told[1].ends_with(SHARE),
        "{told:?}"
    );
    assert_eq!(
        table.contact(ANNA, "79123456789", true)[0],
        "partner П-1 bound to Some(7001)"
    );

    let mut table = Table::sighted();
    table.contact(ANNA, "79123456789", true);
    assert_eq!(
        table.text(ANNA, "89123456789")[1],
        "7001: Номер получили. Теперь пришлите код партнёра."
    );
}

#[test]
fn a_code_is_taken_after_many_messages_and_a_flood_of_codes_is_one() {
    let mut table = Table::sighted();
    for n in 0..12 {
        table.text(ANNA, &format!("сообщение номер {n}"));
    }
    assert!(table.text(ANNA, "П-1")[0].starts_with("7001: Код записали."));
    for n in 0..9 {
        assert!(
            table.text(ANNA, &format!("Х-{n}"))[0].starts_with("7001: Код записали."),
            "{n}"
        );
    }
    assert_eq!(
        table.text(ANNA, "Х-99"),
        [""; 0],
        "she has been asked for patience already"
    );
}

#[test]
fn before_the_first_look_a_word_with_a_digit_is_kept_and_a_stranger_s_is_his_code() {
    let mut table = Table::empty();
    table.text(ANNA, "помогите2");
    table.text(BORIS, "Не работает касса");
    table.text(BORIS, "2045");
    table.lists_bound("П-1", "Анна", "8 912 345 67 89", TelegramCell::Id(ANNA));
    table.lists("2045", "Борис", "+7 916 000-00-01");
    table.looked(Tab::Appeals);
    table.later(1);
    let told = table.looked(Tab::Partners).join("\n");
    assert!(
        told.contains("line 0: помогите2"),
        "a partner's word is a message: {told}"
    );
    assert!(told.contains("7002: Код записали."), "{told}");
    let kept = table.state.session(BORIS).map(|session| session.kept.len());
    assert_eq!(kept, Some(1), "the code is not offered to a specialist");
    assert_eq!(
        table.contact(BORIS, "79160000001", true)[0],
        "partner 2045 bound to Some(7002)"
    );
}

#[test]
fn before_the_first_look_a_partner_s_word_with_a_digit_and_his_contact_are_messages() {
    let mut table = Table::empty();
    table.text(ANNA, "касса5");
    table.contact(ANNA, "79123456789", true);
    table.lists_bound("П-1", "Анна", "8 912 345 67 89", TelegramCell::Id(ANNA));
    let told = table.looked(Tab::Partners);
    assert_eq!(told[0], "line 0: касса5");
    assert!(
        told[1].starts_with("line 1: ") && told[1].contains("79123456789"),
        "{told:?}"
    );
    assert_eq!(
        told.iter()
            .filter(|words| words.starts_with("7001: "))
            .count(),
        1,
        "{told:?}"
    );
}

#[test]
fn before_the_first_look_a_stranger_s_code_and_contact_register_him_and_are_nothing_else() {
    let mut table = Table::empty();
    assert_eq!(
        table.text(ANNA, "П-1"),
        ["wake in 4 s", "look partners", "wake in 86400 s"]
    );
    table.contact(ANNA, "79123456789", true);
    table.lists("П-1", "Анна", "8 912 345 67 89");
    let told = table.looked(Tab::Partners);
    assert_eq!(told[0], "partner П-1 bound to Some(7001)");
    assert_eq!(
        table.state.session(ANNA).map(|session| session.kept.len()),
        Some(0)
    );

    let mut table = Table::empty();
    table.text(BORIS, "П-404");
    assert!(table.looked(Tab::Partners)[0].starts_with("7002: Код записали."));
    assert_eq!(
        table.state.session(BORIS).map(|session| session.kept.len()),
        Some(0)
    );
}
