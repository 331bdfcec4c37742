//! How PostgreSQL and SQLite would run the statements that were really sent: along an index, and for a page as cheaply in a
//! large world as in a small one, whoever asks.

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use tests::World;
use unfm::platform::database::pool::Sent;

/// Worlds are made of units of 2,000 products.
const SMALL: u64 = 1;
const LARGE: u64 = 25;

/// Tables with no more rows than this may be read whole and sorted; a search counts up to one hit more.
const FEW: f64 = 1001.0;

/// How much more a page may cost in the large world by the planner's estimate.
const DEARER: f64 = 1.5;

/// What a page of 20 rows with five tables joined to each by their keys costs where each is on a page of its own (20 × 5 ×
/// `random_page_cost`): below it nothing is compared.
const LOW: f64 = 400.0;

/// Somebody who asks: who, and her token.
type Asker = (&'static str, Option<String>);

/// A statement with the operation that was the first to send it.
struct Asked {
    by: String,
    sent: Sent,
}

/// The statements that the operations of clients send, each text once.
type Statements = BTreeMap<String, Asked>;

async fn askers(world: &World) -> Vec<Asker> {
    let mut askers = vec![("anybody", None)];
    for (name, login) in [
        ("the national administrator", "national@unfm.example"),
        ("the auditor", "auditor@unfm.example"),
        ("a region's administrator", "region05@unfm.example"),
        ("a province's administrator", "khouribga@unfm.example"),
        ("a market's manager", "market.khouribga@unfm.example"),
        ("a cooperative's representative", "cooperative@unfm.example"),
    ] {
        askers.push((name, Some(world.sign_in(login).await.0)));
    }
    askers.push(("a partner's program", Some(world.program("unfpa-demo").await)));
    askers
}

/// An operation: its name, its text and its variables; `at` leads to its connection.
struct Operation {
    name: String,
    query: String,
    operation: Option<&'static str>,
    variables: Value,
    connection: Option<&'static str>,
}

const STOREFRONT: &str = include_str!("../contract/storefront.graphql");
const PARTNER: &str = include_str!("../contract/partner.graphql");
const BRANCH_ADMIN: &str = include_str!("../contract/branch-admin.graphql");

/// A point, and how far around it.
const NEAR: &str = "{ latitude: 32.88, longitude: -6.91, withinKilometres: 200 }";

/// The operations of the contract that read.
fn contract(product: &str) -> Vec<Operation> {
    let page = |size: u8| json!({"first": size});
    let search = |text: &str| json!({"first": 20, "text": text});
    let market = json!({"slug": "khouribga", "first": 20});
    [
        (STOREFRONT, "StorefrontHome", json!({}), None),
        (STOREFRONT, "MarketPage", market, Some("/market/listings")),
        (STOREFRONT, "ProductPage", json!({"id": product}), None),
        (STOREFRONT, "SearchProducts", search("huile"), None),
        (STOREFRONT, "SearchProducts", search("أركان"), None),
        (STOREFRONT, "SearchProducts", search("huile argan"), None),
        (STOREFRONT, "SearchProducts", search("tap"), None),
        // Misspelled, in a word and in the beginning of one.
        (STOREFRONT, "SearchProducts", search("hulie"), None),
        (STOREFRONT, "SearchProducts", search("huile taijn"), None),
        (PARTNER, "AgreementBySlug", json!({"slug": "unfm-unfpa-2021"}), None),
        (PARTNER, "ProgrammePull", page(50), Some("/programmes")),
        (BRANCH_ADMIN, "Viewer", json!({}), None),
        (BRANCH_ADMIN, "BranchCooperatives", page(20), Some("/cooperatives")),
        (BRANCH_ADMIN, "RecentChanges", page(20), None),
    ]
    .into_iter()
    .map(|(document, name, variables, connection)| Operation {
        name: format!("{name} {variables}"),
        query: document.to_owned(),
        operation: Some(name),
        variables,
        connection,
    })
    .collect()
}

/// Every list of the storefront, in each of its orders and with each of its filters.
async fn lists(world: &World, product: &str, cooperative: &str) -> Vec<Operation> {
    let market = world.ask(r#"{ market(slug: "khouribga") { id branch { id } } }"#, json!({})).await;
    let (branch, market) =
        (market.data()["market"]["branch"]["id"].clone(), market.data()["market"]["id"].as_str().unwrap().to_owned());
    let unfpa = world.ask(r#"{ partner(slug: "unfpa") { id } }"#, json!({})).await.data()["partner"]["id"].clone();
    let mut samples = json!({
        "category": "olive-oil", "cooperative": cooperative, "market": market, "branch": branch, "parent": branch,
        "minPrice": "20.00", "maxPrice": "300.00", "openNow": true, "province": "05.311", "theme": "TRAINING",
        "qualitySign": "ORGANIC", "sector": "ARGAN", "CooperativeStatus": "APPLIED", "MarketStatus": "OPEN", "AgreementStatus": "IN_FORCE",
        "ProgrammeStatus": "ACTIVE", "Locale": "ZGH", "kind": "PROVINCIAL", "partner": unfpa, "period": "2025-Q4", "SubmissionStatus": "SUBMITTED", "awaitingMe": true, "awaitsDecision": true,
        "SupportServiceKind": "POLICE", "SupportLanguage": "DARIJA", "SupportServiceStatus": "ACTIVE", "BotMenuStatus": "DRAFT", "ReferralStatus": "SENT", "caseCode": "7K3M-9QXD", "openAt": "2026-11-23T12:00:00Z",
        "isStale": true,
    });
    let programme = world.ask("{ programmes(first: 1) { nodes { id } } }", json!({})).await;
    let programme = programme.data()["programmes"]["nodes"][0]["id"].clone();
    samples["programme"] = programme;
    let node = |list: &str, nodes: &str| format!("{list} {{ nodes {{ {nodes} }} pageInfo {{ endCursor }} }}");
    let product_card = "id name { text } category { slug } cooperative { id name { text } } minPrice { amount }";
    let of_market = node(
        "listings(first: $first, after: $after, ARGS)",
        "id price { amount } product { id name { text } cooperative { id name { text } } }",
    );
    let of_product = node("listings(first: $first, after: $after, ARGS)", "id price { amount } market { id slug }");
    let root = |field: &str, nodes: &str| node(&format!("{field}(first: $first, after: $after, ARGS)"), nodes);
    let lists = [
        (
            "/markets",
            "MarketFilter",
            "MarketOrder",
            root("markets", "id name { text } branch { id } province { code }"),
        ),
        (
            "/cooperatives",
            "CooperativeFilter",
            "CooperativeOrder",
            root("cooperatives", "id name { text } branch { id }"),
        ),
        ("/products", "ProductFilter", "ProductOrder", root("products", product_card)),
        ("/programmes", "ProgrammeFilter", "ProgrammeOrder", root("programmes", "id title { text } branch { id }")),
        ("/agreements", "AgreementFilter", "AgreementOrder", root("agreements", "id slug")),
        ("/branches", "BranchFilter", "NameOrder", root("branches", "id name { text }")),
        ("/indicators", "IndicatorFilter", "NameOrder", root("indicators", "id code")),
        ("/partners", "", "NameOrder", root("partners", "id slug")),
        (
            "/submissions",
            "SubmissionFilter",
            "CreationOrder",
            root("submissions", "id period branch { id } programme { id } values { value } standsWith { role }"),
        ),
        ("/market/listings", "ListingFilter", "ListingOrder", format!("market(id: \"{market}\") {{ {of_market} }}")),
        (
            "/supportServices",
            "SupportServiceFilter",
            "",
            root("supportServices", "id name { text } isOpen province { code } verifications { note } shelter { phones }"),
        ),
        ("/botMenus", "BotMenuFilter", "", root("botMenus", "id status nodes { key }")),
        ("/referrals", "ReferralFilter", "", root("referrals", "id status service { id }")),
        ("/product/listings", "", "ListingOrder", format!("product(id: \"{product}\") {{ {of_product} }}")),
    ];
    let mut operations = Vec::new();
    for (connection, filter, order, text) in lists {
        let mut ways = vec![String::new()];
        let described = format!(
            "{{ o: __type(name: \"{order}\") {{ enumValues {{ name }} }}
                f: __type(name: \"{filter}\") {{ inputFields {{ name type {{ name }} }} }} }}"
        );
        let described = world.ask(&described, json!({})).await.data().clone();
        let named = |list: &Value| list.as_array().cloned().unwrap_or_default();
        for value in named(&described["o"]["enumValues"]) {
            // Relevance is an order of searches, which the contract has.
            match value["name"].as_str().unwrap() {
                "RELEVANCE" => {}
                // An order around a point.
                "DISTANCE" => ways.push(format!("orderBy: DISTANCE, filter: {{ near: {NEAR} }}")),
                by => ways.push(format!("orderBy: {by}")),
            }
        }
        for field in named(&described["f"]["inputFields"]) {
            let name = field["name"].as_str().unwrap();
            if name == "near" {
                ways.push(format!("filter: {{ near: {NEAR} }}"));
                continue;
            }
            let kind = field["type"]["name"].as_str().unwrap_or_default();
            let sample = samples.get(kind).or_else(|| samples.get(name));
            let sample = sample.unwrap_or_else(|| panic!("no value for {filter}.{name}: {kind}")).to_string();
            let is_enum = sample.trim_matches('"').chars().all(|c| c.is_ascii_uppercase() || c == '_');
            let sample = if is_enum { sample.trim_matches('"').to_owned() } else { sample };
            ways.push(format!("filter: {{ {name}: {sample} }}"));
        }
        for way in ways {
            operations.push(Operation {
                name: format!("{connection} {way}"),
                query: format!("query($first: Int!, $after: String) {{ {} }}", text.replace("ARGS", &way)),
                operation: None,
                variables: json!({"first": 20}),
                connection: Some(connection),
            });
        }
    }
    operations
}

/// What lies below agreements, programmes and products, and what is added up of results.
fn below(product: &str) -> Vec<Operation> {
    let agreements = "{ agreements(first: 5) { nodes { budgetLines { code expenses(first: 5) { nodes { id } } transfers { reason } }
        tranches { number entries { number } } statement { spent { amount } parties { spent { amount } } } amendments { number }
        steeringCommittee { quorum meetings { number } } documents { title } undeclaredContributions { id }
        fundingCall { slug } } } }";
    let programmes = "{ programmes(first: 5) { nodes { activities(first: 5) { nodes { participation { people } } }
        moves { to } warnings { code } indicators { latestActual { value } } } } }";
    let totals = |by: &str| format!("{{ indicator(slug: \"demo-trained\") {{ totals(by: {by}) {{ value }} }} }}");
    let products = format!("{{ product(id: \"{product}\") {{ photos {{ id }} photo {{ id }} jsonLd moves {{ to }} openChangeRequest {{ status }}
        changeRequests(first: 5) {{ nodes {{ id }} }} }} productChangeRequests(first: 5) {{ nodes {{ changes {{ field }} }} }} }}");
    let all = [agreements.to_owned(), programmes.to_owned(), products, totals("[YEAR]"), totals("[BRANCH]"), totals("[PARTNER, THEME]"),
        "{ productFacets(search: \"huile\", filter: { category: \"olive-oil\" }) { categories { count } priceRanges { count } } }".to_owned(),
        "{ market(slug: \"khouribga\") { stock(first: 20, filter: { isSoldOut: true, expiresBefore: \"2027-01-01\" }) { nodes { onHand lots { onHand } } }
            other: stock(first: 20, filter: { priceDiffers: true }) { nodes { onHand } }
            sales(first: 20, filter: { on: \"2026-11-20\" }) { nodes { id lines { total { amount } } } } } }".to_owned(),
        "{ market(slug: \"khouribga\") { salesTotals(from: \"2026-11-01\", until: \"2026-11-23\", by: PRODUCT) { quantity }
            dayClosings(first: 5) { nodes { id } } stockCounts(first: 5) { nodes { id } } } }".to_owned(),
        "{ moneyTotals(by: [YEAR, BRANCH, PARTNER, THEME]) { spent { amount } } }".to_owned()];
    let operation = |query: String| Operation {
        name: query.chars().take(60).collect(),
        query,
        operation: None,
        variables: json!({}),
        connection: None,
    };
    all.into_iter().map(operation).collect()
}

/// Do what the contract's mutations do, as the national administrator, and take their statements too.
async fn changes(world: &World, statements: &mut Statements) {
    let branch = world.ask(r#"{ branch(slug: "khouribga") { id } }"#, json!({})).await.data()["branch"]["id"].clone();
    world.db.record();
    let (token, _) = world.sign_in("national@unfm.example").await;
    let new = json!({"branchId": branch, "ar": "تعاونية", "fr": "Coopérative", "provinceCode": "05.311"});
    let made = world.contract_as(&token, BRANCH_ADMIN, "RegisterCooperative", new).await;
    let made = &made.data()["cooperativeRegister"]["cooperative"];
    let named = json!({"id": made["id"], "version": made["version"], "fr": "Coopérative nouvelle"});
    world.contract_as(&token, BRANCH_ADMIN, "RenameCooperative", named).await.data();
    for sent in world.db.recorded() {
        let is_planned = ["select", "insert", "update", "delete"]
            .iter()
            .any(|word| sent.sql.get(..word.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(word)));
        if is_planned {
            let by = "sign-in, registration or renaming by the national administrator".to_owned();
            statements.entry(sent.sql.clone()).or_insert(Asked { by, sent });
        }
    }
}

/// The statements that are sent when everybody asks everything, a first and a later page of it, and of the mutations.
async fn statements(world: &World) -> Statements {
    let found = world.ask("{ products(first: 1) { nodes { id cooperative { id } } } }", json!({})).await;
    let found = &found.data()["products"]["nodes"][0];
    let id = |value: &Value| value.as_str().unwrap().to_owned();
    let (product, cooperative) = (id(&found["id"]), id(&found["cooperative"]["id"]));
    let mut operations = contract(&product);
    operations.extend(lists(world, &product, &cooperative).await);
    operations.extend(below(&product));
    let mut statements = Statements::new();
    changes(world, &mut statements).await;
    // What is kept is good for a version of the data.
    let keeping = world.also_served(&["--answer-cache", "8"]).await;
    world.db.record();
    let asked = world.http().post(format!("{keeping}/graphql")).json(&json!({"query": "{ categories { slug } }"}));
    world.send(asked).await.data();
    for sent in world.db.recorded() {
        let by = "a server that keeps answers".to_owned();
        statements.entry(sent.sql.clone()).or_insert(Asked { by, sent });
    }
    for (who, token) in askers(world).await {
        for operation in &operations {
            let mut variables = operation.variables.clone();
            for page in ["first", "later"] {
                world.db.record();
                let body = json!({
                    "query": operation.query, "operationName": operation.operation, "variables": variables,
                });
                let mut request = world.http().post(world.url("/graphql")).json(&body);
                if let Some(token) = &token {
                    request = request.bearer_auth(token);
                }
                let answer = world.send(request).await;
                for sent in world.db.recorded() {
                    let by = format!("{}, {page} page, {who}", operation.name);
                    statements.entry(sent.sql.clone()).or_insert(Asked { by, sent });
                }
                let connection = operation.connection.and_then(|place| answer.body["data"].pointer(place));
                let Some(cursor) = connection.and_then(|list| list["pageInfo"]["endCursor"].as_str()) else { break };
                variables["after"] = cursor.into();
            }
        }
    }
    statements
}

/// A connection with the server's address, past the program.
#[expect(clippy::disallowed_methods, reason = "plans are read past the program")]
async fn connection(world: &World) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(world.server_url());
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

/// The plan of a statement, made once for all values.
async fn plan(connection: &DatabaseConnection, sent: &Sent) -> Value {
    let run =
        async |sql: &str| connection.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    run("set plan_cache_mode = force_generic_plan").await;
    let types = sent.parameters.join(", ");
    let typed = if types.is_empty() { String::new() } else { format!(" ({types})") };
    run(&format!("prepare asked{typed} as {}", sent.sql)).await;
    let values = vec!["null"; sent.parameters.len()].join(", ");
    let given = if values.is_empty() { String::new() } else { format!(" ({values})") };
    let explain = Statement::from_string(
        connection.get_database_backend(),
        format!("explain (format json) execute asked{given}"),
    );
    let row = connection.query_one_raw(explain).await.unwrap().unwrap();
    run("deallocate asked").await;
    row.try_get_by_index::<Value>(0).unwrap()[0]["Plan"].clone()
}

/// How many rows each table has.
async fn sizes(connection: &DatabaseConnection) -> BTreeMap<String, f64> {
    let sql = "select relname::text, reltuples::float8 from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace";
    let rows = connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await.unwrap();
    rows.iter().map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())).collect()
}

/// What is wrong with a plan: tables with many rows that are read whole or sorted whole.
fn faults(plan: &Value, sizes: &BTreeMap<String, f64>, counts_everything: bool, found: &mut Vec<String>) {
    let kind = plan["Node Type"].as_str().unwrap_or_default();
    let children = plan["Plans"].as_array().map(Vec::as_slice).unwrap_or_default();
    if kind == "Seq Scan" && !counts_everything {
        let table = plan["Relation Name"].as_str().unwrap_or_default();
        if sizes.get(table).is_some_and(|rows| *rows > FEW) {
            found.push(format!("{table} is read whole"));
        }
    }
    if kind == "Sort" && children.iter().any(|child| child["Plan Rows"].as_f64().unwrap_or_default() > FEW) {
        found.push(format!("{} rows are sorted by {}", children[0]["Plan Rows"], plan["Sort Key"]));
    }
    for child in children {
        faults(child, sizes, counts_everything, found);
    }
}

/// Whether a statement counts a list to its end, or the hits of a search up to the thousandth: that may grow with the list.
fn counts(sql: &str) -> bool {
    // The largest page is 100, read with one row more.
    let most = sql.rsplit_once(" LIMIT ").and_then(|(_, most)| most.parse::<u32>().ok());
    sql.starts_with("SELECT COUNT(") || most.is_some_and(|most| most > 101)
}

#[tokio::test]
async fn statements_go_along_indexes_and_cost_no_more_in_a_large_world() {
    let (Some(small), Some(large)) = (World::postgres().await, World::postgres().await) else { return };
    small.scale(SMALL).await;
    large.scale(LARGE).await;
    let (asked, in_small, in_large) = (statements(&large).await, connection(&small).await, connection(&large).await);
    let (small_sizes, large_sizes) = (sizes(&in_small).await, sizes(&in_large).await);
    assert!(small_sizes["product"] >= 2_000.0 && large_sizes["product"] >= 50_000.0);
    assert!(asked.len() > 100, "only {} statements were seen", asked.len());

    let mut report = String::new();
    // A plan also has the scan that is never begun, for whoever may see nothing.
    for Asked { by, sent } in asked.values().filter(|asked| !asked.sent.sql.contains(" WHERE (false) AND ")) {
        let (before, now) = (plan(&in_small, sent).await, plan(&in_large, sent).await);
        let mut found = Vec::new();
        // Whoever reaches everything counts everything: there is no shorter way.
        let counts_everything = sent.sql.starts_with("SELECT COUNT(") && sent.sql.ends_with("WHERE TRUE");
        // Nor is there for her to what lacks a language, for which an index of each language would burden every write.
        let reads_texts = sent.sql.contains("->> $1) IS NULL ORDER BY") && !sent.sql.contains(" IN (");
        faults(&now, &large_sizes, counts_everything || reads_texts, &mut found);
        let cost = |plan: &Value| plan["Total Cost"].as_f64().unwrap();
        if !counts(&sent.sql) && cost(&now) > DEARER * cost(&before).max(LOW) {
            found.push(format!("it costs {} and {} in the small world", cost(&now), cost(&before)));
        }
        if !found.is_empty() {
            let _ = writeln!(report, "{by}\n  {}\n  {}", found.join("\n  "), sent.sql);
        }
    }

    assert!(report.is_empty(), "{report}");
}

/// What SQLite tells of its way, a step a line.
async fn steps(connection: &DatabaseConnection, sent: &Sent) -> Vec<String> {
    let values = vec![sea_orm::Value::String(None); sent.parameters.len()];
    let backend = connection.get_database_backend();
    let explain = Statement::from_sql_and_values(backend, format!("explain query plan {}", sent.sql), values);
    let rows = connection.query_all_raw(explain).await.unwrap_or_else(|error| panic!("{}: {error}", sent.sql));
    rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect()
}

#[tokio::test]
async fn statements_go_along_indexes_on_sqlite_too() {
    let world = World::sqlite().await;
    world.scale(SMALL).await;
    let asked = statements(&world).await;
    let connection = connection(&world).await;
    // The tables that grow with the world; a step names a table by its name or by what it is called in the statement.
    let large = ["product", "product_variant", "listing", "change"];

    let mut report = String::new();
    for Asked { by, sent } in asked.values() {
        if counts(&sent.sql) {
            continue;
        }
        let steps = steps(&connection, sent).await;
        let is_whole = |step: &String| {
            let scanned = step.strip_prefix("SCAN ").unwrap_or_default();
            large.contains(&scanned)
        };
        // A sort of what one key leads to is small; a sort after the whole of an index is not.
        let sorts_everything = steps.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"))
            && steps.first().is_some_and(|step| large.iter().any(|table| step.starts_with(&format!("SCAN {table} "))));
        if steps.iter().any(is_whole) || sorts_everything {
            let _ = writeln!(report, "{by}\n  {}\n  {}", steps.join("\n  "), sent.sql);
        }
    }

    assert!(report.is_empty(), "{report}");
}
