use super::*;

/// Path and text of each value.
fn values(format: Format, text: &str) -> Vec<(String, String)> {
    let (document, _) = format.read(text, 0..text.len());
    let valued = document.nodes().filter(|node| node.value().is_some());
    valued
        .map(|node| {
            let mut path: Vec<&str> = node.ancestors().map(Node::name).collect();
            path.reverse();
            path.push(node.name());
            let value = node.value().unwrap();
            assert_eq!(
                node.name_span().of(text).trim_matches(['"', '\'']),
                node.name()
            );
            assert!(value.literal.contains(value.span));
            (path[1..].join("/"), value.text.to_string())
        })
        .collect()
}

#[track_caller]
fn assert_values(format: Format, text: &str, expected: &[(&str, &str)]) {
    let found = values(format, text);
    let found: Vec<_> = found
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(found, expected, "{text}");
    let crlf = text.replace('\n', "\r\n");
    let (a, b) = (values(format, &crlf), found);
    assert_eq!(a.len(), b.len(), "{crlf:?}");
}

#[test]
fn yaml() {
    let text = "a: 1\nb:\n  - c: 'x y' # why\n    d: \"p\\tq\"\n  - *z\ne: !vault k\nf: |\n  two\n  lines\n---\ng: {h: i}\n";
    assert_values(
        Format::Yaml,
        text,
        &[
            ("a", "1"),
            ("b//c", "x y"),
            ("b//d", "p\tq"),
            ("f", "two\nlines\n"),
            ("g/h", "i"),
        ],
    );
    assert_values(
        Format::Yaml,
        "? [a, b]\n: c\nd: e\n",
        &[("/", "a"), ("/", "b"), ("", "c"), ("d", "e")],
    );
    assert_values(Format::Yaml, "just text\n", &[("", "just text")]);
}

#[test]
fn yaml_reads_on_in_the_next_document() {
    let text = "a: 1\nb: [\n---\nc: 2\n";
    assert_values(Format::Yaml, text, &[("a", "1"), ("c", "2")]);
    let (_, note) = Format::Yaml.read(text, 0..text.len());
    assert_eq!(note.map(|note| note.id), Some(NoteId::UnparsedConfig));
    let text = "a: 1\n{{- if x }}\nb: 2\n";
    let (_, note) = Format::Yaml.read(text, 0..text.len());
    assert_eq!(note.map(|note| note.id), Some(NoteId::Templated));
}

#[test]
fn toml() {
    let text = "a = 'x'\n[b.c]\nd = \"\"\"q\"\"\"\nf = [{ g = \"h\" }, 7]\nwhen = 2024-01-01\n";
    assert_values(
        Format::Toml,
        text,
        &[
            ("a", "x"),
            ("b/c/d", "q"),
            ("b/c/f//g", "h"),
            ("b/c/f/", "7"),
        ],
    );
    let (document, note) = Format::Toml.read("a = 'x'\nb = \nc = 'y'\n", 0..20);
    assert_eq!(
        document.nodes().filter_map(Node::text).collect::<Vec<_>>(),
        ["x", "", "y"]
    );
    assert!(note.is_some());
}

#[test]
fn json() {
    let text = "{\"a\": \"x\\ny\", // why\n 'b': [1, {\"c\": null, \"d\": \"e\",}], f: \"g\"}";
    assert_values(
        Format::Json,
        text,
        &[("a", "x\ny"), ("b/", "1"), ("b//d", "e"), ("f", "g")],
    );
    assert_values(Format::Json, "{\"a\": \"b\", \"c\": \"", &[("a", "b")]);
}

#[test]
fn ini() {
    let text = "a: b c\n# x = y\n[s one]\nd = \"e ; f\" \ng = h ; why\nprose, with = marks\n[t]\ni.j=k#l\n";
    assert_values(
        Format::Ini,
        text,
        &[
            ("a", "b c"),
            ("s one/d", "e ; f"),
            ("s one/g", "h"),
            ("t/i.j", "k#l"),
        ],
    );
}

#[test]
fn dotenv() {
    let text = "# X=1\nA=b # why\nexport B = 'c d'\nC=\"two\nlines\"\nD=e#f\nE=\"open\nF=\n=x\nexported=1\n";
    assert_values(
        Format::Dotenv,
        text,
        &[
            ("A", "b"),
            ("B", "c d"),
            ("C", "two\nlines"),
            ("D", "e#f"),
            ("E", "\"open"),
            ("F", ""),
            ("exported", "1"),
        ],
    );
}

#[test]
fn dockerfile() {
    let text =
        "FROM a AS b\nARG C=d\nENV E=\"f g\" H=i\\\n  J='k'\nENV L m n\nARG O\nRUN P=q true\n";
    assert_values(
        Format::Dockerfile,
        text,
        &[
            ("ARG/C", "d"),
            ("ENV/E", "f g"),
            ("ENV/H", "i"),
            ("ENV/J", "k"),
            ("ENV/L", "m n"),
        ],
    );
}

#[test]
fn hcl() {
    let text = "variable \"p\" {\n  default = \"x\\\"y\" # why\n}\na = { b = \"c${d}\", \"e\" = [{ f = 1 }] }\ng = file(\"h\")\ni = jsonencode({ j = \"k\" })\n";
    assert_values(
        Format::Hcl,
        text,
        &[
            ("variable/p/default", "x\"y"),
            ("a/b", "c${d}"),
            ("a/e/f", "1"),
            ("i/j", "k"),
        ],
    );
}

#[test]
fn shell() {
    let text = "#!/bin/sh\nexport A=b C='d e' # F=g\ndocker run -e H=\"i\" --j-k=l x # it's\nif [ $m == n ]; then O=p\\ q; fi\n";
    assert_values(
        Format::Shell,
        text,
        &[
            ("A", "b"),
            ("C", "d e"),
            ("H", "i"),
            ("j-k", "l"),
            ("O", "p q"),
        ],
    );
}

const FORMATS: [Format; 8] = [
    Format::Yaml,
    Format::Toml,
    Format::Json,
    Format::Ini,
    Format::Dotenv,
    Format::Dockerfile,
    Format::Hcl,
    Format::Shell,
];

#[test]
fn places_are_those_of_the_whole_text() {
    for (format, text) in [
        (Format::Yaml, "pw: 'x1'"),
        (Format::Toml, "pw = 'x1'"),
        (Format::Json, "{\"pw\": \"x1\"}"),
        (Format::Ini, "pw = 'x1'"),
        (Format::Dotenv, "pw='x1'"),
        (Format::Dockerfile, "FROM a\nENV pw='x1'\n"),
        (Format::Hcl, "pw = \"x1\"\n"),
        (Format::Shell, "pw='x1'"),
    ] {
        let whole = format!("é before\n{text}\nbehind");
        let start = whole.find(text).unwrap();
        let (document, note) = format.read(&whole, start..start + text.len());
        assert_eq!(note, None, "{format:?}");
        let node = document.nodes().find(|node| node.name() == "pw").unwrap();
        let value = node.value().unwrap();
        assert_eq!(value.span.of(&whole), "x1", "{format:?}");
        assert_eq!(value.literal.of(&whole).len(), 4, "{format:?}");
        assert_eq!(
            node.name_span().of(&whole).trim_matches('"'),
            "pw",
            "{format:?}"
        );
    }
}

/// What nobody writes: nesting, open ends, bytes without sense, and much of each.
#[test]
fn hostile_texts_are_read_in_linear_time() {
    let pieces = [
        "[",
        "{",
        "\"",
        "'",
        "- ",
        "a: ",
        "? ",
        "a = ",
        "[a]\n",
        "a.",
        "<<E\n",
        "${",
        "\\",
        "\n",
        "\u{0}",
        "é",
        "&a ",
        "*a ",
        "a:\n ",
        "ENV a=",
        "FROM ",
        "a \"b\" {\n",
        "export A=\"",
        "x=1 ",
        "#",
        "{{",
        "|",
        "!",
        "%YAML",
        "---\n",
        "'\\",
        "a=$(",
    ];
    for format in FORMATS {
        for piece in pieces {
            for count in [3, 10_000] {
                let text = piece.repeat(count);
                let (document, _) = format.read(&text, 0..text.len());
                let deepest = document.nodes().map(|node| node.ancestors().count()).max();
                assert!(deepest.unwrap_or(0) <= MAX_DEPTH, "{format:?} {piece:?}");
            }
        }
    }
}

#[test]
fn grammars_read_long_documents_and_refuse_longer_ones() {
    let block = "resource \"a\" \"b\" {\n  c = { d = \"e${f}\" }\n}\n";
    for (format, part) in [
        (Format::Hcl, block),
        (Format::Dockerfile, "RUN a && b\nENV c=d e=f\n"),
    ] {
        let read = |bytes: usize| {
            let text = part.repeat(bytes / part.len());
            format.read(&text, 0..text.len()).1.map(|note| note.id)
        };
        assert_eq!(read(64 << 10), None, "{format:?}");
        assert_eq!(read(80 << 10), Some(NoteId::SkippedSize), "{format:?}");
    }
}
