//! Texts that a firm says in its own words, read from Fluent files as ours are.
//!
//! Invariant: what is taken is a text that partners read, says all that it is given and nothing else; whatever is wrong is named at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement};

use super::{
    Texts, Wording,
    files::{EN, bundle, resource},
};
use crate::domain::session::Locale;

/// What stands behind this heading partners never read.
const HEADING: &str = "\n## Words in the sheet\n";
/// The text that is the firm's name.
const FIRM: &str = "firm";
/// What the texts begin with that are labels of buttons, or stand in the bot's menu.
const LABELS: [&str; 2] = ["button-", "menu-"];
/// The longest label, in characters.
const LABEL: usize = 64;

/// What is wrong with a firm's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextFault {
    /// The file cannot be understood in this line, in the parser's words.
    Unreadable(usize, String),
    /// It stands in the file twice.
    Twice(String),
    /// There is no such text.
    Unknown(String),
    /// Partners never read it.
    NotForPartners(String),
    /// It is more than plain words with arguments and other texts in them.
    Elaborate(String),
    /// It places a text that does not exist, or itself.
    Misplaced(String, String),
    /// It leaves out these arguments.
    Missing(String, Vec<String>),
    /// It places these arguments, which it is not given.
    NotGiven(String, Vec<String>),
    /// It is too long for a label, or has several lines.
    Label(String),
}

/// The texts that partners read, by their names.
#[must_use]
pub fn names() -> Vec<String> {
    let partners = EN.split(HEADING).next().unwrap_or_default();
    let partners = FluentResource::try_new(partners.to_owned())
        .expect("the built-in texts parse, a unit test sees to it");
    texts(&partners).into_keys().map(str::to_owned).collect()
}

impl Wording {
    /// Puts a firm's words, the source of a file of texts, in the place of ours; `firm` is its name, whatever the file says, in one line without braces.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub fn take(
        &mut self,
        locale: Locale,
        source: String,
        firm: Option<&str>,
    ) -> Result<(), Vec<TextFault>> {
        let own = FluentResource::try_new(source);
        let own = own.map_err(|(resource, errors)| {
            let line = |at: usize| resource.source()[..at].matches('\n').count() + 1;
            let fault = |error: &fluent_syntax::parser::ParserError| {
                TextFault::Unreadable(line(error.pos.start), error.kind.to_string())
            };
            errors.iter().map(fault).collect::<Vec<_>>()
        })?;
        let faults = faults(&resource(locale), &own);
        if !faults.is_empty() {
            return Err(faults);
        }
        let mut said = bundle(locale);
        said.add_resource_overriding(own);
        if let Some(firm) = firm {
            let name = FluentResource::try_new(format!("{FIRM} = {firm}\n"));
            said.add_resource_overriding(name.unwrap_or_else(|(readable, _)| readable));
        }
        let texts = match locale {
            Locale::Ru => &mut self.ru,
            Locale::En => &mut self.en,
        };
        *texts = Texts {
            said: Arc::new(said),
            built_in: Arc::clone(&texts.built_in),
        };
        self.learn_labels();
        Ok(())
    }
}

/// What a text has in braces.
#[derive(Default)]
struct Placed<'a> {
    arguments: BTreeSet<&'a str>,
    texts: BTreeSet<&'a str>,
    /// There is something else, which ours never have.
    elaborate: bool,
}

fn faults(built_in: &FluentResource, own: &FluentResource) -> Vec<TextFault> {
    let ours = texts(built_in);
    let before: BTreeMap<&str, Placed<'_>> = ours.iter().map(|(id, it)| (*id, of(it))).collect();
    let mut after: BTreeMap<&str, Placed<'_>> = ours.iter().map(|(id, it)| (*id, of(it))).collect();
    let partners = names();
    let (mut faults, mut taken) = (Vec::new(), BTreeSet::new());
    for entry in own.entries() {
        let message = match entry {
            Entry::Message(message) => message,
            Entry::Term(term) => {
                faults.push(TextFault::Elaborate(format!("-{}", term.id.name)));
                continue;
            }
            _ => continue,
        };
        let id = message.id.name;
        let known = ours.get(id);
        let placed = of(message);
        if !taken.insert(id) {
            faults.push(TextFault::Twice(id.to_owned()));
        } else if known.is_none() {
            faults.push(TextFault::Unknown(id.to_owned()));
        } else if placed.elaborate {
            faults.push(TextFault::Elaborate(id.to_owned()));
        } else if known.is_some_and(|known| known.value == message.value) {
            // A copy of ours says what ours says.
        } else if !partners.iter().any(|name| name == id) {
            faults.push(TextFault::NotForPartners(id.to_owned()));
        } else if is_label(id) && !fits_a_label(message) {
            faults.push(TextFault::Label(id.to_owned()));
        }
        after.insert(id, placed);
    }
    let known = taken.iter().filter(|id| before.contains_key(*id));
    faults.extend(known.flat_map(|id| compare(id, &before, &after)));
    faults
}

/// What a text places that it should not, and what it leaves out.
fn compare(
    id: &str,
    before: &BTreeMap<&str, Placed<'_>>,
    after: &BTreeMap<&str, Placed<'_>>,
) -> Option<TextFault> {
    let given = arguments(id, before, &mut Vec::new()).unwrap_or_default();
    let used = match arguments(id, after, &mut Vec::new()) {
        Ok(used) => used,
        Err(text) => return Some(TextFault::Misplaced(id.to_owned(), text)),
    };
    let beyond = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        let beyond: Vec<String> = one.difference(other).cloned().collect();
        (!beyond.is_empty()).then_some(beyond)
    };
    let not_given = beyond(&used, &given).map(|names| TextFault::NotGiven(id.to_owned(), names));
    not_given
        .or_else(|| beyond(&given, &used).map(|names| TextFault::Missing(id.to_owned(), names)))
}

/// The arguments of a text and of the texts in it; fails with one that does not exist, or is placed within itself.
fn arguments<'a>(
    id: &'a str,
    all: &BTreeMap<&'a str, Placed<'a>>,
    within: &mut Vec<&'a str>,
) -> Result<BTreeSet<String>, String> {
    let Some(placed) = all.get(id).filter(|_| !within.contains(&id)) else {
        return Err(id.to_owned());
    };
    within.push(id);
    let mut found: BTreeSet<String> = placed.arguments.iter().map(ToString::to_string).collect();
    for text in &placed.texts {
        found.extend(arguments(text, all, within)?);
    }
    within.pop();
    Ok(found)
}

fn texts(resource: &FluentResource) -> BTreeMap<&str, &Message<&str>> {
    let texts = resource.entries().filter_map(|entry| match entry {
        Entry::Message(message) => Some((message.id.name, message)),
        _ => None,
    });
    texts.collect()
}

fn of<'a>(message: &Message<&'a str>) -> Placed<'a> {
    let mut placed = Placed {
        elaborate: message.value.is_none() || !message.attributes.is_empty(),
        ..Placed::default()
    };
    if let Some(pattern) = &message.value {
        placed.pattern(pattern);
    }
    placed
}

impl<'a> Placed<'a> {
    fn pattern(&mut self, pattern: &Pattern<&'a str>) {
        for element in &pattern.elements {
            if let PatternElement::Placeable { expression } = element {
                self.expression(expression);
            }
        }
    }

    fn expression(&mut self, expression: &Expression<&'a str>) {
        match expression {
            Expression::Inline(inline) => self.inline(inline),
            Expression::Select { selector, variants } => {
                self.inline(selector);
                for variant in variants {
                    self.pattern(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &InlineExpression<&'a str>) {
        match inline {
            InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
            InlineExpression::VariableReference { id } => {
                self.arguments.insert(id.name);
            }
            InlineExpression::MessageReference {
                id,
                attribute: None,
            } => {
                self.texts.insert(id.name);
            }
            InlineExpression::Placeable { expression } => self.expression(expression),
            InlineExpression::MessageReference { .. }
            | InlineExpression::FunctionReference { .. }
            | InlineExpression::TermReference { .. } => self.elaborate = true,
        }
    }
}

fn is_label(id: &str) -> bool {
    LABELS.iter().any(|label| id.starts_with(label))
}

/// A label is words alone, on one line.
fn fits_a_label(message: &Message<&str>) -> bool {
    let elements = message.value.iter().flat_map(|value| &value.elements);
    let mut length = 0;
    for element in elements {
        match element {
            PatternElement::TextElement { value } if !value.contains('\n') => {
                length += value.chars().count();
            }
            PatternElement::TextElement { .. } | PatternElement::Placeable { .. } => return false,
        }
    }
    (1..=LABEL).contains(&length)
}
