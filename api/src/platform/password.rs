//! Passwords: Argon2id, one check for every sign-in, and no more of them at once than there are cores.

use crate::platform::error::{Error, Result};
use crate::platform::keys::random;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use domain::fault::Code;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

/// What hashes and checks passwords; cheap to clone.
#[derive(Clone, Debug)]
pub struct Passwords(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    params: Params,
    at_once: Arc<Semaphore>,
    checks: AtomicU64,
    /// How many are worked on, and the most that ever were.
    now: AtomicU64,
    most: AtomicU64,
    /// What is checked where there is nobody, so that it takes as long.
    nobodys: String,
}

/// Who waits longer for a free core is told to come back.
const PATIENCE: Duration = Duration::from_secs(2);

/// Hash a password, while the caller waits.
///
/// # Errors
/// INTERNAL.
pub fn hash(params: &Params, password: &[u8]) -> Result<String> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let hash: PasswordHash = argon2.hash_password_with_salt(password, &random::<16>()).map_err(Error::internal)?;
    Ok(hash.to_string())
}

impl Passwords {
    /// What hashes at this cost.
    ///
    /// # Errors
    /// INTERNAL, when the cost cannot be met.
    pub fn new(params: Params) -> Result<Self> {
        // Half of the processors: whoever does not sign in finds the others, however many want to.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let nobodys = hash(&params, &random::<16>())?;
        let (at_once, [checks, now, most]) = (Arc::new(Semaphore::new((cores / 2).max(1))), [0; 3].map(AtomicU64::new));
        Ok(Self(Arc::new(Inner { params, at_once, checks, now, most, nobodys })))
    }

    /// How many passwords were checked since the start.
    pub fn checks(&self) -> u64 {
        self.0.checks.load(Ordering::Relaxed)
    }

    /// The most passwords that were hashed at once since the start.
    pub fn most_at_once(&self) -> u64 {
        self.0.most.load(Ordering::Relaxed)
    }

    /// Do something that keeps a core busy, when one is free.
    async fn work<T: Send + 'static>(&self, work: impl FnOnce(&Inner) -> T + Send + 'static) -> Result<T> {
        let busy = || Error::refused(Code::Unavailable);
        let acquired = tokio::time::timeout(PATIENCE, Arc::clone(&self.0.at_once).acquire_owned()).await;
        let core = acquired.map_err(|_| busy())?.map_err(|_| busy())?;
        let inner = Arc::clone(&self.0);
        let work = move || {
            // The core is free when the work is done, also where nobody waits for it any longer.
            let _core = core;
            let now = inner.now.fetch_add(1, Ordering::Relaxed) + 1;
            inner.most.fetch_max(now, Ordering::Relaxed);
            let done = work(&inner);
            inner.now.fetch_sub(1, Ordering::Relaxed);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }

    /// Hash a password that somebody chose.
    ///
    /// # Errors
    /// UNAVAILABLE when all cores are busy.
    pub async fn hash(&self, password: String) -> Result<String> {
        self.work(move |inner| hash(&inner.params, password.as_bytes())).await?
    }

    /// Whether a password is the one of a hash; without a hash it takes as long, and it is not.
    ///
    /// # Errors
    /// UNAVAILABLE when all cores are busy.
    pub async fn is_right(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.0.checks.fetch_add(1, Ordering::Relaxed);
        self.work(move |inner| {
            let against = hash.as_ref().unwrap_or(&inner.nobodys);
            let is_right = PasswordHash::new(against)
                .is_ok_and(|against| Argon2::default().verify_password(password.as_bytes(), &against).is_ok());
            is_right && hash.is_some()
        })
        .await
    }

    /// Whether a hash was made at another cost than is asked for today.
    pub fn is_old(&self, hash: &str) -> bool {
        let Ok(hash) = PasswordHash::new(hash) else { return true };
        !Params::try_from(&hash).is_ok_and(|params| {
            let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
            cost(&params) == cost(&self.0.params)
        })
    }
}
