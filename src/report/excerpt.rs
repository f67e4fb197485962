//! The lines that prove one finding, from one or several files, ready for miette.
//!
//! miette knows one source per diagnostic and rescans it for every label. So the lines to show are
//! laid one window after another in a small text of their own, masked, neutralised and cut, and
//! each window answers with the name and line numbers of its file.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::clean::{Masks, safe};
use crate::source::{FileId, Loc, SourceFile};

/// Unmarked lines before and after a marked one.
const CONTEXT: u32 = 1;
/// Longer places are marked on their first line only.
const MAX_MARKED_LINES: u32 = 6;

/// Windows of source, one after another.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    windows: Vec<Window>,
    marks: Vec<Mark>,
}

#[derive(Debug)]
struct Window {
    name: String,
    first_line: u32,
    offset: usize,
    text: String,
}

/// A marked place: where it went, and where it came from.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    start: usize,
    end: usize,
    line: u32,
    column: u32,
}

/// The lines of one file that a place covers.
struct Place {
    index: usize,
    span: Range<u32>,
    lines: Range<u32>,
}

impl Excerpt {
    /// The lines around the places, at most `width` columns of each. The first place is the
    /// primary one: its window comes first, then the rest of its file, then other files.
    pub(super) fn new(sources: &[SourceFile], masks: &Masks, places: &[Loc], width: usize) -> Self {
        let mut excerpt = Self {
            windows: Vec::new(),
            marks: vec![Mark::default(); places.len()],
        };
        let mut files: Vec<FileId> = Vec::new();
        for place in places {
            if !files.contains(&place.file) {
                files.push(place.file);
            }
        }
        for id in files {
            let file = &sources[id.index()];
            let mut group: Vec<Place> = places
                .iter()
                .enumerate()
                .filter(|(_, place)| place.file == id)
                .map(|(index, place)| Place::new(index, *place, file))
                .collect();
            group.sort_by_key(|place| (place.span.start, place.span.end));
            let shown = Shown {
                id,
                file,
                masks,
                width,
            };
            let mut windows = windows(&group);
            windows.sort_by_key(|window| !window.iter().any(|place| place.index == 0));
            for window in windows {
                excerpt.push(&shown, window);
            }
        }
        excerpt.part_overlaps();
        excerpt
    }

    /// Where the places are found in the excerpt, in the order they were given.
    pub(super) fn spans(&self) -> impl Iterator<Item = SourceSpan> + '_ {
        self.marks
            .iter()
            .map(|mark| (mark.start, mark.end - mark.start).into())
    }

    /// The column below which the words of each place hang, in the same order.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.marks.iter().map(|mark| {
            let window = self.window(*mark);
            let line = window.map_or("", |window| {
                let text = &window.text[..mark.start - window.offset];
                text.rsplit('\n').next().unwrap_or_default()
            });
            line.chars().count() + (mark.end - mark.start) / 2
        })
    }

    fn push(&mut self, shown: &Shown, places: &[Place]) {
        let lines = context(shown.file, places);
        // One byte between windows, so that a place at the end of one never touches the next.
        let offset = self
            .windows
            .last()
            .map_or(0, |last| last.offset + last.text.len() + 1);
        let mut text = String::new();
        for line in lines.clone() {
            shown.line(line, places, offset, &mut text, &mut self.marks);
            text.push('\n');
        }
        self.windows.push(Window {
            name: super::neutralise(shown.file.path.as_str()).into_owned(),
            first_line: lines.start,
            offset,
            text,
        });
    }

    /// miette draws overlapping marks of one line side by side, which moves the inner one away from
    /// what it marks; so the outer one ends where the inner one begins.
    fn part_overlaps(&mut self) {
        let mut order: Vec<usize> = (0..self.marks.len()).collect();
        order.sort_by_key(|&index| (self.marks[index].start, self.marks[index].end));
        for pair in order.windows(2) {
            let (left, right) = (self.marks[pair[0]], self.marks[pair[1]]);
            if left.line != right.line || right.start >= left.end || self.multiline(left) {
                continue;
            }
            if left.start < right.start {
                self.marks[pair[0]].end = right.start;
            } else if left.end < right.end && !self.multiline(right) {
                self.marks[pair[1]].start = left.end;
            }
        }
    }

    fn multiline(&self, mark: Mark) -> bool {
        self.window(mark).is_some_and(|window| {
            window.text[mark.start - window.offset..mark.end - window.offset].contains('\n')
        })
    }

    fn window(&self, mark: Mark) -> Option<&Window> {
        let holds = |window: &&Window| window.holds(mark.start, mark.end);
        self.windows.iter().find(holds)
    }
}

impl Place {
    fn new(index: usize, loc: Loc, file: &SourceFile) -> Self {
        let end_of_text = file.text.len() as u32;
        let start = loc.span.start.min(end_of_text);
        let mut end = loc.span.end.clamp(start, end_of_text);
        let first = file.lines.line(start);
        let mut last = file.lines.line(end.saturating_sub(1).max(start));
        if last - first >= MAX_MARKED_LINES {
            last = first;
        }
        end = end.min(content(file, last).end as u32).max(start);
        Self {
            index,
            span: start..end,
            lines: first..last + 1,
        }
    }
}

/// Groups places whose lines touch; places are sorted.
fn windows(places: &[Place]) -> Vec<&[Place]> {
    let mut windows = Vec::new();
    let mut from = 0;
    let mut end = 0;
    for (index, place) in places.iter().enumerate() {
        if index > from && place.lines.start > end + 2 * CONTEXT {
            windows.push(&places[from..index]);
            from = index;
        }
        end = end.max(place.lines.end);
    }
    if from < places.len() {
        windows.push(&places[from..]);
    }
    windows
}

/// The lines of a window: those of its places, and those around them unless blank.
fn context(file: &SourceFile, places: &[Place]) -> Range<u32> {
    let first = places.iter().map(|place| place.lines.start).min();
    let last = places.iter().map(|place| place.lines.end).max();
    let (Some(first), Some(last)) = (first, last) else {
        return 0..0;
    };
    let blank = |line: u32| file.text[content(file, line)].trim().is_empty();
    let mut lines = first.saturating_sub(CONTEXT)..(last + CONTEXT).min(file.lines.count());
    while lines.start < first && blank(lines.start) {
        lines.start += 1;
    }
    while lines.end > last && blank(lines.end - 1) {
        lines.end -= 1;
    }
    lines
}

/// The bytes of a line, without its end.
fn content(file: &SourceFile, line: u32) -> Range<usize> {
    let start = file.lines.start(line) as usize;
    let end = if line + 1 < file.lines.count() {
        file.lines.start(line + 1) as usize
    } else {
        file.text.len()
    };
    let text = &file.text[start..end];
    start..start + text.trim_end_matches(['\n', '\r']).len()
}

/// How the lines of one file are shown.
struct Shown<'a> {
    id: FileId,
    file: &'a SourceFile,
    masks: &'a Masks<'a>,
    width: usize,
}

impl Shown<'_> {
    /// Writes one line, and where the places in it went.
    fn line(
        &self,
        line: u32,
        places: &[Place],
        offset: usize,
        out: &mut String,
        marks: &mut [Mark],
    ) {
        let whole = content(self.file, line);
        let cut = self.cut(line, whole.clone(), places);
        let hidden = self.masks.hidden(self.id, &self.file.text, cut.clone());
        // Where each character of the file stands in the excerpt.
        let mut moved: Vec<(usize, usize)> = Vec::with_capacity(cut.len() + 1);
        if cut.start > whole.start {
            out.push('…');
        }
        for (at, c) in self.file.text[cut.clone()].char_indices() {
            let at = cut.start + at;
            moved.push((at, offset + out.len()));
            if hidden.iter().any(|range| range.contains(&at)) {
                out.extend(std::iter::repeat_n('*', c.len_utf8()));
            } else {
                out.push(safe(c));
            }
        }
        moved.push((cut.end, offset + out.len()));
        if cut.end < whole.end {
            out.push('…');
        }
        let translate = |at: u32| {
            let after = moved.partition_point(|&(source, _)| source <= at as usize);
            moved[after.saturating_sub(1)].1
        };
        for place in places {
            let mark = &mut marks[place.index];
            if place.lines.start == line {
                mark.start = translate(place.span.start);
                mark.line = line;
                mark.column = self.file.position(place.span.start).column - 1;
            }
            if place.lines.end == line + 1 {
                mark.end = translate(place.span.end).max(mark.start);
            }
        }
    }

    /// The part of a line that is shown: all of it, or a window around its first place.
    fn cut(&self, line: u32, whole: Range<usize>, places: &[Place]) -> Range<usize> {
        let text = &self.file.text;
        if text[whole.clone()].chars().nth(self.width).is_none() {
            return whole;
        }
        let focus = places
            .iter()
            .filter(|place| place.lines.start == line)
            .min_by_key(|place| place.index)
            .map_or(whole.start, |place| place.span.start as usize);
        let lead = text[whole.start..focus]
            .char_indices()
            .rev()
            .take(self.width / 3)
            .last()
            .map_or(0, |(at, _)| at);
        let start = whole.start + lead;
        let end = text[start..whole.end]
            .char_indices()
            .nth(self.width)
            .map_or(whole.end, |(at, _)| start + at);
        start..end
    }
}

impl Window {
    fn holds(&self, start: usize, end: usize) -> bool {
        self.offset <= start && end <= self.offset + self.text.len()
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let window = self
            .windows
            .iter()
            .find(|window| window.holds(start, end))
            .ok_or(MietteError::OutOfBounds)?;
        // Without context miette asks for the place to name in the header.
        let mark = self.marks.iter().find(|mark| mark.start == start);
        let contents = match mark {
            Some(mark) if before == 0 => MietteSpanContents::new_named(
                window.name.clone(),
                &window.text.as_bytes()[start - window.offset..end - window.offset],
                *span,
                mark.line as usize,
                mark.column as usize,
                1,
            ),
            _ => MietteSpanContents::new_named(
                window.name.clone(),
                window.text.as_bytes(),
                (window.offset, window.text.len()).into(),
                window.first_line as usize,
                0,
                window.text.matches('\n').count(),
            ),
        };
        Ok(Box::new(contents))
    }
}
