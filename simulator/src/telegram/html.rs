//! Telegram's HTML subset: plain text and entities out of a marked-up message.
//! Invariant: what the real parser refuses is refused here, with the byte offset in its words.
//! Source: the section "HTML style" of the Bot API documentation, and the server's error texts.

use serde_json::{Map, Value, json};

/// A message as people see it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parsed {
    pub(super) text: String,
    /// `MessageEntity` objects; offsets and lengths in UTF-16 code units.
    pub(super) entities: Vec<Value>,
}

impl Parsed {
    /// A message without mark-up.
    pub(super) fn plain(text: &str) -> Self {
        Self {
            text: text.trim().to_owned(),
            entities: Vec::new(),
        }
    }

    /// Reads a message in HTML.
    ///
    /// # Errors
    /// The reason that follows `can't parse entities: ` in the server's refusal.
    pub(super) fn html(source: &str) -> Result<Self, String> {
        let mut parser = Parser {
            source,
            at: 0,
            text: String::new(),
            units: 0,
            open: Vec::new(),
            entities: Vec::new(),
        };
        parser.run()?;
        Ok(trimmed(&parser.text, parser.entities))
    }
}

/// An element whose end tag is still to come.
struct Open {
    name: String,
    entity: Option<Map<String, Value>>,
    start: usize,
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    text: String,
    units: usize,
    open: Vec<Open>,
    entities: Vec<Value>,
}

impl<'a> Parser<'a> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(next) = self.source[self.at..].chars().next() {
            match next {
                '<' if self.source[self.at..].starts_with("</") => self.end_tag()?,
                '<' => self.start_tag()?,
                '&' => {
                    let (character, length) = reference(&self.source[self.at..]);
                    self.push(character);
                    self.at += length;
                }
                character => {
                    self.push(character);
                    self.at += character.len_utf8();
                }
            }
        }
        match self.open.last() {
            Some(open) => Err(format!(
                "Can't find end tag corresponding to start tag \"{}\"",
                open.name
            )),
            None => Ok(()),
        }
    }

    fn push(&mut self, character: char) {
        self.text.push(character);
        self.units += character.len_utf16();
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let offset = self.at;
        let inside = self.inside(1, "start")?;
        let (name, rest) = match inside.find(char::is_whitespace) {
            Some(end) => inside.split_at(end),
            None => (inside, ""),
        };
        let name = name.to_ascii_lowercase();
        let entity = entity(&name, &attributes(rest), offset)?;
        self.at += inside.len() + "<>".len();
        self.open.push(Open {
            name,
            entity,
            start: self.units,
        });
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let offset = self.at;
        let inside = self.inside(2, "end")?;
        let name = inside.trim_end().to_ascii_lowercase();
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {offset}"));
        };
        if open.name != name {
            return Err(format!(
                "Unmatched end tag at byte offset {offset}, expected \"</{}>\", found \"</{name}>\"",
                open.name
            ));
        }
        self.at += inside.len() + "</>".len();
        if let Some(mut entity) = open.entity
            && self.units > open.start
        {
            entity.insert("offset".into(), json!(open.start));
            entity.insert("length".into(), json!(self.units - open.start));
            self.entities.push(Value::Object(entity));
        }
        Ok(())
    }

    /// What stands between the tag's opening and its `>`; quoted values may hold a `>`.
    fn inside(&self, skip: usize, kind: &str) -> Result<&'a str, String> {
        let rest = &self.source[self.at + skip..];
        let mut quote = None;
        for (index, character) in rest.char_indices() {
            match (quote, character) {
                (None, '>') => return Ok(&rest[..index]),
                (None, '"' | '\'') => quote = Some(character),
                (Some(open), closing) if open == closing => quote = None,
                _ => {}
            }
        }
        Err(format!("Unclosed {kind} tag at byte offset {}", self.at))
    }
}

/// The entity that an element stands for; `None` for a link without an address.
fn entity(
    name: &str,
    attributes: &Map<String, Value>,
    offset: usize,
) -> Result<Option<Map<String, Value>>, String> {
    let attribute = |name: &str| attributes.get(name).and_then(Value::as_str);
    let mut entity = Map::new();
    let kind = match name {
        "b" | "strong" => "bold",
        "i" | "em" => "italic",
        "u" | "ins" => "underline",
        "s" | "strike" | "del" => "strikethrough",
        "tg-spoiler" => "spoiler",
        "span" if attribute("class") == Some("tg-spoiler") => "spoiler",
        "span" => {
            return Err(format!(
                "Tag \"span\" must have class \"tg-spoiler\" at byte offset {offset}"
            ));
        }
        "code" => "code",
        "pre" => "pre",
        "blockquote" if attributes.contains_key("expandable") => "expandable_blockquote",
        "blockquote" => "blockquote",
        "tg-emoji" => {
            entity.insert("custom_emoji_id".into(), json!(attribute("emoji-id")));
            "custom_emoji"
        }
        "a" => match attribute("href").filter(|href| !href.is_empty()) {
            Some(href) => {
                entity.insert("url".into(), json!(href));
                "text_link"
            }
            None => return Ok(None),
        },
        _ => {
            return Err(format!(
                "Unsupported start tag \"{name}\" at byte offset {offset}"
            ));
        }
    };
    entity.insert("type".into(), json!(kind));
    Ok(Some(entity))
}

/// `name`, `name=value`, `name="value"` …; values are decoded.
fn attributes(mut rest: &str) -> Map<String, Value> {
    let mut found = Map::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return found;
        }
        let end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let Some(value) = rest.strip_prefix('=') else {
            found.insert(name, json!(""));
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
            Some(_) => value.split_once(char::is_whitespace).unwrap_or((value, "")),
            None => ("", ""),
        };
        found.insert(name, json!(decoded(value)));
        rest = after;
    }
}

fn decoded(value: &str) -> String {
    let mut text = String::new();
    let mut rest = value;
    while let Some(next) = rest.chars().next() {
        let (character, length) = match next {
            '&' => reference(rest),
            other => (other, other.len_utf8()),
        };
        text.push(character);
        rest = &rest[length..];
    }
    text
}

/// The character that a reference at the beginning of `rest` stands for, and the
/// bytes it takes. An ampersand that begins none stands for itself.
fn reference(rest: &str) -> (char, usize) {
    for (name, character) in [
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&amp;", '&'),
        ("&quot;", '"'),
    ] {
        if rest.starts_with(name) {
            return (character, name.len());
        }
    }
    numeric(rest).unwrap_or(('&', 1))
}

fn numeric(rest: &str) -> Option<(char, usize)> {
    let body = rest.strip_prefix("&#")?;
    let (digits, _) = body.split_once(';')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => digits.parse(),
    };
    let character = char::from_u32(code.ok()?).filter(|&c| c != '\0')?;
    Some((character, "&#".len() + digits.len() + ";".len()))
}

/// The server cuts blanks from both ends; entities move and shrink with the text.
fn trimmed(text: &str, entities: Vec<Value>) -> Parsed {
    let kept = text.trim();
    let lead = text[..text.len() - text.trim_start().len()]
        .encode_utf16()
        .count();
    let whole = kept.encode_utf16().count();
    let mut placed: Vec<(usize, usize, Value)> = entities
        .into_iter()
        .filter_map(|mut entity| {
            let number = |name: &str| usize::try_from(entity[name].as_u64()?).ok();
            let (offset, length) = (number("offset")?, number("length")?);
            let start = offset.saturating_sub(lead);
            let end = (offset + length).saturating_sub(lead).min(whole);
            if end <= start {
                return None;
            }
            entity["offset"] = json!(start);
            entity["length"] = json!(end - start);
            Some((start, whole - (end - start), entity))
        })
        .collect();
    placed.sort_by_key(|(start, shortness, _)| (*start, *shortness));
    Parsed {
        text: kept.to_owned(),
        entities: placed.into_iter().map(|(_, _, entity)| entity).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_counted_in_utf16_units() {
        let parsed = Parsed::html("  😀 <b>a <i>я</i></b> &lt;&#33;&nbsp;").unwrap();
        assert_eq!(parsed.text, "😀 a я <!&nbsp;");
        assert_eq!(
            parsed.entities,
            vec![
                json!({"type": "bold", "offset": 3, "length": 3}),
                json!({"type": "italic", "offset": 5, "length": 1}),
            ]
        );
    }

    #[test]
    fn links_keep_their_decoded_address() {
        let parsed = Parsed::html("<a href=\"https://x.test/?a=1&amp;b='>'\">ссылка</a>").unwrap();
        assert_eq!(
            parsed.entities,
            vec![
                json!({"type": "text_link", "url": "https://x.test/?a=1&b='>'", "offset": 0, "length": 6})
            ]
        );
    }

    #[test]
    fn refusals_name_the_byte() {
        let refused = |html: &str| Parsed::html(html).unwrap_err();
        assert_eq!(
            refused("я <div>x</div>"),
            "Unsupported start tag \"div\" at byte offset 3"
        );
        assert_eq!(
            refused("<b>x</i>"),
            "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\""
        );
        assert_eq!(refused("x</b>"), "Unexpected end tag at byte offset 1");
        assert_eq!(
            refused("<b>x"),
            "Can't find end tag corresponding to start tag \"b\""
        );
        assert_eq!(refused("1 < 2"), "Unclosed start tag at byte offset 2");
        assert!(refused("<span>x</span>").starts_with("Tag \"span\" must have class"));
    }
}
