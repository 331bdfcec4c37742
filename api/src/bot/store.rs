//! Reading in how many conversations the bot helped: never about fewer than the threshold for data on violence.

use super::count::{Column, Entity};
use super::object::{BotLanguageCount, BotNodeCount, BotRegionCount};
use crate::platform::disclosure_threshold::VIOLENCE;
use crate::platform::error::{Error, Result};
use crate::platform::loading::reader::Reader;
use crate::platform::query::stored::EnumValue;
use domain::bot::menu::BotLanguage;
use domain::codes::Coded;
use domain::disclosure::shown_in_table;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::Expr;
use std::collections::{BTreeMap, BTreeSet};

/// The conversations of a node by language and region.
type Cells = BTreeMap<(BotLanguage, String), u64>;

/// The nodes that conversations came to in a month that has ended, in the regions that the caller may see: what was counted in a
/// month that goes on would tell, from one day to the next, of one conversation.
///
/// # Errors
/// BAD_USER_INPUT naming `month`, or the database's refusal.
pub async fn counts(reader: &Reader, month: &str) -> Result<Vec<BotNodeCount>> {
    let month = domain::calendar::ended_month(month, reader.today())
        .ok_or_else(|| Error::expected("month", "a month that has ended, as 2026-10"))?;
    let columns = [Column::Node, Column::Language, Column::RegionCode, Column::Conversations];
    let rows = reader
        .begin()
        .select_columns::<Entity>()
        .filter(Column::Month.eq(month))
        .only(columns.map(|column| column.into_expr()).into_iter().chain([Expr::cust(VIOLENCE)]))
        .all(|cells| {
            let (node, language) = (cells.take::<String>()?, cells.take::<EnumValue<BotLanguage>>()?.0);
            Ok((node, (language, cells.take::<String>()?), cells.take::<i64>()?, cells.take::<i32>()?))
        })
        .await?;
    let mut nodes: BTreeMap<String, Cells> = BTreeMap::new();
    let mut least = 0;
    for (node, place, conversations, threshold) in rows {
        nodes.entry(node).or_default().insert(place, u64::try_from(conversations).unwrap_or_default());
        least = u64::try_from(threshold).unwrap_or_default();
    }
    Ok(nodes.into_iter().map(|(node, cells)| told(node, &cells, least)).collect())
}

/// What is told of a node.
fn told(node: String, cells: &Cells, least: u64) -> BotNodeCount {
    let regions: BTreeSet<&String> = cells.keys().map(|(_, region)| region).collect();
    let count = |language, region: &String| cells.get(&(language, region.clone())).copied().unwrap_or_default();
    let row = |language: &BotLanguage| regions.iter().map(|region| count(*language, region)).collect();
    let table: Vec<Vec<u64>> = BotLanguage::ALL.iter().map(row).collect();
    let shown = shown_in_table(&table, least);
    let number = |is_shown: bool, count: u64| is_shown.then(|| i32::try_from(count).unwrap_or(i32::MAX));
    let languages = BotLanguage::ALL.iter().zip(&table).zip(&shown.rows).map(|((language, row), is_shown)| {
        BotLanguageCount { language: EnumValue(*language), conversations: number(*is_shown, row.iter().sum()) }
    });
    let of_region = |place: usize| table.iter().filter_map(|row| row.get(place)).sum();
    let by_region = regions.iter().zip(&shown.columns).enumerate().map(|(place, (region, is_shown))| BotRegionCount {
        region_code: (!region.is_empty()).then(|| (*region).clone()),
        conversations: number(*is_shown, of_region(place)),
    });
    BotNodeCount {
        node,
        conversations: number(shown.total, table.iter().flatten().sum()),
        by_language: languages.collect(),
        by_region: by_region.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_told_of_fewer_than_ten_nor_can_it_be_had_back_by_subtraction() {
        let cell = |language, region: &str, count| ((language, region.to_owned()), count);
        let cells = [
            cell(BotLanguage::Darija, "05", 40),
            cell(BotLanguage::French, "05", 3),
            cell(BotLanguage::Darija, "06", 25),
            cell(BotLanguage::French, "06", 30),
        ];
        let told = told("start".to_owned(), &cells.into(), 10);
        assert_eq!(told.conversations, Some(98));
        let by_region: Vec<_> = told.by_region.iter().map(|region| region.conversations).collect();
        assert_eq!(by_region, [Some(43), Some(55)], "the parts within are not told");
        let few = super::told("start".to_owned(), &[cell(BotLanguage::Darija, "05", 9)].into(), 10);
        assert_eq!((few.conversations, few.by_region[0].conversations), (None, None));
    }
}
