//! The operations of migrations on models and fields: what each says, and what it does to the state
//! of the models. What cannot be read opens the table it is about.

use super::field::{Field, Kind, ModelKey, Options, Relation, keyword};
use super::migrate::{Migrator, Waiting};
use super::state::{MetaConstraint, MetaIndex, Model, Together};
use crate::facts::python::{Call, Value};
use crate::facts::schema::Ident;
use crate::project::python::{Scope as PythonScope, Target};
use crate::source::Span;

/// How many lists may be behind names and sums of lists.
const MAX_STEPS: usize = 10_000;

/// Operations whose effect is known.
const KNOWN: [&str; 26] = [
    "AddConstraint",
    "AddConstraintNotValid",
    "AddField",
    "AddIndex",
    "AddIndexConcurrently",
    "AlterConstraint",
    "AlterField",
    "AlterIndexTogether",
    "AlterModelManagers",
    "AlterModelOptions",
    "AlterModelTable",
    "AlterModelTableComment",
    "AlterOrderWithRespectTo",
    "AlterUniqueTogether",
    "CreateModel",
    "DeleteModel",
    "RemoveConstraint",
    "RemoveField",
    "RemoveIndex",
    "RemoveIndexConcurrently",
    "RenameField",
    "RenameIndex",
    "RenameModel",
    "RunPython",
    "RunSQL",
    "SeparateDatabaseAndState",
];

/// What other operations that change no table are called: those of extensions, collations and
/// triggers.
const HARMLESS: [&str; 5] = [
    "Collation",
    "Extension",
    "Trigger",
    "ValidateConstraint",
    "Function",
];

impl<'a> Migrator<'a> {
    /// Runs a list of operations.
    pub(super) fn operations(&mut self, value: &'a Value) {
        for operation in self.listed(value) {
            match operation {
                Value::Call(call) => self.operation(call),
                other => self.doubt(None, place(other)),
            }
        }
    }

    /// The elements of a list, of the lists that are spread in it, and of a sum of lists; what is no
    /// list itself.
    pub(super) fn listed(&self, value: &'a Value) -> Vec<&'a Value> {
        let mut found = Vec::new();
        let mut next = vec![value];
        // Names may lead in a circle.
        for _ in 0..MAX_STEPS {
            let Some(value) = next.pop() else { break };
            match value {
                Value::List(elements) => {
                    for element in elements {
                        match element {
                            Value::Spread(inner) => found.extend(self.listed_once(inner)),
                            element => found.push(self.behind(element)),
                        }
                    }
                }
                Value::Joined(parts) => next.extend(parts.iter().rev()),
                Value::Name(..) => match self.behind(value) {
                    Value::Name(..) => found.push(value),
                    behind => next.push(behind),
                },
                other => found.push(other),
            }
        }
        found
    }

    fn listed_once(&self, value: &'a Value) -> Vec<&'a Value> {
        match self.behind(value) {
            Value::List(elements) => elements.iter().map(|it| self.behind(it)).collect(),
            other => vec![other],
        }
    }

    fn operation(&mut self, call: &'a Call) {
        let key = self.model_of(call);
        let nobody = ModelKey::new(&self.app, "");
        let Some(name) = self.scope(&nobody).class(&call.callee, &KNOWN) else {
            let last = call.callee.rsplit('.').next().unwrap_or_default();
            if !HARMLESS.iter().any(|end| last.ends_with(end)) {
                self.doubt(key.as_ref(), call.span);
            }
            return;
        };
        let understood = match (name, key.as_ref()) {
            ("RunSQL" | "RunPython", _) => {
                self.run_beside(call);
                let state = keyword(call, "state_operations");
                state.map_or(Some(()), |value| self.in_state_only(value))
            }
            ("SeparateDatabaseAndState", _) => self.separate(call),
            ("RenameModel", _) => self.rename_model(call),
            (_, Some(key)) => self.on_model(name, call, key),
            (_, None) => None,
        };
        if understood.is_none() || self.is_own_code(call) {
            self.doubt(key.as_ref(), call.span);
        }
    }

    /// The model that an operation is about.
    fn model_of(&self, call: &Call) -> Option<ModelKey> {
        let name = self.ident(model_name(call)?)?;
        Some(ModelKey::new(&self.app, &name.name))
    }

    fn on_model(&mut self, name: &str, call: &'a Call, key: &ModelKey) -> Option<()> {
        match name {
            "CreateModel" => self.create_model(call, key),
            "DeleteModel" => {
                let model = self.state.models.remove(key)?;
                self.delete_tables(&model, call.span);
                Some(())
            }
            "AddField" => self.add_field(call, key),
            "RemoveField" => self.remove_field(call, key),
            "AlterField" => self.alter_field_to(call, key),
            "RenameField" => self.rename_field(call, key),
            "AlterModelTable" => self.alter_model_table(call, key),
            "AlterModelOptions" => self.alter_model_options(call, key),
            "AlterOrderWithRespectTo" => self.alter_order(call, key),
            "AlterModelManagers" | "AlterModelTableComment" | "ValidateConstraint" => Some(()),
            _ => self.on_meta(name, call, key),
        }
    }

    /// Whether the project's own code says what an operation does.
    fn is_own_code(&self, call: &Call) -> bool {
        let scope = PythonScope {
            module: self.module,
            function: None,
        };
        let Target::Class(class) = self.python.resolve(scope, &call.callee) else {
            return false;
        };
        let ancestry = self.python.ancestry(class);
        let mut own = ancestry.classes.iter();
        own.any(|class| {
            let defines = |name| self.python.own_method(*class, name).is_some();
            defines("database_forwards") || defines("state_forwards")
        })
    }

    /// `SeparateDatabaseAndState`: the database goes one way, the state of the models another.
    fn separate(&mut self, call: &'a Call) -> Option<()> {
        let given = |place: usize, name| call.args.get(place).or_else(|| keyword(call, name));
        if let Some(value) = given(0, "database_operations") {
            let state = self.state.clone();
            self.operations(value);
            self.state = state;
        }
        match given(1, "state_operations") {
            Some(value) => self.in_state_only(value),
            None => Some(()),
        }
    }

    fn in_state_only(&mut self, value: &'a Value) -> Option<()> {
        let was = std::mem::replace(&mut self.is_muted, true);
        self.operations(value);
        self.is_muted = was;
        Some(())
    }

    fn create_model(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let name = self.ident(argument(call, 0, "name")?)?;
        let mut model = self.blank(key, &name.name, name.span);
        for entry in self.listed(argument(call, 1, "fields")?) {
            match self.field_entry(key, entry) {
                Some(field) => model.fields.push(field),
                None => model.open = true,
            }
        }
        match argument(call, 2, "options").map(|value| self.behind(value)) {
            None | Some(Value::None) => {}
            Some(Value::Dict(options)) => {
                for (option, value) in options {
                    self.model_option(&mut model, option, value);
                }
            }
            Some(_) => model.open = true,
        }
        if model.proxy_of.is_some() {
            let bases = argument(call, 3, "bases").into_iter();
            let mut bases = bases.flat_map(|value| self.listed(value));
            let scope = self.scope(key);
            model.proxy_of = bases.find_map(|base| scope.model(base));
        }
        self.state.models.insert(key.clone(), model.clone());
        if !self.is_muted {
            self.make_table(&model);
        }
        Some(())
    }

    fn model_option(&self, model: &mut Model, option: &Value, value: &'a Value) {
        let Value::Str(option, _) = option else {
            model.open = true;
            return;
        };
        let key = model.key.clone();
        let scope = self.scope(&key);
        let mut unread = false;
        match option.as_str() {
            "db_table" => model.table = scope.text(value),
            "managed" => scope.flag(value, &mut model.managed, &mut unread),
            // Which model it stands for say the bases.
            "proxy" if scope.constant(value) == Value::Bool(true) => {
                model.proxy_of = Some(key.clone());
            }
            "swappable" => {
                let setting = scope.text(value);
                model.managed &= !setting.is_some_and(|it| self.is_swapped(&key, &it));
            }
            "unique_together" => match Together::read(&scope, value) {
                Some(read) => model.unique_together = read,
                None => unread = true,
            },
            "index_together" => match Together::read(&scope, value) {
                Some(read) => model.index_together = read,
                None => unread = true,
            },
            "indexes" => {
                for value in self.listed(value) {
                    match MetaIndex::read(&scope, value) {
                        Some(index) => model.indexes.push(index),
                        None => unread = true,
                    }
                }
            }
            "constraints" => {
                for value in self.listed(value) {
                    match MetaConstraint::read(&scope, value) {
                        Some(constraint) => model.constraints.push(constraint),
                        None => unread = true,
                    }
                }
            }
            "order_with_respect_to" => {
                if let Some(name) = self.ident(value) {
                    model.fields.push(self.order_field(name.span));
                }
            }
            _ => {}
        }
        model.open |= unread;
    }

    /// Whether the settings put another model in the place of this one.
    fn is_swapped(&self, key: &ModelKey, setting: &str) -> bool {
        let path = self.python.modules[self.module].path;
        match setting {
            "AUTH_USER_MODEL" => self.apps.user(path) != *key,
            _ => {
                let chosen = match self.apps.setting(path, setting) {
                    Some((_, Value::Str(chosen, _))) => ModelKey::dotted(chosen),
                    _ => None,
                };
                chosen.is_some_and(|chosen| chosen != *key)
            }
        }
    }

    /// The column in which Django keeps the order of rows.
    fn order_field(&self, span: Span) -> Field {
        Field {
            name: Ident {
                name: "_order".to_owned(),
                span,
            },
            file: self.file(),
            span,
            class: span,
            kind: Kind::Plain("IntegerField".to_owned()),
            options: Options::default(),
        }
    }

    /// `("name", models.CharField(…))`.
    fn field_entry(&mut self, key: &ModelKey, entry: &'a Value) -> Option<Field> {
        let Value::List(pair) = entry else {
            return None;
        };
        let [name, value] = &pair[..] else {
            return None;
        };
        let name = self.ident(name)?;
        self.field(key, name, value)
    }

    /// A field with its name; `None` if it cannot be told what it is.
    fn field(&mut self, key: &ModelKey, name: Ident, value: &'a Value) -> Option<Field> {
        let Value::Call(call) = value else {
            return None;
        };
        let field = Field::read_any(&self.scope(key), name, call);
        self.calls.insert((field.file, field.span), call);
        Some(field)
    }

    fn add_field(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let name = self.ident(argument(call, 1, "name")?)?;
        let field = self.field(key, name, argument(call, 2, "field")?)?;
        let mut model = self.named_model(call, key)?;
        model.fields.retain(|it| it.name.name != field.name.name);
        model.fields.push(field.clone());
        self.state.models.insert(key.clone(), model.clone());
        if !self.is_muted {
            self.add_column(&model, &field);
        }
        Some(())
    }

    fn remove_field(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let name = self.ident(argument(call, 1, "name")?)?;
        let mut model = self.named_model(call, key)?;
        let field = model.field(&name.name)?.clone();
        if !self.is_muted {
            self.remove_column(&model, &field, call.span);
        }
        model.fields.retain(|it| it.name.name != name.name);
        self.state.models.insert(key.clone(), model);
        Some(())
    }

    fn alter_field_to(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let name = self.ident(argument(call, 1, "name")?)?;
        let field = self.field(key, name, argument(call, 2, "field")?)?;
        let mut model = self.named_model(call, key)?;
        let old = model.field(&field.name.name).cloned();
        if !self.is_muted && !old.as_ref().is_some_and(|old| self.waits_on(old, &field)) {
            self.settle(&model, &field.name.name);
        }
        let was = old.map(|old| self.was(&model, &old));
        let place = model
            .fields
            .iter_mut()
            .find(|it| it.name.name == field.name.name);
        match place {
            Some(place) => place.clone_from(&field),
            None => model.fields.push(field.clone()),
        }
        self.state.models.insert(key.clone(), model.clone());
        self.alter_field(&was?, &model, &field, call.span);
        Some(())
    }

    fn rename_field(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let from = self.ident(argument(call, 1, "old_name")?)?.name;
        let to = self.ident(argument(call, 2, "new_name")?)?;
        let mut model = self.named_model(call, key)?;
        let was = self.was(&model, model.field(&from)?);
        let rename = |name: &mut String| {
            if *name == from {
                name.clone_from(&to.name);
            }
        };
        let together = model.unique_together.iter_mut();
        for together in together.chain(&mut model.index_together) {
            together
                .fields
                .iter_mut()
                .for_each(|it| rename(&mut it.name));
        }
        for field in &mut model.fields {
            rename(&mut field.name.name);
            if let Kind::CompositeKey(fields) = &mut field.kind {
                fields.iter_mut().for_each(rename);
            }
        }
        self.state.models.insert(key.clone(), model.clone());
        for field in self.state.models.values_mut().flat_map(|it| &mut it.fields) {
            if let Kind::Relation(Relation {
                to: Some(to),
                to_field: Some(name),
                ..
            }) = &mut field.kind
                && to == key
            {
                rename(name);
            }
        }
        for pending in self.pending.iter_mut().filter(|it| it.model == *key) {
            match &mut pending.what {
                Waiting::Field(name) | Waiting::Indexes(name) | Waiting::Pairs(name) => {
                    rename(name);
                }
                Waiting::Unique(together) => {
                    together
                        .fields
                        .iter_mut()
                        .for_each(|it| rename(&mut it.name));
                }
            }
        }
        let field = model.field(&to.name)?.clone();
        self.alter_field(&was, &model, &field, call.span);
        Some(())
    }

    fn alter_model_table(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let table = argument(call, 1, "table")?;
        let before = self.named_model(call, key)?;
        let after = Model {
            table: match self.behind(table) {
                Value::None => None,
                value => Some(self.ident(value)?.name),
            },
            ..before.clone()
        };
        self.state.models.insert(key.clone(), after.clone());
        self.rename_tables(&before, &after, call.span);
        Some(())
    }

    fn alter_model_options(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let mut model = self.named_model(call, key)?;
        model.managed = true;
        if let Some(Value::Dict(options)) = argument(call, 1, "options") {
            for (option, value) in options {
                if matches!(option, Value::Str(name, _) if name == "managed") {
                    self.model_option(&mut model, option, value);
                }
            }
        }
        self.state.models.insert(key.clone(), model);
        Some(())
    }

    fn alter_order(&mut self, call: &'a Call, key: &ModelKey) -> Option<()> {
        let by = argument(call, 1, "order_with_respect_to")?;
        let mut model = self.named_model(call, key)?;
        let had = model.field("_order").cloned();
        let has = *by != Value::None;
        match had {
            Some(field) if !has => {
                if !self.is_muted {
                    self.remove_column(&model, &field, call.span);
                }
                model.fields.retain(|it| it.name.name != "_order");
            }
            None if has => {
                let field = self.order_field(place(by));
                model.fields.push(field.clone());
                if !self.is_muted {
                    self.add_column(&model, &field);
                }
            }
            _ => {}
        }
        self.state.models.insert(key.clone(), model);
        Some(())
    }

    /// The model that an operation names, as it is now.
    pub(super) fn named_model(&mut self, call: &Call, key: &ModelKey) -> Option<Model> {
        let name = self.ident(model_name(call)?)?;
        Some(self.model(key, &name.name, name.span))
    }

    /// A text with its place.
    pub(super) fn ident(&self, value: &Value) -> Option<Ident> {
        match self.scope(&ModelKey::new(&self.app, "")).constant(value) {
            Value::Str(name, span) => Some(Ident { name, span }),
            _ => None,
        }
    }

    /// A value, or what is behind a name: a field of the class, or a constant of the module.
    pub(super) fn behind(&self, value: &'a Value) -> &'a Value {
        let name = match value {
            Value::Name(name, _) => name,
            Value::Spread(inner) => return self.behind(inner),
            _ => return value,
        };
        let fields = self.class.into_iter().flat_map(|class| &class.fields);
        let field = fields.rev().find(|field| field.name == *name);
        if let Some(value) = field.and_then(|field| field.value.as_ref()) {
            return value;
        }
        let scope = PythonScope {
            module: self.module,
            function: None,
        };
        match self.python.resolve(scope, name) {
            Target::Object(object) => &self.python.object(object).value,
            _ => value,
        }
    }
}

/// What an operation calls the model it is about: operations on what belongs to a model have a name
/// of their own behind it.
fn model_name(call: &Call) -> Option<&Value> {
    let said = || keyword(call, "model_name").or_else(|| keyword(call, "name"));
    call.args.first().or_else(said)
}

/// An argument by position or by name.
pub(super) fn argument<'c>(call: &'c Call, place: usize, name: &str) -> Option<&'c Value> {
    call.args.get(place).or_else(|| keyword(call, name))
}

/// Where a value stands, as far as that is known.
pub(super) fn place(value: &Value) -> Span {
    match value {
        Value::Str(_, span) | Value::Name(_, span) | Value::Other(span) => *span,
        Value::Call(call) => call.span,
        Value::List(values) | Value::Joined(values) => {
            let places = values.iter().map(place);
            places.reduce(Span::to).unwrap_or(Span { start: 0, end: 0 })
        }
        _ => Span { start: 0, end: 0 },
    }
}
