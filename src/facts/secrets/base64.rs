//! Base64, of either alphabet. Knows nothing of what it carries.

/// The bytes, or `None` when the text is none; what fills up at the end may be missing.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let end = text.iter().rposition(|byte| *byte != b'=')? + 1;
    let mut bytes = Vec::with_capacity(end / 4 * 3 + 2);
    let (mut bits, mut count) = (0u32, 0);
    for byte in &text[..end] {
        bits = bits << 6 | sextet(*byte)?;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

fn sextet(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// The URL-safe text of bytes, for tests.
#[cfg(test)]
pub(super) fn encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let chunk = |chunk: &[u8]| {
        let all = chunk.iter().chain([&0, &0]).take(3);
        let bits = all.fold(0u32, |bits, byte| bits << 8 | u32::from(*byte));
        let letter = move |nth: usize| ALPHABET[(bits >> (18 - 6 * nth) & 63) as usize] as char;
        (0..=chunk.len()).map(letter).collect::<String>()
    };
    bytes.chunks(3).map(chunk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_alphabets_with_and_without_padding() {
        for (text, bytes) in [
            ("aGk", "hi"),
            ("aGk=", "hi"),
            ("aGV5", "hey"),
            ("fn5-", "~~~"),
            ("fn5+", "~~~"),
        ] {
            assert_eq!(decode(text.as_bytes()), Some(bytes.into()), "{text}");
        }
        assert_eq!(decode(b"a b"), None);
        assert_eq!(decode(b"=="), None);
        assert_eq!(
            decode(encode(b"any length").as_bytes()),
            Some(b"any length".to_vec())
        );
    }
}
