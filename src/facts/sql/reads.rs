//! What statements on rows need: tables, and columns by the scope in which they are named. A name that
//! may be an alias, a variable or the column of a query inside is left out.

use super::cursor::Cursor;
use super::query;
use crate::facts::schema::{ColumnRead, Ident, QuerySource, Reads, TableName};
use crate::parse::sql::TokenKind;

/// What begins a clause of a statement on rows.
const HEADS: &str = "select|from|where|group by|having|order by|limit|offset|fetch|for update|\
    for no key|for share|for key|window|union all|union|intersect all|intersect|except all|except|\
    returning|set|values|into|insert into|insert ignore into|insert or ignore into|\
    insert or replace into|replace into|update only|update|delete from only|delete from|\
    on conflict|on duplicate key update|do update set|do nothing";

/// Behind these words an expression begins.
const BEFORE: &str =
    "where|distinct|all|and|or|not|on|by|when|then|else|case|between|like|ilike|in|is";

/// Before these words an expression ends, or goes on.
const AFTER: &str = "as|and|or|not|is|isnull|notnull|in|like|ilike|similar|between|asc|desc|nulls|when|\
    then|else|end|order|rows|range|join|inner|left|right|full|cross|natural|on|collate|at|escape";

/// Words that stand for values, and names of rows in triggers and upserts.
const VALUES: &str = "null|true|false|default|current_date|current_time|current_timestamp|\
    current_user|localtime|localtimestamp|session_user|user|sysdate|rowid|ctid|oid|xmin|xmax";

/// Reads a statement on rows; `None` for any other.
pub(super) fn read(cursor: Cursor) -> Option<Reads> {
    const FIRST: &str = "with|select|insert|replace into|update|delete from";
    let mut ahead = cursor;
    let inside = ahead.group().unwrap_or(cursor);
    inside.is_any(FIRST).then(|| {
        let mut reader = Reader::default();
        reader.level(cursor, &[], None);
        reader.reads
    })
}

/// Where names are looked up.
struct Scope<'s> {
    sources: Vec<QuerySource>,
    /// What items of the list are called.
    aliases: Vec<String>,
    outer: Option<&'s Scope<'s>>,
}

impl Scope<'_> {
    /// What a qualifier means: a table, or something else with rows.
    fn qualified(&self, name: &str) -> Option<Option<&TableName>> {
        let mut sources = self.sources.iter();
        let own = sources.find(|source| source.alias == name);
        let own = own.map(|source| source.table.as_ref());
        own.or_else(|| self.outer?.qualified(name))
    }

    /// The tables of which one has a column that is named alone; `None` where something else may.
    fn among(&self) -> Option<Vec<TableName>> {
        let own = self.sources.iter().map(|source| source.table.clone());
        let mut tables: Vec<TableName> = own.collect::<Option<_>>()?;
        if let Some(outer) = self.outer {
            tables.extend(outer.among()?);
        }
        tables.dedup_by(|a, b| (&a.schema, &a.name) == (&b.schema, &b.name));
        (!tables.is_empty()).then_some(tables)
    }
}

/// A clause of a statement.
struct Clause<'a> {
    /// The words it begins with.
    head: &'static str,
    /// What follows them.
    body: Cursor<'a>,
}

/// Cuts a statement into its clauses.
fn clauses<'a>(mut cursor: Cursor<'a>) -> Vec<Clause<'a>> {
    let mut clauses: Vec<Clause> = Vec::new();
    let mut head = "";
    let mut start = cursor;
    let mut compares = false;
    while !cursor.done() {
        let here = cursor;
        // `a IS DISTINCT FROM b`
        let next = cursor
            .eat_which(HEADS)
            .filter(|head| *head != "from" || !compares);
        let Some(next) = next else {
            compares = here.is("distinct from");
            cursor = here;
            cursor.skip();
            continue;
        };
        compares = false;
        let body = start.up_to(&here);
        clauses.push(Clause { head, body });
        (head, start) = (next, cursor);
    }
    let body = start.up_to(&cursor);
    clauses.push(Clause { head, body });
    clauses
}

fn unites(clause: &Clause) -> bool {
    ["union", "intersect", "except"]
        .iter()
        .any(|word| clause.head.starts_with(word))
}

#[derive(Default)]
struct Reader {
    reads: Reads,
}

impl Reader {
    /// Reads a statement, or a query in parentheses.
    fn level(&mut self, mut cursor: Cursor, named: &[String], outer: Option<&Scope>) {
        let mut named = named.to_vec();
        if cursor.eat("with") {
            self.with(&mut cursor, &mut named);
        }
        let clauses = clauses(cursor);
        let is_united = clauses.iter().any(unites);
        for part in clauses.split(unites) {
            let part = match part.iter().position(|clause| clause.head == "order by") {
                // The order of a union is told by the names of its result.
                Some(end) if is_united => &part[..end],
                _ => part,
            };
            self.part(part, &named, outer);
        }
    }

    /// Reads `name AS (…), …`.
    fn with(&mut self, cursor: &mut Cursor, named: &mut Vec<String>) {
        let recursive = cursor.eat("recursive");
        while let Some(name) = cursor.ident() {
            if !cursor.is("as") {
                cursor.group();
            }
            cursor.eat("as");
            cursor.eat_any("materialized|not materialized");
            if recursive {
                named.push(name.name.clone());
            }
            let Some(body) = cursor.group() else { return };
            self.level(body, named, None);
            named.push(name.name);
            if !cursor.eat_symbol(b',') {
                return;
            }
        }
    }

    /// Reads the clauses of one statement; the query whose rows are inserted sees nothing of the rest.
    fn part(&mut self, clauses: &[Clause], named: &[String], outer: Option<&Scope>) {
        let is_insert = |clause: &Clause| clause.head.ends_with("into") && clause.head != "into";
        let query = clauses.iter().position(|clause| clause.head == "select");
        if let (Some(insert), Some(query)) = (clauses.iter().position(is_insert), query)
            && insert < query
        {
            const ENDS: [&str; 5] = [
                "on conflict",
                "on duplicate key update",
                "do update set",
                "do nothing",
                "returning",
            ];
            let ends = |clause: &Clause| ENDS.contains(&clause.head);
            let end = clauses.iter().position(ends).unwrap_or(clauses.len());
            self.part(&clauses[query..end], named, None);
            self.clauses(&clauses[..query], &clauses[end..], named, outer);
        } else {
            self.clauses(clauses, &[], named, outer);
        }
    }

    fn clauses(
        &mut self,
        first: &[Clause],
        rest: &[Clause],
        named: &[String],
        outer: Option<&Scope>,
    ) {
        let mut scope = Scope {
            sources: Vec::new(),
            aliases: Vec::new(),
            outer,
        };
        for clause in first {
            self.bind(clause, named, &mut scope);
        }
        let targets = scope
            .sources
            .first()
            .and_then(|source| source.table.clone());
        for clause in first.iter().chain(rest) {
            match clause.head {
                "from" | "update" | "update only" => self.joins(clause.body, named, &scope),
                "delete from" | "delete from only" => self.joins(clause.body, named, &scope),
                "set" | "do update set" | "on duplicate key update" => {
                    self.assignments(clause.body, targets.as_ref(), named, &scope);
                }
                "select" => {
                    self.whole(clause.body, &scope);
                    self.expressions(clause.body, named, &scope, false);
                }
                "on conflict" if clause.body.is("on constraint") => {}
                "into" | "fetch" | "window" | "limit" | "offset" | "do nothing" => {}
                head if head.starts_with("for ") => {}
                head if head.ends_with("into") => self.inserted(clause.body, targets.as_ref()),
                "values" => {
                    let nothing = Scope {
                        sources: Vec::new(),
                        aliases: Vec::new(),
                        outer: None,
                    };
                    self.expressions(clause.body, named, &nothing, false);
                }
                head => {
                    let sorts = matches!(head, "group by" | "having" | "order by");
                    self.expressions(clause.body, named, &scope, sorts);
                }
            }
        }
    }

    /// Remembers what a clause names for the others.
    fn bind(&mut self, clause: &Clause, named: &[String], scope: &mut Scope) {
        let mut body = clause.body;
        let known = scope.sources.len();
        match clause.head {
            "select" => scope.aliases = aliases(body),
            "from" | "update" | "update only" => {
                query::sources(&mut body, named, &mut scope.sources);
            }
            "delete from" | "delete from only" => {
                let mut using = body;
                query::sources(&mut using, named, &mut scope.sources);
                while !body.done() && !body.eat("using") {
                    body.skip();
                }
                query::sources(&mut body, named, &mut scope.sources);
            }
            head if head.ends_with("into") && head != "into" => {
                let Some(table) = body.table_name() else {
                    return;
                };
                let alias = body.eat("as").then(|| body.ident()).flatten();
                let alias = alias.map_or(table.name.clone(), |alias| alias.name);
                for alias in [alias, "excluded".to_owned()] {
                    let table = Some(table.clone());
                    scope.sources.push(QuerySource { alias, table });
                }
            }
            _ => return,
        }
        let is_hole = |symbol: u8| {
            let mut kinds = clause.body.rest().iter().map(|token| token.kind);
            kinds.any(|kind| kind == TokenKind::Symbol(symbol))
        };
        // What a program writes into the text may be a source as well.
        if is_hole(b'{') && clause.head != "select" {
            scope.sources.push(QuerySource {
                alias: String::new(),
                table: None,
            });
        }
        let found = scope.sources[known..].iter();
        for table in found.filter_map(|source| source.table.clone()) {
            let is_known = |it: &TableName| (&it.schema, &it.name) == (&table.schema, &table.name);
            if !self.reads.tables.iter().any(is_known) {
                self.reads.tables.push(table);
            }
        }
    }

    /// `*`, `t.*`
    fn whole(&mut self, mut list: Cursor, scope: &Scope) {
        list.eat_any("distinct|all");
        while let Some(mut item) = list.item() {
            let qualifier = item.ident().filter(|_| item.eat_symbol(b'.'));
            if !item.is_symbol(b'*') || item.rest().len() > 1 {
                continue;
            }
            let sources = scope.sources.iter();
            let meant = sources.filter(|source| match &qualifier {
                Some(qualifier) => source.alias == qualifier.name,
                None => true,
            });
            let tables = meant.filter_map(|source| source.table.clone());
            self.reads.whole.extend(tables);
        }
    }

    /// `t (a, b)`: the columns that are written.
    fn inserted(&mut self, mut body: Cursor, table: Option<&TableName>) {
        body.table_name();
        if body.eat("as") {
            body.ident();
        }
        self.write(body.names(), table);
    }

    fn write(&mut self, names: Vec<Ident>, table: Option<&TableName>) {
        let Some(table) = table else { return };
        let among = || vec![table.clone()];
        let columns = names.into_iter().map(|name| ColumnRead {
            name,
            among: among(),
        });
        self.reads.columns.extend(columns);
    }

    /// `a JOIN b ON …, (SELECT …) c`: only conditions name columns.
    fn joins(&mut self, mut body: Cursor, named: &[String], scope: &Scope) {
        const JOINS: &str = "join|inner|left|right|full|cross|natural";
        while !body.done() {
            if body.eat("on") {
                let start = body;
                while !body.done() && !body.is_any(JOINS) && !body.is_symbol(b',') {
                    body.skip();
                }
                self.expressions(start.up_to(&body), named, scope, false);
            } else if body.eat("using") {
                body.group();
            } else if body.eat("lateral") {
                if let Some(inner) = body.group() {
                    self.level(inner, named, Some(scope));
                }
            } else if let Some(inner) = body.group() {
                self.level(inner, named, None);
            } else {
                body.advance();
            }
        }
    }

    /// `a = 1, (b, c) = (…)`: what is set is a column of the table that is written.
    fn assignments(
        &mut self,
        mut body: Cursor,
        table: Option<&TableName>,
        named: &[String],
        scope: &Scope,
    ) {
        while let Some(mut item) = body.item() {
            let mut ahead = item;
            let names = match ahead.is_symbol(b'(') {
                true => ahead.names(),
                false => ahead.ident().into_iter().collect(),
            };
            if ahead.eat_symbol(b'=') {
                self.write(names, table);
                item = ahead;
            }
            self.expressions(item, named, scope, false);
        }
    }

    /// Reads expressions and the queries inside them; where aliases may be meant they are left out.
    fn expressions(&mut self, mut cursor: Cursor, named: &[String], scope: &Scope, sorts: bool) {
        let mut begins = true;
        while !cursor.done() {
            if skip_parameter(&mut cursor) {
                begins = false;
            } else if let Some(group) = cursor.group() {
                match group.is_any("select|with|values") {
                    true => self.level(group, named, Some(scope)),
                    false => self.expressions(group, named, scope, sorts),
                }
                begins = false;
            } else if cursor.eat_any(BEFORE) {
                begins = true;
            } else if let Some((qualifier, name)) = name(&mut cursor) {
                let ends = ends(&cursor);
                match qualifier {
                    Some(qualifier) => self.qualified(&qualifier, name, &mut cursor, scope),
                    None if begins && ends => self.bare(name, scope, sorts),
                    None => {}
                }
                begins = false;
            } else if cursor.is_symbol(b':') && cursor.symbol_at(1, b':') {
                cursor.advance();
                cursor.advance();
                name(&mut cursor);
            } else {
                let token = cursor.advance();
                let kind = token.map(|token| token.kind);
                begins =
                    matches!(kind, Some(TokenKind::Symbol(symbol)) if !b")].}:".contains(&symbol));
            }
        }
    }

    fn qualified(&mut self, qualifier: &str, name: Ident, cursor: &mut Cursor, scope: &Scope) {
        if cursor.is_symbol(b'(') || cursor.is_symbol(b'.') {
            return;
        }
        if let Some(Some(table)) = scope.qualified(qualifier) {
            self.write(vec![name], Some(table));
        }
    }

    fn bare(&mut self, name: Ident, scope: &Scope, sorts: bool) {
        if sorts && scope.aliases.contains(&name.name) {
            return;
        }
        if let Some(among) = scope.among() {
            self.reads.columns.push(ColumnRead { name, among });
        }
    }
}

/// Reads `a` or `t.a`; longer names and values are none.
fn name(cursor: &mut Cursor) -> Option<(Option<String>, Ident)> {
    if cursor.is_any(VALUES) && !cursor.symbol_at(1, b'.') {
        return None;
    }
    let is_name = matches!(cursor.peek()?.kind, TokenKind::Word | TokenKind::Quoted);
    if !is_name {
        return None;
    }
    let first = cursor.ident()?;
    let mut qualifier = None;
    let mut name = first;
    while cursor.is_symbol(b'.') && !cursor.symbol_at(1, b'*') {
        let mut ahead = *cursor;
        ahead.advance();
        let next = ahead.ident()?;
        qualifier = Some(std::mem::replace(&mut name, next).name);
        *cursor = ahead;
    }
    Some((qualifier, name))
}

/// Whether what has been read may be a whole operand: no call, no type before a string, no word that
/// only means something with the next.
fn ends(cursor: &Cursor) -> bool {
    let Some(next) = cursor.peek() else {
        return true;
    };
    match next.kind {
        // `f(name => 1)`, `f(name := 1)`
        TokenKind::Symbol(b'=') => !cursor.symbol_at(1, b'>'),
        TokenKind::Symbol(b':') => cursor.symbol_at(1, b':'),
        TokenKind::Symbol(symbol) => !b"(.".contains(&symbol),
        TokenKind::Word => cursor.is_any(AFTER),
        _ => false,
    }
}

/// `%s`, `%(name)s`: what a driver writes into the text.
fn skip_parameter(cursor: &mut Cursor) -> bool {
    let Some(percent) = cursor
        .peek()
        .filter(|it| it.kind == TokenKind::Symbol(b'%'))
    else {
        return false;
    };
    let mut ahead = *cursor;
    ahead.advance();
    ahead.group();
    let touches = ahead.start() == ahead.end() && ahead.end() > percent.span.start;
    let is_parameter = touches && ahead.is("s");
    if is_parameter {
        ahead.advance();
        *cursor = ahead;
    }
    is_parameter
}

/// The names at the ends of the items of a list: what they are called.
fn aliases(mut list: Cursor) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(mut item) = list.item() {
        let mut last = None;
        while !item.done() {
            let mut here = item;
            last = here.ident();
            item.skip();
        }
        found.extend(last.map(|name| name.name));
    }
    found
}

#[cfg(test)]
mod tests;
