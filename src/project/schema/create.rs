//! `CREATE TABLE`: columns of its own and from elsewhere, then keys and indexes in the order in
//! which the database makes them, because that order decides the names it gives.

use super::clause::{in_order, without_doubles};
use super::replay::Replay;
use super::{Column, Table, TableKey};
use crate::facts::schema::{Column as ColumnClause, Constraint, CreateTable, Derived};

impl Replay {
    pub(super) fn create_table(&mut self, create: &CreateTable) {
        let key = self.target(&create.table);
        if create.temporary {
            self.temporary.insert(key);
            return;
        }
        let guarded = create.if_not_exists || self.guarded;
        if self.ignores(&key) {
            return;
        }
        if guarded && self.relation_taken(&key, &key.name) {
            self.would_make.insert(key);
            return;
        }
        self.watch
            .make(&key, self.file, self.guarded, create.if_not_exists);
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

    fn constrain(&mut self, key: &TableKey, constraints: &[Constraint]) {
        let mut constraints = in_order(constraints);
        if self.is_postgres() {
            constraints = without_doubles(constraints);
        }
        for constraint in &constraints {
            self.add_constraint(key, constraint);
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
            stored: clause.stored,
            attribute: clause.attribute.clone(),
            created: true,
            own: true,
        }
    }
}
