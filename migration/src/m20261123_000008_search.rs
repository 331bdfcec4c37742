//! Product search: published text only, folded by the domain, written in the transaction that changes it.
//!
//! Every row may be read on purpose, since a policy switches indexes off for text operators; whoever searches joins
//! back to `product`, which has a policy. Writing needs some reach to write: what follows a permitted change is derived by
//! the server. On SQLite the words are in an FTS5 table whose rowid is the product's number, so
//! matches come newest first without sorting; on PostgreSQL in a table of postings, read in the order of its index:
//! bytes are compared, and nothing depends on the database's locale. A posting holds in a few bits which words are in the name
//! of its product, so that those without another word are passed over in the index; until when the product may be shown; and for words
//! of the name all of it. So what is not narrowed further is found and counted in this index alone: a look-up for each of a
//! thousand hits, in whatever index, takes longer than reading past ten thousand others. What a hit among fewer products is looked up
//! for, whether it may be shown, stands in an index by its number.

use crate::ddl::{SERVER_ROLE, drop_tables, migration, on_postgres, run};
use sea_orm_migration::prelude::*;

migration!("Product search.", up: |manager| up(manager), down: |manager| down(manager));

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    match manager.get_database_backend() {
        sea_orm::DbBackend::Postgres => {
            on_postgres(
                manager,
                &format!(
                    r#"create table product_search (
                         number bigint not null references product (number) on delete cascade,
                         name text collate "C" not null,
                         other text collate "C" not null,
                         primary key (number)
                       );
                       create table product_posting (
                         word text collate "C" not null,
                         rank smallint not null,
                         number bigint not null references product_search (number) on delete cascade,
                         words bigint not null,
                         beginnings bigint not null,
                         valid_until text collate "C",
                         name text collate "C"
                       );
                       create unique index product_posting_order on product_posting (word, rank, number desc)
                         include (words, beginnings, valid_until, name);
                       create index product_posting_product on product_posting (number);
                       create index product_shown on product (number)
                         include (published, valid_until, branch_id, cooperative_id);
                       grant select, insert, update, delete on product_search, product_posting to {SERVER_ROLE}"#
                ),
            )
            .await?;
            for table in ["product_search", "product_posting"] {
                on_postgres(
                    manager,
                    &format!(
                        "alter table {table} enable row level security;
                         create policy read on {table} for select using (true);
                         create policy insert on {table} for insert with check ((select is_for('RECORD')));
                         create policy update on {table} for update using ((select is_for('RECORD')));
                         create policy delete on {table} for delete using ((select is_for('RECORD')))"
                    ),
                )
                .await?;
            }
            Ok(())
        }
        _ => {
            run(
                manager,
                "create virtual table product_search using fts5 (
                   exact, name, other,
                   tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* Co Pc'\",
                   prefix = '1 2 3', detail = column
                 );
                 create virtual table product_vocabulary using fts5vocab('product_search', 'row')",
            )
            .await
        }
    }
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    match manager.get_database_backend() {
        sea_orm::DbBackend::Postgres => {
            drop_tables(manager, &["product_search", "product_posting"]).await?;
            on_postgres(manager, "drop index product_shown").await
        }
        _ => drop_tables(manager, &["product_search", "product_vocabulary"]).await,
    }
}
