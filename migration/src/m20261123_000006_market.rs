//! Markets, what is on sale there, and who paid for what: a contribution belongs to one market or one agreement.

use crate::ddl::{Open, PUBLISHED_AND_VALID, drop_tables, migration, protect, run, share};
use sea_orm_migration::prelude::*;

migration!("Markets, listings and contributions.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 4] = ["market", "market_private", "listing", "contribution"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table market (
           {number},
           branch_id {uuid} not null references branch (id),
           province_id {uuid} not null references province (id),
           agreement_id {uuid} references agreement (id),
           slug {text} not null unique,
           name {json} not null,
           name_key_ar {text} not null,
           name_key_fr {text} not null,
           city {json},
           address {json},
           latitude {float} check (latitude between -90 and 90),
           longitude {float} check (longitude between -180 and 180),
           contacts {json},
           status {text} not null check (status in ('PLANNED', 'IN_PREPARATION', 'OPEN', 'SUSPENDED', 'CLOSED')),
           announced_on {text},
           opened_on {text},
           opening_hours {json} not null,
           opening_hours_basis {text} not null check (opening_hours_basis in ('NOT_PUBLISHED', 'PUBLISHED', 'DEMO')),
           cost {long} check (cost >= 0),
           aims {json} not null,
           published boolean generated always as (status <> 'PLANNED') stored not null,
           sources {json} not null,
           is_demo boolean not null,
           {node},
           check ((latitude is null) = (longitude is null))
         );
         create index market_name_ar on market (name_key_ar, number);
         create index market_name_fr on market (name_key_fr, number);
         create index market_branch on market (branch_id, number);
         create index market_province on market (province_id, number);
         create index market_agreement on market (agreement_id);
         create table market_private (
           market_id {uuid} primary key references market (id) on delete cascade,
           branch_id {uuid} not null references branch (id),
           notes {text}
         );
         create index market_private_branch on market_private (branch_id);
         create table listing (
           {number},
           branch_id {uuid} not null references branch (id),
           market_id {uuid} not null references market (id),
           product_id {uuid} not null,
           cooperative_id {uuid} not null,
           category_id {uuid} not null references category (id),
           variant_id {uuid} not null references product_variant (id),
           price {long} not null check (price > 0),
           visible boolean not null,
           sold_out boolean not null default false,
           stock_good_until {text},
           published boolean not null,
           valid_until {text},
           is_demo boolean not null,
           {node},
           unique (market_id, variant_id),
           foreign key (product_id, cooperative_id) references product (id, cooperative_id) on update cascade
         );
         create index listing_market on listing (market_id, number);
         create index listing_market_price on listing (market_id, price, number);
         create index listing_product on listing (product_id, number);
         create index listing_variant on listing (variant_id);
         create index listing_category on listing (market_id, category_id, number);
         create index listing_cooperative on listing (cooperative_id, market_id, number);
         create index listing_branch on listing (branch_id);
         create table contribution (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           market_id {uuid} references market (id) on delete cascade,
           agreement_id {uuid} references agreement (id) on delete cascade,
           partner_id {uuid} references partner (id),
           position {int} not null,
           kind {text} check (kind in ('CASH', 'IN_KIND')),
           amount {long} not null check (amount > 0 or (amount < 0 and reverses_id is not null)),
           reverses_id {uuid} unique references contribution (id) on delete cascade,
           entered_by {uuid},
           declared_on {text},
           status {text} not null check (status in ('CONFIRMED', 'UNCONFIRMED')),
           published boolean not null,
           is_demo boolean not null,
           {node},
           check ((market_id is null) <> (agreement_id is null))
         );
         create unique index contribution_market on contribution (market_id, position) where market_id is not null;
         create unique index contribution_agreement on contribution (agreement_id, position)
           where agreement_id is not null;
         create index contribution_partner on contribution (partner_id);
         create index contribution_branch on contribution (branch_id)",
    )
    .await?;
    protect(manager, "market", Open::When("published")).await?;
    protect(manager, "market_private", Open::None).await?;
    protect(manager, "listing", PUBLISHED_AND_VALID).await?;
    protect(manager, "contribution", Open::When("published")).await?;
    share(manager, "contribution", "agreement_id", "implemented_agreements").await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await
}
