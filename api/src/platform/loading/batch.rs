//! Levels: things that were read together are asked for their relatives together, in one statement.
//!
//! A page of markets shares one [`Batch`]. The first market that is asked for its contributions reads them for all of
//! the page; the others wait and take theirs. No timer decides what belongs together, so the number of statements of
//! an operation is always the same.

use crate::platform::error::{Error, Result};
use crate::platform::graphql::global_id::Kind;
use crate::platform::loading::reader::Reader;
use crate::platform::query::table::{Columns, Guarded, Keys, Row, Table};
use domain::fault::Code;
use futures_util::future::BoxFuture;
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;
use uuid::Uuid;

/// What leads from things of one kind to their relatives: read for a whole level at once.
pub trait Related: std::fmt::Debug + Send + Sync + 'static {
    /// The kind of thing that it leads from.
    fn of(&self) -> Kind;
    /// What one of them has.
    type Value: Clone + Default + Send + Sync + 'static;

    /// Read the relatives of all of `keys`; a key without any may be left out.
    fn load(&self, reader: &Reader, keys: &[Uuid]) -> impl Future<Output = Result<HashMap<Uuid, Self::Value>>> + Send;
}

impl Keys {
    /// The level of everything that was named.
    pub fn batch(mut self) -> Batch {
        self.keys.sort_unstable();
        self.keys.dedup();
        Batch(Arc::new(Inner { keys: self.keys, held: self.held, loaded: Mutex::default() }))
    }
}

type Loaded = Arc<OnceCell<Row>>;

/// Things that were read together, with what was read for them since; cheap to clone.
#[derive(Clone)]
pub struct Batch(Arc<Inner>);

struct Inner {
    keys: Vec<(Kind, Uuid)>,
    held: HashMap<(TypeId, Uuid), Row>,
    loaded: Mutex<HashMap<(TypeId, String), Loaded>>,
}

impl Batch {
    /// The level of these rows of one table.
    pub fn of<'r, C: Columns>(rows: impl IntoIterator<Item = &'r C::Row>) -> Self {
        let mut keys = Keys::default();
        for row in rows {
            C::name_keys(row, &mut keys);
        }
        keys.batch()
    }

    /// The level of one thing, by its key.
    pub fn naming(kind: Kind, key: Uuid) -> Self {
        let mut keys = Keys::default();
        keys.add(kind, key);
        keys.batch()
    }

    /// The level of things of one kind, by their keys.
    pub fn naming_all(kind: Kind, all: impl Iterator<Item = Uuid>) -> Self {
        let mut keys = Keys::default();
        all.for_each(|key| keys.add(kind, key));
        keys.batch()
    }

    /// What `key` has by `related`; read for the whole level when it is the first to ask.
    ///
    /// # Errors
    /// What the reading answered; then the next one to ask tries again.
    pub async fn load<R: Related>(&self, reader: &Reader, related: R, key: Uuid) -> Result<R::Value> {
        let cell = self.cell::<R>(&related);
        let loaded = match cell.get() {
            Some(loaded) => loaded,
            None => self.read(&cell, reader, related).await?,
        };
        let values = loaded.downcast_ref::<HashMap<Uuid, R::Value>>().expect("the name holds the type");
        Ok(values.get(&key).cloned().unwrap_or_default())
    }

    // Boxed: one of a level reads, and the others do not carry what reading takes.
    fn read<'a, R: Related>(
        &'a self,
        cell: &'a OnceCell<Row>,
        reader: &'a Reader,
        related: R,
    ) -> BoxFuture<'a, Result<&'a Row>> {
        Box::pin(cell.get_or_try_init(move || async move {
            let of = related.of();
            let keys: Vec<Uuid> = self.0.keys.iter().filter(|(kind, _)| *kind == of).map(|(_, key)| *key).collect();
            let values = related.load(reader, &keys).await?;
            Ok::<_, Error>(Arc::new(values) as Row)
        }))
    }

    /// The thing that a key points to, with the level of all that are pointed to from here; nothing when the actor
    /// cannot see it. What was joined is there already.
    ///
    /// # Errors
    /// What the reading answered.
    pub async fn one<C: Columns>(&self, reader: &Reader, key: Option<Uuid>) -> Result<Option<(Arc<C::Row>, Batch)>> {
        let Some(key) = key else { return Ok(None) };
        if let Some(row) = self.0.held.get(&(TypeId::of::<C::Row>(), key)) {
            let row = Arc::clone(row).downcast::<C::Row>().expect("the key names the type");
            return Ok(Some((row, self.clone())));
        }
        self.load(reader, One::<C>(std::marker::PhantomData), key).await
    }

    /// Columns of a row that this level shows.
    ///
    /// # Errors
    /// NOT_FOUND when the row is gone since; the database's refusal.
    pub async fn columns<C: Columns>(&self, reader: &Reader, key: Uuid) -> Result<Arc<C::Row>> {
        let found = self.one::<C>(reader, Some(key)).await?;
        found.map(|(row, _)| row).ok_or_else(|| Error::refused(Code::NotFound))
    }

    /// Relatives asked for with other arguments are other relatives; what they are called says the arguments too.
    fn cell<R: Related>(&self, related: &R) -> Loaded {
        let arguments = if size_of::<R>() == 0 { String::new() } else { format!("{related:?}") };
        let mut loaded = self.0.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(loaded.entry((TypeId::of::<R>(), arguments)).or_default())
    }
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batch of {}", self.0.keys.len())
    }
}

/// The row that a key points to.
struct One<C>(std::marker::PhantomData<fn() -> C>);

impl<C> std::fmt::Debug for One<C> {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}

impl<C: Columns> Related for One<C> {
    fn of(&self) -> Kind {
        C::Entity::KIND
    }

    type Value = Option<(Arc<C::Row>, Batch)>;

    async fn load(&self, reader: &Reader, keys: &[Uuid]) -> Result<HashMap<Uuid, Self::Value>> {
        let tx = reader.begin();
        let select = tx.select::<C::Entity>().reading::<C>().among(C::Entity::KEY, keys);
        let rows = select.all(C::take).await?;
        let batch = Batch::of::<C>(&rows);
        Ok(rows.into_iter().map(|row| (C::key_of(&row), Some((Arc::new(row), batch.clone())))).collect())
    }
}

/// Rows by what they belong to, in the order in which they came.
pub fn grouped<R>(rows: impl IntoIterator<Item = R>, owner: impl Fn(&R) -> Uuid) -> HashMap<Uuid, Vec<R>> {
    let mut groups: HashMap<Uuid, Vec<R>> = HashMap::new();
    for row in rows {
        groups.entry(owner(&row)).or_default().push(row);
    }
    groups
}
