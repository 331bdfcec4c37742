//! The administrative division of 2015: 12 regions, 75 provinces and prefectures. Reference data, not tenants.

use crate::codes;

codes! {
    /// What a unit of the second level is called.
    ProvinceKind {
        /// A province, mostly rural.
        Province = "PROVINCE",
        /// A prefecture, mostly urban.
        Prefecture = "PREFECTURE",
    }
}
