//! Deleting the files that no photo shows: of photos that were taken away, and of those that were sent and never added.

use crate::platform::database::db::Db;
use crate::platform::error::Result;
use crate::platform::files::Files;
use crate::platform::picture::{ORIGINAL, WIDTHS, file_of};
use domain::access::Purpose;
use domain::actor::Actor;
use jiff::{SignedDuration, Timestamp};

/// So long after they were written files stay that no photo shows: one may be about to.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// So many contents are looked at in one pass; the others come next time.
const AT_ONCE: i64 = 1000;

/// Delete the files that no photo shows, however many instances look. Answers how many contents that were.
///
/// # Errors
/// The database's refusal, UNAVAILABLE when the files cannot be reached: what they belong to is tried again.
pub async fn sweep(db: &Db, files: &Files, now: Timestamp) -> Result<usize> {
    let before = (now - KEPT).as_microsecond();
    let actor = Actor::System(Purpose::Housekeep);
    let unshown = "written_at < $1 and not exists (select 1 from photo where photo.content = photo_content.content)";
    let found = db.write(&actor, now, async |tx| {
        let text = format!("select content from photo_content where {unshown} order by written_at limit $2");
        tx.query::<String>(&text, [before.into(), AT_ONCE.into()]).await
    });
    let mut swept = 0;
    for content in found.await? {
        let gone = db.write(&actor, now, async |tx| {
            let text = format!("delete from photo_content where {unshown} and content = $2");
            let gone = tx.execute(&text, [before.into(), content.clone().into()]).await?;
            if gone > 0 {
                // Whoever sends the same photo meanwhile waits for the row, and writes the files again.
                let names = WIDTHS.into_iter().map(file_of).chain([ORIGINAL.to_owned()]);
                files.delete(&content, names).await?;
            }
            Ok(gone)
        });
        swept += usize::try_from(gone.await?).unwrap_or_default();
    }
    Ok(swept)
}
