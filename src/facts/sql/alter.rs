//! `ALTER TABLE`, action by action.

use super::column::{self, Definition};
use super::cursor::Cursor;
use super::{constraint, index, table, types};
use crate::facts::schema::{
    AlterAction, AlterKind, Dialect, Ident, Identity, SchemaChange, TableName,
};
use crate::source::Span;

/// Reads `ALTER TABLE`, behind those words.
pub(super) fn read(cursor: &mut Cursor) -> Option<SchemaChange> {
    let if_exists = cursor.eat("if exists");
    let only = cursor.eat("only");
    let table = cursor.table_name()?;
    cursor.eat_symbol(b'*');
    let mut actions = Actions {
        table,
        verb: Verb::Other,
        list: Vec::new(),
    };
    while let Some(mut item) = cursor.item() {
        actions.read(&mut item);
    }
    Some(SchemaChange::AlterTable {
        table: actions.table,
        if_exists,
        only,
        actions: actions.list,
    })
}

/// The actions read so far.
struct Actions {
    table: TableName,
    /// How the last action began: in SQL Server this rules what follows the comma.
    verb: Verb,
    list: Vec<AlterAction>,
}

/// The beginning of an action that may be followed by a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    DropColumn,
    DropConstraint,
    Other,
}

impl Actions {
    fn push(&mut self, span: Span, kind: AlterKind) {
        self.list.push(AlterAction { span, kind });
    }

    /// Reads one action. A token left over makes it opaque.
    fn read(&mut self, item: &mut Cursor) {
        let start = item.start();
        let first = self.list.len();
        let earlier = item.source.take_unknown();
        let unchecked = with_check(item);
        let continues = item.dialect() == Dialect::Mssql && !begins_action(item);
        let known = if item.eat("add") || continues && self.verb == Verb::Add {
            self.verb = Verb::Add;
            self.add(item, unchecked, start)
        } else if item.eat("drop") || continues && self.verb != Verb::Other {
            self.drop(item, start)
        } else {
            self.verb = Verb::Other;
            self.other(item, start)
        };
        let unknown = item
            .source
            .take_unknown()
            .or(item.peek().map(|token| token.span))
            .or((!known).then(|| item.span_from(start)));
        if unknown.is_some() {
            item.skip_all();
            self.push(item.span_from(start), AlterKind::Opaque);
        } else if self.list.len() == first {
            self.push(item.span_from(start), AlterKind::Nothing);
        }
        if let Some(at) = earlier.or(unknown) {
            item.source.unknown(at);
        }
    }

    fn add(&mut self, item: &mut Cursor, unchecked: bool, start: u32) -> bool {
        if item.eat("partition") || item.eat("value") || item.eat("period for") {
            item.skip_all();
            return true;
        }
        if item.is("constraint") && item.word_at(2).eq_ignore_ascii_case("default") {
            return self.named_default(item, start);
        }
        if constraint::follows(item) {
            return self.add_constraint(item, unchecked, start);
        }
        if index::follows(item) {
            let index = index::clause(item, &self.table);
            let span = item.span_from(start);
            self.list.extend(index.map(|index| AlterAction {
                span,
                kind: AlterKind::AddIndex(index),
            }));
            return true;
        }
        item.eat("column");
        let if_not_exists = item.eat("if not exists");
        if let Some(mut group) = item.group() {
            let mut known = true;
            while let Some(mut column) = group.item() {
                let start = column.start();
                known &= self.add_column(&mut column, if_not_exists, start);
            }
            return known;
        }
        self.add_column(item, if_not_exists, start)
    }

    fn add_column(&mut self, item: &mut Cursor, if_not_exists: bool, start: u32) -> bool {
        let Some(Definition {
            column,
            constraints,
        }) = column::read(item)
        else {
            return false;
        };
        let kind = AlterKind::AddColumn {
            column,
            constraints,
            if_not_exists,
        };
        self.push(item.span_from(start), kind);
        true
    }

    fn add_constraint(&mut self, item: &mut Cursor, unchecked: bool, start: u32) -> bool {
        let mut ahead = *item;
        let Some(mut constraint) = constraint::read(item) else {
            // `ADD CONSTRAINT name NOT NULL column` of PostgreSQL 18.
            constraint::name(&mut ahead);
            *item = ahead;
            return item.eat("not null") && self.not_null(item, start);
        };
        constraint.not_valid |= unchecked;
        index::skip_options(item);
        self.push(item.span_from(start), AlterKind::AddConstraint(constraint));
        true
    }

    fn not_null(&mut self, item: &mut Cursor, start: u32) -> bool {
        let column = item.ident();
        item.eat_any("no inherit|not valid");
        item.eat("not valid");
        let span = item.span_from(start);
        let action = column.map(|column| AlterAction {
            span,
            kind: AlterKind::SetNotNull {
                column,
                not_null: true,
            },
        });
        self.list.extend(action);
        true
    }

    /// `ADD CONSTRAINT name DEFAULT value FOR column` of SQL Server.
    fn named_default(&mut self, item: &mut Cursor, start: u32) -> bool {
        constraint::name(item);
        item.eat("default");
        let from = item.start();
        while !item.done() && !item.is("for") {
            item.skip();
        }
        let default = Some(item.expression_from(from));
        item.eat("for");
        let Some(column) = item.ident() else {
            return false;
        };
        item.eat("with values");
        self.push(
            item.span_from(start),
            AlterKind::SetDefault { column, default },
        );
        true
    }

    fn other(&mut self, item: &mut Cursor, start: u32) -> bool {
        if item.eat("rename") {
            return self.rename(item, start);
        }
        if item.eat("alter") {
            return self.alter(item, start);
        }
        if item.eat_any("modify column|modify") {
            item.eat("if exists");
            let mut ahead = *item;
            return self.replace(item, ahead.ident(), start);
        }
        if item.eat_any("change column|change") {
            item.eat("if exists");
            let name = item.ident();
            return self.replace(item, name, start);
        }
        if item.eat("attach partition") {
            let Some(partition) = item.table_name() else {
                return false;
            };
            let bounds = table::bounds(item);
            self.push(
                item.span_from(start),
                AlterKind::AttachPartition { partition, bounds },
            );
            return true;
        }
        let security = item.eat_which("enable row level security|disable row level security");
        if let Some(words) = security {
            let enabled = words.starts_with('e');
            self.push(item.span_from(start), AlterKind::RowSecurity { enabled });
            return true;
        }
        if let Some(words) = item.eat_which("set schema|validate constraint") {
            let kind = item.ident().map(|name| match words {
                "set schema" => AlterKind::SetSchema { schema: name },
                _ => AlterKind::ValidateConstraint { name },
            });
            let span = item.span_from(start);
            let action = kind.map(|kind| AlterAction { span, kind });
            self.list.extend(action);
            return true;
        }
        if let Some(kind) = heritage(item) {
            self.push(item.span_from(start), kind);
            return true;
        }
        if is_harmless(item) {
            item.skip_all();
            return true;
        }
        false
    }

    fn drop(&mut self, item: &mut Cursor, start: u32) -> bool {
        let mssql = item.dialect() == Dialect::Mssql;
        let kind = if item.eat("primary key") {
            cascade(item);
            Some(AlterKind::DropPrimaryKey)
        } else if item.dialect() == Dialect::Mysql && item.eat_any("index|key") {
            index::drop_action(item)
        } else if item.eat_any("partition|period for") {
            item.skip_all();
            Some(AlterKind::Nothing)
        } else if item.eat_any("constraint|foreign key|check") {
            self.verb = Verb::DropConstraint;
            drop_constraint(item)
        } else if item.eat("column") {
            self.verb = Verb::DropColumn;
            drop_column(item)
        } else if mssql && self.verb != Verb::DropColumn {
            // Without a word SQL Server means a constraint, all others a column.
            self.verb = Verb::DropConstraint;
            drop_constraint(item)
        } else {
            drop_column(item)
        };
        let known = kind.is_some();
        let span = item.span_from(start);
        self.list
            .extend(kind.map(|kind| AlterAction { span, kind }));
        known
    }

    fn rename(&mut self, item: &mut Cursor, start: u32) -> bool {
        let bare = item.dialect() == Dialect::Mysql && item.rest().len() == 1;
        let kind = if item.eat_any("to|as") || bare {
            item.table_name().map(|to| AlterKind::RenameTable { to })
        } else if item.eat("constraint") {
            pair(item).map(|(name, to)| AlterKind::RenameConstraint { name, to })
        } else if item.dialect() == Dialect::Mysql && item.eat_any("index|key") {
            pair(item).map(|(name, to)| AlterKind::RenameIndex { name, to })
        } else {
            item.eat("column");
            item.eat("if exists");
            pair(item).map(|(name, to)| AlterKind::RenameColumn { name, to })
        };
        let Some(kind) = kind else {
            return false;
        };
        self.push(item.span_from(start), kind);
        true
    }

    /// `MODIFY` and `CHANGE`: the column anew, with the keys its clause declares.
    fn replace(&mut self, item: &mut Cursor, name: Option<Ident>, start: u32) -> bool {
        let (Some(name), Some(definition)) = (name, column::read(item)) else {
            return false;
        };
        let span = item.span_from(start);
        let column = definition.column;
        self.push(span, AlterKind::ReplaceColumn { name, column });
        for constraint in definition.constraints {
            self.push(span, AlterKind::AddConstraint(constraint));
        }
        true
    }

    fn alter(&mut self, item: &mut Cursor, start: u32) -> bool {
        if item.is_any("constraint|index|check") {
            item.skip_all();
            return true;
        }
        item.eat("column");
        item.eat("if exists");
        let Some(column) = item.ident() else {
            return false;
        };
        if item.eat_any("set data type|type") {
            return self.set_type(item, column, start);
        }
        let kind = if item.eat("set not null") {
            not_null(column, true)
        } else if item.eat("drop not null") {
            not_null(column, false)
        } else if item.eat("set default") {
            AlterKind::SetDefault {
                column,
                default: Some(item.expression()).filter(column::says_something),
            }
        } else if item.eat("drop default") {
            AlterKind::SetDefault {
                column,
                default: None,
            }
        } else if item.eat_any("add generated|set generated") {
            let identity = if item.is("always") {
                Identity::Always
            } else {
                Identity::ByDefault
            };
            item.skip_all();
            AlterKind::SetIdentity {
                column,
                identity: Some(identity),
            }
        } else if item.eat("drop identity") {
            item.eat("if exists");
            AlterKind::SetIdentity {
                column,
                identity: None,
            }
        } else if item.eat("drop expression") {
            item.eat("if exists");
            AlterKind::DropExpression { column }
        } else if item.is_any(HARMLESS_COLUMN) || item.is("set") && item.symbol_at(1, b'(') {
            item.skip_all();
            AlterKind::Nothing
        } else if item.dialect() == Dialect::Mssql {
            return self.set_type(item, column, start);
        } else {
            return false;
        };
        self.push(item.span_from(start), kind);
        true
    }

    /// `TYPE t`, or the type and nullability behind `ALTER COLUMN c` of SQL Server.
    fn set_type(&mut self, item: &mut Cursor, column: Ident, start: u32) -> bool {
        let Some(ty) = types::read(item) else {
            return false;
        };
        let mut nullable = None;
        loop {
            if item.eat("collate") {
                item.object_name();
            } else if item.eat("not null") {
                nullable = Some(false);
            } else if item.eat("null") {
                nullable = Some(true);
            } else if item.eat("using") {
                item.skip_all();
            } else if !item.eat_any("cascade|restrict") {
                break;
            }
        }
        if nullable.is_none() && item.dialect() == Dialect::Mssql {
            nullable = Some(true);
        }
        let span = item.span_from(start);
        let changed = column.clone();
        self.push(
            span,
            AlterKind::SetType {
                column,
                ty: ty.name,
            },
        );
        if let Some(nullable) = nullable {
            self.push(span, not_null(changed, !nullable));
        }
        true
    }
}

/// What a column's `SET` and the like do without any rule caring.
const HARMLESS_COLUMN: &str = "set statistics|set storage|set compression|set visible|set invisible|\
    set increment|set start|set sequence|set cache|reset|restart|add masked";

fn not_null(column: Ident, not_null: bool) -> AlterKind {
    AlterKind::SetNotNull { column, not_null }
}

fn drop_constraint(item: &mut Cursor) -> Option<AlterKind> {
    let if_exists = item.eat("if exists");
    Some(AlterKind::DropConstraint {
        name: item.ident()?,
        if_exists,
        cascade: cascade(item),
    })
}

fn drop_column(item: &mut Cursor) -> Option<AlterKind> {
    let if_exists = item.eat("if exists");
    Some(AlterKind::DropColumn {
        name: item.ident()?,
        if_exists,
        cascade: cascade(item),
    })
}

fn cascade(item: &mut Cursor) -> bool {
    let cascade = item.eat("cascade");
    cascade || {
        item.eat("restrict");
        false
    }
}

/// Reads `a TO b`.
fn pair(item: &mut Cursor) -> Option<(Ident, Ident)> {
    let name = item.ident()?;
    let to = item.eat("to").then(|| item.ident()).flatten()?;
    Some((name, to))
}

/// Reads what ends or begins inheritance.
fn heritage(item: &mut Cursor) -> Option<AlterKind> {
    if item.eat("detach partition") {
        let partition = item.table_name()?;
        item.eat_any("concurrently|finalize");
        return Some(AlterKind::DetachPartition { partition });
    }
    let ends = item.eat("no inherit");
    if !ends && !item.eat("inherit") {
        return None;
    }
    Some(AlterKind::Inherit {
        parent: item.table_name()?,
        inherits: !ends,
    })
}

/// `WITH CHECK` / `WITH NOCHECK` of SQL Server; says whether rows are left unchecked.
fn with_check(item: &mut Cursor) -> bool {
    let unchecked = item.is("with nocheck add");
    if unchecked || item.is("with check add") {
        item.eat_any("with nocheck|with check");
    }
    unchecked
}

fn begins_action(item: &Cursor) -> bool {
    item.is_any("add|drop|alter|rename|set|with")
}

/// Actions that change nothing a rule asks about.
fn is_harmless(item: &mut Cursor) -> bool {
    const STARTS: &str = "owner to|set|reset|cluster on|without|enable|disable|force|no force|\
    replica identity|of|not of|\
    convert to|default character set|default charset|default collate|algorithm|lock|\
    order by|partition by|discard|import|truncate partition|remove partitioning|\
    check constraint|nocheck constraint|with check check|with nocheck check|with check|\
    rebuild|switch|analyze partition|coalesce partition|reorganize partition|\
    exchange partition|depends on";
    item.is_any(STARTS) || {
        item.eat("default");
        table::mysql_option(item)
    }
}
