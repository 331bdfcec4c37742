//! Points, and places around one.

use crate::platform::error::{Error, Result};
use async_graphql::InputObject;
use domain::fault::{Code, Fault, Faults};
use domain::geography::Point;

/// The largest distance that may be asked for, in kilometres: nowhere in Morocco is farther from anywhere else.
const LARGEST: i32 = 3_000;

/// A point, and how far around it.
#[derive(InputObject, Clone, Debug, PartialEq)]
pub struct NearInput {
    /// Degrees north (WGS 84).
    pub latitude: f64,
    /// Degrees east (WGS 84).
    pub longitude: f64,
    /// The largest distance in kilometres, 1 to 3,000; however far, without it.
    pub within_kilometres: Option<i32>,
}

impl NearInput {
    /// The point, and the largest distance from it in kilometres.
    ///
    /// # Errors
    /// BAD_USER_INPUT naming the argument below `place`.
    pub fn read(&self, place: &str) -> Result<(Point, Option<f64>)> {
        let point = Point::new(self.latitude, self.longitude)
            .map_err(|_| Error::expected(place, "a latitude of -90 to 90 and a longitude of -180 to 180 degrees"))?;
        match self.within_kilometres {
            Some(within) if !(1..=LARGEST).contains(&within) => {
                Err(Error::expected(format!("{place}.withinKilometres"), "1 to 3000"))
            }
            within => Ok((point, within.map(f64::from))),
        }
    }
}

/// What a form says of a place: both of its numbers, or none.
///
/// # Errors
/// AMOUNT_INVALID at the one that is missing.
pub fn point(north: Option<f64>, east: Option<f64>) -> Result<Option<(f64, f64)>, Faults> {
    match (north, east) {
        (None, Some(_)) => Err(vec![Fault::new(Code::AmountInvalid).at("latitude")]),
        (Some(_), None) => Err(vec![Fault::new(Code::AmountInvalid).at("longitude")]),
        (north, east) => Ok(north.zip(east)),
    }
}
