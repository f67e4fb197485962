//! What SQLAlchemy calls tables, columns, types and constraints, and what the database makes of it:
//! shared by Alembic's revisions and by models. Knows neither, and no syntax tree.

pub(crate) mod names;
pub(crate) mod table;
pub(crate) mod term;
pub(crate) mod types;
