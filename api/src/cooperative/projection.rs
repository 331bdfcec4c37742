//! What is derived of cooperatives: the keys that lists by name sort by, and what may be told of their members.

use crate::platform::disclosure_threshold::{PEOPLE, THRESHOLDS};
use crate::platform::graphql::global_id::Kind;
use crate::platform::graphql::text::compute_name_keys;
use crate::platform::projection::{ComputedColumns, Derived, Source};
use domain::membership::disclosed;

const COOPERATIVE: Derived =
    Derived { table: "cooperative", kind: Some(Kind::Cooperative), key: "id", branch: "branch_id", sources: &[] };

/// What lists by name sort by.
pub static NAME_KEYS: ComputedColumns = ComputedColumns {
    of: Derived { sources: &[Source { table: "cooperative", columns: &["name"], by: "id", to: "id" }], ..COOPERATIVE },
    columns: &["name_key_ar", "name_key_fr"],
    inputs: &["name"],
    compute: compute_name_keys,
};

/// The numbers of members that may be told. Of a cooperative whose members are not entered they are as they were given.
pub static MEMBER_COUNTS: ComputedColumns = ComputedColumns {
    of: Derived {
        sources: &[
            Source {
                table: "membership",
                columns: &["cooperative_id", "sex", "left_on"],
                by: "cooperative_id",
                to: "id",
            },
            THRESHOLDS,
        ],
        ..COOPERATIVE
    },
    columns: &["member_count", "women_count", "is_women_only"],
    inputs: &[
        "exists (select 1 from membership m where m.cooperative_id = cooperative.id)",
        "(select count(*) from membership m where m.cooperative_id = cooperative.id and m.left_on is null)",
        "(select count(*) from membership m where m.cooperative_id = cooperative.id and m.left_on is null
            and m.sex = 'FEMALE')",
        PEOPLE,
    ],
    compute: |cells| {
        let stored = (cells.take::<Option<i32>>()?, cells.take::<Option<i32>>()?, cells.take::<Option<bool>>()?);
        let is_entered = cells.take::<bool>()?;
        let mut count = || Ok::<_, sea_orm::DbErr>(u32::try_from(cells.take::<i64>()?).unwrap_or(u32::MAX));
        let (members, women) = (count()?, count()?);
        let told = disclosed(members, women, u64::try_from(cells.take::<i32>()?).unwrap_or(u64::MAX));
        let signed = |count: Option<u32>| count.and_then(|count| i32::try_from(count).ok());
        let counts = (signed(told.member_count), signed(told.women_count), told.is_women_only);
        let is_different = is_entered && stored != counts;
        Ok(is_different.then(|| vec![counts.0.into(), counts.1.into(), counts.2.into()]))
    },
};
