//! The administrative division of 2015: 12 regions, 75 provinces and prefectures. Reference data, not tenants.

use crate::codes;

codes! {
    /// Whether a unit of the second level is called a province or a prefecture (decree 2-15-40 of 20 February 2015).
    ProvinceKind {
        /// A province, mostly rural.
        Province = "PROVINCE",
        /// A prefecture, mostly urban.
        Prefecture = "PREFECTURE",
    }
}
