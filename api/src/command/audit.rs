//! The audit: proving it, anchoring its ends, and erasing personal values.

use super::common::{fault, keys_of, owner, refuse_behind, say};
use crate::config::Settings;
use crate::platform::audit::verify::{self, Anchor, Broken, Proved};
use crate::platform::audit::{anchor_file, erase};
use crate::platform::clock::Clock;
use crate::platform::database::db::Db;
use crate::platform::database::fault::StartFault;
use crate::platform::graphql::global_id::GlobalId;
use crate::platform::key_fingerprint;
use crate::telemetry;
use async_graphql::ID;
use std::path::Path;

/// Prove the chains of the audit, with every anchor that is known outside, and anchor their ends once more.
pub(super) async fn verify(settings: &Settings, mut outside: Vec<Anchor>) -> Result<(), StartFault> {
    let telemetry = telemetry::start(settings)?;
    let db = owner(settings).await?;
    refuse_behind(&db).await?;
    let now = Clock::System.now();
    let was_served = key_fingerprint::is_recorded(&db, now).await.map_err(|error| fault(&error))?;
    let keys = keys_of(settings, &db, now).await?;
    if let Some(path) = &settings.audit_anchors {
        let kept = anchor_file::read(path)?;
        if kept.is_empty() && verify::last_anchor(&db, now).await.map_err(|error| fault(&error))?.is_some() {
            return Err(StartFault(format!(
                "{} holds no anchor, although the audit has one: either the file was removed, or no server was started with it \
                 yet.",
                path.display()
            )));
        }
        outside.extend(kept);
    }
    let proved = verify::prove(&db, &keys, now, &outside).await.map_err(|error| fault(&error))?;
    let Proved { chains, links } = match proved {
        Ok(Proved { links: 0, .. }) if was_served => {
            return Err(StartFault("The audit is broken: it is empty, although a server was started with it.".into()));
        }
        Ok(proved) => proved,
        Err(Broken { branch, sequence, what }) => {
            return Err(StartFault(format!("The audit is broken: link {sequence} of branch {branch} {what}.")));
        }
    };
    verify::anchor_now(&db, &keys, now).await.map_err(|error| fault(&error))?;
    let anchor = publish(&db, settings.audit_anchors.as_deref()).await?;
    db.close().await;
    tokio::task::spawn_blocking(move || telemetry.finish()).await.map_err(|error| StartFault(error.to_string()))?;
    let compared = match outside.len() {
        0 => "no anchor outside the database was there to compare with".to_owned(),
        1 => "with one anchor from outside the database".to_owned(),
        number => format!("with {number} anchors from outside the database"),
    };
    let told = anchor.map(|Anchor { sequence, hash }| format!(" Anchor: {sequence}:{hash}")).unwrap_or_default();
    say(&format!("The audit is whole: {chains} chains, {links} links, {compared}.{told}"))
}

/// Tell the last anchor outside the database: in the log, in a trace, and in the file where one is set; it is answered.
///
/// # Errors
/// One sentence, when the file cannot be read or written, or holds an anchor that is not in the audit any more.
pub(super) async fn publish(db: &Db, file: Option<&Path>) -> Result<Option<Anchor>, StartFault> {
    let now = Clock::System.now();
    let last = verify::last_anchor(db, now).await.map_err(|error| fault(&error))?;
    let kept = file.map(anchor_file::read).transpose()?.unwrap_or_default();
    if let (Some(path), Some(kept)) = (file, kept.last())
        && !verify::holds(db, now, kept).await.map_err(|error| fault(&error))?
    {
        let (sequence, path) = (kept.sequence, path.display());
        return Err(StartFault(format!("The audit was cut: its anchor {sequence}, kept in {path}, is missing.")));
    }
    let Some(anchor) = last else { return Ok(None) };
    if let Some(path) = file.filter(|_| kept.last() != Some(&anchor)) {
        anchor_file::append(path, &anchor)?;
    }
    let span = tracing::info_span!("audit anchor", sequence = anchor.sequence, hash = anchor.hash);
    span.in_scope(|| tracing::info!("the audit is anchored by {}:{}", anchor.sequence, anchor.hash));
    Ok(Some(anchor))
}

/// Erase what the audit keeps of a person.
pub(super) async fn erase(settings: &Settings, id: &str) -> Result<(), StartFault> {
    let of = GlobalId::parse(&ID::from(id), "id").map_err(|_| StartFault(format!("`{id}` is no global id.")))?;
    let db = owner(settings).await?;
    refuse_behind(&db).await?;
    let now = Clock::System.now();
    let keys = keys_of(settings, &db, now).await?;
    let erased = erase::erase(&db, &keys, now, of).await.map_err(|error| fault(&error))?;
    db.close().await;
    say(&format!("{erased} values of the audit were erased; its chains are as they were."))
}
