//! Bytes to text, so that every offset can be told in bytes on disk. Knows no language.

use crate::source::Encoding;

/// What became of the bytes of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded {
    /// Text; `replaced` bytes or code units of it were no text and were replaced.
    Text {
        text: String,
        encoding: Encoding,
        replaced: usize,
    },
    /// No text at all.
    Binary,
}

/// Stands for a byte that is no text. A word character, so that a Latin-1 letter inside an
/// identifier does not cut it in two.
const REPLACEMENT: u8 = b'_';

/// Decodes UTF-8 (with or without a byte order mark) and UTF-16 behind one.
pub(super) fn decode(bytes: Vec<u8>) -> Decoded {
    match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, ..] => utf8(bytes, 3, Encoding::Utf8Bom),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes, 0, Encoding::Utf8),
    }
}

fn utf8(mut bytes: Vec<u8>, mark: usize, encoding: Encoding) -> Decoded {
    if is_binary(&bytes) {
        return Decoded::Binary;
    }
    bytes.drain(..mark);
    let mut replaced = 0;
    let mut from = 0;
    while let Err(error) = std::str::from_utf8(&bytes[from..]) {
        let start = from + error.valid_up_to();
        let end = error.error_len().map_or(bytes.len(), |len| start + len);
        bytes[start..end].fill(REPLACEMENT);
        replaced += end - start;
        from = end;
    }
    Decoded::Text {
        text: String::from_utf8(bytes).expect("invalid bytes were replaced"),
        encoding,
        replaced,
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let pairs = bytes.chunks_exact(2);
    let mut replaced = pairs.remainder().len();
    let units = pairs.map(|pair| unit([pair[0], pair[1]]));
    let text = char::decode_utf16(units)
        .map(|unit| {
            unit.unwrap_or_else(|_| {
                replaced += 1;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect();
    Decoded::Text {
        text,
        encoding: Encoding::Utf16,
        replaced,
    }
}

/// Text may hold a stray NUL; a file that holds many in its first bytes is none.
fn is_binary(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(8192)];
    memchr::memchr_iter(0, head).count() > head.len() / 64 + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> (String, Encoding, usize) {
        match decode(bytes.to_vec()) {
            Decoded::Text {
                text,
                encoding,
                replaced,
            } => (text, encoding, replaced),
            Decoded::Binary => panic!("binary"),
        }
    }

    #[test]
    fn utf8_with_and_without_mark() {
        assert_eq!(
            text("día".as_bytes()),
            ("día".to_owned(), Encoding::Utf8, 0)
        );
        assert_eq!(
            text(b"\xEF\xBB\xBFx"),
            ("x".to_owned(), Encoding::Utf8Bom, 0)
        );
    }

    #[test]
    fn invalid_bytes_are_replaced_one_for_one() {
        let latin1 = b"-- a\xF1o\nSELECT '\xE9\xE8'; \xF0\x9F";
        let (text, _, replaced) = text(latin1);
        assert_eq!(text, "-- a_o\nSELECT '__'; __");
        assert_eq!((text.len(), replaced), (latin1.len(), 5));
    }

    #[test]
    fn utf16_is_transcoded() {
        let little = b"\xFF\xFEa\0\x3D\xD8\x00\xDE";
        let big = b"\xFE\xFF\0a\xD8\x3D\xDE\x00";
        assert_eq!(text(little), ("a😀".to_owned(), Encoding::Utf16, 0));
        assert_eq!(text(little), text(big));
        assert_eq!(text(b"\xFF\xFE\x3D\xD8a\0b").2, 2);
    }

    #[test]
    fn binary_is_told_from_text_with_a_stray_nul() {
        assert_eq!(decode(vec![0; 300]), Decoded::Binary);
        assert_eq!(text(b"SELECT 1;\0").2, 0);
    }
}
