//! A database that is made for the check and thrown away after it.

use crate::config::Settings;
use crate::platform::database::db::{Db, IfMissing};
use crate::platform::database::fault::StartFault;
use crate::projections::PROJECTIONS;
use std::path::PathBuf;
use uuid::Uuid;

/// A scratch database of the kind that is configured, beside it and never the same.
pub enum Scratch {
    /// A file of its own in the folder for such.
    Embedded(PathBuf),
    /// A database of its own on the same server.
    Postgres {
        /// Where the owner comes in to make it and to drop it.
        owner: String,
        /// Where the owner comes in to it.
        owner_url: String,
        /// Where the server comes in to it.
        server_url: String,
        /// The server's login, where it has one of its own.
        login: Option<String>,
        /// Its name.
        name: String,
    },
}

/// The address of another database on the same server.
fn on_same_server(url: &str, name: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let parameters = path.split_once('?').map(|(_, parameters)| format!("?{parameters}")).unwrap_or_default();
    Some(format!("{scheme}://{authority}/{name}{parameters}"))
}

impl Scratch {
    /// Make one.
    ///
    /// # Errors
    /// One sentence, when it cannot be made.
    pub async fn new(settings: &Settings) -> Result<Self, StartFault> {
        let name = format!("unfm_access_{}", Uuid::now_v7().simple());
        if settings.is_embedded() {
            return Ok(Self::Embedded(std::env::temp_dir().join(format!("{name}.db"))));
        }
        let wrong = || StartFault("DATABASE_URL is no address of a database.".to_owned());
        let owner = settings.owner_url().to_owned();
        let owner_url = on_same_server(&owner, &name).ok_or_else(wrong)?;
        let server_url = on_same_server(settings.database_url.as_str(), &name).ok_or_else(wrong)?;
        let db = Db::connect(&owner, IfMissing::Refuse, PROJECTIONS).await?;
        let made = db.administer(&format!("create database {name} template template0")).await;
        db.close().await;
        made?;
        Ok(Self::Postgres { owner, owner_url, server_url, login: settings.server_login(), name })
    }

    /// Open it for its owner and for the server.
    ///
    /// # Errors
    /// One sentence, when it cannot be opened.
    pub async fn open(&self) -> Result<(Db, Db), StartFault> {
        match self {
            Self::Embedded(file) => {
                crate::config::prepare_database_file(file)?;
                let db = Db::connect(&format!("sqlite://{}", file.display()), IfMissing::Create, PROJECTIONS).await?;
                db.migrate().await?;
                Ok((db.clone(), db))
            }
            Self::Postgres { owner_url, server_url, login, .. } => {
                let owner = Db::connect(owner_url, IfMissing::Refuse, PROJECTIONS).await?;
                owner.migrate().await?;
                if let Some(login) = login {
                    owner.admit_server(login).await?;
                }
                let server = Db::connect(server_url, IfMissing::Refuse, PROJECTIONS).await?;
                server.refuse_powerful_role().await?;
                Ok((owner, server))
            }
        }
    }

    /// Throw it away.
    ///
    /// # Errors
    /// One sentence, when it stays.
    pub async fn throw_away(self) -> Result<(), StartFault> {
        match self {
            Self::Embedded(file) => {
                for end in ["", "-wal", "-shm"] {
                    let mut path = file.clone().into_os_string();
                    path.push(end);
                    // Those that were never made are not there.
                    let _ = std::fs::remove_file(path);
                }
                Ok(())
            }
            Self::Postgres { owner, name, .. } => {
                let db = Db::connect(&owner, IfMissing::Refuse, PROJECTIONS).await?;
                let dropped = db.administer(&format!("drop database {name} with (force)")).await;
                db.close().await;
                dropped
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_database_is_on_the_same_server() {
        let on = |url: &str| on_same_server(url, "scratch").unwrap();
        assert_eq!(on("postgres://u:p@h:5432/unfm?sslmode=require"), "postgres://u:p@h:5432/scratch?sslmode=require");
        assert_eq!(on("postgres://h"), "postgres://h/scratch");
    }
}
