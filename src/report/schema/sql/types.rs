//! Types of the project's own.

use super::{Script, is_told};
use crate::facts::schema::Dialect;
use crate::project::schema::{Check, Domain, Type, TypeKind};

impl Script<'_> {
    pub(super) fn own_type(&mut self, own: &Type) {
        let name = self.database.write_table(&own.key);
        match &own.kind {
            TypeKind::Enum { labels } => {
                let labels = labels.iter().map(|label| quoted(label));
                let labels = labels.collect::<Vec<_>>().join(", ");
                self.statement(&format!("CREATE TYPE {name} AS ENUM ({labels})"));
            }
            TypeKind::Domain(domain) => self.statement(&self.domain(&name, domain)),
            TypeKind::Other {
                definition: Some(definition),
            } => self.statement(format!("CREATE TYPE {name} {definition}").trim_end()),
            TypeKind::Other { definition: None } => self.doubtful(
                "This type was altered since it was made; what it is made of is not known.",
                &format!("CREATE TYPE {name} …"),
            ),
        }
    }

    fn domain(&self, name: &str, domain: &Domain) -> String {
        let base = self.database.write_type(&domain.base.0);
        if self.database.dialect == Dialect::Mssql {
            let not = if domain.not_null { " NOT" } else { "" };
            return format!("CREATE TYPE {name} FROM {base}{not} NULL");
        }
        let mut text = format!("CREATE DOMAIN {name} AS {base}");
        if let Some(default) = domain.default.as_ref().filter(|it| is_told(&it.text)) {
            text += &format!(" DEFAULT {}", default.text);
        }
        if domain.not_null {
            text += " NOT NULL";
        }
        for Check {
            name, condition, ..
        } in &domain.checks
        {
            let name = self.database.write_name(name);
            text += &format!("\n    CONSTRAINT {name} CHECK ({condition})");
        }
        text
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
