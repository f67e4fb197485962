//! Values of a revision, as far as they are constant; each with the place that wrote it.

use crate::source::Span;

/// A value.
#[derive(Clone, Debug)]
pub(crate) struct Term {
    /// Where it is written; of a name what it was bound to.
    pub(crate) span: Span,
    pub(crate) form: Form,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Form {
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
pub(crate) struct Text {
    pub(crate) text: String,
    /// The byte of the file where it begins, if it stands there as it is.
    pub(crate) at: Option<u32>,
    /// Parts of it are not known; [`HOLE`] stands for them.
    pub(crate) holes: bool,
}

/// Stands in a text for what is not known.
pub(crate) const HOLE: &str = "__unknown__";

/// A call that is not folded.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The callee as a chain, imports resolved.
    pub(crate) callee: String,
    /// What a method is called on, where that is a call itself.
    pub(crate) receiver: Option<Term>,
    pub(crate) args: Vec<Term>,
    pub(crate) keywords: Vec<Keyword>,
    /// `*x` or `**x` of unknown contents.
    pub(crate) more: bool,
}

/// A keyword argument, with the place of the whole of it.
#[derive(Clone, Debug)]
pub(crate) struct Keyword {
    pub(crate) name: String,
    pub(crate) value: Term,
    pub(crate) span: Span,
}

impl Term {
    pub(crate) fn unknown(span: Span) -> Self {
        Self {
            span,
            form: Form::Unknown,
        }
    }

    pub(crate) fn plain(span: Span, text: String) -> Self {
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
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.form {
            Form::Text(text) if !text.holes => Some(&text.text),
            _ => None,
        }
    }

    /// The string of `"…"`, `text("…")` and the like.
    pub(crate) fn sql(&self) -> Option<(&Text, Span)> {
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

    pub(crate) fn is_true(&self) -> bool {
        matches!(self.form, Form::Bool(true))
    }

    pub(crate) fn call(&self) -> Option<&Call> {
        match &self.form {
            Form::Call(call) => Some(call),
            _ => None,
        }
    }

    /// The elements of a list; a string alone is a list of one.
    pub(crate) fn elements(&self) -> Option<&[Self]> {
        match &self.form {
            Form::List(elements) => Some(elements),
            Form::Text(_) => Some(std::slice::from_ref(self)),
            _ => None,
        }
    }
}

impl Call {
    /// A class that is named without being called.
    pub(crate) fn bare(name: &str) -> Self {
        Self {
            callee: name.to_owned(),
            receiver: None,
            args: Vec::new(),
            keywords: Vec::new(),
            more: false,
        }
    }

    /// The last name of the callee.
    pub(crate) fn name(&self) -> &str {
        self.callee.rsplit('.').next().unwrap_or_default()
    }

    /// An argument by its position or by one of its names.
    pub(crate) fn arg(&self, position: usize, names: &[&str]) -> Option<&Term> {
        self.args
            .get(position)
            .or_else(|| names.iter().find_map(|name| self.keyword(name)))
    }

    pub(crate) fn keyword(&self, name: &str) -> Option<&Term> {
        self.entry(name).map(|keyword| &keyword.value)
    }

    /// A keyword argument with its place.
    pub(crate) fn entry(&self, name: &str) -> Option<&Keyword> {
        self.keywords.iter().find(|keyword| keyword.name == name)
    }

    /// A keyword argument that says no more than `None`.
    pub(crate) fn given(&self, name: &str) -> Option<&Term> {
        self.keyword(name)
            .filter(|term| !matches!(term.form, Form::None))
    }

    pub(crate) fn says(&self, name: &str) -> bool {
        self.keyword(name).is_some_and(Term::is_true)
    }

    pub(crate) fn denies(&self, name: &str) -> bool {
        let value = self.keyword(name).map(|term| &term.form);
        matches!(value, Some(Form::Bool(false)))
    }
}
