//! The closed lists of words that the Bot API states in prose alone.
//! Invariant: only wordings that leave no doubt count; where there is doubt, any text is allowed.

/// What stands before the first word of a closed list.
const OPENINGS: [&str; 5] = [
    "always \"",
    "one of \"",
    "can be \"",
    "can be either \"",
    "either \"",
];
/// What stands before a single word without quotes at the end of a description.
const MUST_BE: &str = ", must be ";

/// The words that a field with this description may hold; `None` if any text may stand there.
pub(super) fn closed_list(description: &str) -> Option<Vec<String>> {
    let opening = OPENINGS.iter().filter_map(|opening| {
        let at = description.find(opening)?;
        Some(at + opening.len() - 1)
    });
    if let Some(start) = opening.min() {
        let mut quoted = description[start..].split('"');
        let mut words = Vec::new();
        while let (Some(_), Some(word)) = (quoted.next(), quoted.next()) {
            words.push(word.to_owned());
        }
        return Some(words);
    }
    let (_, word) = description.rsplit_once(MUST_BE)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.chars().all(plain).then(|| vec![word.to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_and_examples_are_not() {
        for (description, words) in [
            ("Type of the message origin, always \"user\"", vec!["user"]),
            (
                "Type of the chat, can be either \"private\", \"group\" or \"channel\"",
                vec!["private", "group", "channel"],
            ),
            (
                "Currently, can be \"mention\" (@username), \"url\" (https://a.b)",
                vec!["mention", "url"],
            ),
            (
                "Scope type, must be all_private_chats",
                vec!["all_private_chats"],
            ),
        ] {
            assert_eq!(
                closed_list(description).as_deref(),
                Some(
                    words
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .as_slice()
                )
            );
        }
        for description in [
            "Codec, for example, \"h264\", \"h265\", or \"av01\"",
            "Can be available only for \"invoice_payment\" transactions.",
            "A name, must be between 1 and 64 characters",
        ] {
            assert_eq!(closed_list(description), None, "{description}");
        }
    }
}
