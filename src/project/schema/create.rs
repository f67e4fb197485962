//! `CREATE TABLE`: columns of its own and from elsewhere, then keys and indexes in the order in
//! which the database makes them, because that order decides the names it gives.

use super::replay::Replay;
use super::{Column, Table, TableKey};
use crate::facts::schema::{
    Column as ColumnClause, Constraint, ConstraintKind, CreateTable, Derived, Ident,
};

impl Replay {
    pub(super) fn create_table(&mut self, create: &CreateTable) {
        let key = self.target(&create.table);
        if create.temporary {
            self.temporary.insert(key);
            return;
        }
        let guarded = create.if_not_exists || self.guarded;
        if self.ignores(&key) || guarded && self.relation_taken(&key, &key.name) {
            return;
        }
        let earlier = self.table(&key).filter(|table| !table.created).cloned();
        let mut table = Table::new(key.clone(), self.at(create.table.span));
        table.row_security.clone_from(&self.database.row_security);
        table.opaque = guarded && self.is_doubtful(&key);
        let partitioning = create.partitioning.as_ref();
        table.partitioning = partitioning.map(|partitioning| partitioning.text.clone());
        self.fill(&mut table, create);
        // Altered before it was made: the order of the files is not what it seems.
        if let Some(earlier) = earlier {
            table.opaque = true;
            table.indexes = earlier.indexes;
            table.foreign_keys = earlier.foreign_keys;
        }
        self.insert(table);
        self.constrain(&key, &create.constraints);
        for index in &create.indexes {
            self.add_index(&key, index);
        }
        if let Some(Derived::Like(like)) = &create.derived {
            let at = self.at(create.table.span);
            self.copy_constraints(&key, like, at);
        }
    }

    /// Checks first, then keys, foreign keys last, as PostgreSQL does.
    fn constrain(&mut self, key: &TableKey, constraints: &[Constraint]) {
        let rank = |constraint: &Constraint| match constraint.kind {
            ConstraintKind::Check { .. } => 0,
            ConstraintKind::PrimaryKey { .. } => 1,
            ConstraintKind::Unique { .. } | ConstraintKind::Exclude { .. } => 2,
            ConstraintKind::ForeignKey(_) => 3,
        };
        let mut constraints: Vec<&Constraint> = constraints.iter().collect();
        constraints.sort_by_key(|constraint| rank(constraint));
        let merged = self.is_postgres().then(|| merge_equal_keys(&constraints));
        for (at, constraint) in constraints.iter().enumerate() {
            match merged.as_ref().map(|merged| &merged[at]) {
                Some(Merged::Away) => {}
                Some(Merged::Named(name)) => {
                    let named = Constraint {
                        name: Some(name.clone()),
                        ..(*constraint).clone()
                    };
                    self.add_constraint(key, &named);
                }
                Some(Merged::Kept) | None => self.add_constraint(key, constraint),
            }
        }
    }

    pub(super) fn column(&self, clause: &ColumnClause) -> Column {
        let ty = clause
            .ty
            .as_ref()
            .map(|ty| (self.named_type(ty), self.at(ty.span)));
        Column {
            name: clause.name.name.clone(),
            at: self.at(clause.name.span),
            ty,
            retyped: false,
            nullable: !clause.not_null,
            default: clause.default.clone(),
            auto_increment: clause.auto_increment,
            listed: clause.listed,
            released: clause.released,
            identity: clause.identity,
            generated: clause.generated.clone(),
            attribute: clause.attribute.clone(),
            created: true,
            own: true,
        }
    }
}

/// What becomes of a key beside an equal one.
enum Merged {
    Kept,
    /// It takes the name of the one that goes.
    Named(Ident),
    Away,
}

/// PostgreSQL makes one index of `PRIMARY KEY UNIQUE` inside one `CREATE TABLE`.
fn merge_equal_keys(constraints: &[&Constraint]) -> Vec<Merged> {
    let mut merged: Vec<Merged> = Vec::with_capacity(constraints.len());
    for (at, constraint) in constraints.iter().enumerate() {
        let prior = key_columns(constraint).and_then(|columns| {
            (0..at).find(|&prior| {
                key_columns(constraints[prior]).is_some_and(|prior| same(prior, columns))
                    && !matches!(merged[prior], Merged::Away)
            })
        });
        let Some(prior) = prior else {
            merged.push(Merged::Kept);
            continue;
        };
        if constraints[prior].name.is_none()
            && matches!(merged[prior], Merged::Kept)
            && let Some(name) = &constraint.name
        {
            merged[prior] = Merged::Named(name.clone());
        }
        merged.push(Merged::Away);
    }
    merged
}

fn key_columns(constraint: &Constraint) -> Option<&[Ident]> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey { columns, .. } | ConstraintKind::Unique { columns, .. } => {
            Some(columns)
        }
        _ => None,
    }
}

fn same(left: &[Ident], right: &[Ident]) -> bool {
    left.iter()
        .map(|ident| &ident.name)
        .eq(right.iter().map(|ident| &ident.name))
}
