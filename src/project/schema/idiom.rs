//! In which words a change of the schema is written: those of the mapper where a model declares
//! what is to change, else those of the migration tool.

use super::{Database, MigrationTool, Orm, Place};

/// A way to write changes of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idiom {
    /// A statement of SQL.
    Sql,
    /// An operation in a revision of Alembic.
    Alembic,
    /// An operation in a migration of Django.
    DjangoMigration,
    /// A line in a model of a mapper.
    Model(Orm),
}

impl Idiom {
    /// What begins a comment.
    pub fn comment(self) -> &'static str {
        match self {
            Self::Sql => "--",
            Self::Model(Orm::Prisma) => "//",
            Self::Alembic | Self::DjangoMigration | Self::Model(_) => "#",
        }
    }
}

impl Database {
    /// The words for what stands at a place.
    pub fn idiom(&self, place: &Place) -> Idiom {
        let models = self.models.as_deref().filter(|_| place.migration.is_some());
        match self.orm.or(models.and_then(|models| models.orm)) {
            Some(orm) => Idiom::Model(orm),
            None => self.migration_idiom(),
        }
    }

    /// The words of its migrations.
    pub fn migration_idiom(&self) -> Idiom {
        match self.tool {
            MigrationTool::Alembic => Idiom::Alembic,
            MigrationTool::Django => Idiom::DjangoMigration,
            _ => Idiom::Sql,
        }
    }

    /// How a change of a model becomes a migration; empty where the project has no tool for that.
    pub fn migrate(&self, orm: Orm) -> &'static str {
        match (orm, self.tool) {
            (Orm::Django, _) => "then `python manage.py makemigrations`",
            (Orm::SqlAlchemy, MigrationTool::Alembic) => "then `alembic revision --autogenerate`",
            (Orm::Prisma, MigrationTool::Prisma) => "then `prisma migrate dev`",
            _ => "",
        }
    }

    /// How the fields of a model that stand for columns are called in it.
    pub fn attributes(&self, orm: Orm, key: &super::TableKey, columns: &[String]) -> Vec<String> {
        let declared = match self.orm {
            Some(_) => Some(self),
            None => self.models.as_deref(),
        };
        let table = declared.and_then(|database| database.tables.get(key));
        let attribute = |name: &String| {
            let column = table.and_then(|table| table.column(name));
            let given = column.and_then(|column| column.attribute.clone());
            given.unwrap_or_else(|| match orm {
                Orm::Django => name.strip_suffix("_id").unwrap_or(name).to_owned(),
                Orm::SqlAlchemy | Orm::Prisma => name.clone(),
            })
        };
        columns.iter().map(attribute).collect()
    }
}
