//! What cooperatives make: products, their variants and quality signs, and their way through the catalogue.
//!
//! `published` and `valid_until` say together whether a row may be shown: the first changes by writes alone, the second
//! is the last day on which every sign and the sanitary number hold. What belongs to a product carries its cooperative
//! too, kept by the foreign key: whose own it is must follow from the row alone (`ddl::protect`).

use crate::ddl::{Open, PUBLISHED_AND_VALID, drop_tables, migration, protect, run};
use sea_orm_migration::prelude::*;

migration!("The catalogue.", up: |manager| up(manager), down: |manager| down(manager));

const TABLES: [&str; 5] = ["product", "product_move", "product_change", "quality_sign", "product_variant"];

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table product (
           {number},
           branch_id {uuid} not null references branch (id),
           cooperative_id {uuid} not null references cooperative (id),
           category_id {uuid} not null references category (id),
           slug {text} not null unique,
           name {json} not null,
           name_key_ar {text} not null,
           name_key_fr {text} not null,
           description {json},
           origin {json},
           sanitary_number {text},
           sanitary_valid_until {text},
           status {text} not null check (status in ('DRAFT', 'SUBMITTED', 'PUBLISHED', 'REJECTED', 'ARCHIVED')),
           published boolean not null,
           valid_until {text},
           price_key {long} not null,
           is_demo boolean not null,
           {node},
           check (sanitary_valid_until is null or sanitary_number is not null),
           unique (id, cooperative_id)
         );
         create index product_name_ar on product (name_key_ar, number);
         create index product_name_fr on product (name_key_fr, number);
         create index product_price on product (price_key, number);
         create index product_category on product (category_id, number);
         create index product_cooperative on product (cooperative_id, number);
         create index product_branch on product (branch_id, number);
         create index product_valid_until on product (valid_until) where published;
         create index product_submitted on product (branch_id, number) where status = 'SUBMITTED';
         create table product_move (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           product_id {uuid} not null,
           cooperative_id {uuid} not null,
           from_status {text},
           to_status {text} not null check (to_status in ('DRAFT', 'SUBMITTED', 'PUBLISHED', 'REJECTED', 'ARCHIVED')),
           actor_id {uuid},
           actor_name {text},
           reason {text},
           moved_at {long} not null,
           check (to_status <> 'REJECTED' or reason is not null),
           foreign key (product_id, cooperative_id) references product (id, cooperative_id)
             on delete cascade on update cascade
         );
         create index product_move_product on product_move (product_id);
         create index product_move_branch on product_move (branch_id);
         create table product_change (
           {number},
           branch_id {uuid} not null references branch (id),
           product_id {uuid} not null,
           cooperative_id {uuid} not null,
           status {text} not null check (status in ('OPEN', 'ACCEPTED', 'DECLINED', 'WITHDRAWN')),
           was {json} not null,
           asked {json} not null,
           requested_by {uuid},
           requested_by_name {text},
           decided_by {uuid},
           decided_at {long},
           reason {text},
           {node},
           check (status <> 'DECLINED' or reason is not null),
           foreign key (product_id, cooperative_id) references product (id, cooperative_id)
             on delete cascade on update cascade
         );
         create unique index product_change_open on product_change (product_id) where status = 'OPEN';
         create index product_change_product on product_change (product_id, number);
         create index product_change_waits on product_change (branch_id, number) where status = 'OPEN';
         create index product_change_branch on product_change (branch_id, number);
         create index product_change_cooperative on product_change (cooperative_id, number);
         create table quality_sign (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           product_id {uuid} not null,
           cooperative_id {uuid} not null,
           kind {text} not null check (kind in ('IGP', 'AOP', 'LABEL_AGRICOLE', 'ORGANIC')),
           reference {text},
           valid_until {text},
           published boolean not null,
           is_demo boolean not null,
           unique (product_id, kind),
           foreign key (product_id, cooperative_id) references product (id, cooperative_id)
             on delete cascade on update cascade
         );
         create index quality_sign_kind on quality_sign (kind, product_id);
         create index quality_sign_branch on quality_sign (branch_id);
         create table product_variant (
           id {uuid} primary key,
           branch_id {uuid} not null references branch (id),
           product_id {uuid} not null,
           cooperative_id {uuid} not null,
           unit {text} not null check (unit in ('KG', 'G', 'L', 'ML', 'PIECE', 'M2')),
           quantity {long} not null check (quantity > 0),
           sold_by {text} not null check (sold_by in ('PACK', 'MEASURE')),
           sku {text} not null,
           gtin {text},
           published boolean not null,
           valid_until {text},
           is_demo boolean not null,
           {node},
           unique (product_id, sku),
           check (sold_by = 'PACK' or unit <> 'PIECE'),
           foreign key (product_id, cooperative_id) references product (id, cooperative_id)
             on delete cascade on update cascade
         );
         create index product_variant_branch on product_variant (branch_id)",
    )
    .await?;
    protect(manager, "product", PUBLISHED_AND_VALID).await?;
    protect(manager, "product_move", Open::None).await?;
    protect(manager, "product_change", Open::None).await?;
    protect(manager, "quality_sign", PUBLISHED_AND_VALID).await?;
    protect(manager, "product_variant", PUBLISHED_AND_VALID).await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &TABLES).await
}
