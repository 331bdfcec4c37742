//! Where the present comes from: read once per request and passed down, so that nothing below asks a clock.

use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The system's clock, or one that stands where a test puts it.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that moves only when it is set; microseconds since 1970 in UTC.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `now`.
    pub fn fixed(now: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(now.as_microsecond())))
    }

    /// Put a fixed clock to another instant; the system's clock cannot be put.
    pub fn set(&self, now: Timestamp) {
        if let Self::Fixed(micros) = self {
            micros.store(now.as_microsecond(), Ordering::SeqCst);
        }
    }

    /// The present.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(micros) => {
                Timestamp::from_microsecond(micros.load(Ordering::SeqCst)).expect("it was set from an instant")
            }
        }
    }
}
