//! The messages of an answer: its words in pieces, then the files whose addresses are alone on their lines.
//!
//! Invariant: the same text makes the same messages, so that those which the partner has are known again.

use crate::domain::{
    appeal::{Answer, Appeal, PartState, correction::SentPart},
    context::DecisionContext,
    effect::MessageForm,
    internal_note, markdown,
    session::Locale,
    styled::{Style, Styled},
    text::{Html, MESSAGE_LIMIT, Text, fingerprint},
    wording::Say,
};

/// Files that go with one answer at most; further addresses stay words.
const FILES: usize = 10;

/// One message of an answer.
pub(super) struct Part {
    /// Its words.
    pub(super) text: Html,
    /// Words alone, or words beneath a file.
    pub(super) form: MessageForm,
}

impl Part {
    /// The address of its file.
    pub(super) fn file(&self) -> Option<&Text> {
        if let MessageForm::File(address) = &self.form {
            Some(address)
        } else {
            None
        }
    }

    /// What its file is known by, if it has one: an address, or a message of the staff chat.
    pub(super) fn identity(&self) -> Option<Text> {
        match &self.form {
            MessageForm::File(address) => Some(address.clone()),
            MessageForm::Captioned(chat, message) => Some(Text(format!("{chat}/{}", message.0))),
            _ => None,
        }
    }

    /// The message that it has become.
    pub(super) fn sent(&self, state: PartState) -> Option<SentPart> {
        let PartState::Delivered { arrived, .. } = state else {
            return None;
        };
        Some(SentPart {
            arrived: arrived?,
            file: self.identity(),
            fingerprint: self.fingerprint(),
        })
    }

    /// What is in it: equal for equal words and the same file.
    pub(super) fn fingerprint(&self) -> String {
        let file = self.identity().unwrap_or_default();
        // No address holds a line break, so nothing else is told like this.
        fingerprint(&format!("{}\n{}", file.as_str(), self.text.as_str()))
    }
}

/// The messages of an answer in the language of its partner.
pub(super) fn of(ctx: &DecisionContext<'_>, appeal: &Appeal, answer: &Answer) -> Vec<Part> {
    let locale = ctx
        .session(appeal.chat)
        .map_or_else(Locale::default, |session| session.locale);
    let heading = appeal.number.map(|number| {
        let say = if is_written_first(appeal) {
            Say::WrittenFirst(number)
        } else {
            Say::AnswerHeading(number)
        };
        ctx.rules.wording.say(locale, say)
    });
    match &answer.reply {
        None => messages(heading.as_deref(), &answer.styled(), &[]),
        Some(reply) => {
            let files = reply.files.iter();
            let files: Vec<_> = files
                .map(|message| MessageForm::Captioned(reply.chat, *message))
                .collect();
            messages(heading.as_deref(), &reply.styled(), &files)
        }
    }
}

/// Whether nothing was said in the dialogue before this answer, or before the one that it corrects.
fn is_written_first(appeal: &Appeal) -> bool {
    let delivery = &appeal.delivery;
    let corrected = delivery
        .sent
        .as_ref()
        .filter(|_| delivery.correction.is_some());
    corrected.map_or(appeal.dialogue.lines, |sent| sent.line) == 0
}

fn messages(heading: Option<&str>, answer: &Styled, more: &[MessageForm]) -> Vec<Part> {
    let (mut words, mut files) = (Styled::default(), Vec::new());
    for line in answer.trimmed().lines() {
        let shown = line.as_str().trim();
        if internal_note::is_note(shown) {
            continue;
        }
        if is_address(shown) && files.len() < FILES {
            files.push(MessageForm::File(shown.into()));
        } else {
            words.append(&line);
            words.push("\n", &Style::default());
        }
    }
    files.extend(more.iter().cloned());
    let words = words.trimmed();
    let text = match heading {
        // A file without words bears the heading itself.
        Some(_) if words.as_str().is_empty() && !files.is_empty() => Styled::default(),
        Some(heading) => {
            let mut text = Styled::from(heading);
            text.push("\n\n", &Style::default());
            text.append(&words);
            text
        }
        None => words,
    };
    let captions = (text.as_str().is_empty()).then(|| Html::escape(heading.unwrap_or_default()));
    let captions = captions
        .into_iter()
        .chain(std::iter::repeat(Html::escape("")));
    let texts = markdown::messages(&text, MESSAGE_LIMIT)
        .into_iter()
        .map(|text| Part {
            text,
            form: MessageForm::Message,
        });
    let files = captions.zip(files);
    let files = files.map(|(text, form)| Part { text, form });
    texts.chain(files).collect()
}

fn is_address(line: &str) -> bool {
    let web = line
        .strip_prefix("https://")
        .or_else(|| line.strip_prefix("http://"));
    web.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}
