//! The text of a document, before the parser sees it.
//!
//! How large it may be is found out here: the parser calls itself for every bracket that is open, and takes many times the
//! memory of the text. So is what the parser does not tell or read: a field that stands twice in an input object, and the
//! escapes of characters beyond 16 bits.

use std::borrow::Cow;
use std::collections::HashSet;

/// The most bytes of a document.
const BYTES: usize = 64 * 1024;
/// The most lexical tokens of a document (GraphQL specification, section 2.1.6).
const TOKENS: usize = 5_000;
/// The most brackets that are open at once. Selection sets are held to 15 fields; inline fragments and input objects open
/// brackets besides.
const NESTING: usize = 100;

use super::Exceeded;

/// What the text of a document shows.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen<'t> {
    tokens: usize,
    nesting: usize,
    /// A name that stands twice in one input object.
    pub twice: Option<&'t str>,
    /// What the parser reads and the grammar does not.
    pub not_grammar: Option<&'static str>,
    /// Whether a string holds an escape of a character by its number.
    has_escapes: bool,
}

/// Look at the text of a document once, from its first byte to its last.
///
/// # Errors
/// The first limit that it exceeds.
pub(super) fn look_at(text: &str) -> Result<Seen<'_>, Exceeded> {
    Exceeded::check("bytes", BYTES, text.len())?;
    let seen = scan(text);
    Exceeded::check("nesting", NESTING, seen.nesting)?;
    Exceeded::check("tokens", TOKENS, seen.tokens)?;
    Ok(seen)
}

/// A bracket that is open, with the names that an input object has had so far.
enum Bracket<'t> {
    Object(HashSet<&'t str>),
    Arguments,
    Other,
}

/// What is no token is counted as one: the parser refuses it.
fn scan(text: &str) -> Seen<'_> {
    let mut seen = Seen::default();
    // Deeper brackets are counted and not kept: such a document is refused.
    let (mut open, mut brackets, mut arguments) = (0_usize, Vec::new(), 0_usize);
    // The last token, and the one before it.
    let mut last = ["", ""];
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let begin = text.len() - rest.len();
        rest = match first {
            // White space, line ends, commas and the byte order mark are no tokens.
            b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xef | 0xbb | 0xbf => {
                rest = after;
                continue;
            }
            b'#' => {
                rest = past(after, |byte| !matches!(byte, b'\n' | b'\r'));
                continue;
            }
            b'{' | b'[' | b'(' => {
                open += 1;
                seen.nesting = seen.nesting.max(open);
                if open <= NESTING {
                    // A selection set never stands within parentheses.
                    brackets.push(match first {
                        b'{' if arguments > 0 => Bracket::Object(HashSet::new()),
                        b'(' => Bracket::Arguments,
                        _ => Bracket::Other,
                    });
                    arguments += usize::from(*first == b'(');
                }
                after
            }
            b'}' | b']' | b')' => {
                if open <= NESTING
                    && let Some(Bracket::Arguments) = brackets.pop()
                {
                    arguments -= 1;
                }
                open = open.saturating_sub(1);
                after
            }
            b':' => {
                if let Some(Bracket::Object(names)) = brackets.last_mut()
                    && !names.insert(last[0])
                {
                    seen.twice = seen.twice.or(Some(last[0]));
                }
                after
            }
            b'"' => {
                let (after, has_escapes) = past_string(after);
                seen.has_escapes |= has_escapes;
                after
            }
            b'.' => match after {
                [b'.', b'.', after @ ..] => after,
                _ => after,
            },
            b'-' | b'0'..=b'9' => past_number(after),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => past(after, |byte| byte == b'_' || byte.is_ascii_alphanumeric()),
            _ => after,
        };
        // The bytes of a character that is no token are none by themselves.
        let token = text.get(begin..text.len() - rest.len()).unwrap_or_default();
        let is_name = token.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic());
        seen.not_grammar = seen.not_grammar.or(match (last, token) {
            (["(", _], ")") => Some("parentheses with nothing between them"),
            (["fragment", _], "on") if open == 0 => Some("a fragment whose name is \"on\""),
            (["on", "..."], _) if !is_name => Some("\"... on\" without a type"),
            _ => None,
        });
        last = [token, last[0]];
        seen.tokens += 1;
    }
    seen
}

/// What comes after the bytes that belong to a token.
fn past(text: &[u8], belongs: impl Fn(u8) -> bool) -> &[u8] {
    let length = text.iter().position(|byte| !belongs(*byte)).unwrap_or(text.len());
    text.get(length..).unwrap_or_default()
}

/// What comes after a number whose first byte was read.
fn past_number(text: &[u8]) -> &[u8] {
    let mut rest = text;
    loop {
        rest = match rest {
            [b'e' | b'E', b'+' | b'-', after @ ..] | [b'0'..=b'9' | b'.' | b'e' | b'E', after @ ..] => after,
            _ => return rest,
        };
    }
}

/// What comes after a string whose first quotation mark was read, and whether it holds the escape of a character by its
/// number; a string without an end takes the whole rest.
fn past_string(text: &[u8]) -> (&[u8], bool) {
    if let [b'"', b'"', block @ ..] = text {
        let mut rest = block;
        loop {
            rest = match rest {
                [b'\\', b'"', b'"', b'"', after @ ..] => after,
                [b'"', b'"', b'"', after @ ..] => return (after, false),
                [_, after @ ..] => after,
                [] => return (rest, false),
            };
        }
    }
    let (mut rest, mut has_escapes) = (text, false);
    loop {
        rest = match rest {
            [b'\\', escaped, after @ ..] => {
                has_escapes |= *escaped == b'u';
                after
            }
            // Only a block goes over the end of a line.
            [b'"' | b'\n' | b'\r', after @ ..] => return (after, has_escapes),
            [_, after @ ..] => after,
            [] => return (rest, has_escapes),
        };
    }
}

/// The text with the escapes that the parser does not know written as it knows them: `\u{1F600}` and the pairs of
/// surrogates (GraphQL specification, September 2025, section 2.9.4). What is no character stays, and is refused.
pub(super) fn with_plain_escapes<'t>(text: &'t str, seen: &Seen<'_>) -> Cow<'t, str> {
    if !seen.has_escapes {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    // No other token begins with either of these.
    while let Some(place) = rest.find(['"', '#']) {
        let (before, token) = rest.split_at(place);
        written.push_str(before);
        let after = match token.as_bytes() {
            [b'#', after @ ..] => past(after, |byte| !matches!(byte, b'\n' | b'\r')),
            token => past_string(token.get(1..).unwrap_or_default()).0,
        };
        let (token, after) = token.split_at(token.len() - after.len());
        if token.starts_with('#') || token.starts_with("\"\"\"") {
            written.push_str(token);
        } else {
            write_string(token, &mut written);
        }
        rest = after;
    }
    written.push_str(rest);
    Cow::Owned(written)
}

/// Write a string with escapes that the parser knows.
fn write_string(string: &str, written: &mut String) {
    let mut rest = string;
    while let Some(place) = rest.find('\\') {
        let (before, escape) = rest.split_at(place);
        written.push_str(before);
        // Two characters where it is another escape, so that an escaped backslash begins none.
        let read = character(escape);
        let length = read.map_or_else(|| escape.chars().take(2).map(char::len_utf8).sum(), |(_, length)| length);
        let (escape, after) = escape.split_at(length);
        match read {
            Some((character @ ('"' | '\\'), _)) => written.extend(['\\', character]),
            Some((character, _)) if !character.is_control() => written.push(character),
            Some((character, _)) => written.push_str(&format!("\\u{:04X}", u32::from(character))),
            None => written.push_str(escape),
        }
        rest = after;
    }
    written.push_str(rest);
}

/// The character of an escape at the beginning of a text that the parser does not know, with the escape's length.
fn character(escape: &str) -> Option<(char, usize)> {
    let digits = escape.strip_prefix("\\u")?;
    if let Some(braced) = digits.strip_prefix('{') {
        let length = braced.bytes().take_while(u8::is_ascii_hexdigit).count();
        let number = braced.get(..length).filter(|_| braced.as_bytes().get(length) == Some(&b'}'))?;
        // Zeros before a number may be as many as one likes.
        let significant = number.trim_start_matches('0');
        let number = if significant.is_empty() && length > 0 { Ok(0) } else { u32::from_str_radix(significant, 16) };
        return Some((char::from_u32(number.ok()?)?, length + 4));
    }
    let unit = |text: &str| u16::from_str_radix(text.get(..4)?, 16).ok();
    let (high, low) = (unit(digits)?, unit(digits.get(4..)?.strip_prefix("\\u")?)?);
    let mut characters = char::decode_utf16([high, low]);
    match (characters.next(), characters.next()) {
        (Some(Ok(character)), None) => Some((character, 12)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exceeded(text: &str) -> Option<(&'static str, usize)> {
        look_at(text).err().map(|exceeded| (exceeded.limit, exceeded.requested))
    }

    #[test]
    fn tokens_are_those_of_the_specification() {
        let count = |text: &str| scan(text).tokens;
        assert_eq!(count("{ a(b: -1.5e+3, c: \"x \\\" {\", d: [$e]) ...F @skip(if: true) } # {{{ \"\n"), 26);
        assert_eq!(count(r#"{ a(b: """ one " \""" two """) }"#), 8);
        assert_eq!(count("\u{feff}{ a }"), 3);
        assert_eq!(count("{ a: b(c: \"never ended } } }"), 8);
        assert_eq!(count("[1-1-1 a...b]"), 8);
        assert_eq!(count(""), 0);
    }

    #[test]
    fn brackets_within_strings_and_comments_open_nothing() {
        let nesting = |text: &str| scan(text).nesting;
        assert_eq!(nesting("{ a(b: [[\"[[[\"]]) { c } } # {{{{{{"), 4);
        assert_eq!(nesting("}}}} { a }"), 1);
    }

    #[test]
    fn each_limit_is_told_by_its_name() {
        assert_eq!(exceeded(&"{ a } ".repeat(1_666)), None);
        assert_eq!(exceeded(&"{ a } ".repeat(1_667)), Some(("tokens", 5_001)));
        assert_eq!(exceeded(&" ".repeat(BYTES + 1)), Some(("bytes", BYTES + 1)));
        assert_eq!(exceeded(&" ".repeat(BYTES)), None);
        assert_eq!(exceeded(&"{a".repeat(101)), Some(("nesting", 101)));
        assert_eq!(exceeded(&format!("{{a(b:{})}}", "[".repeat(4_000))), Some(("nesting", 4_002)));
    }

    #[test]
    fn a_field_that_stands_twice_in_an_input_object_is_seen() {
        let twice = |text: &str| look_at(text).ok().and_then(|seen| seen.twice.map(str::to_owned));
        assert_eq!(twice("{ a(b: {c: 1, d: 2, c: 3}) }").as_deref(), Some("c"));
        assert_eq!(twice("query ($v: V = {c: [{d: 1}], e: {c: 1, c: 2}}) { a }").as_deref(), Some("c"));
        assert_eq!(twice("{ a(b: {c: {c: [{c: 1}, {c: 2}]}}) }"), None);
        assert_eq!(twice("{ c: a(c: 1) { c: a, c: b } c: a }"), None);
        assert_eq!(twice("{ a(b: {c: \"c: 1 c: 2\", d: c, e: $c}) }"), None);
    }

    #[test]
    fn escapes_of_any_character_are_read() {
        let plain = |text: &str| with_plain_escapes(text, &scan(text)).into_owned();
        assert_eq!(plain(r#"{ a(b: "\u{1F600}\u{000041}\ud83d\ude00") }"#), r#"{ a(b: "😀A😀") }"#);
        assert_eq!(plain(r#"{ a(b: "\u{22}\u{5c}\u{a}\\u{41}\u0041") }"#), r#"{ a(b: "\"\\\u000A\\u{41}\u0041") }"#);
        assert_eq!(
            plain(r#"{ a(b: """\u{41}""", c: "\u{42}") } # "\u{43}"#),
            r#"{ a(b: """\u{41}""", c: "B") } # "\u{43}"#
        );
        for wrong in [
            r#"{ a(b: "\u{D83D}") }"#,
            r#"{ a(b: "\u{110000}") }"#,
            r#"{ a(b: "\u{}\u{41") }"#,
            r#"{ a(b: "\ud83d") }"#,
        ] {
            assert_eq!(plain(wrong), wrong);
            assert!(async_graphql::parser::parse_query(plain(wrong)).is_err(), "{wrong}");
        }
    }
}
