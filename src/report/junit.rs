//! JUnit's XML, which most hosts show as test results: a suite for each file, a failure for each
//! finding.

use std::collections::BTreeMap;
use std::io;

use camino::Utf8Path;
use quick_xml::Writer;
use quick_xml::events::BytesText;

use super::clean::neutralise;
use super::machine::{Machine, Told};
use crate::judge::Report;

/// Writes the report; `below` is the way from the top of the repository to the checked root.
pub fn write(report: &Report, below: &Utf8Path, out: &mut dyn io::Write) -> io::Result<()> {
    let told = Machine::new(report, below).shown();
    let mut suites: BTreeMap<&str, Vec<&Told>> = BTreeMap::new();
    for told in &told {
        suites.entry(&told.place.path).or_default().push(told);
    }
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let mut writer = Writer::new_with_indent(&mut *out, b' ', 2);
    let all = told.len().to_string();
    writer
        .create_element("testsuites")
        .with_attributes([
            ("name", "aicheck"),
            ("tests", if suites.is_empty() { "1" } else { &all }),
            ("failures", &all),
        ])
        .write_inner_content(|writer| {
            if suites.is_empty() {
                return clean(writer);
            }
            for (path, told) in &suites {
                suite(writer, path, told)?;
            }
            Ok(())
        })?;
    writeln!(out)
}

/// A run that found nothing: without any test hosts would call the report empty.
fn clean<W: io::Write>(writer: &mut Writer<W>) -> io::Result<()> {
    let suite = writer.create_element("testsuite").with_attributes([
        ("name", "aicheck"),
        ("tests", "1"),
        ("failures", "0"),
    ]);
    suite.write_inner_content(|writer| {
        let case = [("name", "no findings"), ("classname", "aicheck")];
        let case = writer.create_element("testcase").with_attributes(case);
        case.write_empty().map(|_| ())
    })?;
    Ok(())
}

fn suite<W: io::Write>(writer: &mut Writer<W>, path: &str, told: &[&Told]) -> io::Result<()> {
    let count = told.len().to_string();
    let suite = writer.create_element("testsuite").with_attributes([
        ("name", path),
        ("tests", &count),
        ("failures", &count),
    ]);
    suite.write_inner_content(|writer| told.iter().try_for_each(|told| case(writer, told)))?;
    Ok(())
}

fn case<W: io::Write>(writer: &mut Writer<W>, told: &Told) -> io::Result<()> {
    let line = told.place.start.line.to_string();
    let name = format!("{} {}", told.rule, neutralise(&told.subject));
    let case = writer.create_element("testcase").with_attributes([
        ("name", name.trim()),
        ("classname", &told.place.path),
        ("file", &told.place.path),
        ("line", &line),
    ]);
    case.write_inner_content(|writer| {
        let message = neutralise(&told.message);
        let failure = writer.create_element("failure").with_attributes([
            ("message", message.as_ref()),
            ("type", told.severity.as_str()),
        ]);
        let place = format!("{}:{line}\n", told.place.path);
        let text = place + &neutralise(&told.in_full());
        failure.write_text_content(BytesText::new(&text))?;
        Ok(())
    })?;
    Ok(())
}
