//! Photos of products. `position` is empty as long as a photo waits to be accepted. What a file is called follows from its content
//! (`photo_content`), which photos share: it is deleted when none is left of it.

use crate::ddl::{PUBLISHED_AND_VALID, SERVER_ROLE, drop_tables, migration, on_postgres, protect, run};
use sea_orm_migration::prelude::*;

migration!("Photos.", up: |manager| up(manager), down: |manager| down(manager));

async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(
        manager,
        "create table photo_content (
           content {text} primary key check (length(content) = 64),
           written_at {long} not null
         );
         create index photo_content_written on photo_content (written_at);
         create table photo (
           {number},
           branch_id {uuid} not null references branch (id),
           product_id {uuid} not null,
           cooperative_id {uuid} not null,
           position {int} check (position >= 0),
           content {text} not null references photo_content (content),
           width {int} not null check (width > 0),
           height {int} not null check (height > 0),
           blur_hash {text} not null,
           alt {json} not null,
           published boolean not null,
           valid_until {text},
           is_demo boolean not null,
           {node},
           check (not published or position is not null),
           foreign key (product_id, cooperative_id) references product (id, cooperative_id)
             on delete cascade on update cascade
         );
         create index photo_product on photo (product_id, position);
         create index photo_of_content on photo (content);
         create index photo_branch on photo (branch_id)",
    )
    .await?;
    protect(manager, "photo", PUBLISHED_AND_VALID).await?;
    on_postgres(
        manager,
        &format!(
            "create policy own_read on photo for select
               using (cooperative_id = any ((select own_cooperatives('app.read'))::uuid[]));
             create policy own_insert on photo for insert
               with check (cooperative_id = any ((select own_cooperatives('app.write'))::uuid[]));
             create policy own_update on photo for update
               using (cooperative_id = any ((select own_cooperatives('app.write'))::uuid[]));
             create policy own_delete on photo for delete
               using (cooperative_id = any ((select own_cooperatives('app.write'))::uuid[]));
             create policy platform on photo for select
               using ((select is_for('HOUSEKEEP')) or (select is_for('AUTHENTICATE')));
             alter table photo_content enable row level security;
             create policy platform on photo_content
               using ((select is_for('AUTHENTICATE')) or (select is_for('HOUSEKEEP')) or (select is_for('SEED')));
             grant select, insert, update, delete on photo_content to {SERVER_ROLE}"
        ),
    )
    .await
}

async fn down(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    drop_tables(manager, &["photo_content", "photo"]).await
}
