//! Fields that lead from one thing to another, one file for each type; anything by its global id.

pub mod agreement;
pub mod audit_entry;
pub mod branch;
pub mod category;
pub mod contribution;
pub mod cooperative;
pub mod document;
mod explain;
pub mod indicator;
pub mod indicator_value;
pub mod listing;
pub mod market;
pub mod membership;
pub mod node;
pub mod partner;
pub mod partner_client;
pub mod product;
pub mod product_variant;
pub mod programme;
pub mod programme_indicator;
pub mod province;
pub mod query;
pub mod region;
pub mod role_assignment;
pub mod user;
pub mod viewer;

/// The four arguments of a page and whether to count, from a resolver's own arguments.
macro_rules! page {
    ($ctx:expr, $first:expr, $after:expr, $last:expr, $before:expr) => {
        (
            $crate::platform::paging::page::PageArgs::new($first, $after, $last, $before),
            $crate::platform::paging::page::asks_total($ctx),
        )
    };
}
pub(crate) use page;

/// What a level answered for a key; every key that was asked for has it.
pub(crate) fn connection<T>(found: Option<T>) -> crate::platform::error::Result<T> {
    found.ok_or_else(|| crate::platform::error::Error::internal("a level without the key that asked"))
}
