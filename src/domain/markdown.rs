//! Simple Markdown as people type it into cells: `*bold*` or `**bold**`, `_italic_` or `__italic__`, `[words](https://…)`.
//!
//! Addresses, mail addresses and names of files are nobody's markup: the marks in them are characters.
//!
//! Invariant: whatever is typed becomes well-formed HTML of Telegram's; a mark without its counterpart stays the character that it is.

use super::{
    styled::{Style, Styled},
    text::{Html, Text, split},
};

/// How far from its beginning a mark may end, in bytes: so that a long line full of strays takes no time.
const REACH: usize = 4000;

/// The longest extension of a file that is one.
const EXTENSION: usize = 5;

/// Text of one read.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    text: String,
    style: Style,
}

/// What stands between two positions of the source, and how much of the source it takes.
struct Marked<'a> {
    inner: &'a str,
    length: usize,
    mark: Mark<'a>,
}

/// A kind of mark.
enum Mark<'a> {
    Bold,
    Italic,
    Link(&'a str),
}

/// The first of the [`messages`], with dots where there is more.
#[must_use]
pub(super) fn beginning(source: &Styled, limit: usize) -> Html {
    match messages(source, limit).as_slice() {
        [] => Html::escape(""),
        [whole] => whole.clone(),
        [first, ..] => Html::trusted(format!("{}…", first.as_str())),
    }
}

/// Renders Markdown as messages of at most `limit` UTF-16 code units each, counted as Telegram counts: without the tags. What the
/// source looks like already, it looks like in them too.
#[must_use]
pub(super) fn messages(source: &Styled, limit: usize) -> Vec<Html> {
    let mut reading = Reading {
        source,
        runs: Vec::new(),
    };
    // A mark never reaches over a line break: a stray asterisk spoils one line at most.
    for (index, line) in source.as_str().trim().split('\n').enumerate() {
        if index > 0 {
            reading.runs.push(Run {
                text: "\n".to_owned(),
                style: Style::default(),
            });
        }
        reading.parse(line, &Style::default());
    }
    let runs = reading.runs;
    let plain: String = runs.iter().map(|run| run.text.as_str()).collect();
    let start = plain.as_ptr() as usize;
    let pieces = split(&plain, limit).into_iter();
    pieces
        .map(|piece| {
            let from = piece.as_ptr() as usize - start;
            render(&runs, from, from + piece.len())
        })
        .collect()
}

/// A source, and what has been read of it.
struct Reading<'a> {
    source: &'a Styled,
    runs: Vec<Run>,
}

impl Reading<'_> {
    /// Parses a part of the source that stands within one line and one style.
    fn parse(&mut self, part: &str, style: &Style) {
        let mut plain_from = 0;
        let mut at = 0;
        while let Some(c) = part[at..].chars().next() {
            let before = part[..at].chars().next_back();
            let kept = untouchable(&part[at..], before);
            if kept > 0 {
                at += kept;
                continue;
            }
            let Some(marked) = marked(&part[at..], before, style) else {
                at += c.len_utf8();
                continue;
            };
            self.push(&part[plain_from..at], style);
            let mut inner = style.clone();
            match marked.mark {
                Mark::Bold => inner.bold = true,
                Mark::Italic => inner.italic = true,
                Mark::Link(url) => inner.link = Some(Text::from(url)),
            }
            self.parse(marked.inner, &inner);
            at += marked.length;
            plain_from = at;
        }
        self.push(&part[plain_from..], style);
    }

    /// Takes a part of the source with what it looks like already.
    fn push(&mut self, part: &str, style: &Style) {
        let from = part.as_ptr() as usize - self.source.as_str().as_ptr() as usize;
        for (text, own) in self.source.pieces(from..from + part.len()) {
            self.runs.push(Run {
                text: text.to_owned(),
                style: own.with(style),
            });
        }
    }
}

/// What begins here, if anything does that is not in force already.
fn marked<'a>(source: &'a str, before: Option<char>, style: &Style) -> Option<Marked<'a>> {
    let free = before.is_none_or(|c| !c.is_alphanumeric());
    if source.starts_with('[') && style.link.is_none() {
        return link(source);
    }
    for (token, is_bold) in [("**", true), ("*", true), ("__", false), ("_", false)] {
        if !source.starts_with(token) {
            continue;
        }
        let in_force = if is_bold { style.bold } else { style.italic };
        if !free || in_force {
            return None;
        }
        let mark = if is_bold { Mark::Bold } else { Mark::Italic };
        return enclosed(source, token).map(|inner| Marked {
            inner,
            length: inner.len() + 2 * token.len(),
            mark,
        });
    }
    None
}

/// What stands between a token and its counterpart: not empty, no white space at its ends, and no word goes on behind it.
fn enclosed<'a>(source: &'a str, token: &str) -> Option<&'a str> {
    let body = near(&source[token.len()..]);
    let first = body.chars().next()?;
    if first.is_whitespace() || body.starts_with(token) {
        return None;
    }
    let mut at = 0;
    while let Some(c) = body[at..].chars().next() {
        let (inner, rest) = body.split_at(at);
        let kept = untouchable(rest, inner.chars().next_back());
        let next = rest.strip_prefix(token).map(|rest| rest.chars().next());
        let closes = next
            .is_some_and(|next| next.is_none_or(|c| !c.is_alphanumeric() && !token.contains(c)));
        if kept == 0 && closes && !inner.ends_with(char::is_whitespace) {
            return Some(inner);
        }
        at += kept.max(c.len_utf8());
    }
    None
}

/// How many bytes the address, the mail address or the name of a file has with which a word begins here; `None` if none does.
fn untouchable(source: &str, before: Option<char>) -> usize {
    let begins = before.is_none_or(|c| c.is_whitespace() || "*_([{«„“\"'".contains(c));
    // A link of ours is parsed as one; of several marks the last may be a name's.
    if !begins || source.starts_with(['*', '[']) || source.starts_with("__") {
        return 0;
    }
    let word = near(source)
        .split(char::is_whitespace)
        .next()
        .unwrap_or_default();
    // The end of a link of ours, address included: no mark closes in it.
    if let Some((name, address)) = word.split_once("](") {
        let end = address.find(')').filter(|_| !name.contains('['));
        return end.map_or(0, |end| name.len() + "](".len() + end + 1);
    }
    // What is behind it, a mark that ends there included, is none of it.
    let core = word.trim_end_matches(|c: char| !c.is_alphanumeric() && c != '/');
    // A mark before an address is none of it; one before a name is the name's own where it has more of them.
    let styled = core.starts_with('_') && (is_address(core) || !core[1..].contains('_'));
    let is_kept = !styled && (is_address(core) || is_mail(core) || is_file(core));
    if is_kept { core.len() } else { 0 }
}

fn is_address(word: &str) -> bool {
    let (host, path) = word.split_once('/').unwrap_or((word, ""));
    word.contains("://")
        || host.to_lowercase().starts_with("www.")
        || (!path.is_empty() && is_dotted(host))
}

fn is_mail(word: &str) -> bool {
    word.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && is_dotted(host))
}

/// A name, and an extension of Latin letters and digits behind its last dot.
fn is_file(word: &str) -> bool {
    word.rsplit_once('.').is_some_and(|(name, extension)| {
        let short = (1..=EXTENSION).contains(&extension.len());
        let plain = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        !name.is_empty() && short && plain && extension.contains(|c: char| c.is_ascii_alphabetic())
    })
}

/// `shop.example`: labels with dots between them.
fn is_dotted(host: &str) -> bool {
    let named = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    host.contains('.') && host.split('.').all(named)
}

/// `[words](https://…)`; other schemes stay text.
fn link(source: &str) -> Option<Marked<'_>> {
    let source = near(source);
    let end = source.find("](")?;
    let inner = &source[1..end];
    let target = &source[end + 2..];
    let url = &target[..target.find(')')?];
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let plain =
        !url.contains(char::is_whitespace) && !inner.trim().is_empty() && !inner.contains('[');
    (is_web && plain).then_some(Marked {
        inner,
        length: end + 2 + url.len() + 1,
        mark: Mark::Link(url),
    })
}

fn near(source: &str) -> &str {
    &source[..source.floor_char_boundary(REACH)]
}

/// The part of the runs between two byte positions of their joined text.
fn render(runs: &[Run], from: usize, to: usize) -> Html {
    let (mut html, mut at) = (String::new(), 0);
    for run in runs {
        let (begin, end) = (at.max(from), (at + run.text.len()).min(to));
        if begin < end {
            html.push_str(&tagged(&run.text[begin - at..end - at], &run.style));
        }
        at += run.text.len();
    }
    Html::trusted(html)
}

fn tagged(text: &str, style: &Style) -> String {
    let mut html = Html::escape(text).as_str().to_owned();
    if style.italic {
        html = format!("<i>{html}</i>");
    }
    if style.bold {
        html = format!("<b>{html}</b>");
    }
    if let Some(url) = &style.link {
        let url = Html::escape(url.as_str()).as_str().replace('"', "&quot;");
        html = format!("<a href=\"{url}\">{html}</a>");
    }
    html
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn html(source: &str) -> String {
        messages(&Styled::from(source), 4096)
            .iter()
            .map(Html::as_str)
            .collect::<Vec<_>>()
            .join("|")
    }

    #[test]
    fn marks_become_tags_and_strays_stay() {
        for (source, expected) in [
            ("*Важно*: завтра", "<b>Важно</b>: завтра"),
            ("**Важно** и _мягко_", "<b>Важно</b> и <i>мягко</i>"),
            ("__так__ (*тоже*)", "<i>так</i> (<b>тоже</b>)"),
            ("*_и то и то_*", "<b><i>и то и то</i></b>"),
            (
                "[прайс](https://a.example/p?a=1&b=2)",
                "<a href=\"https://a.example/p?a=1&amp;b=2\">прайс</a>",
            ),
            (
                "[*жирная* ссылка](https://a.example)",
                "<a href=\"https://a.example\"><b>жирная</b></a><a href=\"https://a.example\"> ссылка</a>",
            ),
            ("2*3*4 = 24", "2*3*4 = 24"),
            ("файл_с_чертой.txt", "файл_с_чертой.txt"),
            ("* пункт\n* пункт", "* пункт\n* пункт"),
            ("*не закрыто\nи дальше*", "*не закрыто\nи дальше*"),
            ("5 * 6 * 7", "5 * 6 * 7"),
            ("**", "**"),
            ("****", "****"),
            ("*a", "*a"),
            ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
            ("[x] (https://a.example)", "[x] (https://a.example)"),
            ("[](https://a.example)", "[](https://a.example)"),
            (
                "[a](https://x\"onclick=)",
                "<a href=\"https://x&quot;onclick=\">a</a>",
            ),
            (
                "<b>не наш</b> & *наш*",
                "&lt;b&gt;не наш&lt;/b&gt; &amp; <b>наш</b>",
            ),
        ] {
            assert_eq!(html(source), expected, "{source}");
        }
    }

    #[test]
    fn addresses_and_names_of_files_are_no_markup() {
        for (source, expected) in [
            (
                "https://shop.example/_sale_/a",
                "https://shop.example/_sale_/a",
            ),
            (
                "см. https://shop.example/_a_?x=*b*&y=_c_ и _тут_",
                "см. https://shop.example/_a_?x=*b*&amp;y=_c_ и <i>тут</i>",
            ),
            ("shop.example/_sale_/a", "shop.example/_sale_/a"),
            ("www.shop.example/*x*", "www.shop.example/*x*"),
            (
                "(https://shop.example/_sale_/)",
                "(https://shop.example/_sale_/)",
            ),
            (
                "*https://shop.example/_sale_/a*",
                "<b>https://shop.example/_sale_/a</b>",
            ),
            (
                "_смотрите https://shop.example/_sale_/a сегодня_",
                "<i>смотрите https://shop.example/_sale_/a сегодня</i>",
            ),
            (
                "_https://shop.example/_sale_/a_",
                "<i>https://shop.example/_sale_/a</i>",
            ),
            ("_a_@firma.ru и *жирно*", "_a_@firma.ru и <b>жирно</b>"),
            ("_прайс_.xlsx", "_прайс_.xlsx"),
            ("отчёт_(_итог_)_.pdf", "отчёт_(_итог_)_.pdf"),
            ("_прайс.xlsx_", "<i>прайс.xlsx</i>"),
            (
                "*прайс.xlsx*, _т.е. новый_",
                "<b>прайс.xlsx</b>, <i>т.е. новый</i>",
            ),
            (
                "[прайс](https://a.example/_x_) и _ещё_",
                "<a href=\"https://a.example/_x_\">прайс</a> и <i>ещё</i>",
            ),
            (
                "_[прайс](https://a.example/_x_) тут_",
                "<a href=\"https://a.example/_x_\"><i>прайс</i></a><i> тут</i>",
            ),
        ] {
            assert_eq!(html(source), expected, "{source}");
        }
    }

    #[test]
    fn what_buttons_have_made_goes_along_with_what_was_typed() {
        let style = |bold, link: Option<&str>| Style {
            bold,
            italic: false,
            link: link.map(Text::from),
        };
        let mut source = Styled::from("по _цене ");
        source.push("прайса", &style(true, Some("https://a.example")));
        source.push("_ 2*3 ", &style(true, None));
        source.push("*всё*", &Style::default());
        let html: String = messages(&source, 4096).iter().map(Html::as_str).collect();
        assert_eq!(
            html,
            "по <i>цене </i><a href=\"https://a.example\"><b><i>прайса</i></b></a><b> 2*3 </b><b>всё</b>"
        );
    }

    #[test]
    fn a_split_closes_and_reopens_what_is_in_force() {
        let pieces: Vec<_> = messages(&"раз *два три* пять".into(), 9)
            .iter()
            .map(|html| html.as_str().to_owned())
            .collect();
        assert_eq!(pieces, ["раз <b>два</b>", "<b>три</b> пять"]);
    }

    proptest! {
        /// Whatever is typed: tags are balanced, and without them the text is what a reader would have seen anyway.
        #[test]
        fn anything_becomes_well_formed(source in "[*_a я()\\[\\]<&\"\n]{0,40}(https://a)?[*_ )\\]]{0,6}") {
            for piece in messages(&source.as_str().into(), 12) {
                let mut open: Vec<&str> = Vec::new();
                for tag in piece.as_str().split('<').skip(1) {
                    let name = tag.split(['>', ' ']).next().unwrap_or_default();
                    match name.strip_prefix('/') {
                        Some(closed) => prop_assert_eq!(open.pop(), Some(closed)),
                        None => open.push(name),
                    }
                }
                prop_assert!(open.is_empty());
            }
        }
    }
}
