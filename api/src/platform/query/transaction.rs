//! Asking and changing in an actor's name.
//!
//! Reading starts with [`Tx::select`], which is narrowed to what the actor may see before anything else is said, and so
//! is every table that is joined to it. Changing starts with [`Tx::lock_for_update`], whose answer is the proof that
//! [`Tx::update`] asks for. On PostgreSQL the same boundary stands a second time in the database itself.

use crate::platform::database::connection::{Connection, Savepoint};
use crate::platform::error::{Error, Result};
use crate::platform::projection::{self, Derivation, Projections};
use crate::platform::query::change::{CHANGE_COLUMNS, Change, Changes, change_line, difference, publication_line};
use crate::platform::query::expression::{each_of, reached};
use crate::platform::query::select::Select;
use crate::platform::query::stored::EnumValue;
use crate::platform::query::table::{Guarded, Node, Open, Table};
use crate::platform::scope::{Scope, in_reach, within};
use domain::access::{Permission, Purpose};
use domain::actor::Actor;
use domain::branch::BranchStatus;
use domain::fault::{Code, Fault};
use domain::user::Reach;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use sea_orm::sea_query::{Alias, Condition, Expr, ExprTrait, Func, LockType, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DbBackend, DbErr, EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait,
    QueryFilter, Value,
};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// A conversation with the database in an actor's name.
#[derive(Debug)]
pub struct Tx<'a> {
    pub(super) connection: &'a Connection,
    pub(super) scope: Scope<'a>,
    pub(super) projections: Projections,
    changes: Mutex<Changes>,
    rights: Mutex<Rights>,
}

/// What was found out in a transaction and holds until its end.
#[derive(Debug, Default)]
struct Rights {
    /// Branches that the actor may change things in.
    branches: Vec<(Permission, Uuid)>,
    /// Rows that nobody else changes meanwhile.
    held: Vec<(&'static str, Uuid)>,
}

/// Reads anew, within a transaction, in whose name a request asks; nobody's when its session or credential has ended.
pub type Renew = Arc<dyn for<'t> Fn(&'t Tx<'t>) -> BoxFuture<'t, Result<Option<Actor>>> + Send + Sync>;

/// A row that the actor may change: the proof that [`Tx::update`] asks for. Only [`Tx::lock_for_update`] makes one.
#[derive(Debug)]
pub struct Locked<E: EntityTrait> {
    row: E::Model,
    /// Whether the actor may decide about it, and not only change it.
    is_decided: bool,
}

impl<E: EntityTrait> Locked<E> {
    /// The row as it is.
    pub fn row(&self) -> &E::Model {
        &self.row
    }
}

impl<E: Node> Locked<E> {
    /// Check that the row is at the version that somebody has looked at.
    ///
    /// # Errors
    /// CONFLICT when it was changed since.
    pub fn expect_version(&self, version: i32) -> Result<()> {
        match (self.row.get(E::VERSION), self.row.get(E::KEY)) {
            (Value::Int(Some(now)), _) if now == version => Ok(()),
            (_, Value::Uuid(Some(key))) => Err(Error::conflict(key)),
            _ => Err(Error::internal("a node without a key")),
        }
    }
}

impl<'a> Tx<'a> {
    /// Statements on a connection in the name of `actor`, at an instant.
    pub(in crate::platform) fn new(
        connection: &'a Connection,
        actor: &'a Actor,
        now: Timestamp,
        projections: Projections,
    ) -> Self {
        let is_without_row_filters = connection.is_without_row_filters();
        let scope = Scope { actor, backend: connection.backend(), now, is_without_row_filters };
        Self { connection, scope, projections, changes: Mutex::default(), rights: Mutex::default() }
    }

    /// In whose name it is.
    pub fn actor(&self) -> &Actor {
        self.scope.actor
    }

    /// Try something that a constraint may forbid; nothing of it stays then. Nothing: a key is taken by another row.
    ///
    /// # Errors
    /// What else `work` answered.
    pub(crate) async fn try_unique<T>(&self, work: impl AsyncFnOnce() -> Result<T>) -> Result<Option<T>> {
        match self.in_savepoint(work).await {
            Err(error) if error.is_taken() => Ok(None),
            done => done.map(Some),
        }
    }

    /// Do something that a constraint forbids when somebody else did it at the same moment: the whole transaction is done
    /// again then, and finds what she did.
    ///
    /// # Errors
    /// What else `work` answered.
    pub(crate) async fn unique_or_again<T>(&self, work: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        work().await.map_err(|error| if error.is_taken() { error.given_up() } else { error })
    }

    /// Do something, or nothing of it when it fails, and go on with the transaction.
    ///
    /// # Errors
    /// What `work` answered.
    pub(in crate::platform) async fn in_savepoint<T>(&self, work: impl AsyncFnOnce() -> Result<T>) -> Result<T> {
        let before = self.changes(Changes::position);
        let held = self.rights(|rights| rights.held.len());
        self.connection.savepoint(Savepoint::Set).await?;
        let done = work().await;
        if done.is_err() {
            self.connection.savepoint(Savepoint::RollBack).await?;
            self.changes(|changes| changes.roll_back(before));
            // What was locked since is free again.
            self.rights(|rights| rights.held.truncate(held));
        } else {
            self.connection.savepoint(Savepoint::Release).await?;
        }
        done
    }

    /// Do a part of the transaction as the platform itself: keeping secrets, or looking at what the actor must not see.
    /// What the caller learns of it is for `work` to see to.
    ///
    /// # Errors
    /// What `work` answered, or the database's refusal.
    pub(crate) async fn as_platform<T>(&self, work: impl AsyncFnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        self.connection.purpose(Some(Purpose::Authenticate)).await?;
        let platform = Tx::new(self.connection, &PLATFORM, self.scope.now, self.projections);
        let done = work(&platform).await;
        let part = platform.take_changes();
        self.changes(|changes| changes.extend(part));
        let ended = self.connection.purpose(None).await;
        let done = done?;
        ended.map(|()| done)
    }

    /// Do something with the changes so far.
    pub(super) fn changes<T>(&self, work: impl FnOnce(&mut Changes) -> T) -> T {
        work(&mut self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn rights<T>(&self, work: impl FnOnce(&mut Rights) -> T) -> T {
        work(&mut self.rights.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Take the changes out: at the end of the transaction.
    pub(in crate::platform) fn take_changes(&self) -> Changes {
        self.changes(std::mem::take)
    }

    /// Record a change, for the projections and the audit.
    pub(crate) fn record(&self, change: Change) {
        self.record_all(vec![change]);
    }

    /// Record changes. Of a bulk load no more is kept than which tables it fills.
    pub(in crate::platform) fn record_all(&self, changes: Vec<Change>) {
        self.changes(|recorded| {
            if self.connection.is_loading() {
                recorded.tables.extend(changes.iter().map(|change| change.table));
            } else {
                recorded.rows.extend(changes);
            }
        });
    }

    /// Bring everything up to date that follows from the changes so far. From here on nothing is written but what follows from
    /// them, wherever that is.
    ///
    /// # Errors
    /// The database's refusal.
    pub(in crate::platform) async fn project(&self) -> Result<()> {
        let (rows, tables) = self.changes(Changes::unprojected);
        if projection::is_concerned(self.projections, &rows, &tables) {
            let derivation = Derivation {
                connection: self.connection,
                now: self.scope.now,
                projections: self.projections,
                held: self.rights(|rights| rights.held.clone()),
            };
            self.connection.widen().await?;
            let derived = projection::project(&derivation, rows, &tables).await?;
            self.record_all(derived);
        }
        self.changes(Changes::set_projected);
        Ok(())
    }

    /// From here on write what follows from the changes: the audit and the log of changes.
    pub(in crate::platform) async fn begin_recording(&self) -> Result<()> {
        self.connection.widen().await
    }

    /// Write a line for every node whose row changed.
    pub(in crate::platform) async fn log(&self, changes: &Changes) -> Result<()> {
        self.connection.insert_values("change", &CHANGE_COLUMNS, changes.lines(self.scope.now)).await
    }

    /// Write that published data may have changed.
    pub(in crate::platform) async fn log_publication(&self) -> Result<()> {
        self.connection.insert_values("change", &CHANGE_COLUMNS, vec![publication_line(self.scope.now)]).await
    }

    /// Whether very much is written at once.
    pub(in crate::platform) fn is_loading(&self) -> bool {
        self.connection.is_loading()
    }

    /// Which database this is.
    pub fn backend(&self) -> DbBackend {
        self.connection.backend()
    }

    /// The instant of the request.
    pub fn now(&self) -> Timestamp {
        self.scope.now
    }

    /// Rows of a table, narrowed to those that the actor may see.
    pub fn select<E: Table>(&self) -> Select<'_, 'a, E> {
        Select::new(self.connection, self.scope, vec![Expr::cust(E::sql())])
    }

    /// Rows of a table that is read by expressions alone, narrowed like those of [`Tx::select`].
    pub fn select_columns<E: Guarded>(&self) -> Select<'_, 'a, E> {
        Select::new(self.connection, self.scope, Vec::new())
    }

    /// The rows of a table that are open to everybody, whoever asks.
    pub fn select_open<E: Guarded>(&self) -> Select<'_, 'a, E> {
        let select = self.select_columns::<E>();
        match self.scope.actor {
            Actor::Anonymous => select,
            Actor::Staff(_) | Actor::Partner(_) | Actor::System(_) => select.filter(self.scope.open::<E>()),
        }
    }

    /// Rows of a table for a list at the root: for staff what lies within their reach or is shared with it, for everybody else what they may
    /// see. Whoever asks for the public list gets that. What belongs to no branch is everybody's.
    pub fn select_for_list<E: Table>(&self, published: bool) -> Select<'_, 'a, E> {
        match self.scope.actor {
            _ if self.connection.is_without_row_filters() && !published => self.select::<E>(),
            Actor::Staff(_) | Actor::Partner(_) if published => self.select::<E>().filter(self.scope.open::<E>()),
            Actor::Staff(_) if E::BRANCH.is_some() || matches!(E::OPEN, Open::Never) => {
                match self.scope.shared::<E>() {
                    Some(shared) => {
                        self.select::<E>().filter(Condition::any().add(self.scope.within::<E>(E::SEE)).add(shared))
                    }
                    None => self.select_in_scope::<E>(),
                }
            }
            Actor::Partner(client) => match E::partys(self.backend(), client.partner) {
                Some(partys) => self.select::<E>().filter(partys),
                None => self.select::<E>(),
            },
            Actor::Staff(_) | Actor::Anonymous | Actor::System(_) => self.select::<E>(),
        }
    }

    /// Rows of a table that lie within the actor's own reach: what is published of others is left out.
    pub fn select_in_scope<E: Table>(&self) -> Select<'_, 'a, E> {
        let select = self.select::<E>();
        match (self.scope.actor, E::BRANCH) {
            (Actor::Staff(staff), Some(column)) if !self.connection.is_without_row_filters() => {
                let reach = staff.reach(E::SEE);
                if reach.is_everything() {
                    select
                } else if E::COOPERATIVE.is_none() || reach.cooperatives.is_empty() {
                    select.each(column.into_expr(), reached(in_reach(&reach)))
                } else if let (Some(own), true) =
                    (E::COOPERATIVE, reach.subtrees.is_empty() && reach.branches.is_empty())
                {
                    select.each(own.into_expr(), each_of(self.backend(), &reach.cooperatives))
                } else {
                    select.filter(within::<E>(self.backend(), &reach))
                }
            }
            _ => select.filter(self.scope.within::<E>(E::SEE)),
        }
    }

    /// A row to be changed.
    ///
    /// # Errors
    /// NOT_FOUND when it is not within the actor's reach, be it published or not; FORBIDDEN when it is and she may not
    /// change it.
    pub async fn lock_for_update<E: Table>(&self, key: Uuid) -> Result<Locked<E>> {
        self.lock_within(key, E::MANAGE, false).await
    }

    /// A row on which the actor holds a permission, kept from being changed until the end of the transaction; others may keep
    /// it too meanwhile.
    ///
    /// # Errors
    /// Those of [`Tx::lock_for_update`].
    pub async fn lock_shared<E: Table>(&self, key: Uuid, permission: Permission) -> Result<E::Model> {
        let held = self.select_in_scope::<E>().filter(E::KEY.eq(key)).filter(self.scope.within::<E>(permission));
        match self.locking(held, LockType::Share).one(E::read).await? {
            Some(row) => {
                self.remember_branch::<E>(permission, &row);
                Ok(row)
            }
            None => Err(self.unheld::<E>(key).await?),
        }
    }

    /// Rows to be changed, of those whose column points to these keys and that meet a condition: held in the order of their
    /// keys, so that whoever holds others of them waits and never meets one that waits for her.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn lock_all<E: Table>(
        &self,
        (column, keys): (E::Column, &[Uuid]),
        condition: Condition,
    ) -> Result<Vec<E::Model>> {
        let held = self.select_in_scope::<E>().among(column, keys).filter(condition);
        let held = held.filter(self.scope.within::<E>(E::MANAGE)).statement(|statement| {
            statement.order_by_expr(column.into_expr(), sea_orm::Order::Asc);
        });
        let rows = self.locking(held, LockType::NoKeyUpdate).all(E::read).await?;
        self.rights(|rights| rights.held.extend(rows.iter().map(|row| (E::default().table_name(), E::key(row)))));
        rows.iter().for_each(|row| self.remember_branch::<E>(E::MANAGE, row));
        Ok(rows)
    }

    /// Say that rows are held, since what they are part of is, and nobody changes them without that.
    pub fn hold_parts<E: Guarded>(&self, keys: impl IntoIterator<Item = Uuid>) {
        self.rights(|rights| rights.held.extend(keys.into_iter().map(|key| (E::default().table_name(), key))));
    }

    /// Remember the branch of a row on which the actor holds a permission: she holds it on all of the branch.
    fn remember_branch<E: Table>(&self, permission: Permission, row: &E::Model) {
        // By her own cooperative she reaches no branch.
        let by_branch = match self.scope.actor {
            Actor::Staff(staff) => E::COOPERATIVE.is_none() || staff.reach(permission).cooperatives.is_empty(),
            Actor::Anonymous | Actor::Partner(_) | Actor::System(_) => E::COOPERATIVE.is_none(),
        };
        if let (true, Some(Value::Uuid(Some(branch)))) = (by_branch, E::BRANCH.map(|column| row.get(column))) {
            self.rights(|rights| {
                if !rights.branches.contains(&(permission, branch)) {
                    rights.branches.push((permission, branch));
                }
            });
        }
    }

    /// The same statement, holding the rows that it answers. SQLite has one writer anyway.
    fn locking<'t, E: Table>(&'t self, select: Select<'t, 'a, E>, how: LockType) -> Select<'t, 'a, E> {
        if self.backend() == DbBackend::Postgres {
            select.statement(|statement| {
                statement.lock(how);
            })
        } else {
            select
        }
    }

    /// Why a row is not held.
    async fn unheld<E: Table>(&self, key: Uuid) -> Result<Error> {
        let seen = self.select_in_scope::<E>().filter(E::KEY.eq(key)).count(None).await?;
        Ok(Error::refused(if seen == 0 { Code::NotFound } else { Code::Forbidden }))
    }

    /// A row that the actor may decide about: whose status she may change.
    ///
    /// # Errors
    /// Those of [`Tx::lock_for_update`].
    pub async fn lock_to_decide<E: Node>(&self, key: Uuid) -> Result<Locked<E>> {
        let (_, permission) = E::DECIDED.ok_or_else(|| Error::internal("nothing is decided about such a thing"))?;
        self.lock_within(key, permission, true).await
    }

    async fn lock_within<E: Table>(&self, key: Uuid, permission: Permission, is_decided: bool) -> Result<Locked<E>> {
        // Held until the end of the transaction, and read as it is once it is held. SQLite has one writer anyway.
        let held = self.select_in_scope::<E>().filter(E::KEY.eq(key)).filter(self.scope.within::<E>(permission));
        // What points to the row by its key, which never changes, is not kept waiting.
        let held = self.locking(held, LockType::NoKeyUpdate);
        if let Some(row) = held.one(E::read).await? {
            self.rights(|rights| rights.held.push((E::default().table_name(), key)));
            self.remember_branch::<E>(permission, &row);
            return Ok(Locked { row, is_decided });
        }
        Err(self.unheld::<E>(key).await?)
    }

    /// A row to be changed by somebody who has looked at a version of it.
    ///
    /// # Errors
    /// Those of [`Tx::lock_for_update`], and CONFLICT when it was changed since.
    pub async fn lock_version<E: Node>(&self, key: Uuid, version: i32) -> Result<Locked<E>> {
        let locked = self.lock_for_update::<E>(key).await?;
        locked.expect_version(version)?;
        Ok(locked)
    }

    /// Whether the actor holds a permission on a row within her reach.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn permits<E: Table>(&self, key: Uuid, permission: Permission) -> Result<bool> {
        let held = self.select_in_scope::<E>().filter(E::KEY.eq(key)).filter(self.scope.within::<E>(permission));
        Ok(held.count(None).await? > 0)
    }

    /// Whether the actor stands for a cooperative: she changes what it says of itself, and is not its branch.
    pub fn represents(&self, cooperative: Uuid) -> bool {
        match self.scope.actor {
            Actor::Staff(staff) => staff.reach(Permission::ManageCountersignatures).cooperatives.contains(&cooperative),
            Actor::Anonymous | Actor::Partner(_) | Actor::System(_) => false,
        }
    }

    /// Which of her assignments lets somebody do something to a row; none, when none does.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn granted_by<E: Table>(&self, key: Uuid, permission: Permission) -> Result<Option<Uuid>> {
        let Actor::Staff(staff) = self.scope.actor else { return Ok(None) };
        for assignment in staff.assignments().iter().filter(|assignment| assignment.role.grants(permission)) {
            let reach = Reach::of([assignment]);
            let held = self.select::<E>().filter(E::KEY.eq(key)).filter(within::<E>(self.backend(), &reach));
            if held.count(None).await? > 0 {
                return Ok(Some(assignment.key));
            }
        }
        Ok(None)
    }

    /// Look whether a branch that an input names at this place may get a new row of a table.
    ///
    /// # Errors
    /// NOT_FOUND when it is not within the actor's reach, FORBIDDEN when it is and she may not, BRANCH_CLOSED.
    pub async fn home<E: Guarded>(&self, branch: Uuid, place: &[&str]) -> Result<()> {
        let Actor::Staff(staff) = self.scope.actor else { return Err(Error::refused(Code::NotFound)) };
        let is_reached = |permission| in_reach(&staff.reach(permission));
        let mut statement = Query::select();
        statement
            .exprs([Expr::cust("status"), is_reached(E::MANAGE).into()])
            .from(Alias::new("branch"))
            .cond_where(is_reached(Permission::SeeBranches))
            .and_where(Expr::cust("id").eq(branch));
        let rows = self.connection.query(self.backend().build(&statement)).await?;
        let row = rows.first().ok_or_else(|| Error::refused(Code::NotFound))?;
        if row.try_get_by_index::<EnumValue<BranchStatus>>(0)?.0 == BranchStatus::Closed {
            let field = place.iter().map(|name| (*name).to_owned()).collect();
            return Err(Fault { field, ..Fault::new(Code::BranchClosed) }.into());
        }
        if !row.try_get_by_index::<bool>(1)? {
            return Err(Error::refused(Code::Forbidden));
        }
        self.rights(|rights| rights.branches.push((E::MANAGE, branch)));
        Ok(())
    }

    /// Look whether somebody may add rows of a table that belongs to no branch: whoever holds the right for the whole
    /// association.
    ///
    /// # Errors
    /// FORBIDDEN.
    pub fn everywhere<E: Guarded>(&self) -> Result<()> {
        match self.scope.actor {
            Actor::Staff(staff) if !staff.reach(E::MANAGE).is_everything() => Err(Error::refused(Code::Forbidden)),
            Actor::Anonymous | Actor::Partner(_) => Err(Error::refused(Code::Forbidden)),
            Actor::Staff(_) | Actor::System(_) => Ok(()),
        }
    }

    /// Whether every one of these branches is within reach of the permission to change rows of a table.
    async fn may_own(&self, permission: Permission, mut branches: Vec<Uuid>) -> Result<()> {
        let Actor::Staff(staff) = self.scope.actor else { return Ok(()) };
        if self.connection.is_without_row_filters() {
            // Then the policies must hold alone.
            return Ok(());
        }
        self.rights(|rights| branches.retain(|branch| !rights.branches.contains(&(permission, *branch))));
        if branches.is_empty() {
            return Ok(());
        }
        let reach = staff.reach(permission);
        let mut statement = Query::select();
        statement
            .expr(Func::count(Expr::val(1)))
            .from(Alias::new("branch"))
            .cond_where(in_reach(&reach))
            .cond_where(Expr::cust("id").is_in(branches.iter().copied()));
        let rows = self.connection.query(self.backend().build(&statement)).await?;
        let count: i64 = rows.first().map_or(Ok(0), |row| row.try_get_by_index(0))?;
        if usize::try_from(count) != Ok(branches.len()) {
            return Err(Error::refused(Code::NotFound));
        }
        self.rights(|rights| rights.branches.extend(branches.iter().map(|branch| (permission, *branch))));
        Ok(())
    }

    /// Change a row; its key stays, and its version goes up by one.
    ///
    /// # Errors
    /// FORBIDDEN when its status changes and it was not locked to decide; CONFLICT when the row is no longer as it was when it
    /// was locked; the database's refusal.
    pub async fn update<E>(&self, held: Locked<E>, change: impl FnOnce(&mut E::ActiveModel)) -> Result<E::Model>
    where
        E: Node,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: Send,
    {
        let key = held.row.get(E::KEY);
        let version = match held.row.get(E::VERSION) {
            Value::Int(Some(version)) => version,
            other => return Err(Error::internal(format!("a version that is no number: {other:?}"))),
        };
        let before = held.row.clone();
        let mut row = held.row.into_active_model();
        change(&mut row);
        if let Some((column, _)) = E::DECIDED
            && !held.is_decided
            && row.get(column).into_value() != Some(before.get(column))
            && !matches!(row.get(column).into_value(), Some(Value::String(Some(value))) if E::is_entered(&value))
        {
            return Err(Error::refused(Code::Forbidden));
        }
        row.set(E::KEY, key);
        row.reset(E::KEY);
        row.set(E::VERSION, (version + 1).into());
        row.set(E::CHANGED_AT, self.scope.now.as_microsecond().into());
        let statement = E::update(row).validate()?.filter(E::VERSION.eq(version));
        let updated = statement.exec(self.connection.writer()?).await;
        self.connection.count();
        let row = match (updated, before.get(E::KEY)) {
            // The same row was changed between, by this transaction itself: nobody else can.
            (Err(DbErr::RecordNotUpdated), Value::Uuid(Some(key))) => return Err(Error::conflict(key)),
            (updated, _) => updated?,
        };
        let is_audited = self.scope.actor.key().is_some();
        let audited = is_audited.then(|| difference::<E>(Some(&before), |column| Some(row.get(column))));
        self.record(Change::updated::<E>(&before, &row, audited));
        Ok(row)
    }

    /// Update rows that are parts of a node: those that point to it by a column and meet a condition. Answers how many.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn update_parts<E: Table, P: Guarded>(
        &self,
        owner: &Locked<E>,
        by: P::Column,
        condition: Condition,
        values: Vec<(P::Column, Value)>,
    ) -> Result<u64> {
        let Value::Uuid(Some(key)) = owner.row.get(E::KEY) else { return Err(Error::internal("a key that is no key")) };
        let columns = values.iter().map(|(column, _)| column.as_str()).collect();
        let mut statement = Query::update();
        statement.table(P::default()).and_where(by.eq(key)).cond_where(condition);
        statement.values(values.into_iter().map(|(column, value)| (column, value.into())));
        let updated = self.send_statement(self.backend().build(&statement)).await?;
        self.record(Change::part::<P>(by, key, Some(columns)));
        Ok(updated)
    }

    /// Delete rows that are parts of a node: those that point to it by a column and meet a condition. Answers how many.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn delete_parts<E: Table, P: Guarded>(
        &self,
        owner: &Locked<E>,
        by: P::Column,
        condition: Condition,
    ) -> Result<u64> {
        let Value::Uuid(Some(key)) = owner.row.get(E::KEY) else { return Err(Error::internal("a key that is no key")) };
        let mut statement = Query::delete();
        statement.from_table(P::default()).and_where(by.eq(key)).cond_where(condition);
        let deleted = self.send_statement(self.backend().build(&statement)).await?;
        self.record(Change::part::<P>(by, key, None));
        Ok(deleted)
    }

    /// Add nodes, many at a time.
    ///
    /// # Errors
    /// FORBIDDEN when the actor may not, or the database's refusal.
    pub async fn insert_all<E>(&self, rows: Vec<E::ActiveModel>) -> Result<()>
    where
        E: Node,
        E::ActiveModel: Send,
    {
        let is_audited = self.scope.actor.key().is_some();
        let change = |row: &E::ActiveModel| {
            let audited = is_audited.then(|| difference::<E>(None, |column| row.get(column).into_value()));
            Change::inserted::<E>(row, Some(E::KIND), audited)
        };
        let changes: Vec<Change> = rows.iter().map(change).collect();
        self.insert_rows::<E>(rows).await?;
        if self.connection.is_loading() {
            // Their changes are not kept.
            let line = |change: &Change| change_line(E::KIND, change.key, 1, change.branch, self.scope.now);
            self.insert_values("change", &CHANGE_COLUMNS, changes.iter().map(line).collect()).await?;
        }
        self.record_all(changes);
        Ok(())
    }

    /// Add rows of a table of the platform's own.
    ///
    /// # Errors
    /// The database's refusal.
    pub(crate) async fn insert_values(
        &self,
        table: &str,
        columns: &[&'static str],
        rows: Vec<Vec<Value>>,
    ) -> Result<()> {
        self.connection.insert_values(table, columns, rows).await
    }

    /// Add rows of a table that belongs to a node and is not one itself.
    ///
    /// # Errors
    /// FORBIDDEN when the actor may not, or the database's refusal.
    pub async fn insert_plain<E>(&self, rows: Vec<E::ActiveModel>) -> Result<()>
    where
        E: Guarded,
        E::ActiveModel: Send,
    {
        let changes = rows.iter().map(|row| Change::inserted::<E>(row, None, None)).collect();
        self.insert_rows::<E>(rows).await?;
        self.record_all(changes);
        Ok(())
    }

    async fn insert_rows<E>(&self, mut rows: Vec<E::ActiveModel>) -> Result<()>
    where
        E: Guarded,
        E::ActiveModel: Send,
    {
        for row in &mut rows {
            E::GENERATED.iter().for_each(|column| row.not_set(*column));
        }
        if !self.scope.actor.may(E::MANAGE) {
            return Err(Error::refused(Code::Forbidden));
        }
        let owner = |row: &E::ActiveModel| match row.get(E::HOME?).into_value() {
            Some(Value::Uuid(owner)) => owner,
            _ => None,
        };
        let mut owners: Vec<Uuid> = rows.iter().filter_map(owner).collect();
        owners.sort_unstable();
        owners.dedup();
        if !self.owns_by_cooperative::<E>(&rows) {
            self.may_own(E::MANAGE, owners).await?;
        }
        let (columns, values) = values::<E>(&rows)?;
        self.connection.insert_values(E::default().table_name(), &columns, values).await
    }

    /// Whether all these rows are of the actor's own cooperatives.
    fn owns_by_cooperative<E: Guarded>(&self, rows: &[E::ActiveModel]) -> bool {
        let (Actor::Staff(staff), Some(column)) = (self.scope.actor, E::COOPERATIVE) else { return false };
        let own = staff.reach(E::MANAGE).cooperatives;
        let is_own = |row: &E::ActiveModel| match row.get(column).into_value() {
            Some(Value::Uuid(Some(key))) => own.contains(&key),
            _ => false,
        };
        !own.is_empty() && rows.iter().all(is_own)
    }
}

/// Names of columns, and the values of each row in them.
type Values = (Vec<&'static str>, Vec<Vec<Value>>);

/// The columns and values of rows that are to be inserted; the database gives a value to what the first row leaves out.
fn values<E: Guarded>(rows: &[E::ActiveModel]) -> Result<Values> {
    let Some(first) = rows.first() else { return Ok(Values::default()) };
    let given: Vec<E::Column> = E::Column::iter().filter(|column| first.get(*column).into_value().is_some()).collect();
    let values = |row: &E::ActiveModel| {
        let values: Option<Vec<Value>> = given.iter().map(|column| row.get(*column).into_value()).collect();
        values.ok_or_else(|| Error::internal("rows differ in columns"))
    };
    let values = rows.iter().map(values).collect::<Result<_>>()?;
    Ok((given.iter().map(IdenStatic::as_str).collect(), values))
}

/// The platform itself, as it lets people in.
static PLATFORM: Actor = Actor::System(Purpose::Authenticate);
