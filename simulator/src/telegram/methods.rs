//! Carries out the methods of the Bot API that the stand-in knows.
//! Invariant: one call is one step under the lock: it is carried out whole or refused whole.

use serde_json::{Value, json};

use super::media;
use super::messages;
use super::method::Method;
use super::params::Params;
use super::polling::{self, Wait};
use super::reactions;
use super::refusal::Refusal;
use super::state::{CommandSet, State};
use super::topics;
use crate::clock::Moment;

/// The most commands in one set (Bot API, `setMyCommands`).
const MAX_COMMANDS: usize = 100;
/// The longest command, in characters (Bot API, `BotCommand`).
const COMMAND_LENGTH: usize = 32;
/// The longest description of a command, in characters (Bot API, `BotCommand`).
const DESCRIPTION_LENGTH: usize = 256;

/// What a call that was carried out answers.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) result: Value,
    pub(super) description: Option<&'static str>,
    /// A poll that found nothing and may wait.
    pub(super) wait: Option<Wait>,
}

impl Answer {
    pub(super) fn new(result: Value) -> Self {
        Self {
            result,
            description: None,
            wait: None,
        }
    }
}

/// Carries out one call.
pub(super) fn call(
    state: &mut State,
    method: Method,
    params: &Params,
    now: Moment,
) -> Result<Answer, Refusal> {
    if method.waits() {
        state.flood.waiting(now.steady)?;
    }
    params.only(&method.parameters())?;
    let result = match method {
        Method::GetMe => me(state),
        // To delete is to set without an address.
        Method::SetWebhook | Method::DeleteWebhook => return remarked(state.webhook.set(params)?),
        Method::GetWebhookInfo => state.webhook.info(),
        Method::GetUpdates => return polling::poll(state, params),
        Method::GetFile => state.files.get(params)?,
        Method::SetMyCommands => set_commands(state, params)?,
        Method::SendMessage => messages::send(state, params, now)?,
        Method::SendFile(kind) => media::send(state, params, kind, now)?,
        Method::CopyMessage => media::copy(state, params, now)?,
        Method::EditMessageText => messages::edit(state, params, now)?,
        Method::EditMessageCaption => messages::edit_caption(state, params, now)?,
        Method::EditMessageReplyMarkup => messages::edit_markup(state, params, now)?,
        Method::DeleteMessage => messages::delete(state, params, now)?,
        Method::SetMessageReaction => reactions::react(state, params)?,
        Method::SendChatAction => messages::chat_action(state, params)?,
        Method::AnswerCallbackQuery => messages::answer_button(state, params, now)?,
        Method::CreateForumTopic => topics::create(state, params, now)?,
        Method::CloseForumTopic => topics::turn(state, params, true, now)?,
        Method::ReopenForumTopic => topics::turn(state, params, false, now)?,
    };
    Ok(Answer::new(result))
}

fn remarked(description: &'static str) -> Result<Answer, Refusal> {
    Ok(Answer {
        description: Some(description),
        ..Answer::new(Value::Bool(true))
    })
}

fn me(state: &State) -> Value {
    let mut me = state.bot.user();
    for (ability, has) in [
        ("can_join_groups", true),
        ("can_read_all_group_messages", true),
        ("supports_inline_queries", false),
        ("can_connect_to_business", false),
        ("has_main_web_app", false),
    ] {
        me[ability] = json!(has);
    }
    me
}

fn set_commands(state: &mut State, params: &Params) -> Result<Value, Refusal> {
    let commands = params
        .structure("commands")?
        .filter(Value::is_array)
        .ok_or_else(|| Refusal::Malformed("parameter \"commands\" is required".into()))?;
    let listed = commands.as_array().map(Vec::as_slice).unwrap_or_default();
    if listed.len() > MAX_COMMANDS {
        return Err(Refusal::Malformed("BOT_COMMANDS_TOO_MUCH".into()));
    }
    listed.iter().try_for_each(check_command)?;
    let scope = params
        .structure("scope")?
        .unwrap_or_else(|| json!({ "type": "default" }));
    let language_code = params.text("language_code")?.unwrap_or_default().to_owned();
    state
        .commands
        .retain(|set| set.scope != scope || set.language_code != language_code);
    state.commands.push(CommandSet {
        scope,
        language_code,
        commands,
    });
    Ok(Value::Bool(true))
}

fn check_command(command: &Value) -> Result<(), Refusal> {
    let field = |name: &str| {
        command
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let name = field("command").trim_start_matches('/');
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || name.len() > COMMAND_LENGTH || !name.chars().all(plain) {
        return Err(Refusal::Malformed("BOT_COMMAND_INVALID".into()));
    }
    let description = field("description").chars().count();
    if !(1..=DESCRIPTION_LENGTH).contains(&description) {
        return Err(Refusal::Malformed("BOT_COMMAND_DESCRIPTION_INVALID".into()));
    }
    Ok(())
}
