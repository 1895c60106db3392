//! Texts of the plan language: quotation marks, keys, comments.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A text in quotation marks, on one line.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for sign in text.chars() {
        escape(sign, &mut out);
    }
    out.push('"');
    out
}

/// A text over several lines, as it is read.
pub(super) fn long(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    // The first line end is no part of the text.
    out.push_str("\"\"\"\n");
    for sign in text.chars() {
        match sign {
            '\n' => out.push('\n'),
            sign => escape(sign, &mut out),
        }
    }
    out.push_str("\"\"\"");
    out
}

fn escape(sign: char, out: &mut String) {
    match sign {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        sign if sign.is_control() => {
            // Writing into a text cannot fail.
            let _ = write!(out, "\\u{:04X}", sign as u32);
        }
        sign => out.push(sign),
    }
}

/// A list of texts; one alone stands for itself.
pub(super) fn list(texts: &[String]) -> String {
    match texts {
        [only] => only.clone(),
        texts => format!("[{}]", texts.join(", ")),
    }
}

/// A key, in quotation marks where it needs them.
pub(super) fn key(id: &str) -> Cow<'_, str> {
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
    if !id.is_empty() && id.bytes().all(is_plain) { id.into() } else { quoted(id).into() }
}

/// What stands in a comment: one line, nothing that cannot be shown, of bearable length.
pub(super) fn remark(text: &str) -> String {
    const MOST: usize = 200;
    let words = text.split(|it: char| it.is_whitespace() || it.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{} ...", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(value: &str) -> String {
        let table: toml::Table = format!("a = {value}\n").parse().unwrap();
        table["a"].as_str().unwrap().to_owned()
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_it_was(text in ".{0,40}", more in "[\\x00-\\x7f\"\\\\\n\r\t]{0,30}") {
            let text = format!("{text}{more}");
            prop_assert_eq!(read(&quoted(&text)), &*text);
            prop_assert_eq!(read(&long(&text)), &*text);
            let table: toml::Table = format!("{} = 1\n", key(&text)).parse().unwrap();
            prop_assert!(table.contains_key(&text));
            let comment: toml::Table = format!("# {}\n", remark(&text)).parse().unwrap();
            prop_assert!(comment.is_empty());
        }
    }
}
