//! The people and machine credentials of the demo world. What they come in with stands in the documentation for
//! everybody, so they come in nowhere but in demo mode.

use super::founding::slug;
use crate::partner_client::store::keep;
use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::keys::Keys;
use crate::platform::password;
use crate::platform::query::stored::{Day, EnumValue, Json};
use crate::platform::query::transaction::Tx;
use crate::seed::fresh;
use crate::session::second_factor;
use crate::{partner_client, user};
use argon2::Params;
use domain::access::{Purpose, Role};
use domain::actor::Actor;
use domain::codes::Coded;
use domain::id::founding as key;
use domain::partner_client::{ClientScope, LONGEST};
use domain::user::UserStatus;
use jiff::Timestamp;
use sea_orm::IntoActiveModel;

/// What all of them come in with.
const PASSWORD: &str = "marhaba-demo";

/// A person of the demo world: address, name, role, branch.
type Person = (&'static str, &'static str, Role, &'static str);

const PEOPLE: [Person; 15] = [
    ("national@unfm.example", "Administratrice nationale (démo)", Role::NationalAdmin, "national"),
    ("national2@unfm.example", "Deuxième administratrice nationale (démo)", Role::NationalAdmin, "national"),
    ("auditor@unfm.example", "Auditrice (démo)", Role::Auditor, "national"),
    ("region05@unfm.example", "Administratrice régionale (démo)", Role::BranchAdmin, "region-05"),
    ("khouribga@unfm.example", "Administratrice de Khouribga (démo)", Role::BranchAdmin, "khouribga"),
    ("market.khouribga@unfm.example", "Gérante du marché (démo)", Role::MarketManager, "khouribga"),
    ("programmes.khouribga@unfm.example", "Chargée de programmes (démo)", Role::ProgrammeOfficer, "khouribga"),
    ("finance.khouribga@unfm.example", "Chargée des finances (démo)", Role::FinanceOfficer, "khouribga"),
    ("cooperative@unfm.example", "Représentante de coopérative (démo)", Role::CooperativeRep, "khouribga"),
    ("data.khouribga@unfm.example", "Saisie des données (démo)", Role::DataEntry, "khouribga"),
    ("mdiq@unfm.example", "Administratrice de M'diq-Fnideq (démo)", Role::BranchAdmin, "mdiq-fnideq"),
    ("counsellor@unfm.example", "Conseillère (démo)", Role::Counsellor, "national"),
    ("counsellor2@unfm.example", "Deuxième conseillère (démo)", Role::Counsellor, "national"),
    ("shelter.khouribga@unfm.example", "Contact du centre d'hébergement (démo)", Role::ShelterContact, "khouribga"),
    ("totp@unfm.example", "Chargée des finances, second facteur (démo)", Role::FinanceOfficer, "khouribga"),
];

/// The cooperative whose representative the demo world has.
const OWN: &str = "demo-argan";

pub(super) async fn seed(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let today = domain::calendar::today(tx.now());
    let hash = password::hash(&Params::DEFAULT, PASSWORD.as_bytes())?;
    let (mut users, mut roles) = (Vec::new(), Vec::new());
    for (email, name, role, branch) in PEOPLE {
        users.push(fresh!(user::entity,
            id: key("user", email),
            email: email.to_owned(),
            display_name: name.to_owned(),
            status: EnumValue(UserStatus::Active),
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
        roles.push(
            user::assignment::Model {
                id: key("role_assignment", email),
                branch_id: key("branch", branch),
                user_id: key("user", email),
                role: EnumValue(role),
                includes_descendants: role != Role::CooperativeRep,
                cooperative_id: (role == Role::CooperativeRep).then(|| key("cooperative", OWN)),
                valid_from: Day(today),
                valid_to: None,
                granted_by: None,
                revoked_at: None,
                version: 1,
                created_at: now,
                changed_at: now,
            }
            .into_active_model(),
        );
    }
    tx.insert_all::<user::entity::Entity>(users).await?;
    tx.insert_all::<user::assignment::Entity>(roles).await?;
    for (email, ..) in PEOPLE {
        let sql = "insert into user_secret (user_id, password_hash) values ($1, $2)";
        let values = [key("user", email).into(), hash.clone().into()];
        tx.execute(sql, values).await?;
    }
    clients(tx).await
}

async fn clients(tx: &Tx<'_>) -> Result<()> {
    let now = tx.now().as_microsecond();
    let expires_at = (tx.now() + LONGEST).as_microsecond();
    let mut clients = Vec::new();
    for code in ["UNFPA", "INDH", "OCP_FOUNDATION"] {
        let client_id = format!("{}-demo", slug(code));
        clients.push(fresh!(partner_client::entity,
            id: key("partner_client", &client_id),
            partner_id: key("partner", &slug(code)),
            client_id: client_id.clone(),
            name: format!("{client_id} (démo)"),
            scopes: Json(ClientScope::ALL.to_vec()),
            addresses: Json(Vec::new()),
            expires_at,
            revoked_at: None,
            last_used_at: None,
            is_demo: true,
            version: 1,
            created_at: now,
            changed_at: now,
        ));
    }
    tx.insert_all::<partner_client::entity::Entity>(clients).await?;
    for code in ["UNFPA", "INDH", "OCP_FOUNDATION"] {
        let client_id = format!("{}-demo", slug(code));
        let secret = format!("{client_id}-secret");
        keep(tx, key("partner_client", &client_id), &client_id, &secret, expires_at).await?;
    }
    Ok(())
}

/// The login of the demo world that has set up the second factor.
const WITH_SECOND_FACTOR: &str = "totp@unfm.example";
/// What its authenticator is set up with: as public as its password.
const SECOND_FACTOR: [u8; 20] = *b"unfm demo second fac";

/// What a person needs to come in to the demo world: the logins, their password, and the secret of the second factor of
/// the one that has it.
pub struct DemoLogins {
    /// The addresses, with their roles and branches.
    pub people: Vec<(&'static str, Role, &'static str)>,
    /// The password of all.
    pub password: &'static str,
    /// Who has set up the second factor, and with which secret in base 32.
    pub second_factor: (&'static str, String),
}

/// Set up the second factor of the demo login that has one, with this installation's keys, and tell the logins.
///
/// # Errors
/// The database's refusal.
pub async fn demo_logins(db: &Db, keys: &Keys, now: Timestamp) -> Result<DemoLogins> {
    let user = key("user", WITH_SECOND_FACTOR);
    db.write(&PLATFORM, now, async |tx| second_factor::set_up_with(tx, keys, user, &SECOND_FACTOR).await).await?;
    Ok(DemoLogins {
        people: PEOPLE.iter().map(|(email, _, role, branch)| (*email, *role, *branch)).collect(),
        password: PASSWORD,
        second_factor: (WITH_SECOND_FACTOR, totp_rs::Secret::from(SECOND_FACTOR.to_vec()).to_base32()),
    })
}

/// In whose name people of the demo world are looked for.
static PLATFORM: Actor = Actor::System(Purpose::Authenticate);

/// Whether a database holds demo logins or credentials that may come in.
///
/// # Errors
/// The database's refusal.
pub async fn has_demo_people(db: &Db, now: Timestamp) -> Result<bool> {
    let sql = "select exists (select 1 from staff_user where is_demo and status = 'ACTIVE')
        or exists (select 1 from partner_client where is_demo and revoked_at is null)";
    Ok(db.query::<bool>(&PLATFORM, now, sql, []).await?.contains(&true))
}
