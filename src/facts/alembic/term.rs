//! Values of a revision, as far as they are constant; each with the place that wrote it.

use crate::source::Span;

/// A value.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// Where it is written; of a name what it was bound to.
    pub(super) span: Span,
    pub(super) form: Form,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Form {
    Text(Text),
    Number(String),
    Bool(bool),
    None,
    List(Vec<Term>),
    Dict(Vec<(Term, Term)>),
    /// A name or attribute chain that is bound to nothing known, imports resolved.
    Name(String),
    Call(Box<Call>),
    /// What `batch_alter_table` gives: operations on one table.
    Batch {
        name: String,
        schema: Option<String>,
        at: Span,
    },
    Unknown,
}

/// A string.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) text: String,
    /// The byte of the file where it begins, if it stands there as it is.
    pub(super) at: Option<u32>,
    /// Parts of it are not known; [`HOLE`] stands for them.
    pub(super) holes: bool,
}

/// Stands in a text for what is not known.
pub(super) const HOLE: &str = "__unknown__";

/// A call that is not folded.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// The callee as a chain, imports resolved.
    pub(super) callee: String,
    /// What a method is called on, where that is a call itself.
    pub(super) receiver: Option<Term>,
    pub(super) args: Vec<Term>,
    pub(super) keywords: Vec<Keyword>,
    /// `*x` or `**x` of unknown contents.
    pub(super) more: bool,
}

/// A keyword argument, with the place of the whole of it.
#[derive(Clone, Debug)]
pub(super) struct Keyword {
    pub(super) name: String,
    pub(super) value: Term,
    pub(super) span: Span,
}

impl Term {
    pub(super) fn unknown(span: Span) -> Self {
        Self {
            span,
            form: Form::Unknown,
        }
    }

    pub(super) fn plain(span: Span, text: String) -> Self {
        let text = Text {
            text,
            at: None,
            holes: false,
        };
        Self {
            span,
            form: Form::Text(text),
        }
    }

    /// The text of a string that is wholly known.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.form {
            Form::Text(text) if !text.holes => Some(&text.text),
            _ => None,
        }
    }

    /// The string of `"…"`, `text("…")` and the like.
    pub(super) fn sql(&self) -> Option<(&Text, Span)> {
        match &self.form {
            Form::Text(text) => Some((text, self.span)),
            Form::Call(call) if matches!(call.name(), "text" | "literal_column" | "DDL") => {
                call.args.first()?.sql()
            }
            // text("…").bindparams(…)
            Form::Call(call) => call.receiver.as_ref()?.sql(),
            _ => None,
        }
    }

    pub(super) fn is_true(&self) -> bool {
        matches!(self.form, Form::Bool(true))
    }

    pub(super) fn call(&self) -> Option<&Call> {
        match &self.form {
            Form::Call(call) => Some(call),
            _ => None,
        }
    }

    /// The elements of a list; a string alone is a list of one.
    pub(super) fn elements(&self) -> Option<&[Self]> {
        match &self.form {
            Form::List(elements) => Some(elements),
            Form::Text(_) => Some(std::slice::from_ref(self)),
            _ => None,
        }
    }
}

impl Call {
    /// A class that is named without being called.
    pub(super) fn bare(name: &str) -> Self {
        Self {
            callee: name.to_owned(),
            receiver: None,
            args: Vec::new(),
            keywords: Vec::new(),
            more: false,
        }
    }

    /// The last name of the callee.
    pub(super) fn name(&self) -> &str {
        self.callee.rsplit('.').next().unwrap_or_default()
    }

    /// An argument by its position or by one of its names.
    pub(super) fn arg(&self, position: usize, names: &[&str]) -> Option<&Term> {
        self.args
            .get(position)
            .or_else(|| names.iter().find_map(|name| self.keyword(name)))
    }

    pub(super) fn keyword(&self, name: &str) -> Option<&Term> {
        self.entry(name).map(|keyword| &keyword.value)
    }

    /// A keyword argument with its place.
    pub(super) fn entry(&self, name: &str) -> Option<&Keyword> {
        self.keywords.iter().find(|keyword| keyword.name == name)
    }

    /// A keyword argument that says no more than `None`.
    pub(super) fn given(&self, name: &str) -> Option<&Term> {
        self.keyword(name)
            .filter(|term| !matches!(term.form, Form::None))
    }

    pub(super) fn says(&self, name: &str) -> bool {
        self.keyword(name).is_some_and(Term::is_true)
    }

    pub(super) fn denies(&self, name: &str) -> bool {
        let value = self.keyword(name).map(|term| &term.form);
        matches!(value, Some(Form::Bool(false)))
    }
}
