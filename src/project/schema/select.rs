//! Tables that queries make: the columns whose names and types are told by the tables they are
//! selected from.

use super::replay::Replay;
use super::{Column, Table};
use crate::facts::schema::{CreateTable, Dialect, Ident, Query, QueryColumn, TypeName};
use crate::source::{Loc, Span};

impl Replay {
    /// Gives a new table the columns of its query. A list of names gives them others; in MySQL a
    /// list of columns stands before them.
    pub(super) fn select_columns(
        &self,
        table: &mut Table,
        query: Option<&Query>,
        create: &CreateTable,
    ) {
        let selected: Vec<Option<Column>> = match query {
            Some(query) => {
                let columns = query.columns.iter();
                columns
                    .flat_map(|column| self.selected(query, column))
                    .collect()
            }
            None => vec![None],
        };
        table.columns_known = selected.iter().all(Option::is_some);
        let renames = create.columns.iter().all(|clause| clause.ty.is_none());
        if renames && !create.columns.is_empty() {
            for (nth, clause) in create.columns.iter().enumerate() {
                let mut column = self.column(clause);
                if let Some(Some(selected)) = selected.get(nth).filter(|_| table.columns_known) {
                    column.ty.clone_from(&selected.ty);
                    column.nullable = selected.nullable;
                }
                table.put_column(column);
            }
            table.columns_known = true;
            return;
        }
        for clause in &create.columns {
            table.put_column(self.column(clause));
        }
        for column in selected.into_iter().flatten() {
            if table.column(&column.name).is_none() {
                table.columns.push(column);
            }
        }
    }

    /// The columns that one item stands for; `None` where nobody knows.
    fn selected(&self, query: &Query, item: &QueryColumn) -> Vec<Option<Column>> {
        match item {
            QueryColumn::All { source, span } => self.all_columns(query, source.as_deref(), *span),
            QueryColumn::Of {
                name,
                source,
                column,
            } => {
                let found = self.source_column(query, source.as_deref(), column);
                vec![Some(self.made(name, found))]
            }
            QueryColumn::Other { name, ty } => {
                let made = name.as_ref().map(|name| {
                    let at = self.at(name.span);
                    let ty = ty.as_ref().map(|ty| (self.named_type(ty), at));
                    Column {
                        ty,
                        ..self.made(name, None)
                    }
                });
                vec![made]
            }
        }
    }

    fn all_columns(&self, query: &Query, source: Option<&str>, span: Span) -> Vec<Option<Column>> {
        let mut columns = Vec::new();
        let wanted = query
            .sources
            .iter()
            .filter(|it| source.is_none_or(|name| it.alias == name));
        for source in wanted {
            let table = source
                .table
                .as_ref()
                .and_then(|name| self.table(&self.resolve(name)));
            match table.filter(|table| table.columns_known && !table.is_open()) {
                Some(table) => columns.extend(table.columns.iter().map(|column| {
                    let name = Ident {
                        name: column.name.clone(),
                        span,
                    };
                    Some(self.made(&name, Some(column)))
                })),
                None => columns.push(None),
            }
        }
        if columns.is_empty() {
            columns.push(None);
        }
        columns
    }

    /// The only column of that name among the sources.
    fn source_column(&self, query: &Query, source: Option<&str>, name: &str) -> Option<&Column> {
        let wanted = query
            .sources
            .iter()
            .filter(|it| source.is_none_or(|name| it.alias == name));
        let tables: Option<Vec<&Table>> = wanted
            .map(|source| self.table(&self.resolve(source.table.as_ref()?)))
            .collect();
        let mut found = tables?.into_iter().filter_map(|table| table.column(name));
        match (found.next(), found.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    /// A column of a result. Only some databases keep that its source is never null.
    fn made(&self, name: &Ident, source: Option<&Column>) -> Column {
        let at: Loc = self.at(name.span);
        let keeps = matches!(self.database.dialect, Dialect::Mysql | Dialect::Mssql);
        let ty = |column: &Column| -> Option<(TypeName, Loc)> {
            let (ty, _) = column.ty.as_ref()?;
            Some((ty.clone(), at))
        };
        Column {
            ty: source.and_then(ty),
            nullable: !keeps || source.is_none_or(|column| column.nullable),
            ..Column::new(name.name.clone(), at)
        }
    }
}
