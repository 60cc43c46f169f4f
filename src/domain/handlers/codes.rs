//! What somebody who is not registered yet may mean by a text: a partner code, a phone that should have been shared, or words.
//!
//! Invariant: a code of the list to the letter goes before one that only looks like it; where several look like it, none is taken.

use crate::domain::{
    context::DecisionContext,
    ids::{CodeForm, PartnerCode, has_digit},
    partner::Partner,
    phone::Phone,
    text::{Text, fold, visible},
};

/// The longest word that is taken for a code unknown to the list, in characters.
const WORD_LIMIT: usize = 20;
/// The words by which people say that a code follows.
const NAMED: [&str; 2] = ["код", "code"];
/// What people say around a code that they name.
const AROUND: [&str; 18] = [
    "код",
    "code",
    "мой",
    "наш",
    "моя",
    "партнера",
    "партнёр",
    "партнерский",
    "это",
    "вот",
    "номер",
    "№",
    "my",
    "our",
    "partner",
    "is",
    "the",
    "number",
];
/// Words that somebody who names a code uses at most.
const WORDS: usize = 8;

/// What a text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TextMeaning {
    /// A partner code, as it was typed.
    Code(Text),
    /// A phone, which proves nothing unless it is shared.
    Phone,
    /// Anything else.
    Words,
}

/// What a text of somebody who is not registered means.
pub(super) fn meaning_of(ctx: &DecisionContext<'_>, text: &Text) -> TextMeaning {
    let seen = visible(text.as_str());
    let words: Vec<&str> = seen.split_whitespace().collect();
    let said = words.join(" ");
    if words.is_empty() || words.len() > WORDS || said.starts_with('/') {
        return TextMeaning::Words;
    }
    if is_known(ctx, &said) {
        return TextMeaning::Code(Text(said));
    }
    if Phone::is_meant(&said) {
        return TextMeaning::Phone;
    }
    let single = match words[..] {
        [word] => Some(word),
        _ => None,
    };
    match introduced(&words).or(single).map(bare) {
        Some(word) if is_like_a_code(word) => TextMeaning::Code(Text::from(word)),
        Some(_) | None => {
            introduced_known(ctx, &words).map_or(TextMeaning::Words, TextMeaning::Code)
        }
    }
}

/// The partner whose code was typed, however it was typed.
pub(super) fn named(ctx: &DecisionContext<'_>, typed: &str) -> Option<Partner> {
    let exact = PartnerCode::fold(typed).and_then(|code| ctx.partner(&code));
    if exact.as_ref().is_some_and(Partner::is_listed) {
        return exact;
    }
    let form = CodeForm::of(typed);
    let alike = form.map_or_else(Vec::new, |form| ctx.view.spelled_alike(&form));
    let known = alike.iter().filter_map(|code| ctx.partner(code));
    let mut listed = known.filter(Partner::is_listed);
    match (listed.next(), listed.next()) {
        (Some(only), None) => Some(only),
        (Some(_), Some(_)) | (None, _) => exact,
    }
}

/// Whether the list holds such a code, or several. All of its codes are gone through only where none is this one to the letter.
fn is_known(ctx: &DecisionContext<'_>, typed: &str) -> bool {
    let alike = |form| !ctx.view.spelled_alike(&form).is_empty();
    let exact = PartnerCode::fold(typed).and_then(|code| ctx.partner(&code));
    exact.is_some() || CodeForm::of(typed).is_some_and(alike)
}

fn is_like_a_code(word: &str) -> bool {
    has_digit(word) && word.chars().count() <= WORD_LIMIT
}

/// The one word of digits that somebody introduces as his code: `код: 10005`, `мой код партнёра 10005`.
fn introduced<'a>(words: &[&'a str]) -> Option<&'a str> {
    match rest(words)?[..] {
        [word] => Some(word),
        _ => None,
    }
}

/// A code of several words that the list knows: `код П 114`.
fn introduced_known(ctx: &DecisionContext<'_>, words: &[&str]) -> Option<Text> {
    let rest = rest(words)?.join(" ");
    is_known(ctx, bare(&rest)).then(|| Text::from(bare(&rest)))
}

/// What is left of the words, if they speak of a code, without those by which they do.
fn rest<'a>(words: &[&'a str]) -> Option<Vec<&'a str>> {
    let is_one_of =
        |word: &str, list: &[&str]| list.iter().any(|known| fold(bare(word)) == fold(known));
    // `код:10005` is one word to a computer alone.
    let parts = words.iter().flat_map(|word| word.split([':', '=']));
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    let speaks = parts.iter().any(|word| is_one_of(word, &NAMED));
    let said_around = |word: &&str| !bare(word).is_empty() && !is_one_of(word, &AROUND);
    speaks.then(|| parts.into_iter().filter(said_around).collect())
}

/// A word without what stands around it: quotation marks, brackets, full stops.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}
