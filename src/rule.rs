//! What a rule is, and the sink it reports into. Knows no rule by name.

pub mod catalogue;
pub mod page;

use crate::finding::{Confidence, Finding, Severity};
use crate::project::Project;
use crate::project::schema::Place;
pub use catalogue::Catalogue;
pub use page::{Meta, Page, Reads};

/// What rules import.
pub mod prelude {
    pub use super::{Rule, Sink};
    pub use crate::facts::Answer;
    pub use crate::facts::python::{EffectKind, Failure, UseKind};
    pub use crate::facts::schema::{Action, Command, Dialect, Granted};
    pub use crate::facts::secrets::{
        Binding, Form, Holder, Host, Purpose, Suspect, TokenKind, ValueClass, Worth,
    };
    pub use crate::finding::{Confidence, Edit, Finding, Severity, code};
    pub use crate::project::python::{
        Asking, BlockingCall, BlockingKind, BrokenSession, Conflict, Ignored, SessionFault,
        SplitWrite, SweepingWrite, UncheckedWrite,
    };
    pub use crate::project::python::{
        Contract, DatabaseEffect, DuplicateRoute, EndlessRetry, Framework, Handler, LeakedText,
        LimitlessCall, Loss, Outage, QuadraticLoop, RequestClient, StepPlace, SwallowedFailure,
        SwallowedRefusal, Unawaited, UncheckedResponse, UnhandledStep,
    };
    pub use crate::project::schema::{
        Access, Around, Because, Column, Database, Demand, Dependence, Dependent, Difference,
        Drift, Family, Fault, FaultKind, ForeignKey, Function, Gone, HistoryFault, Holding, How,
        Idiom, Index, Key, Lack, LiveChange, LiveKind, MigrationTool, Misfit, Mismatch, Mistake,
        Naming, NarrowKey, NearMiss, NewType, Orm, Place, Policy, Precious, PublicGrant, Reached,
        Redundant, Rollback, StillUsed, Table, TableKey, Thing, Transacted, Typed, Unknown,
        Unlimited, Unreferenced, Unresolved, User, UserKind, Varies, Why, Wrapping, operation,
    };
    pub use crate::project::{Project, UnitInfo};
    pub use crate::source::{Loc, Span};
}

/// A rule: an id, its page and a function over the project.
#[derive(Clone, Copy)]
pub struct Rule {
    /// What is wrong, in words; also the name of its files.
    pub id: &'static str,
    /// The folder it lives in.
    pub family: &'static str,
    /// Its page, the source of its severity, its explanation and its tests.
    pub page: &'static str,
    /// Finds the faults.
    pub check: fn(&Project, &mut Sink),
}

impl Rule {
    /// Whether a name that people write stands for it: its id or its family.
    pub fn is(&self, name: &str) -> bool {
        self.id == name || self.family == name
    }

    /// What the front matter of its page says.
    pub fn meta(&self) -> Meta {
        Meta::read(self.page).expect("the tests read every page")
    }

    /// Its page.
    pub fn read_page(&self) -> Page {
        Page::read(self.page).expect("the tests read every page")
    }
}

/// Collects what one rule reports.
pub struct Sink {
    rule: &'static str,
    findings: Vec<Finding>,
}

impl Sink {
    /// A sink for one rule.
    pub fn new(rule: &'static str) -> Self {
        Self {
            rule,
            findings: Vec::new(),
        }
    }

    /// Reports something; evidence and help are added to what comes back.
    pub fn report(
        &mut self,
        severity: Severity,
        at: impl Into<Place>,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> &mut Finding {
        let Place { at, migration } = at.into();
        self.findings.push(Finding {
            rule: self.rule,
            severity,
            confidence: Confidence::Certain,
            at,
            message: message.into(),
            note: String::new(),
            labels: Vec::new(),
            help: String::new(),
            past: false,
            fix: None,
            subject: subject.into(),
            also: Vec::new(),
            fingerprint: String::new(),
            former: Vec::new(),
        });
        let finding = self.findings.last_mut().expect("a finding was just pushed");
        if let Some(migration) = migration {
            finding.label(migration, "the migration does it here");
        }
        finding
    }

    /// What was reported.
    pub fn into_findings(self) -> Vec<Finding> {
        self.findings
    }
}
