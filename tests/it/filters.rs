//! Lists: each filter leaves exactly the things whose own fields meet it, each order puts them
//! as those fields say.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use tests::World;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const ALL: &str = "{
  products(first: 100) { totalCount nodes { slug name { text(locale: FR) } lowestPrice { amount } category { slug parent { slug } }
    cooperative { id province { code } } qualitySigns { kind } listings(first: 10) { nodes { market { id isOpen } } } } }
  cooperatives(first: 100) { totalCount nodes { slug name { text(locale: FR) } sector province { code } branch { id } } }
}";

/// Everything of a list, as a visitor reads it without a filter: the newest first.
async fn all(world: &World, list: &str) -> Vec<Value> {
    let answer = world.ask_in("fr", ALL, json!({})).await;
    let nodes = answer.data()[list]["nodes"].as_array().unwrap().clone();
    assert_eq!(answer.data()[list]["totalCount"], nodes.len(), "the demo world fits in a page");
    nodes
}

fn slug(node: &Value) -> String {
    node["slug"].as_str().unwrap().to_owned()
}

/// The slugs of a list with a filter, in an order.
async fn listed(world: &World, list: &str, kind: &str, filter: Value, by: Option<&str>) -> Vec<String> {
    let question = format!(
        "query($filter: {kind}Filter, $by: {kind}Order{}) {{
           {list}(first: 100, filter: $filter, orderBy: $by) {{ totalCount nodes {{ slug }} }} }}",
        // A variable that is not given takes the place of nothing, not of a default of the argument.
        if kind == "Product" { "" } else { "! = NEWEST" }
    );
    let mut variables = json!({"filter": filter});
    if let Some(by) = by {
        variables["by"] = by.into();
    }
    let answer = world.ask_in("fr", &question, variables).await;
    let slugs: Vec<String> = answer.data()[list]["nodes"].as_array().unwrap().iter().map(slug).collect();
    assert_eq!(answer.data()[list]["totalCount"], slugs.len());
    slugs
}

/// A list with a filter is the whole list without what does not meet it, in the same order; the filter is of some use.
async fn leaves(world: &World, (list, kind): (&str, &str), filter: Value, meets: impl Fn(&Value) -> bool) {
    let all = all(world, list).await;
    let expected: Vec<String> = all.iter().filter(|node| meets(node)).map(slug).collect();
    assert!(!expected.is_empty() && expected.len() < all.len(), "{}: {filter} tells nothing", world.on);
    assert_eq!(listed(world, list, kind, filter.clone(), None).await, expected, "{}: {filter}", world.on);
}

fn centimes(node: &Value) -> Option<i64> {
    let amount = node["lowestPrice"]["amount"].as_str()?;
    Some(amount.replace('.', "").parse().unwrap())
}

fn any(list: &Value, meets: impl Fn(&Value) -> bool) -> bool {
    list.as_array().unwrap().iter().any(meets)
}

async fn each_filter_of_products_leaves_those_that_meet_it(world: World) {
    let products = ("products", "Product");
    let nodes = all(&world, "products").await;
    let categories: BTreeSet<&str> = nodes
        .iter()
        .flat_map(|node| [&node["category"]["slug"], &node["category"]["parent"]["slug"]])
        .filter_map(Value::as_str)
        .collect();
    for category in categories {
        let meets = |node: &Value| {
            node["category"]["slug"] == *category || node["category"]["parent"]["slug"] == *category
        };
        leaves(&world, products, json!({"category": category}), meets).await;
    }
    let one = nodes.iter().find(|node| any(&node["qualitySigns"], |_| true)).unwrap();
    let cooperative = &one["cooperative"];
    leaves(&world, products, json!({"cooperative": cooperative["id"]}), |node| {
        node["cooperative"]["id"] == cooperative["id"]
    })
    .await;
    let province = &cooperative["province"]["code"];
    leaves(&world, products, json!({"province": province}), |node| {
        node["cooperative"]["province"]["code"] == *province
    })
    .await;
    let sign = &one["qualitySigns"][0]["kind"];
    leaves(&world, products, json!({"qualitySign": sign}), |node| {
        any(&node["qualitySigns"], |other| other["kind"] == *sign)
    })
    .await;
    let sold = nodes.iter().find_map(|node| node["listings"]["nodes"].get(0)).unwrap();
    let market = &sold["market"]["id"];
    leaves(&world, products, json!({"market": market}), |node| {
        any(&node["listings"]["nodes"], |listing| listing["market"]["id"] == *market)
    })
    .await;
    let mut prices: Vec<i64> = nodes.iter().filter_map(centimes).collect();
    prices.sort_unstable();
    let middle = prices[prices.len() / 2];
    let amount = format!("{}.{:02}", middle / 100, middle % 100);
    leaves(&world, products, json!({"minPrice": amount}), |node| centimes(node).is_some_and(|price| price >= middle))
        .await;
    leaves(&world, products, json!({"maxPrice": amount}), |node| centimes(node).is_some_and(|price| price <= middle))
        .await;
    // Several conditions must all be met.
    leaves(&world, products, json!({"minPrice": amount, "province": province}), |node| {
        centimes(node).is_some_and(|price| price >= middle) && node["cooperative"]["province"]["code"] == *province
    })
    .await;
}

async fn each_order_of_products_is_by_what_it_says(world: World) {
    let nodes = all(&world, "products").await;
    let newest: Vec<String> = nodes.iter().map(slug).collect();
    assert_eq!(listed(&world, "products", "Product", Value::Null, Some("NEWEST")).await, newest, "{}", world.on);
    // Of equal prices the oldest first; what has none is last. The other way round it is left out.
    let mut dear: Vec<(i64, usize, String)> = Vec::new();
    for (place, node) in nodes.iter().rev().enumerate() {
        dear.push((centimes(node).unwrap_or(i64::MAX), place, slug(node)));
    }
    dear.sort();
    let ascending: Vec<String> = dear.iter().map(|(_, _, slug)| slug.clone()).collect();
    let by = listed(&world, "products", "Product", Value::Null, Some("PRICE_ASCENDING")).await;
    assert_eq!(by, ascending, "{}", world.on);
    let descending: Vec<String> =
        dear.iter().rev().filter(|(price, ..)| *price < i64::MAX).map(|(_, _, slug)| slug.clone()).collect();
    let by = listed(&world, "products", "Product", Value::Null, Some("PRICE_DESCENDING")).await;
    assert_eq!(by, descending, "{}", world.on);
    let by = listed(&world, "products", "Product", Value::Null, Some("NAME")).await;
    assert_eq!(by, by_name(&nodes), "{}", world.on);
}

/// Slugs by the folded names; those of equal names the oldest first.
fn by_name(nodes: &[Value]) -> Vec<String> {
    let key = |node: &Value| domain::fold::sort_key(node["name"]["text"].as_str().unwrap());
    let mut named: Vec<(String, usize, String)> =
        nodes.iter().rev().enumerate().map(|(place, node)| (key(node), place, slug(node))).collect();
    named.sort();
    named.into_iter().map(|(_, _, slug)| slug).collect()
}

async fn filters_and_orders_of_cooperatives_are_by_their_fields(world: World) {
    let cooperatives = ("cooperatives", "Cooperative");
    let nodes = all(&world, "cooperatives").await;
    let one = nodes.last().unwrap();
    leaves(&world, cooperatives, json!({"sector": one["sector"]}), |node| node["sector"] == one["sector"]).await;
    leaves(&world, cooperatives, json!({"province": one["province"]["code"]}), |node| {
        node["province"]["code"] == one["province"]["code"]
    })
    .await;
    leaves(&world, cooperatives, json!({"branch": one["branch"]["id"]}), |node| {
        node["branch"]["id"] == one["branch"]["id"]
    })
    .await;
    let by = listed(&world, "cooperatives", "Cooperative", Value::Null, Some("NAME")).await;
    assert_eq!(by, by_name(&nodes), "{}", world.on);
}

async fn branches_partners_and_indicators_are_listed_by_name_in_the_language_of_the_request(world: World) {
    for list in ["branches", "partners", "indicators"] {
        for language in ["ar", "fr"] {
            let question = format!(
                "query($by: NameOrder!) {{ {list}(first: 100, orderBy: $by) {{ nodes {{ id name {{ text }} }} }} }}"
            );
            let names = async |by: &str| -> Vec<String> {
                let answer = world.ask_in(language, &question, json!({"by": by})).await;
                let nodes = answer.data()[list]["nodes"].as_array().unwrap().clone();
                nodes.iter().map(|node| node["name"]["text"].as_str().unwrap().to_owned()).collect()
            };
            let (by_name, by_slug) = (names("NAME").await, names("SLUG").await);
            let mut expected = by_slug.clone();
            expected.sort_by_key(|name| domain::fold::sort_key(name));
            assert_eq!(by_name, expected, "{} {list} in {language}", world.on);
            assert!(by_name.len() > 2 && by_name != by_slug, "{} {list} in {language}", world.on);
        }
    }
    // A branch that is given another name takes another place.
    let national = world.person("national").await;
    let last = "query { branches(last: 1, orderBy: NAME) { nodes { id version slug } } }";
    let answer = national.asks(last, json!({})).await;
    let branch = &answer.data()["branches"]["nodes"][0];
    let rename = "mutation($input: BranchRenameInput!) { branchRename(input: $input) { userErrors { code } } }";
    let input = json!({"id": branch["id"], "expectedVersion": branch["version"], "name": {"ar": "آآ (تجريبي)", "fr": "Aaa (démo)"}});
    assert_eq!(national.does(rename, input).await.outcome(), "done", "{}", world.on);
    for language in ["ar", "fr"] {
        let first = "{ branches(first: 1, orderBy: NAME) { nodes { slug } } }";
        let answer = world.ask_in(language, first, json!({})).await;
        assert_eq!(answer.data()["branches"]["nodes"][0]["slug"], branch["slug"], "{} in {language}", world.on);
    }
}

async fn what_lacks_a_translation_is_listed_and_counted_for_each_branch(world: World) {
    let khouribga = world.person("khouribga").await;
    let (argan, branch) =
        (domain::id::founding("cooperative", "demo-argan"), domain::id::founding("branch", "khouribga"));
    let (argan, branch) = (GlobalId::new(Kind::Cooperative, argan), GlobalId::new(Kind::Branch, branch).to_string());
    let rename = "mutation($input: CooperativeRenameInput!) { cooperativeRename(input: $input) { userErrors { code } } }";
    let input = json!({"id": argan.to_string(), "expectedVersion": 1, "name": {"en": "Argan (demo)"}});
    assert_eq!(khouribga.does(rename, input).await.outcome(), "done", "{}", world.on);

    let translated = "{ translations { language } }";
    let mut counts = serde_json::Map::new();
    for (list, kind, texts) in [
        ("cooperatives", "Cooperative", vec!["name"]),
        ("markets", "Market", vec!["name", "city", "address"]),
        ("products", "Product", vec!["name", "origin", "description"]),
        ("programmes", "Programme", vec!["title", "description"]),
        ("agreements", "Agreement", vec!["object", "signedIn"]),
        ("branches", "Branch", vec!["name"]),
    ] {
        let fields: String = texts.iter().map(|text| format!(" {text} {translated}")).collect();
        let all = khouribga.asks(&format!("{{ {list}(first: 100) {{ nodes {{ slug{fields} }} }} }}"), json!({})).await;
        let all = all.data()[list]["nodes"].as_array().unwrap().clone();
        for language in ["AR", "EN"] {
            let lacks = |node: &&Value| {
                texts.iter().any(|text| {
                    let given = &node[*text]["translations"];
                    !given.is_null() && !any(given, |translation| translation["language"] == language)
                })
            };
            let expected: BTreeSet<String> = all.iter().filter(lacks).map(slug).collect();
            let question = format!("query($filter: {kind}Filter) {{ {list}(first: 100, filter: $filter) {{ nodes {{ slug }} }} }}");
            let filter = json!({"filter": {"missingTranslation": language}});
            let found = khouribga.asks(&question, filter.clone()).await;
            let found: BTreeSet<String> = found.data()[list]["nodes"].as_array().unwrap().iter().map(slug).collect();
            assert_eq!(found, expected, "{} {list} {language}", world.on);
            if language == "EN" {
                counts.insert(list.to_owned(), expected.len().into());
            }
            assert_eq!(world.ask(&question, filter).await.code(), "UNAUTHENTICATED", "{} {list}", world.on);
        }
    }
    counts.remove("branches");
    assert!(counts.values().all(|count| count != &json!(0)), "{}: {counts:?}", world.on);

    let report = "query($id: ID!) { branch(id: $id) { missingTranslations(language: EN) {
        cooperatives markets products programmes agreements } } }";
    for (login, sees) in [("khouribga", true), ("region05", true), ("mdiq", false)] {
        let answer = world.person(login).await.asks(report, json!({"id": branch})).await;
        let expected = if sees { Value::Object(counts.clone()) } else { Value::Null };
        assert_eq!(answer.data()["branch"]["missingTranslations"], expected, "{} {login}", world.on);
    }
    let anybody = world.ask(report, json!({"id": branch})).await;
    assert_eq!(anybody.data()["branch"]["missingTranslations"], Value::Null, "{}", world.on);
    let products = khouribga.asks("query($id: ID!) { products(first: 1, filter: {branch: $id, missingTranslation: EN}) { totalCount } }",
        json!({"id": branch})).await;
    assert_eq!(products.data()["products"]["totalCount"], counts["products"], "{}", world.on);
}

tests::on_each_database!(branches_partners_and_indicators_are_listed_by_name_in_the_language_of_the_request, what_lacks_a_translation_is_listed_and_counted_for_each_branch, each_filter_of_products_leaves_those_that_meet_it, each_order_of_products_is_by_what_it_says, filters_and_orders_of_cooperatives_are_by_their_fields);
