//! Telegram: the token, the way there and back, the chats of the settings.
//!
//! Invariant: what the network does is never laid at the token's door; nothing is sent anywhere unless it is asked for.

use super::{Finding, fine, note, paths, running, wrong};
use crate::{
    cli::words::{Words, faults},
    config::{AdminChatId, Mode, Settings, StaffChatId},
    domain::{
        effect::Send,
        ids::{ChatId, OutboxId, Seq},
        text::Html,
        wording::{CheckLabel, CheckNote, Saying},
    },
    operator::TelegramStatus,
    proxies::Proxies,
    telegram::{
        answer::TelegramError,
        client::{BotClient, Me, WebhookInfo},
        encode::MessageText,
        webhook,
    },
};

/// Tries all of it; with `send` each chat of the settings is written to.
pub(super) async fn telegram(settings: &Settings, send: bool, findings: &mut Vec<Finding>) {
    let tried = paths::to_telegram(settings).await;
    findings.extend(tried.findings);
    let proxies = tried.serving;
    let proxies = proxies.unwrap_or_else(|| Proxies::new(settings.telegram.proxy.as_ref()));
    let (url, token) = (&settings.telegram.api_url, &settings.telegram.token);
    let client = match BotClient::new(url.as_str(), token.secret().clone(), proxies) {
        Ok(client) => client,
        Err(error) => {
            return findings.push(wrong(CheckLabel::Telegram, &faults::build(&error)));
        }
    };
    match client.me().await {
        Ok(Me { id, username }) => {
            let name = username.map_or_else(|| id.to_string(), |name| format!("@{name}"));
            findings.push(fine(CheckLabel::Telegram, CheckNote::TokenRight(&name)));
        }
        Err(error) => return findings.push(unreached(settings, &error)),
    }
    if let Some(status) = running(settings).await {
        findings.extend(standing(&status.telegram));
    }
    let admin = settings.telegram.admin_chat.map(AdminChatId::number);
    let staff = settings.staff.chat.map(StaffChatId::number);
    for (what, key, chat) in [
        (CheckLabel::AdminChat, "telegram.admin_chat", admin),
        (CheckLabel::StaffChat, "staff.chat", staff),
    ] {
        if let Some(chat) = chat {
            findings.push(writable(&client, (what, key), chat, (settings, send)).await);
        }
    }
    match client.webhook_info().await {
        Ok(info) => {
            findings.push(webhook_finding(settings, &info));
            findings.extend(fitting(settings, &info, tried.needs_proxy));
        }
        Err(error) => findings.push(wrong(CheckLabel::Webhook, &faults::telegram(&error))),
    }
}

/// Why Telegram does not answer as it should: the token, the network, or what stands in between.
fn unreached(settings: &Settings, error: &TelegramError) -> Finding {
    let (bar, url) = (error.service_refusal(), settings.telegram.api_url.as_str());
    let told = &faults::telegram(error);
    let words = match (bar.map(faults::barred), error) {
        (Some(remedy), _) => {
            let remedy = &Saying::of(remedy);
            Saying::of(CheckNote::BotBarred {
                error: told,
                remedy,
            })
        }
        (None, TelegramError::Refused { .. }) => {
            Saying::of(CheckNote::NoTelegram { error: told, url })
        }
        (None, TelegramError::NotSent(_) | TelegramError::Unmade(_) | TelegramError::Lost(_)) => {
            Saying::of(CheckNote::TelegramAway { error: told, url })
        }
    };
    wrong(CheckLabel::Telegram, &words)
}

/// Whether a chat of the settings can be written to: the bot shows for a moment that it is typing there, or writes, where that is asked for.
async fn writable(
    client: &BotClient,
    (what, key): (CheckLabel, &str),
    chat: i64,
    (settings, send): (&Settings, bool),
) -> Finding {
    let outcome = match send {
        false => client.show_typing(ChatId(chat)).await,
        true => say_hello(client, ChatId(chat), &Words::of(settings.language)).await,
    };
    let Err(error) = outcome else {
        return fine(
            what,
            match send {
                false => CheckNote::Writable(ChatId(chat)),
                true => CheckNote::Written(ChatId(chat)),
            },
        );
    };
    let (chat, told) = (&chat.to_string(), &faults::telegram(&error));
    match error {
        TelegramError::Refused {
            moved_to: Some(to), ..
        } => {
            let to = &to.to_string();
            note(what, CheckNote::ChatMoved { chat, to, key })
        }
        TelegramError::Refused { .. } => {
            let error = told;
            wrong(what, CheckNote::ChatRefused { chat, error })
        }
        TelegramError::NotSent(_) | TelegramError::Unmade(_) | TelegramError::Lost(_) => {
            let error = told;
            wrong(what, CheckNote::ChatUnanswered { chat, error })
        }
    }
}

async fn say_hello(client: &BotClient, chat: ChatId, words: &Words) -> Result<(), TelegramError> {
    let text = Html::escape(&words.tell(CheckNote::Hello));
    // It never was in the outbox, so its name there matters to nobody.
    let send = Send::talk(OutboxId::Reply(Seq(0), 0), chat, text);
    let words = MessageText::marked_up(&send.text);
    client.send_message(&send, &words).await.map(drop)
}

/// What Telegram does not let the running service do.
fn standing(telegram: &TelegramStatus) -> Vec<Finding> {
    let barred = telegram.barred.map(faults::barred);
    let barred = barred.map(|remedy| wrong(CheckLabel::Sending, remedy));
    let silent = telegram.silent_until.as_deref().map(CheckNote::Silent);
    let silent = silent.map(|words| wrong(CheckLabel::Sending, words));
    let webhook = telegram.webhook.as_deref().map(CheckNote::NoUpdates);
    let webhook = webhook.map(|words| wrong(CheckLabel::Webhook, words));
    [barred, silent, webhook].into_iter().flatten().collect()
}

fn webhook_finding(settings: &Settings, info: &WebhookInfo) -> Finding {
    let waiting = info.pending_update_count;
    let failed = info.last_error_message.as_deref();
    let about = CheckLabel::Webhook;
    match (&settings.telegram.mode, &settings.http.public_url) {
        (Mode::Polling, _) if info.url.is_empty() => fine(CheckLabel::Updates, CheckNote::Polling),
        (Mode::Polling, _) => wrong(CheckLabel::Updates, CheckNote::PollingInVain),
        (Mode::Webhook { .. }, Some(url)) if info.url == webhook::address(url.as_str()) => {
            match failed {
                None => fine(about, CheckNote::WebhookSet(waiting)),
                Some(words) => note(about, CheckNote::WebhookFailing { waiting, words }),
            }
        }
        (Mode::Webhook { .. }, Some(_)) => note(about, CheckNote::WebhookToCome),
        (Mode::Webhook { .. }, None) if info.url.is_empty() => {
            wrong(about, CheckNote::WebhookNowhere)
        }
        (Mode::Webhook { .. }, None) => {
            let failed = failed.map(CheckNote::WebhookOfOthersFailing);
            note(about, failed.unwrap_or(CheckNote::WebhookOfOthers))
        }
    }
}

/// Which of webhook and polling fits, where Telegram can be reached one way only.
fn fitting(settings: &Settings, info: &WebhookInfo, needs_proxy: bool) -> Option<Finding> {
    let failed = info.last_error_message.as_deref();
    let is_ours = settings.http.public_url.is_some() && !info.url.is_empty();
    match &settings.telegram.mode {
        Mode::Polling if needs_proxy => Some(fine(CheckLabel::Updates, CheckNote::PollingFits)),
        Mode::Polling => None,
        Mode::Webhook { .. } if is_ours && failed.is_some_and(says_unreached) => {
            Some(note(CheckLabel::Updates, CheckNote::OneWayOut))
        }
        Mode::Webhook { .. } if needs_proxy => {
            Some(note(CheckLabel::Updates, CheckNote::WebhookPastProxy))
        }
        Mode::Webhook { .. } => None,
    }
}

/// Whether Telegram's last try did not come to us at all (Bot API: `last_error_message`).
fn says_unreached(words: &str) -> bool {
    let words = words.to_lowercase();
    let signs = [
        "timed out",
        "timeout",
        "refused",
        "unreachable",
        "reset",
        "resolve",
        "no route",
    ];
    signs.iter().any(|sign| words.contains(sign))
}
