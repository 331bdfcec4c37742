//! Fields that lead from one feature to another, and the root fields that need several.

pub mod agreement;
pub mod audit;
pub mod branch;
pub mod catalogue;
pub mod cooperative;
mod explain;
pub mod geography;
pub mod indicator;
pub mod market;
pub mod membership;
pub mod node;
pub mod partner;
pub mod partner_client;
pub mod product;
pub mod programme;
pub mod user;

/// The four arguments of a page and whether to count, from a resolver's own arguments.
macro_rules! page {
    ($ctx:expr, $first:expr, $after:expr, $last:expr, $before:expr) => {
        (
            $crate::platform::page::PageArgs::new($first, $after, $last, $before),
            $crate::platform::page::asks_total($ctx),
        )
    };
}
pub(crate) use page;

/// What a level answered for a key; every key that was asked for has it.
pub(crate) fn connection<T>(found: Option<T>) -> crate::platform::error::Result<T> {
    found.ok_or_else(|| crate::platform::error::Error::internal("a level without the key that asked"))
}
