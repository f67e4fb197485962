//! Routes for people: one line each where the terminal is wide enough, two where it is not.

use std::fmt::Write as _;

use crate::facts::Answer;
use crate::project::Project;
use crate::project::python::{Auth, Endpoint, Touched};
use crate::report::neutralise;
use crate::report::prose::{Paint, columns, count};
use crate::source::SourceFile;

/// One text for each column.
type Row<T = String> = [T; 6];

/// The columns of a row, the widest last.
const HEADINGS: Row<&str> = ["METHOD", "PATH", "STATUS", "AUTH", "TABLES", "HANDLER"];

/// Longer cells are not waited for.
const WIDEST: usize = 60;

/// Routes, whose places lie in the files; lines are as long as they get where there is no width.
pub fn write(
    project: &Project,
    routes: &[&Endpoint],
    files: &[SourceFile],
    width: Option<usize>,
    color: bool,
) -> String {
    let paint = Paint(color);
    let rows: Vec<Row> = routes
        .iter()
        .map(|route| row(project, route, files))
        .collect();
    let mut text = String::new();
    if !rows.is_empty() {
        table(&rows, width, paint, &mut text);
        text.push('\n');
    }
    let all = count(routes.len(), "route");
    let _ = writeln!(text, "{}", paint.bold(&format!("{all}.")));
    text
}

fn table(rows: &[Row], width: Option<usize>, paint: Paint, text: &mut String) {
    let headings = HEADINGS.map(str::to_owned);
    let measured = || rows.iter().chain([&headings]);
    let widths: Row<usize> = std::array::from_fn(|nth| {
        let cells = measured().map(|row| columns(&row[nth]));
        cells.max().unwrap_or_default().min(WIDEST)
    });
    let whole = widths.iter().sum::<usize>() + 2 * (widths.len() - 1);
    let folded = width.is_some_and(|width| whole > width);
    let line = |row: &Row, paint_row: &dyn Fn(&str) -> String| {
        let (last, first) = row.split_last().expect("a row has cells");
        let mut line = String::new();
        for (cell, width) in first.iter().zip(widths) {
            let _ = write!(line, "{cell:<width$}  ");
        }
        match folded {
            true => {
                let indent = " ".repeat(widths[0] + 2);
                format!(
                    "{}\n{indent}{}\n",
                    paint_row(line.trim_end()),
                    paint.dim(last)
                )
            }
            false => format!("{}\n", paint_row(&format!("{line}{last}"))),
        }
    };
    text.push_str(&line(&headings, &|it| paint.bold(it)));
    for row in rows {
        text.push_str(&line(row, &str::to_owned));
    }
}

fn row(project: &Project, route: &Endpoint, files: &[SourceFile]) -> Row {
    let methods = match route.methods.is_empty() {
        true => "ANY".to_owned(),
        false => route.methods.join("|"),
    };
    let file = &files[route.at.file.index()];
    let line = file.position(route.at.span.start).line;
    let handler = format!("{}:{line} {}", file.path, route.handler);
    let handler = neutralise(&handler).into_owned();
    [
        methods,
        path(route),
        statuses(route),
        auth(&route.auth),
        tables(&project.touched(route)),
        handler,
    ]
}

/// A question mark stands for what is not known.
fn path(route: &Endpoint) -> String {
    let Some(path) = &route.path else {
        return "?".to_owned();
    };
    let before = if route.prefix_unknown { "?" } else { "" };
    let after = match (route.more_below, path.ends_with('/')) {
        (true, true) => "…",
        (true, false) => "/…",
        (false, _) => "",
    };
    neutralise(&format!("{before}{path}{after}")).into_owned()
}

fn statuses(route: &Endpoint) -> String {
    let mut words: Vec<String> = route.statuses.iter().map(ToString::to_string).collect();
    words.extend(route.statuses_open.then(|| "?".to_owned()));
    words.join(" ")
}

fn auth(auth: &Auth) -> String {
    let names = auth.by.join(", ");
    let text = match auth.answer {
        Answer::Yes => names,
        Answer::No => "-".to_owned(),
        Answer::Unknown => format!("{names}?"),
    };
    neutralise(&text).into_owned()
}

/// A star stands behind tables that are written to.
fn tables(touched: &Touched) -> String {
    let tables = touched.tables.iter().map(|(table, effects)| {
        let star = if effects.iter().any(|it| it.writes()) {
            "*"
        } else {
            ""
        };
        format!("{}{star}", table.key)
    });
    let mut words: Vec<String> = tables.collect();
    words.extend(touched.open.then(|| "?".to_owned()));
    neutralise(&words.join(", ")).into_owned()
}
