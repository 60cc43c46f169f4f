//! `status` and `release answers`: they speak to the running service over its admin socket.
//!
//! Invariant: the first lines say in plain words how things are.

mod watch;

use std::process::ExitCode;

use super::{Failure, Format};
use crate::{
    config::Local,
    domain::{
        operator::OperatorRequest,
        session::Locale,
        wording::{ReadIn, Wording},
    },
    health::Health,
    operator::{ConsoleReply, LookStatus, StatusReport, ask, verdict},
};

pub(super) async fn status(
    local: &Local,
    format: Format,
    follow: bool,
) -> Result<ExitCode, Failure> {
    let status = current(local).await?;
    match format {
        Format::Json => println!("{}", serde_json::to_string_pretty(&status)?),
        Format::Text => print!("{}", describe(&status)),
    }
    if follow {
        watch::follow(local, *status).await?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn current(local: &Local) -> Result<Box<StatusReport>, Failure> {
    match ask(&local.data_dir, &OperatorRequest::Status).await? {
        ConsoleReply::Status(status) => Ok(status),
        other => Err(unexpected(other)),
    }
}

pub(super) async fn release_answers(local: &Local) -> Result<ExitCode, Failure> {
    match ask(&local.data_dir, &OperatorRequest::ReleaseAnswers).await? {
        ConsoleReply::Released(0) => println!("Удержанных ответов нет.\nNo answers are held."),
        ConsoleReply::Released(count) => println!(
            "Отправляем удержанные ответы: {count}.\nReleased {count} held answers; they are on their way."
        ),
        other => return Err(unexpected(other)),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn end_silence(local: &Local) -> Result<ExitCode, Failure> {
    match ask(&local.data_dir, &OperatorRequest::EndSilence).await? {
        ConsoleReply::SilenceEnded => println!(
            "Больше не ждём: отправляем то, что накопилось.\nThe silence is over; what waits is on its way."
        ),
        other => return Err(unexpected(other)),
    }
    Ok(ExitCode::SUCCESS)
}

pub(super) fn unexpected(reply: ConsoleReply) -> Failure {
    match reply {
        ConsoleReply::Failed(words) => Failure::Other(anyhow::anyhow!(words)),
        _ => Failure::Other(anyhow::anyhow!(
            "the running Sheetdesk answered another question"
        )),
    }
}

/// The verdict, and after an empty line the figures.
fn describe(status: &StatusReport) -> String {
    let wording = Wording::built_in().speaking(Locale::En);
    let mut lines = verdict::lines(&wording, ReadIn::Shell, status);
    lines.push(String::new());
    if !status.journal.storing && status.journal.figures_age_s > 0 {
        let age = span(status.journal.figures_age_s);
        lines.push(format!(
            "the journal cannot be read; what it holds is as it was {age} ago"
        ));
    }
    let (uptime, restarts) = (span(status.uptime_s), status.restarts);
    lines.push(format!(
        "up for        {uptime}, {restarts} restarts of loops"
    ));
    lines.extend(services(status));
    lines.extend(queues(status));
    let partners = &status.partners;
    lines.push(format!(
        "partners      {} registered, {} of them have blocked the bot, {} want no promotions",
        partners.registered, partners.blocked, partners.silent
    ));
    let broadcasts = status.broadcasts.iter().map(watch::line);
    lines.extend(broadcasts.map(|line| format!("promotion     {line}")));
    lines.extend(status.looks.iter().map(look));
    lines.join("\n") + "\n"
}

fn services(status: &StatusReport) -> [String; 2] {
    let health = |name: &str| status.links.get(name).copied().map_or("unknown", word);
    let telegram = &status.telegram;
    let all = [
        telegram.barred.map(|bar| bar.remedy().to_owned()),
        prefixed("silent until ", telegram.silent_until.as_ref()),
        prefixed("no updates: ", telegram.webhook.as_ref()),
        prefixed(
            "the admin chat takes nothing: ",
            telegram.admin_chat.as_ref(),
        ),
        telegram
            .admin_chat_moved
            .map(|chat| format!("the admin chat is {chat} now")),
        prefixed(
            "the staff chat takes nothing: ",
            telegram.staff_chat.as_ref(),
        ),
        prefixed(
            "the staff chat gives no topics: ",
            telegram.staff_topics.as_ref(),
        ),
    ];
    let more = all.iter().flatten().map(|words| format!(" – {words}"));
    let more = more.collect::<String>();
    [
        format!("Telegram      {}{more}", health("telegram")),
        format!(
            "Google Sheets {}, {} reads and {} writes left this minute",
            health("sheets"),
            status.quota.reads,
            status.quota.writes
        ),
    ]
}

fn prefixed(prefix: &str, words: Option<&String>) -> Option<String> {
    words.map(|words| format!("{prefix}{words}"))
}

fn queues(status: &StatusReport) -> [String; 3] {
    let (inbox, outbox, desk) = (&status.inbox, &status.outbox, &status.desk);
    let since = |seconds: Option<u64>| {
        seconds.map_or_else(String::new, |seconds| {
            format!(", the oldest since {}", span(seconds))
        })
    };
    [
        format!(
            "inbox         {} to decide, {} set aside{}",
            inbox.pending,
            inbox.quarantined,
            since(inbox.oldest_s)
        ),
        format!(
            "outbox        {} waiting, {} being sent, {} unknown, {} failed{}",
            outbox.pending,
            outbox.sending,
            outbox.unknown,
            outbox.failed,
            since(outbox.oldest_s)
        ),
        format!(
            "rows          {} to write, {} batches open, {} answers held",
            desk.dirty, desk.intents, desk.held
        ),
    ]
}

fn look((tab, look): (&String, &LookStatus)) -> String {
    let age = look.age_s.map_or_else(
        || "not seen yet".to_owned(),
        |age| format!("seen {} ago, {} rows", span(age), look.rows),
    );
    let trouble = look.trouble.as_ref();
    let trouble = trouble.map_or_else(String::new, |words| format!(" – {words}"));
    format!("  {tab:<12}{age}{trouble}")
}

fn word(health: Health) -> &'static str {
    match health {
        Health::Ok => "ok",
        Health::Down => "down",
        Health::Throttled => "asks for patience",
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        7200..=172_799 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        clock,
        domain::{
            row::CellValue,
            rules::Rules,
            wording::{Note, VerdictNote},
        },
        operator::{
            chat_text, state_tab,
            verdict::tests::{CASES, after},
        },
    };

    #[test]
    fn the_terminal_the_admin_chat_and_the_status_tab_name_the_same() {
        let rules = Rules::default();
        for (happens, items) in CASES {
            let status = after(*happens);
            let terminal = describe(&status);
            let reply = ConsoleReply::Status(Box::new(status.clone()));
            let chat = chat_text::reply(&rules.wording, &reply);
            let tab = state_tab::head(&rules, &status, None, clock::now());
            let tab: String = tab.iter().flatten().map(words).collect();
            let names = |note: &dyn Fn(ReadIn) -> VerdictNote<'static>, named: bool| {
                let says = |place| rules.wording.every_note(Note::Verdict(note(place)));
                let ([_, shell], [ru, _]) = (says(ReadIn::Shell), says(ReadIn::Chat));
                let all = [(&terminal, &shell), (&chat, &ru), (&tab, &ru)];
                for (place, words) in all {
                    assert_eq!(place.contains(words), named, "«{words}» in {place}");
                }
            };
            for item in *items {
                names(&|place| VerdictNote::Item(*item, place), true);
            }
            names(&|_| VerdictNote::Well, items.is_empty());
        }
    }

    fn words(cell: &CellValue) -> &str {
        match cell {
            CellValue::Text(words) => words.as_str(),
            CellValue::Number(_) => "",
        }
    }
}
