//! Columns of rows that are set one by one: by assignment, or by name.

use std::rc::Rc;

use super::call::Called;
use super::effects::{About, MAX_EFFECTS};
use super::names::{is_class_like, last};
use super::state::{Cell, Origins, Row, Shape};
use super::{Field, Flow, MAX_REMEMBERED, Node};
use crate::facts::python::EffectKind;

impl<'t> Flow<'t, '_> {
    /// An attribute of a fetched row is set; one that was made here gets another column.
    pub(super) fn set_column(&mut self, target: Node<'t>, origins: Origins) {
        let (Some(object), Some(name)) =
            (target.child(Field::Object), target.child(Field::Attribute))
        else {
            return;
        };
        let cell = Cell {
            column: name.text().to_owned(),
            origins,
        };
        let Some(Shape::Row(row)) = self.shape_of(object.text()).cloned() else {
            if let Some(class) = self.class_of_parameter(object.text()) {
                self.change(target, class, cell);
            }
            return;
        };
        match &row.made {
            Some(columns) => {
                let mut columns = columns.clone();
                if columns.len() < MAX_REMEMBERED {
                    columns.push(cell);
                }
                let made = Some(columns);
                let class = row.class.clone();
                self.reshape(object, Shape::Row(Rc::new(Row { class, made })));
            }
            None if self.function.effects.len() < MAX_EFFECTS => {
                let mut about = About::new(EffectKind::Update, Some(row.class.clone()));
                about.values = vec![cell];
                about.used = true;
                self.write_effect(target, about);
            }
            None => {}
        }
    }

    /// A column of a row is changed that the caller hands over, if that is one.
    fn change(&mut self, node: Node<'t>, class: String, cell: Cell) {
        if self.function.effects.len() < MAX_EFFECTS {
            let mut about = About::new(EffectKind::Update, Some(class));
            about.if_model = true;
            about.values = vec![cell];
            about.used = true;
            self.write_effect(node, about);
        }
    }

    /// The class that the annotation of a parameter names.
    fn class_of_parameter(&self, name: &str) -> Option<String> {
        let param = self
            .function
            .params
            .iter()
            .find(|param| param.name == name)?;
        let written = &param.annotation.as_ref()?.text;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
        (is_class_like(last(written)) && written.chars().all(plain)).then(|| written.clone())
    }

    /// `setattr(row, name, value)`
    pub(super) fn written_by_name(&mut self, called: &Called<'t>) -> Option<About> {
        let [row, _, value] = called.args.as_slice() else {
            return None;
        };
        let (class, if_model) = match &row.known.shape {
            Shape::Row(row) if row.made.is_none() => (row.class.clone(), false),
            Shape::Row(_) => return None,
            _ => (self.class_of_parameter(row.node.text())?, true),
        };
        (called.method == "setattr").then(|| {
            let mut about = About::new(EffectKind::Update, Some(class));
            about.if_model = if_model;
            about.values = vec![Cell {
                column: "*".to_owned(),
                origins: value.known.origins,
            }];
            about
        })
    }
}
