//! Every command in the one language of its installation.
//!
//! Invariant: in Russian no English word stands but names, in English no Russian word but those of the sheets.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::Signal;
use sheetdesk::testbed::{APPEALS, BOOK, PROMOTIONS};
use simulator::sheets::{Role, SERVICE_ACCOUNT_EMAIL, TOUR_PARTNER};

use crate::{
    child::{Child, Exit, run_with},
    play::Play,
};

/// Names that are the same in every language; what stands in `these`, is a path, an address, an option or a setting is one as well.
const NAMES: [&str; 33] = [
    "API",
    "Apps",
    "Bad",
    "BotFather",
    "DNS",
    "Europe",
    "Forbidden",
    "Google",
    "ID",
    "JSON",
    "Moscow",
    "Not",
    "Request",
    "SpamBot",
    "Telegram",
    "all",
    "base64",
    "chat",
    "chmod",
    "chown",
    "found",
    "http",
    "https",
    "https://…",
    "kicked",
    "none",
    "openssl",
    "polling",
    "sheetdesk",
    "telegram_id",
    "token",
    "webhook",
    "xlsx",
];
/// What follows the program's name.
const COMMANDS: [&str; 21] = [
    "answers",
    "backup",
    "check",
    "delete",
    "drop",
    "failed",
    "init",
    "list",
    "quarantine",
    "release",
    "replay",
    "resend",
    "restore",
    "retry",
    "serve",
    "setup",
    "sheets",
    "silence",
    "status",
    "unknown",
    "webhook",
];

/// Tabs and statuses, which bear their own names in every language.
const SHEET_WORDS: &str = "Список сотрудников для авторизации не авторизован обращения Акции Шаблоны Состояние Новое В работе \
                           Передано специалисту Ответ ИИ Решено Исправить Отправить снова Ожидает Активна Закончена Опубликовать \
                           Тест Пауза Продолжить Отменить Завершить";

/// The words of a text that are of the other language.
fn foreign(text: &str, language: &str, allowed: &[&str]) -> Vec<String> {
    let quoted = |text: &str, open: char, close: char| {
        let mut within = 0_u32;
        let kept = text.chars().filter(|c| {
            if *c == open && (within == 0 || open != close) {
                within += 1;
                return false;
            }
            if *c == close && within > 0 {
                within -= 1;
                return false;
            }
            within == 0
        });
        kept.collect::<String>()
    };
    let text = [('`', '`'), ('«', '»'), ('“', '”'), ('"', '"')]
        .into_iter()
        .fold(text.to_owned(), |text, (open, close)| {
            quoted(&text, open, close)
        });
    let is_other = |c: char| match language {
        "ru" => c.is_ascii_alphabetic(),
        _ => matches!(c, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё'),
    };
    let is_name = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let looks_so = word.contains(['/', '_', '@', '=', '\\']) || bare.contains(['.', '-', ':']);
        let known = NAMES.contains(&bare) || COMMANDS.contains(&bare);
        let of_sheets = || {
            SHEET_WORDS
                .split(' ')
                .any(|known| known.to_lowercase() == bare.to_lowercase())
        };
        word.starts_with("--") || looks_so || known || allowed.contains(&bare) || of_sheets()
    };
    text.split(|c: char| c.is_whitespace() || ",;()|".contains(c))
        .filter(|word| word.contains(is_other) && !is_name(word))
        .map(str::to_owned)
        .collect()
}

fn speaks(exit: &Exit, language: &str, allowed: &[&str]) {
    let told = format!("{}{}", exit.out, exit.err);
    assert!(!told.trim().is_empty(), "it says nothing");
    let foreign = foreign(&told, language, allowed);
    assert!(foreign.is_empty(), "{language}: {foreign:?} in {told}");
}

/// Runs a command in both languages and listens; what it says in Russian.
async fn both(play: &Play, code: i32, arguments: &[&str], allowed: &[&str]) -> String {
    let mut russian = String::new();
    for language in ["en", "ru"] {
        let exit = run_with(&play.testbed, &[("LANGUAGE", language)], arguments).await;
        assert_eq!(exit.code, Some(code), "{}{}", exit.out, exit.err);
        speaks(&exit, language, allowed);
        russian = exit.out + &exit.err;
    }
    russian
}

/// A word that is not the other language's would not be heard.
#[test]
fn foreign_words_are_heard() {
    let heard = |text, language| foreign(text, language, &[]).join(" ");
    let told =
        "Задайте SHEETDESK_DATA_DIR: `sheetdesk serve`, http.listen – the address, 127.0.0.1:80";
    assert_eq!(heard(told, "ru"), "the address");
    assert_eq!(heard("the tab «Акции» is there уже", "en"), "уже");
}

#[tokio::test]
async fn check_and_setup_speak_one_language() {
    let play = Play::set().await;
    let check = both(&play, 0, &["check"], &["Europe/Moscow"]).await;
    assert!(check.contains("ок      настройки"), "{check}");
    assert!(check.contains("полные и понятные"), "{check}");
    both(&play, 0, &["check", "--offline"], &[]).await;
    let dry = both(&play, 0, &["setup", "sheets", "--dry-run"], &[]).await;
    assert!(dry.contains("вписать заголовки «№»"), "{dry}");
    both(&play, 0, &["setup", "webhook"], &[]).await;
    let live = both(&play, 0, &["check", "--live-sheet", BOOK], &[]).await;
    assert!(live.contains("\nтак    ответ в одну строку"), "{live}");
    both(&play, 0, &["setup", "webhook", "--delete"], &[]).await;
    let row = ("Название", "Двойное вознаграждение");
    play.testbed
        .type_into(PROMOTIONS, row, "Действие", "Опубликовать")
        .expect("the row is there");
    let typed = play.testbed.sheets.with(BOOK, |book| {
        let address = book.address(APPEALS, ("telegram_id", "700001043"), "специалист_ответ")?;
        book.type_in(APPEALS, &address, "Напечатано до запуска")
    });
    typed.expect("the old row is there");
    let check = both(&play, 0, &["check"], &[]).await;
    for words in [
        "в таблице уже стоят ответы: 1, в строках 2.",
        "в строках 3 действие уже стоит",
    ] {
        assert!(check.contains(words), "{words}: {check}");
    }
    play.testbed
        .sheets
        .with(BOOK, |book| book.share(SERVICE_ACCOUNT_EMAIL, Role::None));
    let check = both(
        &play,
        1,
        &["check"],
        &["The", "caller", "does", "not", "have", "permission"],
    )
    .await;
    assert!(check.contains("нажмите «Поделиться»"), "{check}");
    both(
        &play,
        1,
        &["setup", "sheets"],
        &["The", "caller", "does", "not", "have", "permission"],
    )
    .await;
    let json = run_with(
        &play.testbed,
        &[("LANGUAGE", "ru")],
        &["check", "--offline", "--format", "json"],
    );
    let json: serde_json::Value = serde_json::from_str(&json.await.out).expect("JSON");
    let expected =
        serde_json::json!({"about": "settings", "verdict": "fine", "words": "полные и понятные"});
    assert_eq!(json[0], expected);
}

#[tokio::test]
async fn what_asks_the_service_speaks_one_language() {
    let play = Play::set().await;
    for arguments in [
        &["status"][..],
        &["release", "answers"],
        &["unknown", "list"],
        &["probe"],
        &["backup", "copy.redb"],
    ] {
        both(&play, 1, arguments, &[]).await;
    }
    let child = Child::serve(&play.testbed).await;
    play.registers().await;
    play.opens_appeal().await;
    play.settled().await;
    let status = both(&play, 0, &["status"], &[]).await;
    for words in [
        "\nработает      ",
        "\nпартнёры      зарегистрировано: 3",
        "\n  обращения   смотрели ",
    ] {
        assert!(status.contains(words), "{words}: {status}");
    }
    for arguments in [
        &["release", "answers"][..],
        &["release", "silence"],
        &["unknown", "list"],
        &["quarantine", "list"],
        &["failed", "list"],
    ] {
        both(&play, 0, arguments, &[]).await;
    }
    both(&play, 1, &["unknown", "drop", "all"], &[]).await;
    let asked = both(
        &play,
        1,
        &["forget", TOUR_PARTNER.code],
        &[TOUR_PARTNER.code],
    )
    .await;
    assert!(asked.contains("ничего не стёрли"), "{asked}");
    for (language, file) in [("ru", "ru.redb"), ("en", "en.redb")] {
        let change = [("LANGUAGE", language)];
        let saved = run_with(&play.testbed, &change, &["backup", file]).await;
        assert_eq!(saved.code, Some(0), "{}", saved.err);
        speaks(&saved, language, &[]);
    }
    both(&play, 1, &["backup", "ru.redb"], &[]).await;
    let second = run_with(&play.testbed, &[("LANGUAGE", "ru")], &["serve"]).await;
    let told = "уже работает другая служба; сначала остановите её";
    assert!(second.err.contains(told), "{}", second.err);
    both(&play, 1, &["restore", "ru.redb"], &["systemctl", "stop"]).await;
    child.stop(Signal::TERM).await;
    let restored = both(&play, 0, &["restore", "ru.redb"], &[]).await;
    assert!(restored.contains("Теперь запустите службу"), "{restored}");
    both(&play, 1, &["restore", "no.redb"], &[]).await;
}

#[tokio::test]
async fn whatever_is_wrong_with_settings_is_said_in_one_language() {
    let play = Play::set().await;
    let file = play.testbed.directory().join("slip.toml");
    let slips = "time_zone = \"Москва\"\nlog = 1\n[http]\nlistne = \"x\"\npublic_url = \"http://x.ru\"\n\
                 [appeals]\ngrace = -1\n[data_dir]\nx = 1\n[hours]\nweek = \"mon\"\n";
    fs::write(&file, slips).expect("the file is written");
    let wrong = [
        ("TELEGRAM__TOKEN", "7654321-AAHqTzWithoutItsColon"),
        ("TELEGRAM__WEBHOOK_SECRET", "short"),
        ("TELEGRAM__ADMIN_CHAT", "@desk"),
        ("SHEETS__CREDENTIALS", "no-such-key.json"),
        ("SHEETS__CALLBACK_SECRET", "whsec_AAEC"),
        ("SHEETS__PARTNERS__SPREADSHEET", "my book"),
        ("SHEETS__APPEALS__SPREADSHEET", ""),
        ("HTTP__LISTEN", "8080"),
        ("PROMOTIONS__QUIET_HOURS", "at night"),
        ("SCHEDULE__DIGEST", "daily"),
        ("STAFF__CHAT", "42"),
        ("PORT", "tcp://10.0.0.1:80"),
    ];
    for language in ["en", "ru"] {
        let changes = [&wrong[..], &[("LANGUAGE", language)]].concat();
        let arguments = ["check", "--offline", "--config", "slip.toml"];
        let exit = run_with(&play.testbed, &changes, &arguments).await;
        assert_eq!(exit.code, Some(64), "{}", exit.err);
        speaks(&exit, language, &["log", "mon", "sat"]);
        assert!(exit.err.contains("Europe/Moscow"), "{}", exit.err);
    }
}

#[tokio::test]
async fn where_no_language_is_named_the_locale_tells_it() {
    let play = Play::set().await;
    let variables = play.testbed.variables().iter();
    let unnamed = variables.filter(|(name, _)| name != "SHEETDESK_LANGUAGE");
    let unnamed: Vec<_> = unnamed.cloned().collect();
    for (locale, language) in [
        (&[][..], "ru"),
        (&[("LANG", "en_US.UTF-8")], "en"),
        (&[("LANG", "ru_RU.UTF-8")], "ru"),
        (&[("LANG", "C.UTF-8")], "ru"),
        (&[("LANG", "ru_RU.UTF-8"), ("LC_ALL", "en_GB.UTF-8")], "en"),
        (
            &[("LANG", "en_US.UTF-8"), ("SHEETDESK_LANGUAGE", "ru")],
            "ru",
        ),
    ] {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let more: Vec<_> = locale.iter().map(owned).collect();
        let variables = [&unnamed[..], &more[..]].concat();
        let directory = play.testbed.directory();
        let check = Child::start(directory, &variables, &["check", "--offline"]);
        let exit = check.ended().await;
        assert_eq!(exit.code, Some(0), "{}{}", exit.out, exit.err);
        speaks(&exit, language, &[]);
    }
}

/// Runs `init` in this directory, on a terminal of this locale, with these answers.
fn init(directory: &Path, locale: &str, answers: &str) -> Exit {
    let mut child = Command::new(env!("CARGO_BIN_EXE_sheetdesk"))
        .args(["init", "--directory"])
        .arg(directory)
        .env_clear()
        .env("LANG", locale)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program was built with this test");
    let mut input = child.stdin.take().expect("piped");
    input.write_all(answers.as_bytes()).expect("it reads");
    drop(input);
    let told = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Exit {
        code: told.status.code(),
        signal: None,
        out: text(&told.stdout),
        err: text(&told.stderr),
    }
}

#[tokio::test]
async fn init_speaks_the_terminals_language_and_writes_it() {
    let play = Play::set().await;
    let value = |name: &str| {
        let mut all = play.testbed.variables().iter();
        let found = all.find(|(known, _)| known.ends_with(name));
        found.expect("the testbed sets it").1.clone()
    };
    let (token, key) = (value("TELEGRAM__TOKEN"), value("SHEETS__CREDENTIALS"));
    let book = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdef";
    let answers =
        format!("\nwrong\n{token}\nno.json\n{key}\nmy book\n{book}\n\nнет\n\n@desk\n-100123\n");
    for (locale, language, asks) in [
        (
            "ru_RU.UTF-8",
            "ru",
            "Токен бота от @BotFather:\n  Без этого ответа не обойтись.",
        ),
        (
            "en_US.UTF-8",
            "en",
            "The bot's token from @BotFather:\n  We cannot do without this one.",
        ),
    ] {
        let directory = tempfile::tempdir().expect("a directory");
        let told = init(directory.path(), locale, &answers);
        assert_eq!(told.code, Some(0), "{}{}", told.out, told.err);
        speaks(&told, language, &["set", "Enter", "a", "+a"]);
        assert!(told.out.starts_with(asks), "{}", told.out);
        assert!(!told.out.contains("SHEETDESK_"), "{}", told.out);
        let settings = fs::read_to_string(directory.path().join("sheetdesk.toml"));
        let settings = settings.expect("written");
        assert!(
            settings.contains(&format!("\nlanguage = \"{language}\"\n")),
            "{settings}"
        );
        let again = init(directory.path(), locale, &answers);
        assert_eq!(again.code, Some(1));
        speaks(&again, language, &[]);
        let empty = tempfile::tempdir().expect("a directory");
        speaks(&init(empty.path(), locale, "wrong\n"), language, &[]);
    }
}
