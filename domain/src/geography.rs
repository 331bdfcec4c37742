//! The administrative division of 2015: 12 regions, 75 provinces and prefectures. Reference data, not tenants.

use crate::codes;
use crate::fault::{Code, Fault, Faults};

codes! {
    /// The name of a unit of the second level: province or prefecture.
    ProvinceKind {
        /// A province, mostly rural.
        Province = "PROVINCE",
        /// A prefecture, mostly urban.
        Prefecture = "PREFECTURE",
    }
}

/// The mean radius of the earth in kilometres (IUGG 1980).
const EARTH_RADIUS: f64 = 6371.0088;

/// A point on the earth, in degrees (WGS 84).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl Point {
    /// A point that there is.
    ///
    /// # Errors
    /// AMOUNT_INVALID at `latitude` and `longitude`.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, Faults> {
        let degrees = [("latitude", latitude, 90.0), ("longitude", longitude, 180.0)];
        let wrong = degrees.into_iter().filter(|(_, given, most)| !(-most..=*most).contains(given));
        let faults: Faults = wrong.map(|(field, ..)| Fault::new(Code::AmountInvalid).at(field)).collect();
        if faults.is_empty() { Ok(Self { latitude, longitude }) } else { Err(faults) }
    }

    /// The distance to another point along the surface, in kilometres (haversine formula).
    pub fn kilometres_to(self, other: Self) -> f64 {
        let half = |one: f64, other: f64| ((other - one).to_radians() / 2.0).sin().powi(2);
        let cosines = self.latitude.to_radians().cos() * other.latitude.to_radians().cos();
        let chord = half(self.latitude, other.latitude) + cosines * half(self.longitude, other.longitude);
        2.0 * EARTH_RADIUS * chord.sqrt().min(1.0).asin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point(latitude: f64, longitude: f64) -> Point {
        Point::new(latitude, longitude).unwrap()
    }

    #[test]
    fn a_distance_is_told_as_the_crow_flies() {
        // A quarter of a meridian, and a degree of the equator.
        assert!((point(0.0, 0.0).kilometres_to(point(90.0, 0.0)) - 10_007.557).abs() < 0.001);
        assert!((point(0.0, 179.5).kilometres_to(point(0.0, -179.5)) - 111.195).abs() < 0.001);
    }

    #[test]
    fn a_point_lies_on_the_earth() {
        let wrong = |latitude, longitude| Point::new(latitude, longitude).unwrap_err().len();
        assert_eq!((wrong(90.1, 0.0), wrong(0.0, -180.1), wrong(f64::NAN, f64::INFINITY)), (1, 1, 2));
    }

    proptest! {
        #[test]
        fn it_is_as_far_there_as_back(a in -90.0..=90.0_f64, b in -180.0..=180.0_f64, c in -90.0..=90.0_f64, d in -180.0..=180.0_f64) {
            let (one, other) = (point(a, b), point(c, d));
            let (there, back) = (one.kilometres_to(other), other.kilometres_to(one));
            prop_assert!((there - back).abs() < 1e-6 && (0.0..=20_016.0).contains(&there));
            prop_assert!(one.kilometres_to(one) < 1e-6);
        }
    }
}
