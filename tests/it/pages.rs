//! Pages and bad input: what is asked wrongly is refused with a code and the name of the argument.

use serde_json::{Value, json};
use tests::World;

#[tokio::test]
async fn wrong_arguments_are_named() {
    let world = World::sqlite().await;
    let market = world.ask("{ market(slug: \"khouribga\") { id } }", json!({})).await.data()["market"]["id"].clone();
    let market = market.as_str().unwrap();
    let refused = [
        ("{ markets { totalCount } }".to_owned(), "first"),
        ("{ markets(first: -1) { totalCount } }".to_owned(), "first"),
        ("{ markets(first: 101) { totalCount } }".to_owned(), "first"),
        ("{ markets(last: 101) { totalCount } }".to_owned(), "last"),
        ("{ markets(first: 1, last: 1) { totalCount } }".to_owned(), "last"),
        ("{ markets(first: 1, after: \"garbage\") { totalCount } }".to_owned(), "after"),
        ("{ markets(first: 1, before: \"\") { totalCount } }".to_owned(), "before"),
        ("{ node(id: \"garbage\") { id } }".to_owned(), "id"),
        ("{ node(id: \"\") { id } }".to_owned(), "id"),
        (format!("{{ cooperative(id: \"{market}\") {{ id }} }}"), "id"),
        ("{ market { id } }".to_owned(), "id"),
        (format!("{{ market(id: \"{market}\", slug: \"khouribga\") {{ id }} }}"), "slug"),
        ("{ products(first: 1, filter: {market: \"x\"}) { totalCount } }".to_owned(), "filter.market"),
        ("{ products(first: 1, filter: {minPrice: \"0.001\"}) { totalCount } }".to_owned(), "filter.minPrice"),
        ("{ products(first: 1, orderBy: RELEVANCE) { totalCount } }".to_owned(), "orderBy"),
        (format!("{{ products(first: 1, search: \"{}\") {{ totalCount }} }}", "a".repeat(201)), "search"),
        (format!("{{ nodes(ids: [{}]) {{ id }} }}", format!("\"{market}\" ").repeat(101)), "ids"),
    ];
    for (question, argument) in refused {
        let answer = world.ask(&question, json!({})).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{question}");
        assert_eq!(answer.argument(), argument, "{question}");
    }
}

#[tokio::test]
async fn what_an_argument_takes_is_told_in_the_callers_language() {
    let world = World::sqlite().await;
    let told = async |languages: &str, question: &str, variables: serde_json::Value| {
        let answer = world.ask_in(languages, question, variables).await;
        let error = &answer.body["errors"][0];
        (error["message"].as_str().unwrap().to_owned(), error["extensions"]["expected"].as_str().unwrap().to_owned())
    };
    let unsaid = told("fr", "{ markets { totalCount } }", json!({})).await;
    assert_eq!(
        unsaid,
        ("Une valeur donnée n'est pas utilisable. (first: 0 to 100, or last)".to_owned(), "0 to 100, or last".to_owned())
    );
    let sort = "query ($by: ProductOrder) { products(first: 1, orderBy: $by) { totalCount } }";
    let (message, expected) = told("en", sort, json!({"by": "CHEAPEST"})).await;
    assert!(message.starts_with("A value that was given cannot be used. (by: ") && expected.contains("PRICE"), "{message}");
    let (message, _) = told("ar", "query ($d: DateTime!) { market(slug: \"khouribga\") { isOpen(at: $d) } }", json!({"d": "today"})).await;
    assert!(message.ends_with("(d: DateTime, such as \"2026-09-21T12:00:00Z\")"), "{message}");
}

#[tokio::test]
async fn values_of_the_wrong_form_are_named() {
    let world = World::sqlite().await;
    let refused = [
        ("query($p: Decimal) { products(first: 1, filter: {minPrice: $p}) { totalCount } }", json!({"p": "12,5"})),
        ("query($p: Decimal) { products(first: 1, filter: {minPrice: $p}) { totalCount } }", json!({"p": 12.5})),
        ("query($f: Int) { markets(first: $f) { totalCount } }", json!({"f": "ten"})),
        ("query($f: Int) { markets(first: $f) { totalCount } }", json!({"f": 99_999_999_999_i64})),
        (
            "query($a: DateTime) { market(slug: \"khouribga\") { isOpen(at: $a) } }",
            json!({"a": "2026-02-30T00:00:00Z"}),
        ),
        ("{ market(slug: \"khouribga\") { isOpen(at: \"yesterday\") } }", json!({})),
    ];
    for (question, variables) in refused {
        let answer = world.ask(question, variables.clone()).await;
        assert_eq!(answer.code(), "BAD_USER_INPUT", "{question} {variables} {}", answer.text);
        assert!(!answer.argument().is_empty(), "{question} {}", answer.text);
    }
}

async fn a_cursor_belongs_to_its_list_filter_and_order(world: World) {
    let page = "query($o: ProductOrder, $f: ProductFilter, $a: String) {
      products(first: 3, after: $a, orderBy: $o, filter: $f) { nodes { slug } pageInfo { endCursor } } }";
    let first = world.ask(page, json!({"o": "NAME"})).await;
    let cursor = &first.data()["products"]["pageInfo"]["endCursor"];

    let next = world.ask(page, json!({"o": "NAME", "a": cursor})).await;
    assert_ne!(next.data()["products"]["nodes"], first.data()["products"]["nodes"]);
    for other in
        [json!({"o": "NEWEST", "a": cursor}), json!({"o": "NAME", "a": cursor, "f": {"category": "amlou"}})]
    {
        assert_eq!(world.ask(page, other).await.argument(), "after", "{}", world.on);
    }
    let forged = cursor.as_str().unwrap().replacen(|c: char| c.is_ascii_lowercase(), "Z", 1);
    assert_eq!(world.ask(page, json!({"o": "NAME", "a": forged})).await.argument(), "after");
}

async fn every_order_is_walked_forwards_and_backwards_without_loss(world: World) {
    for order in ["NEWEST", "PRICE_ASCENDING", "PRICE_DESCENDING", "NAME"] {
        let forwards = walk(&world, order, "first: 7, after", "endCursor", "hasNextPage").await;
        let backwards = walk(&world, order, "last: 7, before", "startCursor", "hasPreviousPage").await;

        let mut ahead: Vec<Value> = forwards.concat();
        let behind: Vec<Value> = backwards.into_iter().rev().collect::<Vec<_>>().concat();
        assert_eq!(ahead, behind, "{} {order}", world.on);
        ahead.sort_by_key(ToString::to_string);
        ahead.dedup();
        assert_eq!(ahead.len(), 30, "{} {order}", world.on);
    }
}

async fn walk(world: &World, order: &str, ends: &str, cursor: &str, more: &str) -> Vec<Vec<Value>> {
    let question = format!(
        "query($c: String) {{ products({ends}: $c, orderBy: {order}) {{ nodes {{ slug }} pageInfo {{ {cursor} {more} }} }} }}"
    );
    let (mut at, mut pages) = (Value::Null, Vec::new());
    loop {
        let answer = world.ask(&question, json!({"c": at})).await;
        let products = &answer.data()["products"];
        pages.push(products["nodes"].as_array().unwrap().clone());
        at = products["pageInfo"][cursor].clone();
        if products["pageInfo"][more] == false {
            return pages;
        }
    }
}

async fn lists_of_several_parents_are_read_together_and_each_has_its_own_cursors(world: World) {
    let question = "query($a: String) { markets(first: 10) { nodes { slug listings(first: 2, after: $a) {
      totalCount nodes { id } pageInfo { endCursor hasNextPage } } } } }";
    let before = world.db.statements();
    let answer = world.ask(question, json!({})).await;
    let nodes = &answer.data()["markets"]["nodes"];
    assert_eq!(world.db.statements() - before, 3, "markets, their listings, their numbers");
    assert_eq!((&nodes[0]["listings"]["totalCount"], &nodes[1]["listings"]["totalCount"]), (&json!(27), &json!(3)));
    assert_eq!(nodes[1]["listings"]["nodes"].as_array().unwrap().len(), 2);

    let after = &nodes[1]["listings"]["pageInfo"]["endCursor"];
    let alone =
        "query($a: String) { market(slug: \"demo-mdiq\") { listings(first: 2, after: $a) { nodes { id } } } }";
    let rest = world.ask(alone, json!({"a": after})).await;
    assert_eq!(rest.data()["market"]["listings"]["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(world.ask(question, json!({"a": after})).await.argument(), "after");
}

async fn nodes_answer_in_the_order_asked_for_and_null_for_what_is_not_there(world: World) {
    let ids = world.ask("{ market(slug: \"khouribga\") { id } partner(slug: \"unfpa\") { id } }", json!({})).await;
    let (market, partner) = (&ids.data()["market"]["id"], &ids.data()["partner"]["id"]);
    // The id of a programme that is not approved, as somebody might guess it: of nothing that can be seen.
    let hidden = unfm::platform::graphql::global_id::GlobalId::new(
        unfm::platform::graphql::global_id::Kind::Programme,
        domain::id::founding("programme", "demo-unfpa-submitted"),
    );
    let question = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    let answer = world.ask(question, json!({"ids": [partner, hidden.to_string(), market]})).await;
    let expected = json!([{"__typename": "Partner", "id": partner}, null, {"__typename": "Market", "id": market}]);
    assert_eq!(answer.data()["nodes"], expected, "{}", world.on);
}

async fn many_nodes_of_a_kind_are_read_by_one_statement(world: World) {
    let lists = "{ products(first: 20) { nodes { id } } cooperatives(first: 3) { nodes { id } }
      market(slug: \"khouribga\") { listings(first: 20) { nodes { id } } }
      programmes(first: 6) { nodes { indicators { id } } } }";
    let lists = world.ask(lists, json!({})).await;
    let listed = |path: &str| lists.data().pointer(path).unwrap().as_array().unwrap().clone();
    let mut nodes =
        [listed("/products/nodes"), listed("/cooperatives/nodes"), listed("/market/listings/nodes")].concat();
    nodes
        .extend(listed("/programmes/nodes").iter().flat_map(|node| node["indicators"].as_array().unwrap().clone()));
    let ids: Vec<Value> = nodes.iter().map(|node| node["id"].clone()).collect();
    assert!(ids.len() > 40, "{}", world.on);
    let question = "query Many($ids: [ID!]!) { nodes(ids: $ids) { id ... on Product { slug }
      ... on Listing { product { name { text } } } ... on ProgrammeIndicator { code } } }";
    let asked = json!({"ids": ids});
    let answer = world.ask(question, asked.clone()).await;
    let found: Vec<&Value> = answer.data()["nodes"].as_array().unwrap().iter().map(|node| &node["id"]).collect();
    assert_eq!(found, ids.iter().collect::<Vec<_>>(), "{}", world.on);
    // One for each kind, and one for the definitions of the indicators.
    assert_eq!(world.statements(question, "Many", asked).await, 5, "{}", world.on);
}

async fn what_is_selected_of_a_node_in_pieces_is_answered_as_one_object(world: World) {
    let product = world.ask("{ products(first: 1) { nodes { id slug cooperative { id slug } } } }", json!({})).await;
    let product = &product.data()["products"]["nodes"][0];
    let question = "query($id: ID!) { node(id: $id) { ... on Market { slug } __typename ... on Product { slug cooperative { id } }
        ...more id ... on Product { cooperative { slug } } } }
        fragment more on Node { id ... on Product { same: slug ... on Node { __typename } } }";
    let answer = world.ask(question, json!({"id": product["id"]})).await;
    assert_eq!(
        answer.data()["node"],
        json!({
            "__typename": "Product", "slug": product["slug"], "cooperative": product["cooperative"],
            "id": product["id"], "same": product["slug"],
        }),
        "{}",
        world.on
    );
    // No fragment is on its type.
    let market = world.ask("{ market(slug: \"khouribga\") { id } }", json!({})).await.data()["market"]["id"].clone();
    let question = "query($id: ID!) { node(id: $id) { __typename ... on Product { slug } id } }";
    let answer = world.ask(question, json!({"id": market})).await;
    assert_eq!(answer.data()["node"], json!({"__typename": "Market", "id": market}), "{}", world.on);
}

tests::on_each_database!(what_is_selected_of_a_node_in_pieces_is_answered_as_one_object, a_cursor_belongs_to_its_list_filter_and_order, every_order_is_walked_forwards_and_backwards_without_loss, lists_of_several_parents_are_read_together_and_each_has_its_own_cursors, nodes_answer_in_the_order_asked_for_and_null_for_what_is_not_there, many_nodes_of_a_kind_are_read_by_one_statement);
