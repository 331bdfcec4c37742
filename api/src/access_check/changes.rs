//! What may be changed: a change that somebody may not make is refused and changes nothing, wherever the thing stands, and tells
//! nothing of what is taken elsewhere.

use super::cases::{NAME, NO_VERSION, Secret};
use super::fixtures::Canary;
use super::principals::{Principal, SEEDER};
use super::rights::{OF_PARTICIPANTS, OF_PUBLISHED, permission};
use super::{Check, Layers, Report};
use crate::platform::error::Result;
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::query::table::Table;
use async_graphql::Request;
use domain::access::Permission;
use domain::actor::Actor;
use domain::branch::{Path, national};
use domain::id::founding;
use domain::user::Reach;
use sea_orm::{DbBackend, EntityTrait};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What is answered to whoever may not do something, before anything else.
const REFUSED: [&str; 3] = ["FORBIDDEN", "NOT_FOUND", "UNAUTHENTICATED"];

/// How many rows of a table a branch owns, by table and branch.
type Rows = BTreeMap<(String, Uuid), i64>;

/// The places of branches.
type Paths = BTreeMap<Uuid, Path>;

/// Whether a change was refused as a whole.
fn is_refused(answer: &str) -> bool {
    REFUSED.iter().any(|code| answer.contains(&format!("\"code\":\"{code}\"")) && answer.contains("\"errors\":[{"))
}

impl Check<'_> {
    /// Try every change in everybody's name.
    pub(super) async fn try_changes(&self, all: &[Canary], paths: &Paths, report: &mut Report) -> Result<()> {
        let published = self.published().await?;
        let untouched = self.fingerprint(&published).await?;
        let before = self.rows().await?;
        for principal in &self.principals {
            self.try_foreign(principal, &published, paths, report).await;
        }
        for principal in &self.principals {
            self.try_within(principal, all, paths, report).await;
        }
        let (changed, after) = (self.fingerprint(&published).await?, self.rows().await?);
        for ((thing, was), is) in published.iter().zip(untouched).zip(changed) {
            if was != is {
                report.leak("Mutation", format!("somebody changed the {} of {}", thing.what, thing.at));
            }
        }
        // Of what nobody reaches who was asked, nothing may have become more.
        let is_anybodys = |branch: &Uuid| self.principals.iter().any(|principal| reaches(principal, *branch, paths));
        for ((table, branch), rows) in &after {
            if !is_anybodys(branch) && before.get(&(table.clone(), *branch)) != Some(rows) {
                report.leak("Mutation", format!("rows of {table} were added to a branch that nobody reaches"));
            }
        }
        if self.layers == Layers::Both {
            self.try_oracles(all, paths, report).await;
            self.try_attempts(report).await;
        }
        Ok(())
    }

    /// A change of what is published and out of reach is answered as if there were no such thing, and leaves no row.
    async fn try_foreign(&self, principal: &Principal, published: &[Canary], paths: &Paths, report: &mut Report) {
        let foreign: Vec<&Canary> = published
            .iter()
            .filter(|thing| thing.branch.is_some_and(|branch| !reaches(principal, branch, paths)))
            .collect();
        let Ok(before) = self.rows().await else { return };
        for kind in Kind::ALL.iter().copied() {
            let foreign: Vec<&Canary> = foreign.iter().copied().filter(|thing| thing.kind == kind).collect();
            for probe in self.cases.changes(kind).filter(|probe| !OF_PUBLISHED.contains(&probe.field.as_str())) {
                self.probe_all(principal, &foreign, &[probe], report).await;
            }
        }
        let Ok(after) = self.rows().await else { return };
        for ((table, branch), rows) in &after {
            let is_elsewhere = !reaches(principal, *branch, paths) && *branch != home(principal);
            if is_elsewhere && before.get(&(table.clone(), *branch)).copied().unwrap_or(0) != *rows {
                let what = format!("{} added rows of {table} to a branch out of her reach", principal.name);
                report.leak("Mutation", what);
            }
        }
    }

    /// Within her reach somebody does what her role allows, and nothing else.
    async fn try_within(&self, principal: &Principal, all: &[Canary], paths: &Paths, report: &mut Report) {
        if self.layers != Layers::Both {
            return;
        }
        for kind in Kind::ALL.iter().copied() {
            let seen: Vec<&Canary> = all
                .iter()
                .filter(|one| one.kind == kind && !one.is_mark() && self.may(principal, one, paths))
                .collect();
            for probe in self.cases.changes(kind) {
                let mutation = probe.field.split('(').next().unwrap_or_default();
                let Some(Some(permission)) = permission(mutation) else { continue };
                for one in &seen {
                    let takes_part = one.shared_with.is_some_and(|branch| {
                        let is_its_own = OF_PARTICIPANTS.contains(&probe.field.as_str());
                        is_its_own && covers(principal, permission, branch, paths)
                    });
                    if takes_part || holds(principal, permission, one, paths) {
                        continue;
                    }
                    *report.asked.entry(probe.field.clone()).or_default() += 1;
                    let answer = self.send(principal, Request::new(probe.text.replace(NAME, &one.id))).await;
                    if !is_refused(&answer) {
                        let what = format!("{} does without the permission to: {answer}", principal.name);
                        report.leak(&probe.field, what);
                    }
                }
            }
        }
    }

    /// What is taken elsewhere is refused as what is not, or done as what is not.
    async fn try_oracles(&self, all: &[Canary], paths: &Paths, report: &mut Report) {
        for oracle in self.cases.oracles() {
            for (place, principal) in self.principals.iter().enumerate() {
                let hidden = |what: &str| {
                    all.iter().find(|one| one.what == what && one.at != "national" && !self.may(principal, one, paths))
                };
                let (known, unknown) = match oracle.secret {
                    Secret::Email => {
                        let Some(login) = hidden("user") else { continue };
                        (format!("{}@unfm.example", login.text), format!("none{place:016}@unfm.example"))
                    }
                    Secret::RegisterNumber => match hidden("identity of a published cooperative") {
                        Some(identity) => (identity.text.clone(), format!("none{place:016}")),
                        None => continue,
                    },
                    Secret::Name => match hidden("cooperative") {
                        Some(cooperative) => (cooperative.text.clone(), format!("none{place:016}")),
                        None => continue,
                    },
                    Secret::IdempotencyKey => (format!("taken{place:015}"), format!("none{place:016}")),
                };
                // People who want to come in are asked to wait after a few failures, whoever they are.
                let is_nobodys = matches!(permission(oracle.field.split('(').next().unwrap_or_default()), Some(None));
                if is_nobodys && place > 0 && !oracle.field.starts_with("planted") {
                    continue;
                }
                if oracle.secret == Secret::IdempotencyKey
                    && let Some(another) = self.principals.iter().rfind(|other| other.token != principal.token)
                {
                    // Somebody else has used it for another input.
                    let other = oracle.text.replace("Texte", "Autre").replace(NO_VERSION, "987653");
                    self.send(another, Request::new(other.replace(NAME, &known))).await;
                }
                *report.asked.entry(oracle.field.clone()).or_default() += 1;
                let is = self.send(principal, Request::new(oracle.text.replace(NAME, &known))).await;
                let as_nothing = self.send(principal, Request::new(oracle.text.replace(NAME, &unknown))).await;
                if is.replace(&known, "•") != as_nothing.replace(&unknown, "•") {
                    let what =
                        format!("{} learns what is taken elsewhere: {is} instead of {as_nothing}", principal.name);
                    report.leak(&oracle.field, what);
                }
            }
        }
    }

    /// Whoever holds a permission nowhere is refused; those that let people in and out come last, since they end sessions.
    async fn try_attempts(&self, report: &mut Report) {
        let mut let_in = BTreeSet::new();
        let (own, others): (Vec<_>, Vec<_>) =
            self.cases.attempts().iter().partition(|attempt| permission(&attempt.field) == Some(None));
        for attempt in others.into_iter().chain(own) {
            let Some(permission) = permission(&attempt.field) else {
                report.blind.push(format!("nobody says which permission {} asks for", attempt.field));
                continue;
            };
            for principal in &self.principals {
                *report.asked.entry(attempt.field.clone()).or_default() += 1;
                let answer = self.send(principal, Request::new(&attempt.text)).await;
                // A session that an attempt has ended is nobody's.
                if answer.contains("\"INTERNAL\"") && permission.is_some() {
                    report.leak(&attempt.field, format!("{} was answered {answer}", principal.name));
                }
                let Some(permission) = permission else { continue };
                let may = matches!(&principal.actor, Actor::Staff(staff) if staff.may(permission));
                if may && !is_refused(&answer) {
                    let_in.insert(attempt.field.clone());
                }
                if !may && !is_refused(&answer) {
                    let what = format!("{} holds {permission} nowhere and is not refused: {answer}", principal.name);
                    report.leak(&attempt.field, what);
                }
            }
            if permission.is_some() && !let_in.contains(&attempt.field) && self.names_anything(&attempt.text) {
                report.blind.push(format!("nobody is ever let do {}", attempt.field));
            }
        }
    }

    /// Whether a change names only what is there: what names nothing is refused to everybody.
    fn names_anything(&self, text: &str) -> bool {
        let nothing = |kind: &Kind| GlobalId::new(*kind, founding("nothing", "nothing")).to_string();
        !Kind::ALL.iter().any(|kind| text.contains(&nothing(kind)))
    }

    /// What is published or open to be named in the two provinces: branches and everything that is public in them.
    async fn published(&self) -> Result<Vec<Canary>> {
        let mut published = Vec::new();
        for (kind, table, branch) in tables() {
            let Some(column) = branch else { continue };
            // One of each branch.
            let (condition, other) =
                if kind == Kind::Branch { ("true", "true") } else { ("t.published", "o.published") };
            let sql = format!(
                "select t.id, b.id, b.slug from {table} t join branch b on b.id = t.{column}
                 where {condition} and b.slug in ('khouribga', 'mdiq-fnideq')
                   and not exists (select 1 from {table} o where o.{column} = t.{column} and o.id < t.id and {other})"
            );
            let now = self.readers.clock.now();
            // A table without such a column holds nothing that is published.
            let Ok(rows) = self.owner.query::<(Uuid, Uuid, String)>(&SEEDER, now, sql, []).await else { continue };
            for (key, branch, slug) in rows {
                published.push(Canary {
                    what: kind.name(),
                    kind,
                    key,
                    id: GlobalId::new(kind, key).to_string(),
                    text: String::new(),
                    slug: None,
                    table: Some(table.to_owned()),
                    branch: Some(branch),
                    partner: None,
                    shared_with: None,
                    cooperative: None,
                    see: Permission::SeeBranches,
                    at: if slug == "khouribga" { "khouribga" } else { "mdiq-fnideq" },
                    target: "published",
                });
            }
        }
        Ok(published)
    }

    /// How many rows each branch owns of each table.
    async fn rows(&self) -> Result<Rows> {
        let now = self.readers.clock.now();
        let tables = match self.owner.backend() {
            DbBackend::Postgres => {
                "select table_name::text from information_schema.columns
                 where table_schema = 'public' and column_name = 'branch_id'"
            }
            _ => {
                "select m.name from sqlite_schema m join pragma_table_info(m.name) c
                 where m.type = 'table' and c.name = 'branch_id'"
            }
        };
        let tables: Vec<String> = self.owner.query(&SEEDER, now, tables, []).await?;
        let mut rows = Rows::new();
        for table in tables {
            let sql = format!("select branch_id, count(*) from {table} where branch_id is not null group by branch_id");
            let counted: Vec<(Uuid, i64)> = self.owner.query(&SEEDER, now, sql, []).await?;
            rows.extend(counted.into_iter().map(|(branch, count)| ((table.clone(), branch), count)));
        }
        Ok(rows)
    }
}

/// Declare the tables of all kinds.
macro_rules! declare {
    ($($number:literal $kind:ident: $($object:ident)::+),+ $(,)?) => {
        /// Every kind with its table, and the column of the branch that owns a row.
        fn tables() -> Vec<(Kind, &'static str, Option<&'static str>)> {
            vec![$({
                type Of = <crate::$($object)::+ as crate::platform::loading::object::NodeObject>::Entity;
                (Kind::$kind, table_of::<Of>(), branch_of::<Of>())
            }),+]
        }
    };
}

kinds!(declare);

fn table_of<E: Table>() -> &'static str {
    sea_orm::EntityName::table_name(&E::default())
}

fn branch_of<E: Table + EntityTrait>() -> Option<&'static str> {
    use sea_orm::IdenStatic;
    match (E::KIND, E::BRANCH) {
        (Kind::Branch, _) => Some("id"),
        (_, branch) => branch.map(|column| column.as_str()),
    }
}

/// Whether a branch, or something of it, is within somebody's reach with any of her roles.
fn reaches(principal: &Principal, branch: Uuid, paths: &Paths) -> bool {
    match &principal.actor {
        Actor::Staff(staff) => {
            let reach = Reach::of(staff.assignments());
            let is_own = staff.assignments().iter().any(|held| held.branch == branch);
            is_own || paths.get(&branch).is_some_and(|path| reach.covers(branch, path))
        }
        Actor::Anonymous | Actor::Partner(_) | Actor::System(_) => false,
    }
}

/// The branch in whose chain it is written down what somebody was refused.
fn home(principal: &Principal) -> Uuid {
    match &principal.actor {
        Actor::Staff(staff) => staff.assignments().first().map_or_else(national, |held| held.branch),
        Actor::Anonymous | Actor::Partner(_) | Actor::System(_) => national(),
    }
}

/// Whether somebody holds a permission on a thing.
fn holds(principal: &Principal, permission: Permission, on: &Canary, paths: &Paths) -> bool {
    let Actor::Staff(staff) = &principal.actor else { return false };
    let reach = staff.reach(permission);
    let is_own = on.cooperative.is_some_and(|own| reach.cooperatives.contains(&own));
    is_own
        || match on.branch {
            Some(branch) => covers(principal, permission, branch, paths),
            None => reach.is_everything(),
        }
}

/// Whether somebody holds a permission in a branch.
fn covers(principal: &Principal, permission: Permission, branch: Uuid, paths: &Paths) -> bool {
    let Actor::Staff(staff) = &principal.actor else { return false };
    paths.get(&branch).is_some_and(|path| staff.reach(permission).covers(branch, path))
}
