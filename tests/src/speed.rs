//! Worlds for measuring: large, synthetic, and kept for the next run.

use crate::postgres::Scratch;
use std::path::Path;
use unfm::platform::clock::Clock;
use unfm::platform::database::db::{Db, IfMissing};
use unfm::projections::PROJECTIONS;
use unfm::seed;

/// A synthetic world of so many units of 2,000 products.
pub struct Kept {
    /// Which database it is on.
    pub on: &'static str,
    /// Its address, as the server opens it.
    pub server_url: String,
    units: u64,
    owner: Db,
    scratch: Option<Scratch>,
}

impl Kept {
    /// One in a file in this folder.
    pub async fn sqlite(folder: &Path, units: u64) -> Self {
        let server_url = format!("sqlite://{}", folder.join(format!("{units}.db")).display());
        let owner = Db::connect(&server_url, IfMissing::Create, PROJECTIONS).await.unwrap();
        Self { on: "SQLite", server_url, units, owner, scratch: None }
    }

    /// One on PostgreSQL, in the server's role; none where there is no PostgreSQL.
    pub async fn postgres(units: u64) -> Option<Self> {
        let scratch = Scratch::named(format!("unfm_speed_{units}")).await?;
        let owner = Db::connect(&scratch.owner_url(), IfMissing::Refuse, PROJECTIONS).await.unwrap();
        // On the same machine nobody encrypts.
        let server_url = format!("{}?sslmode=disable", scratch.server_url());
        Some(Self { on: "PostgreSQL", server_url, units, owner, scratch: Some(scratch) })
    }

    /// Seed what is missing, and close it for the server to open; `progress` is told how many units of how many are done.
    pub async fn fill(&self, progress: impl Fn(u64, u64)) {
        match &self.scratch {
            Some(scratch) => scratch.prepare(&self.owner).await,
            None => self.owner.migrate().await.map(drop).unwrap(),
        }
        seed::scale(&self.owner, self.units, Clock::System.now(), progress).await.unwrap();
        self.owner.analyze().await.unwrap();
        self.owner.close().await;
    }
}
