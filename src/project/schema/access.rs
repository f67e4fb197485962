//! Who may reach the rows of a table: row security, its policies, and what is not known of grants.

use super::replay::Replay;
use super::{Column, Database, MigrationTool, Table, TableKey};
use crate::facts::Answer;
use crate::facts::schema::{
    AccessChange, Command, Dialect, Expression, Ident, Policy as PolicyClause, TableName, Target,
};
use crate::source::{Loc, Span};

/// Row security of a table.
#[derive(Clone, Debug)]
pub struct RowSecurity {
    /// Whether it is enabled.
    pub enabled: Answer,
    /// Clients have the rights that Supabase gives them.
    pub granted: bool,
    /// The action that enabled or disabled it.
    pub at: Option<Loc>,
    /// Its policies, by name.
    pub policies: Vec<Policy>,
}

impl Default for RowSecurity {
    fn default() -> Self {
        Self {
            enabled: Answer::No,
            granted: true,
            at: None,
            policies: Vec::new(),
        }
    }
}

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// Its statement.
    pub at: Loc,
    /// Rows must pass it whatever the others allow.
    pub restrictive: bool,
    /// What it is for.
    pub command: Command,
    /// Whom it is for; none = everyone.
    pub roles: Vec<String>,
    /// The rows that may be read, changed or deleted.
    pub using: Option<(String, Loc)>,
    /// The rows that may be written.
    pub check: Option<(String, Loc)>,
}

impl Replay {
    pub(super) fn change_access(&mut self, change: &AccessChange) {
        match change {
            AccessChange::CreatePolicy(clause) => self.create_policy(clause),
            AccessChange::AlterPolicy {
                name,
                table,
                to,
                roles,
                using,
                check,
            } => {
                let using = using.as_ref().map(|using| self.condition(using));
                let check = check.as_ref().map(|check| self.condition(check));
                if let Some(policy) = self.policy_mut(table, name) {
                    if let Some(to) = to {
                        policy.name.clone_from(&to.name);
                    }
                    if let Some(roles) = roles {
                        policy.roles = names(roles);
                    }
                    policy.using = using.or(policy.using.take());
                    policy.check = check.or(policy.check.take());
                }
            }
            AccessChange::DropPolicy { name, table } => {
                if let Some(table) = self.secured(table) {
                    let policies = &mut table.row_security.policies;
                    policies.retain(|policy| policy.name != name.name);
                }
            }
            AccessChange::Secure(target) => {
                self.each_secured(target, |security| security.enabled = Answer::Unknown);
            }
            AccessChange::GrantPublic(given) => self.grant_public(given),
            AccessChange::RevokePublic(held) => self.revoke_public(held),
            AccessChange::Revoke(target) => {
                self.each_secured(target, |security| security.granted = false);
            }
        }
    }

    fn create_policy(&mut self, clause: &PolicyClause) {
        let policy = Policy {
            name: clause.name.name.clone(),
            at: self.at(clause.name.span),
            restrictive: clause.restrictive,
            command: clause.command,
            roles: names(&clause.roles),
            using: clause.using.as_ref().map(|using| self.condition(using)),
            check: clause.check.as_ref().map(|check| self.condition(check)),
        };
        if let Some(table) = self.secured(&clause.table) {
            let policies = &mut table.row_security.policies;
            if policies.iter().all(|other| other.name != policy.name) {
                policies.push(policy);
            }
        }
    }

    pub(super) fn secure(&mut self, table: &TableName, enabled: bool, at: Span) {
        let at = self.at(at);
        if let Some(table) = self.secured(table) {
            table.row_security.enabled = if enabled { Answer::Yes } else { Answer::No };
            table.row_security.at = Some(at);
        }
    }

    fn each_secured(&mut self, target: &Target, change: impl Fn(&mut RowSecurity)) {
        match target {
            Target::Later => change(&mut self.database.row_security),
            Target::All => {
                for table in self.all_tables_mut() {
                    change(&mut table.row_security);
                }
            }
            Target::Tables(names) => {
                for name in names {
                    if let Some(table) = self.secured(name) {
                        change(&mut table.row_security);
                    }
                }
            }
        }
    }

    /// The table, if it was made here; else it is one of another history.
    fn secured(&mut self, name: &TableName) -> Option<&mut Table> {
        let key = self.resolve(name);
        if !self.exists(&key) {
            self.database.secured_elsewhere.insert(key);
            return None;
        }
        self.table_mut(&key)
    }

    fn policy_mut(&mut self, table: &TableName, name: &Ident) -> Option<&mut Policy> {
        let policies = &mut self.secured(table)?.row_security.policies;
        policies.iter_mut().find(|policy| policy.name == name.name)
    }

    fn condition(&self, condition: &Expression) -> (String, Loc) {
        (condition.text.clone(), self.at(condition.span))
    }
}

fn names(roles: &[Ident]) -> Vec<String> {
    roles.iter().map(|role| role.name.clone()).collect()
}

impl Database {
    /// Whether it is one of Supabase, whose clients reach the tables themselves: by its tool, or by
    /// what its policies and foreign keys speak of.
    pub fn is_supabase(&self) -> bool {
        self.tool == MigrationTool::Supabase
            || self.dialect == Dialect::Postgres
                && self.tables.values().any(Table::speaks_of_supabase)
    }

    /// Tables that clients of Supabase reach, as far as it is known who may.
    pub fn exposed_tables(&self) -> impl Iterator<Item = &Table> {
        let is_exposed = |table: &&Table| {
            table.key.schema.is_empty()
                && !table.is_open()
                && table.row_security.granted
                && table.row_security.enabled != Answer::Unknown
        };
        self.tables.values().filter(is_exposed)
    }
}

impl Table {
    /// The column that tells whose a row is, by a foreign key to the users or by its name.
    pub fn owner(&self) -> Option<&Column> {
        const NAMES: [&str; 4] = ["user_id", "owner_id", "profile_id", "author_id"];
        let users = auth_users();
        let mut keys = self.foreign_keys.iter().filter(|fk| fk.parent == users);
        let key = keys.find_map(|fk| self.column(fk.columns.first()?));
        key.or_else(|| NAMES.iter().find_map(|name| self.column(name)))
    }

    fn speaks_of_supabase(&self) -> bool {
        const ROLES: [&str; 3] = ["anon", "authenticated", "service_role"];
        const CALLS: [&str; 3] = ["auth.uid()", "auth.jwt()", "auth.role()"];
        let users = auth_users();
        let mut policies = self.row_security.policies.iter();
        policies.any(|policy| {
            let conditions = policy.using.iter().chain(&policy.check);
            let mut texts = conditions.map(|(text, _)| text.to_lowercase());
            policy
                .roles
                .iter()
                .any(|role| ROLES.contains(&role.as_str()))
                || texts.any(|text| CALLS.iter().any(|call| text.contains(call)))
        }) || self.foreign_keys.iter().any(|fk| fk.parent == users)
    }
}

/// Where Supabase keeps the users.
fn auth_users() -> TableKey {
    TableKey {
        schema: "auth".into(),
        name: "users".into(),
    }
}

impl Policy {
    /// What it lets everyone do whom it is for, and where: nothing but `true` decides.
    pub fn lets_all(&self) -> Option<(Command, Loc)> {
        let using = self.using.as_ref().and_then(always);
        let check = self.check.as_ref().and_then(always);
        match self.command {
            Command::Select => None,
            Command::Insert => Some((Command::Insert, check?)),
            Command::All => match using {
                Some(at) => Some((Command::All, at)),
                None => Some((Command::Insert, check?)),
            },
            Command::Update | Command::Delete => Some((self.command, using?)),
        }
    }

    /// Whether it holds for a role.
    pub fn is_for(&self, role: &str) -> bool {
        self.roles.is_empty() || self.roles.iter().any(|other| other == role)
    }
}

/// Where a condition is that always holds.
fn always((text, at): &(String, Loc)) -> Option<Loc> {
    let text: String = text.split_whitespace().collect();
    let text = text.trim_matches(['(', ')']).to_lowercase();
    matches!(text.as_str(), "true" | "1=1").then_some(*at)
}
