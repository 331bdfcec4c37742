//! The second factor: codes of an authenticator (RFC 6238), each used once, and recovery codes for when it is lost.

use crate::platform::error::{Error, Result};
use crate::platform::keys::{Keys, hashed, random};
use crate::platform::query::stored::EnumValue;
use crate::platform::query::transaction::Tx;
use domain::access::Role;
use sea_orm::DbBackend;
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

/// So many recovery codes are given out.
const RECOVERY_CODES: usize = 10;

/// What the authenticator calls us.
const ISSUER: &str = "UNFM";

/// What an authenticator is set up with.
pub struct SetUp {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as an `otpauth:` address, to be shown as a picture.
    pub uri: String,
}

fn totp(secret: Vec<u8>, account: &str) -> Result<Totp> {
    // The default of the standard and of every authenticator: SHA-1, six digits, thirty seconds, one step of leeway.
    let builder = Builder::new().with_secret(secret).with_issuer(Some(ISSUER)).with_account_name(account);
    builder.build().map_err(Error::internal)
}

/// The row of secrets of a person, held until the end of the transaction: a code is used once also by two at a time.
async fn held(tx: &Tx<'_>, user: Uuid) -> Result<Option<(Option<String>, Option<String>, i64, Vec<String>)>> {
    let text = match tx.backend() {
        DbBackend::Postgres => {
            "select totp_secret, totp_pending, totp_step, recovery_hashes from user_secret where user_id = $1 for no key update"
        }
        _ => "select totp_secret, totp_pending, totp_step, recovery_hashes from user_secret where user_id = $1",
    };
    let row = tx.query_one::<(Option<String>, Option<String>, i64, String)>(text, [user.into()]).await?;
    let Some((secret, pending, step, recovery)) = row else { return Ok(None) };
    Ok(Some((secret, pending, step, serde_json::from_str(&recovery).map_err(Error::internal)?)))
}

/// Whether somebody has set it up.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn is_set_up(tx: &Tx<'_>, user: Uuid) -> Result<bool> {
    let text = "select 1 from user_secret where user_id = $1 and totp_secret is not null";
    Ok(tx.query_one::<i32>(text, [user.into()]).await?.is_some())
}

/// Whether one of her roles demands it, today or later.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn is_demanded(tx: &Tx<'_>, user: Uuid) -> Result<bool> {
    let text = "select role from role_assignment where user_id = $1 and revoked_at is null
        and (valid_to is null or valid_to >= $2)";
    let today = domain::calendar::today(tx.now()).to_string();
    let roles: Vec<EnumValue<Role>> = tx.query(text, [user.into(), today.into()]).await?;
    Ok(roles.iter().any(|role| role.0.demands_second_factor()))
}

/// Whether a code holds: one of the authenticator's that was not used, or a recovery code, which is used up.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn accept(tx: &Tx<'_>, keys: &Keys, user: Uuid, given: &str) -> Result<bool> {
    let Some((Some(sealed), _, last, recovery)) = held(tx, user).await? else { return Ok(false) };
    if let Some(step) = step(keys, user, &sealed, given, tx)? {
        let text = "update user_secret set totp_step = $2 where user_id = $1 and totp_step < $2";
        return Ok(step > last && tx.execute(text, [user.into(), step.into()]).await? == 1);
    }
    let hash = hashed(plain(given));
    let left: Vec<&String> = recovery.iter().filter(|one| **one != hash).collect();
    if left.len() == recovery.len() {
        return Ok(false);
    }
    let left = serde_json::to_string(&left).map_err(Error::internal)?;
    let text = "update user_secret set recovery_hashes = $2 where user_id = $1";
    tx.execute(text, [user.into(), left.into()]).await.map(|_| true)
}

/// The step of time that a code is of, when it is one of an authenticator set up with a secret.
fn step(keys: &Keys, user: Uuid, sealed: &str, given: &str, tx: &Tx<'_>) -> Result<Option<i64>> {
    let secret = keys.open(user.as_bytes(), sealed).ok_or_else(|| Error::internal("a second factor of other keys"))?;
    let now = u64::try_from(tx.now().as_second()).map_err(Error::internal)?;
    let code: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    Ok(totp(secret, "")?.check(&code, now).and_then(|step| i64::try_from(step).ok()))
}

/// Begin to set it up: what was set up before holds until it is confirmed.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn begin(tx: &Tx<'_>, keys: &Keys, user: Uuid, email: &str) -> Result<SetUp> {
    let secret = random::<20>();
    let text = "update user_secret set totp_pending = $2 where user_id = $1";
    tx.execute(text, [user.into(), keys.seal(user.as_bytes(), &secret).into()]).await?;
    let uri = totp(secret.to_vec(), email)?.to_url().map_err(Error::internal)?;
    Ok(SetUp { secret: Secret::from(secret.to_vec()).to_base32(), uri })
}

/// Confirm it by the first code: the recovery codes, told once. Nothing when the code does not hold.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn confirm(tx: &Tx<'_>, keys: &Keys, user: Uuid, given: &str) -> Result<Option<Vec<String>>> {
    let Some((_, Some(sealed), ..)) = held(tx, user).await? else { return Ok(None) };
    let Some(step) = step(keys, user, &sealed, given, tx)? else { return Ok(None) };
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    let hashes: Vec<String> = codes.iter().map(|code| hashed(plain(code))).collect();
    let hashes = serde_json::to_string(&hashes).map_err(Error::internal)?;
    let text = "update user_secret set totp_secret = totp_pending, totp_pending = null, totp_step = $2,
        recovery_hashes = $3 where user_id = $1";
    tx.execute(text, [user.into(), step.into(), hashes.into()]).await?;
    Ok(Some(codes))
}

/// Sixteen letters and digits in groups of four: 80 bits, so that a plain hash of one cannot be reversed.
fn recovery_code() -> String {
    let code = Secret::from(random::<10>().to_vec()).to_base32();
    code.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// A recovery code without what people put between its groups.
fn plain(given: &str) -> String {
    given.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase()
}

/// Set it up with a secret that is known, for a login of the demo world.
///
/// # Errors
/// The database's refusal.
pub(crate) async fn set_up_with(tx: &Tx<'_>, keys: &Keys, user: Uuid, secret: &[u8]) -> Result<()> {
    let text = "update user_secret set totp_secret = $2 where user_id = $1";
    tx.execute(text, [user.into(), keys.seal(user.as_bytes(), secret).into()]).await.map(drop)
}
