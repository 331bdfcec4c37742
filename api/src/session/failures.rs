//! Failures of people who want to come in: they are counted for an address, known or not, and delay the next try.

use super::lifetime::after;
use crate::platform::error::{Error, Result};
use crate::platform::keys::hashed;
use crate::platform::loading::reader::Reader;
use crate::platform::query::transaction::Tx;
use domain::fault::Code;
use domain::user::{DELAY_FROM_ALL_PLACES, DELAY_FROM_ONE_PLACE, delay};
use jiff::SignedDuration;
use std::net::IpAddr;

/// Failures in a row that were so long ago do not count.
pub(crate) const FORGOTTEN: SignedDuration = SignedDuration::from_hours(24);

/// The failures of one address: from where the request comes, and from everywhere.
pub(crate) struct Failures([(String, SignedDuration); 2]);

/// The block of addresses that failures are counted for: an IPv6 network hands out 2^64 of them.
fn block(reader: &Reader) -> String {
    match reader.origin().address.as_deref().and_then(|address| address.parse::<IpAddr>().ok()) {
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
        Some(IpAddr::V4(address)) => address.to_string(),
        None => String::new(),
    }
}

impl Failures {
    /// Those of an address.
    pub(crate) fn of(reader: &Reader, email: &str) -> Self {
        Self([
            (hashed(&format!("{email} {}", block(reader))), DELAY_FROM_ONE_PLACE),
            (hashed(email), DELAY_FROM_ALL_PLACES),
        ])
    }

    /// Look whether the next try may be made.
    ///
    /// # Errors
    /// RATE_LIMITED while it may not, or the database's refusal.
    pub(crate) async fn wait(&self, tx: &Tx<'_>) -> Result<()> {
        let mut longest = SignedDuration::ZERO;
        for (subject, most) in &self.0 {
            let text = "select failures, last_at from sign_in_failure where subject = $1";
            let row = tx.query_one::<(i32, i64)>(text, [subject.clone().into()]).await?;
            let Some((failures, last_at)) = row else { continue };
            let passed = tx.now().duration_since(crate::platform::audit::verify::at(last_at));
            longest = longest.max(delay(failures.unsigned_abs(), *most) - passed);
        }
        if longest > SignedDuration::ZERO { Err(Error::refused(Code::RateLimited)) } else { Ok(()) }
    }

    /// Count one.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn count(&self, tx: &Tx<'_>) -> Result<()> {
        for (subject, _) in &self.0 {
            let text = "insert into sign_in_failure (subject, failures, last_at) values ($1, 1, $2)
                on conflict (subject) do update set last_at = $2,
                failures = case when sign_in_failure.last_at < $3 then 1 else sign_in_failure.failures + 1 end";
            let forgotten = after(tx.now(), -FORGOTTEN);
            tx.execute(text, [subject.clone().into(), tx.now().as_microsecond().into(), forgotten.into()]).await?;
        }
        Ok(())
    }

    /// Forget them all: she is in.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn forget(&self, tx: &Tx<'_>) -> Result<()> {
        for (subject, _) in &self.0 {
            tx.execute("delete from sign_in_failure where subject = $1", [subject.clone().into()]).await?;
        }
        Ok(())
    }
}
