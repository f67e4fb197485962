//! Another type for a column: code to paste.

use super::{Column, Database, Idiom, Orm, Table, operation};
use crate::facts::schema::Dialect;

/// A type, in the words of each idiom.
#[derive(Clone, Copy, Debug)]
pub struct NewType<'a> {
    /// In SQL.
    pub sql: &'a str,
    /// In a revision of Alembic.
    pub alembic: &'a str,
    /// In a model of SQLAlchemy.
    pub sqlalchemy: &'a str,
    /// In a model or migration of Django.
    pub django: &'a str,
    /// In a schema of Prisma.
    pub prisma: &'a str,
    /// PostgreSQL converts only with this expression of the column, which stands as `{}`.
    pub using: Option<&'a str>,
}

impl NewType<'_> {
    /// The type as an idiom declares it.
    pub fn written(&self, idiom: Idiom) -> &str {
        match idiom {
            Idiom::Sql => self.sql,
            Idiom::Alembic => self.alembic,
            Idiom::DjangoMigration | Idiom::Model(Orm::Django) => self.django,
            Idiom::Model(Orm::SqlAlchemy) => self.sqlalchemy,
            Idiom::Model(Orm::Prisma) => self.prisma,
        }
    }
}

impl Database {
    /// The statement or operation that converts a column in use; `None` where the idiom makes it
    /// from a model, and in SQLite, which has none.
    pub fn retype(
        &self,
        table: &Table,
        column: &Column,
        to: NewType,
        idiom: Idiom,
    ) -> Option<String> {
        match idiom {
            _ if self.dialect == Dialect::Sqlite => None,
            Idiom::Sql => Some(self.alter_type(table, column, to)),
            Idiom::Alembic => Some(self.alter_column(table, column, to)),
            Idiom::DjangoMigration | Idiom::Model(_) => None,
        }
    }

    fn alter_type(&self, table: &Table, column: &Column, to: NewType) -> String {
        let name = self.write_name(&column.name);
        let null = if column.nullable { "" } else { " NOT NULL" };
        let action = match self.dialect {
            Dialect::Mysql => {
                let default = match &column.default {
                    Some(default) => format!(" DEFAULT {}", default.text),
                    None => String::new(),
                };
                let auto = match column.auto_increment {
                    true => " AUTO_INCREMENT",
                    false => "",
                };
                format!("MODIFY {name} {}{null}{default}{auto}", to.sql)
            }
            Dialect::Mssql => format!("ALTER COLUMN {name} {}{null}", to.sql),
            Dialect::Postgres | Dialect::Sqlite => {
                let using = self.using(column, to);
                let using = using.map_or_else(String::new, |using| format!(" USING {using}"));
                format!("ALTER COLUMN {name} TYPE {}{using}", to.sql)
            }
        };
        format!("ALTER TABLE {} {action};", self.write_table(&table.key))
    }

    fn alter_column(&self, table: &Table, column: &Column, to: NewType) -> String {
        let mut arguments = vec![
            operation::string(&table.key.name),
            operation::string(&column.name),
            format!("type_={}", to.alembic),
        ];
        if !column.nullable && self.dialect != Dialect::Postgres {
            arguments.push("existing_nullable=False".to_owned());
        }
        if let Some(using) = self.using(column, to) {
            arguments.push(format!("postgresql_using={}", operation::string(&using)));
        }
        operation::operation("alter_column", &arguments, &table.key)
    }

    fn using(&self, column: &Column, to: NewType) -> Option<String> {
        let using = to.using.filter(|_| self.dialect == Dialect::Postgres)?;
        Some(using.replace("{}", &self.write_name(&column.name)))
    }
}
