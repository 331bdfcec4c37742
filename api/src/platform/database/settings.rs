//! What PostgreSQL is told of an actor, for one transaction.

use domain::access::{Permission, Purpose};
use domain::actor::Actor;
use domain::branch::Path;
use domain::codes::Coded;
use domain::user::{Assignment, Reach};
use sea_orm::{DbBackend, Statement};
use uuid::Uuid;

/// What PostgreSQL is told while a transaction writes what follows from its changes: search text, the audit, the log. Nobody acts
/// with this purpose.
pub(in crate::platform) const RECORDING: &str = "RECORD";

/// How far an actor reads and writes by subtrees, as PostgreSQL is told. Whoever looks whether everything is as it should
/// be reads everything.
pub(in crate::platform) fn subtrees(actor: &Actor) -> (Vec<Path>, Vec<Path>) {
    match actor {
        Actor::Staff(staff) => {
            (Reach::of(staff.assignments()).subtrees, Reach::of(staff.assignments().iter().filter(is_writing)).subtrees)
        }
        Actor::System(Purpose::Check) => (vec![Path::root(domain::branch::national())], Vec::new()),
        Actor::Anonymous | Actor::Partner(_) | Actor::System(_) => (Vec::new(), Vec::new()),
    }
}

/// Whether a role lets somebody change anything.
fn is_writing(assignment: &&Assignment) -> bool {
    Permission::ALL.iter().any(|permission| !permission.is_seeing() && assignment.role.grants(*permission))
}

/// What PostgreSQL is told of an actor, for one transaction: who asks, how far she reads and how far she writes with any
/// of her roles; which of them lets her do what is for the row filters of statements to say. What counsellors alone read has a
/// reach of its own.
pub(in crate::platform) fn settings(actor: &Actor) -> Option<Statement> {
    let told: Vec<(&str, String)> = match actor {
        Actor::Anonymous => return None,
        Actor::System(purpose) => {
            let (read, _) = subtrees(actor);
            vec![("app.purpose", purpose.to_string()), ("app.read_subtrees", paths(&read))]
        }
        Actor::Partner(client) => {
            let program = [("app.actor", client.client.to_string()), ("app.partner", client.partner.to_string())];
            [("app.purpose", String::new())].into_iter().chain(program).collect()
        }
        Actor::Staff(staff) => {
            let read = Reach::of(staff.assignments());
            let write = Reach::of(staff.assignments().iter().filter(is_writing));
            let mut told = vec![
                ("app.purpose", String::new()),
                ("app.actor", staff.user.to_string()),
                ("app.read_branches", keys(&read.branches)),
                ("app.read_subtrees", paths(&read.subtrees)),
                ("app.read_cooperatives", keys(&read.cooperatives)),
                ("app.write_branches", keys(&write.branches)),
                ("app.write_subtrees", paths(&write.subtrees)),
                ("app.write_cooperatives", keys(&write.cooperatives)),
            ];
            for (permission, branches, subtrees) in [
                (Permission::SeeShelters, "app.confidential_branches", "app.confidential_subtrees"),
                (Permission::SeeReferrals, "app.referrals_branches", "app.referrals_subtrees"),
            ] {
                let confided = staff.reach(permission);
                if !confided.subtrees.is_empty() || !confided.branches.is_empty() {
                    told.push((branches, keys(&confided.branches)));
                    told.push((subtrees, paths(&confided.subtrees)));
                }
            }
            told
        }
    };
    let said: Vec<String> = told
        .iter()
        .enumerate()
        .map(|(place, (name, _))| format!("set_config('{name}', ${}, true)", place + 1))
        .collect();
    let sql = format!("select {}", said.join(", "));
    Some(Statement::from_sql_and_values(DbBackend::Postgres, sql, told.into_iter().map(|(_, value)| value.into())))
}

/// Keys as PostgreSQL writes an array.
fn keys(keys: &[Uuid]) -> String {
    format!("{{{}}}", keys.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","))
}

/// Paths as PostgreSQL writes an array.
pub(in crate::platform) fn paths(paths: &[Path]) -> String {
    format!("{{{}}}", paths.iter().map(Path::as_str).collect::<Vec<_>>().join(","))
}
