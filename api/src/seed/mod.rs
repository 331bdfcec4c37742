//! Filling a database: reference and founding data, the demo world, a large synthetic world. Each is one transaction
//! recorded at its end, so that running it again changes nothing and an interrupted one leaves nothing.

mod demo;
mod demo_bot;
mod demo_market;
mod demo_photos;
mod demo_support;
mod drawing;
mod facts;
mod founding;
mod people;
mod removal;
mod scale;

pub use people::{DemoLogins, demo_logins, has_demo_people};
pub use removal::remove_demo;
pub use scale::{UNITS, scale};

use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::files::Files;
use crate::platform::query::transaction::Tx;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::text::LocalizedText;
use jiff::Timestamp;

/// In whose name data is seeded.
const SEEDER: Actor = Actor::System(Purpose::Seed);

/// Seed reference and founding data; says whether there was anything to do.
///
/// # Errors
/// The database's refusal; nothing was seeded then.
pub async fn founding(db: &Db, now: Timestamp) -> Result<bool> {
    once(db, now, "founding", founding::seed).await
}

/// Seed the demo world, and the founding data before it; says whether there was anything to do.
///
/// # Errors
/// The database's refusal; nothing was seeded then.
pub async fn demo(db: &Db, now: Timestamp) -> Result<bool> {
    founding(db, now).await?;
    let is_new = once(db, now, "demo", demo::seed).await?;
    let is_new = once(db, now, "demo support services", demo_support::seed).await? || is_new;
    let is_new = once(db, now, "demo bot menu", demo_bot::seed).await? || is_new;
    Ok(once(db, now, "demo people", people::seed).await? || is_new)
}

/// Seed stock and a week of sales at the markets of the demo world, and the demo world before it.
///
/// # Errors
/// The database's refusal; nothing was seeded then.
pub async fn demo_with_sales(db: &Db, now: Timestamp) -> Result<bool> {
    let is_new = demo(db, now).await?;
    Ok(once(db, now, "demo market", demo_market::seed).await? || is_new)
}

/// Seed the demo world as it is shown: with stock, sales and photos, whose files are written.
///
/// # Errors
/// The database's refusal; UNAVAILABLE when the files cannot be written.
pub async fn demo_with_photos(db: &Db, files: &Files, now: Timestamp) -> Result<bool> {
    let is_new = demo_with_sales(db, now).await?;
    Ok(once(db, now, "demo photos", async |tx| demo_photos::seed(tx, files).await).await? || is_new)
}

/// Run a seed unless it is recorded; it is recorded in the seed's own transaction.
async fn once(db: &Db, now: Timestamp, name: &str, seed: impl AsyncFn(&Tx<'_>) -> Result<()>) -> Result<bool> {
    db.write(&SEEDER, now, async |tx| {
        // Two instances may start at once; the second waits and finds it recorded.
        tx.advisory_lock(1_970_169_456).await?;
        if is_seeded(tx, name).await? {
            return Ok(false);
        }
        seed(tx).await?;
        let row = vec![name.into(), now.as_microsecond().into()];
        tx.insert_values("seed", &["name", "finished_at"], vec![row]).await?;
        Ok(true)
    })
    .await
}

async fn is_seeded(tx: &Tx<'_>, name: &str) -> Result<bool> {
    let sql = "select 1 from seed where name = $1";
    Ok(tx.query_one::<i32>(sql, [name.into()]).await?.is_some())
}

/// A model as it is inserted, its number left to the database.
macro_rules! fresh {
    ($module:path, $($rest:tt)*) => {{
        use sea_orm::IntoActiveModel;
        use $module as module;
        let mut row = module::Model { number: 0, $($rest)* }.into_active_model();
        row.number = sea_orm::ActiveValue::NotSet;
        row
    }};
}
use fresh;

/// A text of the seeds' own.
fn text(ar: &str, fr: &str, en: Option<&str>) -> LocalizedText {
    use domain::text::Locale;
    let all = [(Locale::Ar, ar), (Locale::Fr, fr)].into_iter().chain(en.map(|en| (Locale::En, en)));
    let given = all.filter(|(_, text)| !text.is_empty()).map(|(locale, text)| (locale, text.to_owned()));
    LocalizedText::new(given, domain::text::DESCRIPTION_MAX).expect("the seeds hold texts in Arabic or French")
}
