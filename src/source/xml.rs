//! What the beginning of an XML file says: in which encoding it is, and whether Microsoft Project wrote it.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How much of a file is looked at, in bytes.
const HEAD: usize = 1024;

/// The beginning of a text.
pub(super) fn head(text: &str) -> &str {
    let end = (0..=HEAD.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The namespace of Microsoft Project's XML, in all versions.
const NAMESPACE: &str = "schemas.microsoft.com/project";

/// What other programs write under a root that is called `Project` too.
const OTHERS: [&str; 5] = ["msbuild", " Sdk=", "ToolsVersion=", "<PropertyGroup", "<ItemGroup"];

/// The encoding that XML without a byte order mark is in: UTF-16 by the zeros in its first bytes, else what it declares.
/// A declaration that the bytes disprove does not count: text that is sound UTF-8 with letters beyond ASCII is UTF-8,
/// whatever it says; and what is declared as UTF-16 and has no zeros was converted since.
pub(super) fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, ..] => return Some(UTF_16LE),
        [0, b'<', ..] => return Some(UTF_16BE),
        _ => {}
    }
    let head = bytes.get(..bytes.len().min(HEAD))?;
    if !head.starts_with(b"<?xml") {
        return None;
    }
    let end = memchr::memmem::find(head, b"?>")?;
    let declaration = std::str::from_utf8(&head[..end]).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let label = value[1..].split(quote).next()?;
    let encoding = Encoding::for_label(label.as_bytes())?;
    if encoding == UTF_8 || encoding == UTF_16LE || encoding == UTF_16BE {
        return None;
    }
    let is_utf_8 = !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok();
    (!is_utf_8).then_some(encoding)
}

/// Whether a text begins like an export of Microsoft Project: its namespace, or its root without the marks of others.
pub(super) fn is_project(text: &str) -> bool {
    let head = head(text);
    if head.contains(NAMESPACE) {
        return true;
    }
    let has_root = head.match_indices("<Project").any(|(at, name)| {
        head[at + name.len()..].starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/'))
    });
    has_root && !OTHERS.iter().any(|other| head.contains(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Format, decode};

    fn read(bytes: &[u8]) -> (String, &'static str) {
        let (text, decoding) = decode(bytes.to_vec(), Format::Mspdi);
        (text, decoding.encoding)
    }

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn encodings_are_found_by_mark_by_zeros_and_by_declaration() {
        let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Name>Zoë £</Name>";
        assert_eq!(read(&utf_16(text, u16::to_le_bytes)), (text.to_owned(), "UTF-16LE"));
        assert_eq!(read(&utf_16(text, u16::to_be_bytes)), (text.to_owned(), "UTF-16BE"));
        let marked = format!("\u{FEFF}{text}");
        assert_eq!(read(&utf_16(&marked, u16::to_le_bytes)), (text.to_owned(), "UTF-16LE"));
        assert_eq!(read(&utf_16(&marked, u16::to_be_bytes)), (text.to_owned(), "UTF-16BE"));
        // Converted to UTF-8, the declaration left as it was.
        assert_eq!(read(text.as_bytes()), (text.to_owned(), "UTF-8"));
        let latin = b"<?xml version='1.0' encoding='ISO-8859-1'?><Name>Zo\xEB</Name>";
        assert_eq!(read(latin).0, "<?xml version='1.0' encoding='ISO-8859-1'?><Name>Zoë</Name>");
        let text = "<?xml version='1.0' encoding='windows-1252'?><Name>Zoë</Name>";
        assert_eq!(read(text.as_bytes()), (text.to_owned(), "UTF-8"));
        let (_, decoding) = decode(b"<?xml version='1.0'?><Name>Zo\xEB</Name>".to_vec(), Format::Mspdi);
        assert_eq!((decoding.encoding, decoding.invalid), ("UTF-8", 1));
    }

    #[test]
    fn only_an_export_of_microsoft_project_is_one() {
        for text in [
            "<?xml version=\"1.0\"?>\n<Project xmlns=\"http://schemas.microsoft.com/project\">",
            "<p:Project xmlns:p=\"http://schemas.microsoft.com/project/2007\">",
            "<Project><Name>x</Name>",
            "<Project xmlns=\"http://example.com/wrong\">",
        ] {
            assert!(is_project(text), "{text}");
        }
        for text in [
            "<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">",
            "<Project Sdk=\"Microsoft.NET.Sdk\">",
            "<project xmlns=\"http://maven.apache.org/POM/4.0.0\">",
            "<ProjectFile>",
            "<APIBusinessObjects>",
            "",
        ] {
            assert!(!is_project(text), "{text}");
        }
    }
}
