//! What instances share: each takes a batch from Redis at a time, and gives it away without asking.

use super::policy::{InForce, Key, Policy, Standing};
use crate::platform::clock::Clock;
use crate::platform::redis::Redis;
use quick_cache::sync::Cache;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A batch is this part of what is there at once.
const BATCH: u32 = 20;
/// What is left of a batch after so long is given up: others may have it.
const LASTS: Duration = Duration::from_secs(10);
/// The batches of so many are remembered.
const REMEMBERED: usize = 50_000;

/// Take units from what all instances share, as many as wanted and are there, and none where there are fewer than needed.
/// The key holds the theoretical arrival time in microseconds by the clock of Redis
/// (<https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm>), and goes when everything has come back.
/// It answers how many were given, how many are left, and in how many milliseconds what was needed is there.
const TAKE: &str = "
    local burst, per_minute, needed, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
    local time = redis.call('TIME')
    local now = time[1] * 1000000 + time[2]
    local each = 60000000 / per_minute
    local arrival = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now)
    local free = math.max(math.floor(burst - (arrival - now) / each), 0)
    if free < needed then
        return {0, free, math.ceil(((needed - burst) * each + arrival - now) / 1000)}
    end
    local given = math.min(free, wanted)
    arrival = arrival + given * each
    redis.call('SET', KEYS[1], string.format('%.0f', arrival), 'PX', math.ceil((arrival - now) / 1000))
    return {given, free - given, 0}";

/// The batches of this instance.
pub(super) struct Leases {
    redis: Redis,
    known: Cache<(Policy, Key), Arc<Mutex<Lease>>>,
}

/// What this instance may still give away in somebody's name.
#[derive(Debug, Default)]
struct Lease {
    left: u32,
    /// What was left at Redis when it was asked.
    shared: u32,
    until: Duration,
    /// Whether a batch is being asked for: who comes meanwhile asks for her own alone.
    is_asked: bool,
    /// So many units were refused, until then: Redis is not asked again for as many.
    refused: Option<(u32, Duration)>,
}

impl Lease {
    /// Take units of the batch; nothing when Redis is to be asked.
    fn take(&mut self, in_force: &InForce, now: Duration, units: u32) -> Option<Standing> {
        if self.until <= now {
            self.left = 0;
        }
        if let Some(left) = self.left.checked_sub(units) {
            self.left = left;
            return Some(in_force.standing((left + self.shared).min(in_force.burst.get()), None));
        }
        let (refused, until) = self.refused?;
        (units >= refused && now < until).then(|| in_force.standing(self.left, Some(until - now)))
    }

    /// How many units Redis is asked for, of whom so many are needed.
    fn wanted(&mut self, in_force: &InForce, units: u32) -> u32 {
        if std::mem::replace(&mut self.is_asked, true) { units } else { units.max(in_force.burst.get() / BATCH) }
    }

    /// Take note of what Redis answered, and take the units after all where there are enough by now.
    fn note(&mut self, in_force: &InForce, now: Duration, units: u32, answered: (u32, u32, u64)) -> Standing {
        let (given, shared, wait) = answered;
        self.is_asked = false;
        self.shared = shared;
        if given > 0 {
            self.left = self.left.saturating_add(given);
            self.until = now + LASTS;
            self.refused = None;
        } else {
            let wait = Duration::from_millis(wait.max(1));
            self.refused = Some((units, now + wait));
        }
        // Somebody else may have fetched a batch meanwhile.
        self.take(in_force, now, units).unwrap_or_else(|| in_force.standing(self.left, Some(Duration::from_secs(1))))
    }
}

impl Leases {
    pub(super) fn new(redis: Redis) -> Self {
        Self { redis, known: Cache::new(REMEMBERED) }
    }

    /// Take units in somebody's name; nothing when Redis is away.
    pub(super) async fn take(
        &self,
        in_force: &InForce,
        clock: &Clock,
        key: Key,
        units: NonZeroU32,
    ) -> Option<Standing> {
        let units = units.get();
        let fresh = || Ok::<_, std::convert::Infallible>(Arc::default());
        let Ok(lease) = self.known.get_or_insert_with(&(in_force.policy, key), fresh);
        let held = || lease.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(standing) = held().take(in_force, clock.elapsed(), units) {
            return Some(standing);
        }
        let wanted = held().wanted(in_force, units);
        let mut take = redis::cmd("EVAL");
        take.arg(TAKE).arg(1).arg(format!("unfm:rate:{}:{key:032x}", in_force.policy.name()));
        take.arg(in_force.burst.get()).arg(in_force.per_minute.get()).arg(units).arg(wanted);
        let Some(answered) = self.redis.ask(&take).await else {
            held().is_asked = false;
            return None;
        };
        let standing = held().note(in_force, clock.elapsed(), units, answered);
        Some(standing)
    }
}

#[cfg(test)]
mod tests {
    use super::super::policy::PerMinute;
    use super::*;

    #[test]
    fn a_batch_is_given_away_without_asking() {
        let per_minute = PerMinute { address: 30_000, ..PerMinute::default() };
        let clock = Clock::fixed("2026-11-02T12:00:00Z".parse().unwrap());
        let in_force = InForce::new(Policy::Address, per_minute, &clock).unwrap();
        let mut lease = Lease::default();
        let at = Duration::from_secs;
        assert_eq!(lease.take(&in_force, at(1), 100), None, "nothing was fetched yet");
        assert_eq!(lease.wanted(&in_force, 100), 1_500);
        assert_eq!(lease.wanted(&in_force, 100), 100, "who comes meanwhile asks for her own");
        let told = lease.note(&in_force, at(1), 100, (1_500, 28_500, 0));
        assert_eq!((told.remaining, told.retry_after()), (29_900, None));
        for _ in 0..14 {
            assert_eq!(lease.take(&in_force, at(2), 100).unwrap().retry_after(), None);
        }
        assert_eq!(lease.take(&in_force, at(2), 100), None, "the batch is used up");
        // A refusal holds for as many units and more, until it is over.
        let refused = lease.note(&in_force, at(2), 100, (0, 40, 3_000));
        assert_eq!(refused.retry_after(), Some(at(3)));
        assert_eq!(lease.take(&in_force, at(3), 200).unwrap().retry_after(), Some(at(2)));
        assert_eq!(lease.take(&in_force, at(3), 20), None, "fewer may be there");
        assert_eq!(lease.take(&in_force, at(5), 100), None);
        // What was not given away in time is not ours any more.
        lease.note(&in_force, at(5), 20, (1_500, 0, 0));
        assert_eq!(lease.take(&in_force, at(16), 100), None);
    }

    #[test]
    fn whoever_is_refused_takes_what_somebody_else_has_fetched_meanwhile() {
        let per_minute = PerMinute { address: 30_000, ..PerMinute::default() };
        let clock = Clock::fixed("2026-11-02T12:00:00Z".parse().unwrap());
        let in_force = InForce::new(Policy::Address, per_minute, &clock).unwrap();
        let mut lease = Lease::default();
        lease.note(&in_force, Duration::ZERO, 20, (1_500, 0, 0));
        assert_eq!(lease.note(&in_force, Duration::ZERO, 20, (0, 0, 3_000)).retry_after(), None);
    }
}
