//! Counting conversations: in memory, and written down from time to time, so that no row tells when somebody wrote.

use crate::platform::database::db::Db;
use crate::platform::error::Result;
use domain::access::Purpose;
use domain::actor::Actor;
use domain::bot::menu::BotLanguage;
use domain::codes::Coded;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What is counted: the month, the node, the language and the code of the region, empty where that is not known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Counted {
    month: String,
    node: String,
    language: BotLanguage,
    region: String,
}

/// Counts that are not written down yet; cheap to clone. There are no more than nodes, languages and regions.
#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<HashMap<Counted, i64>>>);

impl Tally {
    /// Count a conversation that has come to a node.
    pub fn count(&self, node: &str, language: BotLanguage, region: &str, now: Timestamp) {
        let month = domain::calendar::today(now).strftime("%Y-%m").to_string();
        let counted = Counted { month, node: node.to_owned(), language, region: region.to_owned() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(counted).or_default() += 1;
    }

    fn take(&self) -> HashMap<Counted, i64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Write down what was counted; it is held when that fails.
    ///
    /// # Errors
    /// The database's refusal.
    pub async fn write(&self, db: &Db, now: Timestamp) -> Result<()> {
        let counts = self.take();
        if counts.is_empty() {
            return Ok(());
        }
        let written = db.write(&Actor::System(Purpose::Housekeep), now, async |tx| {
            let mut counts: Vec<_> = counts.iter().collect();
            // Two instances write the same rows in the same order.
            counts.sort_by_key(|(counted, _)| (&counted.month, &counted.node, counted.language, &counted.region));
            for (counted, conversations) in counts {
                let sql = "insert into bot_count (month, node, language, region_code, branch_id, conversations)
                    select $1, $2, $3, $4, coalesce((select b.id from branch b join region r on r.id = b.region_id
                      where r.code = $4 and b.kind = 'REGIONAL' and b.status = 'ACTIVE' order by b.created_at, b.id limit 1),
                      (select id from branch where parent_id is null limit 1)), $5
                    on conflict (month, node, language, region_code)
                    do update set conversations = bot_count.conversations + excluded.conversations";
                let values: [sea_orm::Value; 5] = [
                    counted.month.clone().into(),
                    counted.node.clone().into(),
                    counted.language.as_str().into(),
                    counted.region.clone().into(),
                    (*conversations).into(),
                ];
                tx.execute(sql, values).await?;
            }
            Ok(())
        });
        let written = written.await;
        if written.is_err() {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (counted, conversations) in counts {
                *held.entry(counted).or_default() += conversations;
            }
        }
        written
    }
}
