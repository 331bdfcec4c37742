//! How large a document may be, looked at in its text, before the parser sees it: the parser calls itself for every
//! bracket that is open, and takes many times the memory of the text.

/// The most bytes of a document.
const BYTES: usize = 64 * 1024;
/// The most lexical tokens of a document (GraphQL specification, section 2.1.6).
const TOKENS: usize = 5_000;
/// The most brackets that are open at once. Selection sets are held to 15 fields; inline fragments and input objects open
/// brackets besides.
const NESTING: usize = 100;

/// A limit that a document exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exceeded {
    /// The name of the limit, as clients read it.
    pub limit: &'static str,
    /// How much it allows.
    pub maximum: usize,
    /// How much the document has.
    pub requested: usize,
}

/// Look at the text of a document once, from its first byte to its last.
///
/// # Errors
/// The first limit that it exceeds.
pub(super) fn check_text(text: &str) -> Result<(), Exceeded> {
    if text.len() > BYTES {
        return Err(Exceeded { limit: "bytes", maximum: BYTES, requested: text.len() });
    }
    let (tokens, nesting) = measure(text.as_bytes());
    if nesting > NESTING {
        return Err(Exceeded { limit: "nesting", maximum: NESTING, requested: nesting });
    }
    if tokens > TOKENS {
        return Err(Exceeded { limit: "tokens", maximum: TOKENS, requested: tokens });
    }
    Ok(())
}

/// How many tokens a text has, and how many brackets are open at once. What is no token is counted as one: the parser
/// refuses it.
fn measure(text: &[u8]) -> (usize, usize) {
    let (mut tokens, mut open, mut deepest) = (0, 0_usize, 0);
    let mut rest = text;
    while let [first, after @ ..] = rest {
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
                deepest = deepest.max(open);
                after
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                after
            }
            b'"' => past_string(after),
            b'.' => match after {
                [b'.', b'.', after @ ..] => after,
                _ => after,
            },
            b'-' | b'0'..=b'9' => past_number(after),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => past(after, |byte| byte == b'_' || byte.is_ascii_alphanumeric()),
            _ => after,
        };
        tokens += 1;
    }
    (tokens, deepest)
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

/// What comes after a string whose first quotation mark was read; a string without an end takes the whole rest.
fn past_string(text: &[u8]) -> &[u8] {
    if let [b'"', b'"', block @ ..] = text {
        let mut rest = block;
        loop {
            rest = match rest {
                [b'\\', b'"', b'"', b'"', after @ ..] => after,
                [b'"', b'"', b'"', after @ ..] => return after,
                [_, after @ ..] => after,
                [] => return rest,
            };
        }
    }
    let mut rest = text;
    loop {
        rest = match rest {
            [b'\\', _, after @ ..] => after,
            [b'"', after @ ..] => return after,
            [_, after @ ..] => after,
            [] => return rest,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exceeded(text: &str) -> Option<(&'static str, usize)> {
        check_text(text).err().map(|exceeded| (exceeded.limit, exceeded.requested))
    }

    #[test]
    fn tokens_are_those_of_the_specification() {
        let count = |text: &str| measure(text.as_bytes()).0;
        assert_eq!(count("{ a(b: -1.5e+3, c: \"x \\\" {\", d: [$e]) ...F @skip(if: true) } # {{{ \"\n"), 26);
        assert_eq!(count(r#"{ a(b: """ one " \""" two """) }"#), 8);
        assert_eq!(count("\u{feff}{ a }"), 3);
        assert_eq!(count("{ a: b(c: \"never ended } } }"), 8);
        assert_eq!(count("[1-1-1 a...b]"), 8);
        assert_eq!(count(""), 0);
    }

    #[test]
    fn brackets_within_strings_and_comments_open_nothing() {
        let nesting = |text: &str| measure(text.as_bytes()).1;
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
}
