//! How many requests are worked on at once. Whoever is signed in has a lane that strangers cannot fill.
//!
//! A request that finds its lane's queue full is turned away before its body is read; one that waits too long, after.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

/// So many bodies are read at once in a lane; each may take memory of its own.
const READING: usize = 512;
/// So many bodies that bring files are received at once, and held in memory: a slow line takes its time.
const RECEIVING_FILES: usize = 12;
/// So many of them are worked on at once: reading a file may take many times its size.
const WORKING_ON_FILES: usize = 2;
/// So long a file that has arrived waits for its turn: to send it again costs a phone more.
const FILE_PATIENCE: Duration = Duration::from_secs(20);
/// So many requests wait for their turn in a lane.
const WAITING: usize = 256;
/// A text of so many bytes waits for its turn to be parsed.
const LONG: usize = 8 * 1024;
/// So long one waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// A client that was turned away comes back after so many seconds.
pub(super) const RETRY_AFTER: &str = "1";

/// The lanes of a server.
pub(super) struct Lanes {
    /// For everybody.
    pub anonymous: Lane,
    /// For those who show a token.
    pub signed_in: Lane,
    /// For those who want to sign in, and programs that ask for a token: they wait for hashes.
    pub logins: Lane,
    receiving_files: Semaphore,
    working_on_files: Semaphore,
}

impl Lanes {
    /// Lanes over so many connections to the database: strangers never hold them all.
    pub fn new(connections: usize) -> Self {
        let anonymous = (connections * 3 / 4).max(1);
        let logins = (connections / 2).max(2);
        Self {
            anonymous: Lane::new(anonymous),
            signed_in: Lane::new(connections),
            logins: Lane::new(logins),
            receiving_files: Semaphore::new(RECEIVING_FILES),
            working_on_files: Semaphore::new(WORKING_ON_FILES),
        }
    }

    /// A place to receive a body that brings files, until it is answered; nothing when there is none.
    pub fn receive_files(&self) -> Option<SemaphorePermit<'_>> {
        self.receiving_files.try_acquire().ok()
    }

    /// The turn of a request whose files have arrived; nothing when it does not come in time.
    pub async fn work_on_files(&self) -> Option<SemaphorePermit<'_>> {
        tokio::time::timeout(FILE_PATIENCE, self.working_on_files.acquire()).await.ok()?.ok()
    }
}

/// Requests of one kind.
pub(super) struct Lane {
    reading: Semaphore,
    parsing: Arc<Semaphore>,
    working: Semaphore,
    waiting: AtomicUsize,
}

impl Lane {
    fn new(working: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            reading: Semaphore::new(READING),
            parsing: Arc::new(Semaphore::new((cores / 2).max(1))),
            working: Semaphore::new(working),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Parse a text of so many bytes; nothing when its turn does not come in time. A long one takes some milliseconds, in which a
    /// thread that answers others would keep them waiting: it is parsed elsewhere, and few at a time.
    pub async fn parse<T: Send + 'static>(
        &self,
        bytes: usize,
        parse: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        if bytes < LONG {
            return Some(parse());
        }
        let now = Arc::clone(&self.parsing).try_acquire_owned().ok();
        let turn = self.turn(now, Arc::clone(&self.parsing).acquire_owned()).await?;
        let parsing = tokio::task::spawn_blocking(move || {
            // Whoever hangs up meanwhile gives nothing free.
            let _turn = turn;
            parse()
        });
        parsing.await.ok()
    }

    /// A place to read a body; nothing when there is none, or when its turn would not come.
    pub fn read(&self) -> Option<SemaphorePermit<'_>> {
        if self.waiting.load(Ordering::Relaxed) >= WAITING {
            return None;
        }
        self.reading.try_acquire().ok()
    }

    /// The turn of a request that is complete; nothing when it does not come in time.
    pub async fn work(&self) -> Option<SemaphorePermit<'_>> {
        self.turn(self.working.try_acquire().ok(), self.working.acquire()).await
    }

    /// A turn that has come, or that comes in time.
    async fn turn<T>(&self, now: Option<T>, later: impl Future<Output = Result<T, AcquireError>>) -> Option<T> {
        if now.is_some() {
            return now;
        }
        let _waiting = Waiting::join(&self.waiting)?;
        tokio::time::timeout(PATIENCE, later).await.ok()?.ok()
    }
}

/// A place in the queue; it is left when this is dropped.
struct Waiting<'l>(&'l AtomicUsize);

impl<'l> Waiting<'l> {
    fn join(waiting: &'l AtomicUsize) -> Option<Self> {
        let joined = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < WAITING).then_some(joined)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_lane_that_is_full_turns_away_and_leaves_the_others_alone() {
        let lanes = Lanes::new(4);
        let busy = [lanes.anonymous.work().await, lanes.anonymous.work().await, lanes.anonymous.work().await];
        assert!(busy.iter().all(Option::is_some));
        assert!(lanes.anonymous.work().await.is_none(), "its turn does not come");
        assert!(lanes.signed_in.work().await.is_some());
        let waiting: Vec<_> = (0..WAITING).map(|_| lanes.anonymous.work()).collect();
        let (waited, read, late) = tokio::join!(
            futures_util::future::join_all(waiting),
            async { lanes.anonymous.read().is_none() },
            lanes.anonymous.work()
        );
        assert!(read && late.is_none() && waited.iter().all(Option::is_none));
        assert!(lanes.anonymous.read().is_some(), "whoever gave up has left the queue");
        drop(busy);
        assert!(lanes.anonymous.work().await.is_some());
    }
}
