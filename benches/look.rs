//! What a read costs: 100,000 partners, 50,000 appeals, unchanged since the last read.
//!
//! The client, the parsing and the comparing are the service's own; the answers come from a server in another thread, made once. Criterion is given the
//! processor time of the looking thread, so the server's is not in it. Peak memory is what the process needs beyond what it held before
//! (`VmHWM` of proc(5)). Figures: `docs/BENCHMARKS.md`.

use std::{
    collections::BTreeMap,
    fs,
    hint::black_box,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Bytes, http::Uri, routing::get};
use criterion::{BenchmarkId, Criterion};
use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};
use sheetdesk::{
    app::words,
    config::Settings,
    domain::{
        appeal::row::RowLink,
        event::RowEvent,
        identity::{AppealIndex, AppealLink, Asked},
        ids::{AppealId, ChatId, Number, Seq, SpreadsheetId},
        tab::Tab,
    },
    proxies::Proxies,
    sheets::{
        account_key::AccountKey,
        client::{SheetsClient, Timeouts},
        read_once,
        table::{
            layout::{Layout, words::TabWords},
            read_plan::{HistoryRange, ReadPlan},
            snapshot::TabSnapshot,
        },
        tabs,
        wire::{SheetId, TabInfo},
    },
};
use tokio::runtime::Runtime;

const PARTNERS: usize = 100_000;
const APPEALS: usize = 50_000;
/// Characters of a history; those of real workbooks are of this order.
const HISTORY: usize = 600;

const PARTNER_HEADERS: [&str; 6] = [
    "Код партнера",
    "ФИО партнера",
    "Телефон партнера",
    "Статус авторизации",
    "Telegram ID",
    "Дата авторизации",
];
const APPEAL_HEADERS: [&str; 10] = [
    "код",
    "телефон",
    "ФИО",
    "telegram_id",
    "текст_обращений",
    "статус",
    "специалист_ответ",
    "время_обновления",
    "№",
    "Доставка",
];

/// The client counts its calls by this clock, which runs ahead so that no quota is ever met.
fn now() -> Timestamp {
    static SECONDS: AtomicI64 = AtomicI64::new(1_800_000_000);
    Timestamp::from_second(SECONDS.fetch_add(2, Ordering::Relaxed)).expect("a moment")
}

/// The cell of a partner's row.
fn partner(row: usize, column: usize) -> String {
    match column {
        0 => format!("П-{row}"),
        1 => format!("Фамилия{row} Имя Отчество"),
        2 => format!(
            "+7 (912) {:03}-{:02}-{:02}",
            row / 10_000,
            row / 100 % 100,
            row % 100
        ),
        3 => "авторизован".to_owned(),
        4 => (700_000_000 + row).to_string(),
        _ => "2026-01-15 10:00:00".to_owned(),
    }
}

/// The cell of an appeal's row.
fn appeal(row: usize, column: usize) -> String {
    match column {
        0..3 => partner(row, column),
        3 => (700_000_000 + row).to_string(),
        4 => "Слово за слово. ".chars().cycle().take(HISTORY).collect(),
        5 => ["Новое", "В работе", "Решено"][row % 3].to_owned(),
        6 => String::new(),
        7 => "2026-01-15 10:00:00".to_owned(),
        8 => row.to_string(),
        _ => "доставлено 10:00".to_owned(),
    }
}

/// One tab of the bench.
struct Case {
    name: &'static str,
    words: TabWords,
    plan: ReadPlan,
    previous: TabSnapshot,
    bytes: usize,
}

/// Makes the cell of a row and column.
type Cell = fn(usize, usize) -> String;

/// The title of the tab whose numbers are shown with separators, so that they are read as values, too.
const FORMATTED: &str = "обращения с разделителями";

/// The answer to one range.
fn range(title: &str, range: &str, values: bool) -> serde_json::Value {
    let (headers, rows, cell): (&[&str], usize, Cell) = match title {
        "обращения" | FORMATTED => (&APPEAL_HEADERS, APPEALS, appeal),
        _ => (&PARTNER_HEADERS, PARTNERS, partner),
    };
    let rendered = |row: usize, at: usize| match cell(row, at).parse::<i64>() {
        Ok(number) if title == FORMATTED && values => serde_json::json!(number),
        Ok(number) if title == FORMATTED => serde_json::json!(grouped(number)),
        _ => serde_json::json!(cell(row, at)),
    };
    let column = |letter: &str| {
        letter
            .bytes()
            .next()
            .map_or(0, |letter| usize::from(letter - b'A'))
    };
    let values: Vec<Vec<serde_json::Value>> = match range.split_once(':') {
        Some(("1", "1")) | None => headers
            .iter()
            .map(|header| vec![serde_json::json!(header)])
            .collect(),
        Some((first, last)) => (column(first)..=column(last))
            .map(|at| {
                (0..=rows)
                    .map(|row| {
                        if row == 0 {
                            serde_json::json!(headers[at])
                        } else {
                            rendered(row, at)
                        }
                    })
                    .collect()
            })
            .collect(),
    };
    serde_json::json!({"range": range, "majorDimension": "COLUMNS", "values": values})
}

/// `500,000,000`.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

/// Serves tokens, and to each question the answer that it got the first time.
fn serve() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("bound");
    let known: Arc<Mutex<BTreeMap<String, Bytes>>> = Arc::default();
    let answer = move |uri: Uri| async move {
        if uri.path() == "/token" {
            return Bytes::from_static(
                br#"{"access_token":"t","expires_in":3600,"token_type":"Bearer"}"#,
            );
        }
        let query = uri.query().unwrap_or_default().to_owned();
        let mut known = known.lock().expect("nothing panics with it in hand");
        known
            .entry(query)
            .or_insert_with_key(|query| answer_to(query))
            .clone()
    };
    std::thread::spawn(move || {
        let runtime = Runtime::new().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            let router = Router::new().fallback(get(answer.clone()).post(answer));
            axum::serve(listener, router).await.expect("serves");
        });
    });
    address
}

fn answer_to(query: &str) -> Bytes {
    let values = query.contains("UNFORMATTED_VALUE");
    let ranges = url_pairs(query)
        .filter(|(name, _)| name == "ranges")
        .map(|(_, value)| {
            let (title, cells) = value.rsplit_once('!').expect("a tab and cells");
            range(title.trim_matches('\''), cells, values)
        });
    let answer =
        serde_json::json!({"spreadsheetId": "book", "valueRanges": ranges.collect::<Vec<_>>()});
    Bytes::from(answer.to_string())
}

fn url_pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    let address = format!("http://localhost/?{query}");
    let url = reqwest::Url::parse(&address).expect("a query");
    url.query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect::<Vec<_>>()
        .into_iter()
}

/// The client and the words of the settings.
async fn sheets_client(address: SocketAddr) -> (SheetsClient, Settings) {
    let directory = tempfile::tempdir().expect("a directory");
    let key = simulator::sheets::service_account(&format!("http://{address}/token")).to_string();
    let file = directory.path().join("key.json");
    fs::write(&file, &key).expect("a file");
    let variables = [
        (
            "TELEGRAM__TOKEN",
            "123456:AAE-gkfMZ0qR3tXbWc7YpLvNs2uJd9hKiOxA",
        ),
        (
            "TELEGRAM__WEBHOOK_SECRET",
            "7c1e0b9d4fa2638501be97d3c6f4a825",
        ),
        ("SHEETS__CREDENTIALS", file.to_str().expect("a path")),
        (
            "SHEETS__CALLBACK_SECRET",
            "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        ),
        (
            "SHEETS__PARTNERS__SPREADSHEET",
            "book-with-a-long-enough-name-to-be-one-of-google",
        ),
        (
            "SHEETS__APPEALS__SPREADSHEET",
            "book-with-a-long-enough-name-to-be-one-of-google",
        ),
    ];
    let variables = variables.map(|(name, value)| (format!("SHEETDESK_{name}"), value.to_owned()));
    let (settings, _) = Settings::load(None, variables.into_iter()).expect("settings");
    let key = AccountKey::parse(&key).expect("a key");
    let (api, straight) = (format!("http://{address}"), Proxies::new(None));
    let sheets_client = SheetsClient::new(&api, key, Timeouts::default(), straight, now)
        .await
        .expect("a hub");
    (sheets_client, settings)
}

/// A journal that knows every number as the row's beside which it stands.
fn journal(asked: &Asked) -> AppealIndex {
    let link = |&(number, chat): &(Option<Number>, Option<ChatId>)| {
        let link = AppealLink {
            id: AppealId::first(Seq(number?.0.into())),
            chat: chat?,
            number,
            row: RowLink::Numbered,
            trouble: None,
            lacks: None,
            code: None,
            answer: None,
            shows: Vec::new(),
        };
        Some((number?, Some(link)))
    };
    AppealIndex {
        numbered: asked.rows.iter().filter_map(link).collect(),
        ..AppealIndex::default()
    }
}

/// Reads once, and compares with the last snapshot.
async fn snapshot(
    sheets_client: &SheetsClient,
    words: &TabWords,
    plan: &ReadPlan,
    previous: Option<&TabSnapshot>,
) -> (TabSnapshot, Vec<RowEvent>) {
    let book = SpreadsheetId("book".to_owned());
    let mut snapshot = read_once::snapshot(sheets_client, &book, plan, words)
        .await
        .expect("a look");
    let compared = tabs::compare(previous, &mut snapshot, &tabs::Unplaced::default());
    let index = journal(&compared.asked);
    let news = tabs::news(words, previous, &mut snapshot, (&compared, &index));
    (snapshot, news.rows)
}

async fn case(
    sheets_client: &SheetsClient,
    name: &'static str,
    words: &TabWords,
    headers: &[&str],
    histories: HistoryRange,
) -> Case {
    let headers: Vec<String> = headers.iter().map(|header| (*header).to_owned()).collect();
    let layout = Layout::read(words, &headers).expect("a layout");
    let info = TabInfo {
        sheet: SheetId(1),
        title: words.title.clone(),
        rows: 200_000,
        columns: layout.width(),
        filter: None,
        fill_formulas: Vec::new(),
        tables: Vec::new(),
    };
    let plan = ReadPlan::new(words.tab, &info, &layout, histories);
    let (previous, _) = snapshot(sheets_client, words, &plan, None).await;
    let query = |ranges: &[String]| -> String {
        let ranges = ranges.iter().map(|range| format!("&ranges={range}"));
        ranges.collect()
    };
    let mut bytes = answer_to(&query(&plan.ranges())).len();
    if words.title == FORMATTED {
        let keys = query(&plan.ranges()[1..3]);
        bytes += answer_to(&format!("UNFORMATTED_VALUE{keys}")).len();
    }
    Case {
        name,
        words: words.clone(),
        plan,
        previous,
        bytes,
    }
}

/// A figure of /proc/self/status, in kB.
fn memory(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_default();
    line.split_whitespace()
        .next()
        .and_then(|figure| figure.parse().ok())
        .unwrap_or_default()
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.try_into().expect("not negative"),
        time.tv_nsec.try_into().expect("below a second"),
    )
}

/// In a process of its own: the peak of two reads, the second compared with the first, beyond what was before them; in kB.
fn peak(name: &str, address: SocketAddr) -> u64 {
    let runtime = runtime();
    let (sheets_client, settings) = runtime.block_on(sheets_client(address));
    let before = memory("VmRSS:");
    let (name, words, headers, histories) = cases(&settings)
        .into_iter()
        .find(|case| case.0 == name)
        .expect("a case");
    let case = runtime.block_on(case(&sheets_client, name, &words, headers, histories));
    let (_, events) = runtime.block_on(snapshot(
        &sheets_client,
        &case.words,
        &case.plan,
        Some(&case.previous),
    ));
    assert_eq!(events, [], "nothing has changed");
    memory("VmHWM:").saturating_sub(before)
}

/// Tells what criterion does not measure.
fn tell(case: &Case, address: SocketAddr) {
    let myself = std::env::current_exe().expect("a path");
    let peak = || {
        let arguments = [PEAK, case.name, &address.to_string()];
        let output = std::process::Command::new(&myself)
            .args(arguments)
            .output()
            .expect("it runs");
        String::from_utf8_lossy(&output.stdout)
            .trim()
            .parse::<u64>()
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    };
    let mut peaks: Vec<u64> = (0..5).map(|_| peak()).collect();
    peaks.sort_unstable();
    println!(
        "{}: {} rows, {} ranges, {:.1} MB of JSON, peak memory {} MB (median of 5 processes)",
        case.name,
        case.previous.rows.len(),
        case.plan.ranges().len(),
        case.bytes as f64 / 1e6,
        peaks[2] / 1024
    );
}

/// The argument of a process that measures memory.
const PEAK: &str = "--peak-of";

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().expect("a runtime")
}

type Described = (
    &'static str,
    TabWords,
    &'static [&'static str],
    HistoryRange,
);

fn cases(settings: &Settings) -> [Described; 4] {
    let partners = words::partners("список", &settings.words.partners);
    let appeals = words::appeals("обращения", &settings.words.appeals, &settings.texts);
    assert_eq!((partners.tab, appeals.tab), (Tab::Partners, Tab::Appeals));
    [
        (
            "appeals",
            appeals.clone(),
            &APPEAL_HEADERS,
            HistoryRange::Skip,
        ),
        (
            "appeals with keys as values",
            words::appeals(FORMATTED, &settings.words.appeals, &settings.texts),
            &APPEAL_HEADERS,
            HistoryRange::Skip,
        ),
        (
            "appeals with histories",
            appeals,
            &APPEAL_HEADERS,
            HistoryRange::All,
        ),
        ("partners", partners, &PARTNER_HEADERS, HistoryRange::Skip),
    ]
}

fn main() {
    // A second installation is refused, and does no harm.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, name, address] = arguments.as_slice()
        && flag == PEAK
    {
        return println!("{}", peak(name, address.parse().expect("an address")));
    }
    let (runtime, address) = (runtime(), serve());
    let (sheets_client, settings) = runtime.block_on(sheets_client(address));
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    let mut group = criterion.benchmark_group("look");
    for (name, words, headers, histories) in cases(&settings) {
        let case = runtime.block_on(case(&sheets_client, name, &words, headers, histories));
        tell(&case, address);
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            bencher.iter_custom(|times| {
                let begun = processor_time();
                for _ in 0..times {
                    black_box(runtime.block_on(snapshot(
                        &sheets_client,
                        &case.words,
                        &case.plan,
                        Some(&case.previous),
                    )));
                }
                processor_time() - begun
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
