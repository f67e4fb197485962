//! Placeholders of template engines and drivers, recognised by their marks. Knows no SQL.

/// A placeholder that begins somewhere; each holds the byte after its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Stands for text: `{{ x }}`, `${x}`, `{x}`, `<%= x %>`, `%(x)s`, `%I`.
    Value(usize),
    /// Steers the template and stands for nothing: `{% if x %}`, `{{ end }}`.
    Control(usize),
    /// A parameter the driver binds: `:name`, `?`, `$1`.
    Parameter(usize),
}

/// Longer ones are no placeholders.
const LONGEST: usize = 1000;

/// The placeholder that begins at a byte.
pub fn at(bytes: &[u8], at: usize) -> Option<Found> {
    let rest = &bytes[at..];
    match rest {
        [b'{', b'{', ..] => {
            let end = at + close(rest, b"}}")?;
            Some(if is_control(&rest[2..]) {
                Found::Control(end)
            } else {
                Found::Value(end)
            })
        }
        [b'{', b'%', ..] => Some(Found::Control(at + close(rest, b"%}")?)),
        [b'{', b'#', ..] => Some(Found::Control(at + close(rest, b"#}")?)),
        [b'{', ..] => Some(Found::Value(at + 1 + named(&rest[1..], b'}')?)),
        [b'$', b'{', ..] => Some(Found::Value(at + close(rest, b"}")?)),
        [b'$', b'(', ..] => Some(Found::Value(at + 2 + named(&rest[2..], b')')?)),
        [b'$', b'0'..=b'9', ..] => Some(Found::Parameter(at + 1 + digits(&rest[1..]))),
        [b'<', b'%', b'=', ..] => Some(Found::Value(at + close(rest, b"%>")?)),
        [b'<', b'%', ..] => Some(Found::Control(at + close(rest, b"%>")?)),
        [b'%', ..] => percent(rest).map(|width| Found::Value(at + width)),
        [b'?', ..] => Some(Found::Parameter(at + 1)),
        [b':', ..] => colon(bytes, at).map(|width| Found::Parameter(at + width)),
        _ => None,
    }
}

/// The opening mark of a dollar quote, `$$` or `$tag$`, when one begins here.
pub fn dollar_tag(bytes: &[u8]) -> Option<&[u8]> {
    let width = bytes[1..].iter().take_while(|b| is_name(**b)).count();
    let ends = bytes.get(1 + width) == Some(&b'$') && !bytes[1].is_ascii_digit();
    ends.then(|| &bytes[..width + 2])
}

fn close(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    let window = &bytes[2..bytes.len().min(LONGEST)];
    memchr::memmem::find(window, mark).map(|found| 2 + found + mark.len())
}

/// The width of a dotted name and the mark that closes it.
fn named(bytes: &[u8], mark: u8) -> Option<usize> {
    let width = bytes
        .iter()
        .take(LONGEST)
        .take_while(|b| is_name(**b) || **b == b'.')
        .count();
    (width > 0 && bytes.get(width) == Some(&mark)).then_some(width + 1)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|b| b.is_ascii_digit()).count()
}

/// `%s`, `%(name)s`, and the `%I`, `%L`, `%1$I` of PostgreSQL's `format`.
fn percent(bytes: &[u8]) -> Option<usize> {
    let width = match bytes.get(1)? {
        b'(' => {
            let name = 2 + named(&bytes[2..], b')')?;
            matches!(bytes.get(name), Some(b's' | b'd')).then_some(name + 1)?
        }
        b's' | b'I' | b'L' => 2,
        b'1'..=b'9' if bytes.get(2) == Some(&b'$') => {
            matches!(bytes.get(3), Some(b's' | b'I' | b'L')).then_some(4)?
        }
        _ => return None,
    };
    let glued = bytes.get(width).is_some_and(u8::is_ascii_alphanumeric);
    (!glued).then_some(width)
}

/// `:name`, `:'name'`, `:"name"`, but neither `::type` nor `:=` nor a slice.
fn colon(bytes: &[u8], at: usize) -> Option<usize> {
    let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
    if before == b':' || before == b']' || is_name(before) {
        return None;
    }
    match bytes.get(at + 1)? {
        quote @ (b'\'' | b'"') => named(&bytes[at + 2..], *quote).map(|width| 2 + width),
        b'0'..=b'9' => None,
        byte if is_name(*byte) => {
            Some(1 + bytes[at + 1..].iter().take_while(|b| is_name(**b)).count())
        }
        _ => None,
    }
}

/// Whether what follows `{{` steers the template.
fn is_control(bytes: &[u8]) -> bool {
    const WORDS: [&str; 12] = [
        "if", "else", "end", "range", "with", "define", "template", "block", "for", "endif",
        "endfor", "unless",
    ];
    let start = bytes
        .iter()
        .take_while(|b| matches!(b, b' ' | b'-' | b'~'))
        .count();
    if matches!(bytes.get(start), Some(b'#' | b'/' | b'!' | b'>' | b'^')) {
        return true;
    }
    let width = bytes[start..].iter().take_while(|b| is_name(**b)).count();
    WORDS
        .iter()
        .any(|word| word.as_bytes() == &bytes[start..start + width])
}
