//! Reading and changing partners' machine credentials.

use super::entity::{Column, Entity, Model};
use super::object::PartnerClient;
use crate::config::Network;
use crate::partner::entity as partner;
use crate::platform::audit::record::{AuditOutcome, append_own};
use crate::platform::database::db::Db;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::keys::{Keys, hashed, secret};
use crate::platform::loading::object;
use crate::platform::loading::reader::Reader;
use crate::platform::paging::page::{Connection, CreationOrder, ListArgs, Order};
use crate::platform::query::stored::Json;
use crate::platform::query::table::Table;
use crate::platform::query::transaction::Tx;
use crate::session::attempts::Attempts;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::branch::national;
use domain::codes::Coded;
use domain::fault::{Code, Fault, Faults};
use domain::partner_client::{ClientScope, check_expiry};
use domain::text::NAME_MAX;
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ActiveValue, ColumnTrait, IntoActiveModel, Value};
use serde_json::json;
use uuid::Uuid;

/// So many addresses and networks may be named.
const ADDRESSES_MAX: usize = 50;
/// For so many hours the old secret may hold beside the new one.
const OVERLAP_MAX: i32 = 168;
/// When it was last used is told to the minute: it is written no more often.
const MINUTE: i64 = 60_000_000;

/// A page of credentials, in the order that is asked for.
///
/// # Errors
/// UNAUTHENTICATED, BAD_USER_INPUT naming the argument, or the database's refusal.
pub async fn list(reader: &Reader, roots: ListArgs, by: CreationOrder) -> Result<Connection<PartnerClient>> {
    reader.signed_in()?;
    let tx = reader.begin();
    let select = tx.select_for_list::<Entity>(false);
    object::list(reader, format!("partnerClients {by:?}"), select, &roots.page, &Order::created(by, Column::Number))
        .await
}

/// A credential that is to be made, as it was given.
#[derive(Clone)]
pub struct NewClient {
    /// For which partner.
    pub partner: Uuid,
    /// What people call it.
    pub name: String,
    /// What it may ask for.
    pub scopes: Vec<String>,
    /// The addresses and networks that it may come from.
    pub addresses: Vec<String>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Read each element of a list; those that cannot be read are named by their places.
fn each<T: PartialEq>(
    given: &[String],
    field: &str,
    code: Code,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, Faults> {
    let (mut sound, mut faults) = (Vec::new(), Faults::new());
    for (place, text) in given.iter().enumerate() {
        match read(text) {
            Some(one) if sound.contains(&one) => {}
            Some(one) => sound.push(one),
            None => faults.push(Fault::new(code).at(&place.to_string()).at(field)),
        }
    }
    if faults.is_empty() { Ok(sound) } else { Err(faults) }
}

/// Make a credential; its key and its secret.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN; TEXT_REQUIRED, TEXT_TOO_LONG, TEXT_UNSAFE at `name`, SCOPE_INVALID at `scopes`,
/// ADDRESS_INVALID at `addresses`, DATE_INVALID at `expiresAt`.
pub async fn create(tx: &Tx<'_>, new: NewClient) -> Result<(Uuid, String)> {
    let partner = tx.select::<partner::Entity>().filter(partner::Column::Id.eq(new.partner)).one(partner::Entity::read);
    let partner = partner.await?.ok_or_else(|| Error::refused(Code::NotFound))?;
    tx.everywhere::<Entity>()?;
    let mut faults = Faults::new();
    let name = domain::text::required(&new.name, NAME_MAX).map_err(|code| faults.push(Fault::new(code).at("name")));
    let scopes = each(&new.scopes, "scopes", Code::ScopeInvalid, ClientScope::parse);
    let scopes = match scopes {
        Ok(scopes) if scopes.is_empty() => Err(vec![Fault::new(Code::ScopeInvalid).at("scopes")]),
        other => other,
    };
    let scopes = scopes.map_err(|wrong| faults.extend(wrong));
    let network = |text: &str| text.parse::<Network>().ok().map(|_| text.to_owned());
    let addresses = each(&new.addresses, "addresses", Code::AddressInvalid, network);
    let addresses = match addresses {
        Ok(addresses) if addresses.len() > ADDRESSES_MAX => Err(vec![Fault::new(Code::AddressInvalid).at("addresses")]),
        other => other,
    };
    let addresses = addresses.map_err(|wrong| faults.extend(wrong));
    let ends = check_expiry(new.expires_at, tx.now()).map_err(|fault| faults.push(fault));
    let (Ok(name), Ok(scopes), Ok(addresses), Ok(())) = (name, scopes, addresses, ends) else {
        return Err(faults.into());
    };
    let (id, now) = (Uuid::now_v7(), tx.now().as_microsecond());
    let expires_at = new.expires_at.as_microsecond();
    let tail = id.simple().to_string().split_off(24);
    let client_id = format!("{}-{tail}", partner.slug);
    let mut row = Model {
        id,
        number: 0,
        partner_id: partner.id,
        client_id: client_id.clone(),
        name: name.into(),
        scopes: Json(scopes),
        addresses: Json(addresses),
        expires_at,
        revoked_at: None,
        last_used_at: None,
        is_demo: false,
        version: 1,
        created_at: now,
        changed_at: now,
    }
    .into_active_model();
    row.number = ActiveValue::NotSet;
    tx.insert_all::<Entity>(vec![row]).await?;
    let secret = secret();
    keep(tx, id, &client_id, &secret, expires_at).await?;
    Ok((id, secret))
}

/// Make a credential in the name of the platform itself, as it is told by whoever owns the machine; what it comes in as,
/// and its secret.
///
/// # Errors
/// NOT_FOUND when there is no such partner, and the refusals of [`create`].
pub async fn create_for(
    db: &Db,
    keys: &Keys,
    now: Timestamp,
    (partner, name, scopes, expires_at): (&str, String, Vec<String>, Timestamp),
) -> Result<(String, String)> {
    db.write(&Actor::System(Purpose::Authenticate), now, async |tx| {
        let found = tx.select::<partner::Entity>().filter(partner::Column::Slug.eq(partner)).one(partner::Entity::read);
        let partner = found.await?.ok_or_else(|| Error::refused(Code::NotFound))?.id;
        let (key, secret) = create(tx, NewClient { partner, name, scopes, addresses: Vec::new(), expires_at }).await?;
        let made = tx.select::<Entity>().filter(Column::Id.eq(key)).one(Entity::read).await?;
        let made = made.ok_or_else(|| Error::internal("a credential that was made is not there"))?;
        let changes = json!({"client_id": [null, made.client_id], "scopes": [null, made.scopes.0]});
        let changes = changes.as_object().cloned().unwrap_or_default();
        let subject = Some((Kind::PartnerClient, key));
        append_own(tx, keys, ("partnerClientCreate", AuditOutcome::Done), national(), subject, changes).await?;
        Ok((made.client_id, secret))
    })
    .await
}

/// What is stored of a secret: bound to the credential that it belongs to.
fn stored(client_id: &str, secret: &str) -> String {
    hashed(format!("{client_id} {secret}"))
}

/// Keep a secret's hash.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn keep(tx: &Tx<'_>, key: Uuid, client_id: &str, secret: &str, expires_at: i64) -> Result<()> {
    let sql = "insert into partner_client_secret (hash, id, partner_client_id, expires_at)
        values ($1, $2, $3, $4)";
    let values: [Value; 4] = [stored(client_id, secret).into(), Uuid::now_v7().into(), key.into(), expires_at.into()];
    tx.as_platform(async |tx| tx.execute(sql, values).await).await?;
    Ok(())
}

/// Give a credential another secret; those before it hold for so many hours more.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID when it was revoked, DATE_INVALID at `expiresAt`, AMOUNT_INVALID at
/// `overlapHours`.
pub async fn rotate(
    tx: &Tx<'_>,
    key: Uuid,
    version: i32,
    expires_at: Timestamp,
    overlap_hours: i32,
) -> Result<(Uuid, String)> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    let mut faults: Faults = check_expiry(expires_at, tx.now()).err().into_iter().collect();
    if !(0..=OVERLAP_MAX).contains(&overlap_hours) {
        faults.push(Fault::new(Code::AmountInvalid).at("overlapHours"));
    }
    if locked.row().revoked_at.is_some() {
        faults.push(Fault::new(Code::StatusInvalid));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let client_id = locked.row().client_id.clone();
    let until = (tx.now() + SignedDuration::from_hours(overlap_hours.into())).as_microsecond();
    let expires_at = expires_at.as_microsecond();
    tx.update(locked, |row| row.expires_at = ActiveValue::Set(expires_at)).await?;
    let sql = "update partner_client_secret set expires_at = $2 where partner_client_id = $1 and expires_at > $2";
    let values: [Value; 2] = [key.into(), until.into()];
    tx.as_platform(async |tx| tx.execute(sql, values).await).await?;
    let secret = secret();
    keep(tx, key, &client_id, &secret, expires_at).await?;
    Ok((key, secret))
}

/// Revoke a credential, for good; tokens that were given for it end with it.
///
/// # Errors
/// NOT_FOUND, FORBIDDEN, CONFLICT, STATUS_INVALID when it was revoked before.
pub async fn revoke(tx: &Tx<'_>, key: Uuid, version: i32) -> Result<Uuid> {
    let locked = tx.lock_version::<Entity>(key, version).await?;
    if locked.row().revoked_at.is_some() {
        return Err(Fault::new(Code::StatusInvalid).into());
    }
    let now = tx.now().as_microsecond();
    tx.update(locked, |row| row.revoked_at = ActiveValue::Set(Some(now))).await?;
    let sql = "delete from partner_client_secret where partner_client_id = $1";
    tx.as_platform(async |tx| tx.execute(sql, [key.into()]).await).await?;
    Ok(key)
}

/// A credential that was shown and holds.
pub struct Shown {
    /// Which one.
    pub key: Uuid,
    /// By which of its secrets.
    pub secret: Uuid,
    /// What it may ask for.
    pub scopes: Vec<ClientScope>,
}

/// Look whether a program may come in; nothing when it may not, whatever the reason. The work is the same for a
/// credential that does not exist.
///
/// # Errors
/// RATE_LIMITED while failures delay the next attempt, or the database's refusal.
pub async fn show(
    reader: &Reader,
    client_id: &str,
    secret: &str,
    is_demo_mode: bool,
    is_from: impl Fn(&str) -> bool,
) -> Result<Option<Shown>> {
    let hash = stored(client_id, secret);
    let attempts = Attempts::on(reader, client_id);
    reader
        .as_platform(async |tx| {
            attempts.reserve(tx).await?;
            let now = tx.now().as_microsecond();
            let sql = "select c.id, s.id, c.scopes, c.addresses, c.is_demo, c.last_used_at from partner_client_secret s
                join partner_client c on c.id = s.partner_client_id
                where s.hash = $1 and s.expires_at > $2 and c.expires_at > $2 and c.revoked_at is null";
            type Row = (Uuid, Uuid, Json<Vec<ClientScope>>, Json<Vec<String>>, bool, Option<i64>);
            let row = tx.query_one::<Row>(sql, [hash.into(), now.into()]).await?;
            let Some((key, secret, Json(scopes), Json(addresses), is_demo, last_used_at)) = row else {
                return Ok(None);
            };
            let is_elsewhere = !addresses.is_empty() && !addresses.iter().any(|network| is_from(network));
            if is_elsewhere || (is_demo && !is_demo_mode) {
                return Ok(None);
            }
            attempts.succeed(tx).await?;
            let minute = now - now.rem_euclid(MINUTE);
            if last_used_at != Some(minute) {
                let sql = "update partner_client set last_used_at = $2 where id = $1";
                tx.execute(sql, [key.into(), minute.into()]).await?;
            }
            Ok(Some(Shown { key, secret, scopes }))
        })
        .await
}
