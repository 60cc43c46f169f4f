//! `status` and `release answers`: they speak to the running service over its admin socket.
//!
//! Invariant: the first line says in plain words how things are.

mod watch;

use std::process::ExitCode;

use super::{Failure, Format};
use crate::{
    config::Local,
    domain::operator::OperatorRequest,
    health::Health,
    operator::{ConsoleReply, StatusReport, ask},
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
        ConsoleReply::Status(_)
        | ConsoleReply::Released(_)
        | ConsoleReply::SilenceEnded
        | ConsoleReply::Quarantine(_)
        | ConsoleReply::Unknown(_)
        | ConsoleReply::Done(_)
        | ConsoleReply::Replayed { .. }
        | ConsoleReply::Person(_)
        | ConsoleReply::Checked(_)
        | ConsoleReply::Copying(_)
        | ConsoleReply::Help => Failure::Other(anyhow::anyhow!(
            "the running Sheetdesk answered another question"
        )),
    }
}

fn describe(status: &StatusReport) -> String {
    let mut lines = vec![plainly(status), String::new()];
    if !status.journal.storing && status.journal.figures_age_s > 0 {
        let age = span(status.journal.figures_age_s);
        lines.push(format!(
            "the journal cannot be read; what it holds is as it was {age} ago"
        ));
    }
    let health = |name: &str| status.links.get(name).copied().map_or("unknown", word);
    lines.push(format!(
        "up for        {}, {} restarts of loops",
        span(status.uptime_s),
        status.restarts
    ));
    let telegram = &status.telegram;
    let more = [
        telegram.barred.map(|bar| bar.remedy().to_owned()),
        telegram
            .silent_until
            .as_ref()
            .map(|until| format!("silent until {until}")),
        telegram
            .webhook
            .as_ref()
            .map(|words| format!("no updates: {words}")),
        telegram
            .admin_chat
            .as_ref()
            .map(|words| format!("the admin chat takes nothing: {words}")),
        telegram
            .admin_chat_moved
            .map(|chat| format!("the admin chat is {chat} now")),
    ];
    let more: String = more
        .iter()
        .flatten()
        .map(|words| format!(" – {words}"))
        .collect();
    lines.push(format!("Telegram      {}{more}", health("telegram")));
    lines.push(format!(
        "Google Sheets {}, {} reads and {} writes left this minute",
        health("sheets"),
        status.quota.reads,
        status.quota.writes
    ));
    let since = |seconds: Option<u64>| {
        seconds.map_or_else(String::new, |seconds| {
            format!(", the oldest since {}", span(seconds))
        })
    };
    lines.push(format!(
        "inbox         {} to decide, {} set aside{}",
        status.inbox.pending,
        status.inbox.quarantined,
        since(status.inbox.oldest_s)
    ));
    let outbox = &status.outbox;
    lines.push(format!(
        "outbox        {} waiting, {} being sent, {} unknown, {} failed{}",
        outbox.pending,
        outbox.sending,
        outbox.unknown,
        outbox.failed,
        since(outbox.oldest_s)
    ));
    let desk = &status.desk;
    lines.push(format!(
        "rows          {} to write, {} batches open, {} answers held",
        desk.dirty, desk.intents, desk.held
    ));
    let partners = &status.partners;
    lines.push(format!(
        "partners      {} registered, {} of them have blocked the bot, {} want no promotions",
        partners.registered, partners.blocked, partners.silent
    ));
    lines.extend(
        status
            .broadcasts
            .iter()
            .map(|broadcast| format!("promotion     {}", watch::line(broadcast))),
    );
    for (tab, look) in &status.looks {
        let age = look.age_s.map_or_else(
            || "not seen yet".to_owned(),
            |age| format!("seen {} ago, {} rows", span(age), look.rows),
        );
        let trouble = look
            .trouble
            .as_ref()
            .map_or_else(String::new, |words| format!(" – {words}"));
        lines.push(format!("  {tab:<12}{age}{trouble}"));
    }
    lines.join("\n") + "\n"
}

/// One sentence on how things are; the worst first.
fn plainly(status: &StatusReport) -> String {
    let down = |name: &str| status.links.get(name) == Some(&Health::Down);
    let throttled = status
        .links
        .values()
        .any(|health| *health == Health::Throttled);
    let trouble = status.looks.iter().find(|(_, look)| look.trouble.is_some());
    if !status.journal.storing {
        let why = status
            .journal
            .trouble
            .as_deref()
            .unwrap_or("it is being checked");
        format!(
            "The journal cannot store, so nothing new is accepted (Telegram keeps it for a day): {why}."
        )
    } else if let Some((tab, _)) = trouble {
        format!("The tab of {tab} cannot be used; the rest goes on.")
    } else if let Some(bar) = status.telegram.barred {
        format!(
            "Telegram does not serve the bot, so what is to be sent waits: {}.",
            bar.remedy()
        )
    } else if down("telegram") {
        "Telegram cannot be reached; what is to be sent waits.".to_owned()
    } else if down("sheets") {
        "Google Sheets cannot be reached; what is to be written waits.".to_owned()
    } else if let Some(until) = &status.telegram.silent_until {
        format!(
            "Telegram wants silence until {until}, and nothing is sent before. To try at once: `sheetdesk release silence`."
        )
    } else if let Some(words) = &status.telegram.webhook {
        format!("Telegram does not bring the updates ({words}): see `sheetdesk check`.")
    } else if let Some(words) = &status.telegram.admin_chat {
        format!(
            "The admin chat cannot be written to ({words}), so nobody is told of troubles: see `sheetdesk check`."
        )
    } else if let Some(chat) = status.telegram.admin_chat_moved {
        format!(
            "At work; the admin chat became the supergroup {chat}: put that into telegram.admin_chat."
        )
    } else if throttled {
        "At work; a service has asked for patience, so some things are late.".to_owned()
    } else if status.desk.refused > 0 {
        format!(
            "At work; Google refuses {} rows: which and why, the admin chat and the tab «Состояние» say. They are tried again.",
            status.desk.refused
        )
    } else if status.inbox.quarantined > 0 {
        format!(
            "At work; {} records were set aside: see `sheetdesk quarantine list`.",
            status.inbox.quarantined
        )
    } else if status.desk.held > 0 {
        format!(
            "At work; {} answers from before the first look wait for `sheetdesk release answers`: № {}.",
            status.desk.held,
            numbers(&status.desk.held_numbers, status.desk.held)
        )
    } else if status.outbox.unknown + status.outbox.failed > 0 {
        format!(
            "At work; {} messages did not get through for certain.",
            status.outbox.unknown + status.outbox.failed
        )
    } else {
        "All is well.".to_owned()
    }
}

/// The first numbers, and how many more there are.
pub(super) fn numbers(named: &[u32], all: u64) -> String {
    let list: Vec<_> = named.iter().map(ToString::to_string).collect();
    let more = all.saturating_sub(u64::try_from(named.len()).unwrap_or(u64::MAX));
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    list.join(", ") + &rest
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
