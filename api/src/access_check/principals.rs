//! In whose name everything is asked: people with every role, and programs of partners, each with a real token. What they may do
//! is read from the database for each request, as the server does it.

use crate::platform::database::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::keys::Keys;
use crate::platform::query::stored::{Day, EnumValue};
use crate::platform::query::transaction::Tx;
use crate::session::rights::Rights;
use crate::session::token::{Audience, issue, verify};
use crate::user;
use domain::access::{Purpose, Role};
use domain::actor::Actor;
use domain::codes::Coded;
use domain::id::founding;
use domain::partner_client::ClientScope;
use domain::user::{Reach, UserStatus};
use jiff::Timestamp;
use sea_orm::{ActiveValue, IntoActiveModel, Value};
use uuid::Uuid;

/// In whose name the scratch database is prepared and looked at.
pub(super) static SEEDER: Actor = Actor::System(Purpose::Seed);

/// Somebody in whose name everything is asked.
pub(super) struct Principal {
    pub name: String,
    /// Who she is by her token.
    pub actor: Actor,
    /// Her token; none: anybody.
    pub token: Option<String>,
    /// Whether somebody else of the check holds the same role in another province.
    pub is_twin: bool,
}

impl Principal {
    /// What is within reach, whatever the role.
    pub(super) fn reach(&self) -> (Reach, Option<Uuid>) {
        match &self.actor {
            Actor::Staff(staff) => (Reach::of(staff.assignments()), None),
            Actor::Partner(client) => (Reach::default(), Some(client.partner)),
            Actor::Anonymous | Actor::System(_) => (Reach::default(), None),
        }
    }
}

/// Who shows a token, as the server finds it out.
///
/// # Errors
/// INTERNAL when the token does not hold.
pub(super) async fn actor(db: &Db, rights: &Rights, keys: &Keys, now: Timestamp, token: Option<&str>) -> Result<Actor> {
    let Some(token) = token else { return Ok(Actor::Anonymous) };
    let bearer = verify(keys, now, token).ok_or_else(|| Error::internal("a token of the check does not hold"))?;
    let actor = rights.actor(db, now, &bearer, true, |_| true).await?;
    actor.ok_or_else(|| Error::internal("a principal of the check may not come in"))
}

/// A role that a principal holds.
struct Held {
    role: Role,
    branch: &'static str,
    includes_descendants: bool,
    cooperative: Option<&'static str>,
}

/// Nobody, each role in two provinces, an administrator, an auditor and a counsellor above them, some without what stands below their branch,
/// and each demo partner.
///
/// # Errors
/// The database's refusal, or a demo world that lacks a branch or a credential.
pub(super) async fn principals(
    owner: &Db,
    server: &Db,
    rights: &Rights,
    keys: &Keys,
    now: Timestamp,
) -> Result<Vec<Principal>> {
    let mut held = Vec::new();
    for (branch, cooperative) in [("khouribga", "demo-argan"), ("mdiq-fnideq", "demo-mdiq-miel")] {
        for role in Role::ALL.iter().copied().filter(|role| *role != Role::NationalAdmin) {
            let cooperative = (role == Role::CooperativeRep).then_some(cooperative);
            held.push(Held { role, branch, includes_descendants: cooperative.is_none(), cooperative });
        }
    }
    let above = |role, branch, includes_descendants| Held { role, branch, includes_descendants, cooperative: None };
    held.extend([
        above(Role::BranchAdmin, "region-05", true),
        above(Role::NationalAdmin, "national", true),
        above(Role::Auditor, "national", true),
        above(Role::Counsellor, "national", true),
        above(Role::BranchAdmin, "region-05", false),
        above(Role::Auditor, "national", false),
    ]);
    let mut named = vec![("anybody".to_owned(), None)];
    let made = owner.write(&SEEDER, now, async |tx| {
        let mut made = Vec::new();
        for held in &held {
            made.push(person(tx, keys, held).await?);
        }
        for partner in ["unfpa", "indh", "ocp-foundation"] {
            made.push(program(tx, keys, partner).await?);
        }
        Ok(made)
    });
    named.extend(made.await?.into_iter().map(|(name, token)| (name, Some(token))));
    let mut principals = Vec::new();
    for (name, token) in named {
        let actor = actor(server, rights, keys, now, token.as_deref()).await?;
        let is_twin = name.ends_with("at mdiq-fnideq");
        principals.push(Principal { name, actor, token, is_twin });
    }
    Ok(principals)
}

/// Somebody who holds a role and has come in: what she is called, and her token.
async fn person(tx: &Tx<'_>, keys: &Keys, held: &Held) -> Result<(String, String)> {
    let Held { role, branch, includes_descendants, cooperative } = held;
    let alone = if *includes_descendants || cooperative.is_some() { "" } else { " alone" };
    let name = format!("{role} at {branch}{alone}");
    let (user, session) = (founding("principal", &name), founding("principal session", &name));
    let (now, branch) = (tx.now().as_microsecond(), founding("branch", branch));
    let mut login = user::entity::Model {
        id: user,
        number: 0,
        email: format!("{}@principal.unfm.example", user.simple()),
        display_name: name.clone(),
        status: EnumValue(UserStatus::Active),
        is_demo: true,
        version: 1,
        created_at: now,
        changed_at: now,
    }
    .into_active_model();
    login.number = ActiveValue::NotSet;
    tx.insert_all::<user::entity::Entity>(vec![login]).await?;
    let role = user::assignment::Model {
        id: founding("principal role", &name),
        branch_id: branch,
        user_id: user,
        role: EnumValue(*role),
        includes_descendants: *includes_descendants,
        cooperative_id: cooperative.map(|slug| founding("cooperative", slug)),
        valid_from: Day(domain::calendar::today(tx.now())),
        valid_to: None,
        granted_by: None,
        revoked_at: None,
        version: 1,
        created_at: now,
        changed_at: now,
    };
    tx.insert_all::<user::assignment::Entity>(vec![role.into_active_model()]).await?;
    let sql = "insert into session (id, user_id, epoch, has_second_factor, started_at, ends_at)
        select $1, id, credential_epoch, true, $3, $4 from staff_user where id = $2";
    let values: [Value; 4] = [session.into(), user.into(), now.into(), i64::MAX.into()];
    tx.execute(sql, values).await?;
    Ok((name, issue(keys, tx.now(), Audience::Staff, user, session, None)?))
}

/// A program of a demo partner, with everything that its credential was given for.
async fn program(tx: &Tx<'_>, keys: &Keys, partner: &str) -> Result<(String, String)> {
    let client = founding("partner_client", &format!("{partner}-demo"));
    let sql = "select id from partner_client_secret where partner_client_id = $1";
    let secret = tx.query_one::<Uuid>(sql, [client.into()]).await?;
    let secret = secret.ok_or_else(|| Error::internal(format!("the demo world has no credential of {partner}")))?;
    let scopes: Vec<&str> = ClientScope::ALL.iter().map(|scope| scope.as_str()).collect();
    let token = issue(keys, tx.now(), Audience::Partner, client, secret, Some(scopes.join(" ")))?;
    Ok((format!("the program of {partner}"), token))
}
