//! What entries of the audit lead to.

use crate::audit::object::{AuditActor, AuditChange, AuditEntry};
use crate::audit::readable;
use crate::audit::store::{TimesOf, ValuesOf};
use crate::branch::object::Branch;
use crate::node;
use crate::node::Node;
use crate::platform::audit::record::ActorKind;
use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::{GlobalId, Kind};
use crate::platform::loading::reader::Reads;
use async_graphql::{ComplexObject, Context, ID};
use std::collections::BTreeMap;

#[ComplexObject]
impl AuditEntry {
    /// The actor, with the name of that time.
    async fn actor(&self, ctx: &Context<'_>) -> Result<AuditActor> {
        let mut values = self.batch.load(ctx.reader(), ValuesOf, self.key).await?;
        let (kind, key) = self.by;
        let of = if kind == ActorKind::PartnerClient { Kind::PartnerClient } else { Kind::User };
        let id = key.map(|key| ID(GlobalId::new(of, key).to_string()));
        Ok(AuditActor { kind: kind.into(), display_name: values.remove("actor"), id })
    }

    /// The network address that the request came from; null when it is not known, and where it was erased.
    async fn client(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        let values = self.batch.load(ctx.reader(), ValuesOf, self.key).await;
        values.map(|mut values| values.remove("client")).transpose()
    }

    /// How many times the action was tried within its minute; 1 for what was carried out.
    async fn times(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(self.batch.load(ctx.reader(), TimesOf, self.key).await?.max(1))
    }

    /// The branch in whose chain the entry stands; null when it is out of the caller's reach.
    async fn branch(&self, ctx: &Context<'_>) -> Option<Result<Branch>> {
        self.batch.object(ctx.reader(), self.branch_key).await.transpose()
    }

    /// The object of the action; null when it is out of the caller's reach.
    async fn subject(&self, ctx: &Context<'_>) -> Option<Result<Node>> {
        let id = self.subject_id?;
        node::find(ctx.reader(), &self.batch, id).await.transpose()
    }

    /// The values that changed.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<AuditChange>> {
        let stored: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&self.changed).map_err(Error::internal)?;
        let mut changes = BTreeMap::new();
        for (name, sides) in stored {
            let subject = self.subject_id.map(|id| id.kind);
            let side = |place: usize| {
                let value = sides.get(place).filter(|side| !side.is_null())?;
                Some(readable::shown(subject, &name, value).to_string())
            };
            let (before, after) = (side(0), side(1));
            changes.insert(name.clone(), AuditChange { name, before, after });
        }
        for (name, value) in self.batch.load(ctx.reader(), ValuesOf, self.key).await? {
            let Some((name, side)) = name.rsplit_once('.') else { continue };
            let change = changes.entry(name.to_owned());
            let change = change.or_insert_with(|| AuditChange { name: name.to_owned(), before: None, after: None });
            let value = Some(serde_json::Value::from(value).to_string());
            if side == "before" { change.before = value } else { change.after = value }
        }
        Ok(changes.into_values().collect())
    }
}
