//! What is derived of the ledger: what there is of each lot and of each variant at a market, and whether a listing is sold out.

use crate::platform::graphql::global_id::Kind;
use crate::platform::projection::{Derived, Source, SqlColumns};

/// What there is of a lot.
pub static LOTS: SqlColumns = SqlColumns {
    of: Derived {
        table: "stock_lot",
        kind: None,
        key: "id",
        branch: "branch_id",
        sources: &[
            Source { table: "stock_movement", columns: &["quantity"], by: "stock_lot_id", to: "id" },
            Source { table: "stock_lot", columns: &[], by: "id", to: "id" },
        ],
    },
    columns: &[(
        "on_hand",
        "cast(coalesce((select sum(m.quantity) from stock_movement m where m.stock_lot_id = stock_lot.id), 0) as bigint)",
    )],
};

/// What a market has of a variant, until when any of it is good, and whether its price is another one than is asked for.
pub static LEVELS: SqlColumns = SqlColumns {
    of: Derived {
        table: "stock_level",
        kind: Some(Kind::StockLevel),
        key: "id",
        branch: "branch_id",
        sources: &[
            Source { table: "stock_lot", columns: &["on_hand", "expires_on"], by: "stock_level_id", to: "id" },
            Source { table: "stock_level", columns: &["asked_price"], by: "id", to: "id" },
            Source { table: "listing", columns: &["price"], by: "variant_id", to: "variant_id" },
        ],
    },
    columns: &[
        (
            "on_hand",
            "cast(coalesce((select sum(l.on_hand) from stock_lot l where l.stock_level_id = stock_level.id), 0) as bigint)",
        ),
        (
            "good_until",
            "select case when count(l.expires_on) = count(*) then max(l.expires_on) end
               from stock_lot l where l.stock_level_id = stock_level.id and l.on_hand > 0",
        ),
        (
            "next_expiry",
            "select min(l.expires_on) from stock_lot l where l.stock_level_id = stock_level.id and l.on_hand > 0",
        ),
        (
            "price_differs",
            "coalesce(asked_price <> (select l.price from listing l
               where l.market_id = stock_level.market_id and l.variant_id = stock_level.variant_id), false)",
        ),
    ],
};

/// Whether what is listed is there. A market that has never had any of a variant keeps no stock of it.
pub static LISTINGS: SqlColumns = SqlColumns {
    of: Derived {
        table: "listing",
        kind: Some(Kind::Listing),
        key: "id",
        branch: "branch_id",
        sources: &[
            Source { table: "stock_level", columns: &["on_hand", "good_until"], by: "variant_id", to: "variant_id" },
            Source { table: "listing", columns: &["market_id", "variant_id"], by: "id", to: "id" },
        ],
    },
    columns: &[
        (
            "sold_out",
            "exists (select 1 from stock_level s
               where s.market_id = listing.market_id and s.variant_id = listing.variant_id and s.on_hand = 0)",
        ),
        (
            "stock_good_until",
            "select s.good_until from stock_level s
               where s.market_id = listing.market_id and s.variant_id = listing.variant_id",
        ),
    ],
};
