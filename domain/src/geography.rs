//! The administrative division of 2015: 12 regions, 75 provinces and prefectures. Reference data, not tenants.

use crate::codes;

codes! {
    /// The name of a unit of the second level: province or prefecture.
    ProvinceKind {
        /// A province, mostly rural.
        Province = "PROVINCE",
        /// A prefecture, mostly urban.
        Prefecture = "PREFECTURE",
    }
}
