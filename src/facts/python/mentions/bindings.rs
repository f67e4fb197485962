//! Where the names of a scope are bound. Knows no library.

use super::meaning::{Binding, Bindings};
use crate::parse::python::{Field, Kind, Node};

impl<'t> Bindings<'t> {
    /// The name of a function or class that is defined here.
    pub(super) fn name_inside(&mut self, definition: Node<'t>) {
        if let Some(name) = definition.child(Field::Name) {
            self.push(name, Binding::Other);
        }
    }

    /// Remembers a name where it is bound.
    pub(super) fn bind(&mut self, name: Node<'t>) {
        if let Some(binding) = binding(name) {
            self.push(name, binding);
        }
    }

    fn push(&mut self, name: Node<'t>, binding: Binding<'t>) {
        self.of.entry(name.text()).or_default().push(binding);
    }
}

/// What a name is bound to where it stands; `None` where it is only read.
fn binding(name: Node<'_>) -> Option<Binding<'_>> {
    let parent = name.parent()?;
    match (parent.kind(), name.field()) {
        (Kind::Assignment, Field::Left) => match parent.child(Field::Right) {
            Some(right) if right.kind() == Kind::Assignment => Some(Binding::Other),
            Some(right) => Some(Binding::Value(right)),
            // A declaration without a value binds nothing.
            None => None,
        },
        (Kind::NamedExpression, Field::Name) => Some(
            parent
                .child(Field::Value)
                .map_or(Binding::Other, Binding::Value),
        ),
        (Kind::ForStatement | Kind::ForInClause, Field::Left) => {
            let over: Vec<Node<'_>> = parent
                .children()
                .filter(|child| child.field() == Field::Right)
                .collect();
            match over[..] {
                [only] => Some(Binding::Element(only)),
                _ => Some(Binding::Other),
            }
        }
        (Kind::AugmentedAssignment, Field::Left) => Some(Binding::Other),
        (
            Kind::AsPatternTarget
            | Kind::PatternList
            | Kind::TuplePattern
            | Kind::ListPattern
            | Kind::ListSplatPattern
            | Kind::GlobalStatement
            | Kind::NonlocalStatement
            | Kind::DeleteStatement,
            _,
        ) => Some(Binding::Other),
        (Kind::AliasedImport, Field::Alias) => Some(Binding::Other),
        // Names that a pattern of `match` binds, and names of imports.
        (Kind::DottedName, _) => Some(Binding::Other),
        _ => None,
    }
}
