//! Finding products: however words are written, best match first, and never what is not published.

use domain::cooperative::{CooperativeStatus, MEMBERS_MIN};
use domain::id::founding as key;
use domain::product::QualitySignKind;
use domain::text::{Locale, LocalizedText};
use jiff::civil::date;
use serde_json::{Value, json};
use tests::World;
use unfm::{cooperative, product};

const SEARCH: &str =
    "query($text: String, $first: Int = 100, $after: String, $filter: ProductFilter, $by: ProductOrder) {
  products(search: $text, first: $first, after: $after, filter: $filter, orderBy: $by) {
    totalCount totalCountIsCapped nodes { slug category { slug } } pageInfo { hasNextPage endCursor }
  }
}";

async fn found(world: &World, text: &str) -> Vec<String> {
    found_with(world, json!({"text": text})).await
}

async fn found_with(world: &World, variables: Value) -> Vec<String> {
    let answer = world.ask(SEARCH, variables).await;
    let products = &answer.data()["products"];
    let slugs: Vec<String> =
        products["nodes"].as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap().to_owned()).collect();
    assert_eq!(products["totalCount"], slugs.len(), "{}", world.on);
    slugs
}

async fn argan_oil_is_found_however_it_is_written(world: World) {
    let latin = found(&world, "argan").await;
    assert!(latin.iter().any(|slug| slug == "huile-argan-250"), "{}: {latin:?}", world.on);
    let written =
        ["أركان", "اركان", "اركانْ", "الأركان", "ARGAN", "argane", "huile d'argan", "huile d’argan", "زيت أركان"];
    // While it is typed, the last word is a beginning, and mostly shorter than those before it.
    let typed = ["huile arg", "huile d'ar", "arg huile", "h", "hu", "huile ", "huile d", "huile d'", "huile d'a", "huile d'argan",
        "زيت", "زيت ا", "زيت ال", "زيت الا", "زيت الأر"];
    let typed = typed.into_iter().filter(|text| text.chars().count() > 1);
    // In the plural, and misspelled.
    let misspelled = ["huiles d'argan", "زيوت الأركان", "hulie", "hulie argan", "huile argam", "huile agran", "huilee dargan", "اركتن", "huile argax"];
    for text in written.into_iter().chain(typed).chain(misspelled) {
        let found = found(&world, text).await;
        for slug in ["huile-argan-250", "huile-argan-500", "huile-argan-toasted"] {
            assert!(
                found.iter().any(|other| other == slug),
                "{}: {text} does not find {slug}: {found:?}",
                world.on
            );
        }
    }
}

async fn names_come_before_other_text_and_whole_words_before_beginnings(world: World) {
    // "Miel de thym" bears the word; "Amlou au miel" too; "amlou-…" of other kinds do not.
    let found_words = found(&world, "miel de thym").await;
    assert_eq!(found_words.first().map(String::as_str), Some("miel-thym"), "{}", world.on);

    // A whole name, then words of names newest first, then beginnings of words.
    let tapis = found(&world, "tapis").await;
    assert_eq!(tapis, ["tapis-petit", "tapis-laine", "tapis-rouge"], "{}", world.on);
    assert_eq!(found(&world, "tap").await, ["tapis-petit", "tapis-laine", "tapis-rouge"], "{}", world.on);

    // A misspelling is corrected where no product has the word as it is written.
    for text in ["safron", "Safrann", "sfran", "safra", "زغفران"] {
        assert_eq!(found(&world, text).await, ["safran"], "{}: {text}", world.on);
    }
    assert_eq!(found(&world, "tapsi rouge").await, ["tapis-rouge"], "{}", world.on);
    assert_eq!(found(&world, "tapsi ruoge").await, ["tapis-rouge"], "{}", world.on);
    assert_eq!(found(&world, "zzzzz").await, Vec::<String>::new(), "{}", world.on);

    // "olive" is a word of the oils' names, and other text of nothing else; beginnings ("olives") fold alike.
    let olive = found(&world, "olive").await;
    assert_eq!(olive.len(), 4, "{}: {olive:?}", world.on);
    assert_eq!(found(&world, "!?").await, Vec::<String>::new());
    // An empty field is no search.
    let all = found_with(&world, json!({"text": null})).await;
    for text in ["", "  \t"] {
        assert_eq!(found_with(&world, json!({"text": text, "by": "RELEVANCE"})).await, all, "{}", world.on);
    }
    assert_eq!(found(&world, "\" OR name:*").await, Vec::<String>::new());
}

async fn a_search_is_paged_without_losing_or_repeating_anything(world: World) {
    let all = found(&world, "huile").await;
    assert!(all.len() >= 6, "{}: {all:?}", world.on);

    let (mut after, mut paged) = (Value::Null, Vec::new());
    loop {
        let answer = world.ask(SEARCH, json!({"text": "huile", "first": 2, "after": after})).await;
        let products = &answer.data()["products"];
        paged.extend(
            products["nodes"].as_array().unwrap().iter().map(|node| node["slug"].as_str().unwrap().to_owned()),
        );
        after = products["pageInfo"]["endCursor"].clone();
        if products["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(paged, all, "{}", world.on);
}

#[tokio::test]
async fn both_databases_find_the_same_in_the_same_order() {
    let Some(postgres) = World::postgres().await else { return };
    let sqlite = World::sqlite().await;
    for text in ["argan", "huile", "am", "زيت", "miel", "tapis rouge", "huile olive", "cous", "الزيتون", "a", "de",
        "huile d'a", "h", "huile o", "زيت ا", "زيت الز", "olives", "tapsi", "hiule", "amol", "couscos", "c m"]
    {
        assert_eq!(found(&sqlite, text).await, found(&postgres, text).await, "{text}");
    }
}

async fn a_suspended_cooperative_takes_its_products_out_of_the_search_and_back(world: World) {
    let (maker, before) = (key("cooperative", "demo-argan"), found(&world, "argan").await);
    let go = async |status| {
        world.change(async |tx| cooperative::store::transition(tx, maker, None, status, MEMBERS_MIN).await).await;
    };

    go(CooperativeStatus::Suspended).await;
    assert_eq!(found(&world, "argan").await, Vec::<String>::new(), "{}", world.on);
    let page = world.ask("{ product(slug: \"huile-argan-250\") { id } cooperative(slug: \"demo-argan\") { id } market(slug: \"khouribga\") { listings(first: 100) { totalCount } } }", json!({})).await;
    assert_eq!(page.data()["product"], Value::Null);
    assert_eq!(page.data()["cooperative"], Value::Null);
    assert_eq!(page.data()["market"]["listings"]["totalCount"], 20);

    go(CooperativeStatus::Active).await;
    assert_eq!(found(&world, "argan").await, before, "{}", world.on);
}

async fn a_sign_that_expires_takes_its_product_off_sale_the_day_after(world: World) {
    world
        .change(async |tx| {
            product::store::change_sign(
                tx,
                key("product", "safran"),
                QualitySignKind::Aop,
                Some(date(2026, 12, 31)),
            )
            .await
        })
        .await;
    world.at("2026-12-31T23:59:59Z");
    assert_eq!(found(&world, "safran").await, ["safran"], "{}", world.on);

    world.at("2027-01-01T00:00:00Z");
    assert_eq!(found(&world, "safran").await, Vec::<String>::new(), "{}", world.on);
    let page =
        world.ask("{ product(slug: \"safran\") { id } products(first: 100) { totalCount } }", json!({})).await;
    assert_eq!(page.data(), &json!({"product": null, "products": {"totalCount": 29}}));

    // Whoever reaches it still finds it, and not in the list that the public sees.
    let asked = "{ products(first: 1, search: \"safran\") { totalCount }
        public: products(first: 1, search: \"safran\", published: true) { totalCount } }";
    for name in ["khouribga", "national"] {
        let both = world.person(name).await.asks(asked, json!({})).await;
        let expected = json!({"products": {"totalCount": 1}, "public": {"totalCount": 0}});
        assert_eq!(both.data(), &expected, "{}: {name}", world.on);
    }
}

async fn a_new_name_is_found_and_the_old_one_is_not(world: World) {
    let name = LocalizedText::new([(Locale::Fr, "Crème visage".to_owned())], 200).unwrap();
    world.change(async |tx| product::store::rename(tx, key("product", "miel-thym"), name.clone()).await).await;

    assert_eq!(found(&world, "creme").await, ["miel-thym"], "{}", world.on);
    assert_eq!(found(&world, "thym").await, Vec::<String>::new(), "{}", world.on);
}

async fn the_longest_names_are_found_by_all_of_their_words(world: World) {
    // Letters of four bytes in no order, which nothing makes shorter.
    let mut number: u32 = 1;
    let mut letter = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x2_0000 + (number >> 16) % 0xA000).unwrap()
    };
    let locales = [Locale::Ar, Locale::Fr, Locale::Zgh, Locale::En];
    let names = locales.map(|locale| (locale, "Nappe longue ".chars().chain((0..187).map(|_| letter())).collect()));
    let name = LocalizedText::new(names, 200).unwrap();
    world.change(async |tx| product::store::rename(tx, key("product", "miel-thym"), name.clone()).await).await;

    for text in ["nappe", "nappe longue", "longues nappes", "nappe lon", "lon nap", "napp", "nappee longue"] {
        assert_eq!(found(&world, text).await, ["miel-thym"], "{}: {text}", world.on);
    }
    assert_eq!(found(&world, "nappe rouge").await, Vec::<String>::new(), "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_search_can_be_filtered_and_sorted(world: World) {
    let market =
        world.ask("{ market(slug: \"demo-mdiq\") { id } }", json!({})).await.data()["market"]["id"].clone();
    let of_market = json!({"text": "miel", "filter": {"market": market}});
    assert_eq!(found_with(&world, of_market).await, ["miel-arbousier", "miel-thym"], "{}", world.on);

    let by_price = json!({"text": "argan", "by": "PRICE_ASCENDING", "filter": {"minPrice": "100"}});
    assert_eq!(found_with(&world, by_price).await, ["huile-argan-toasted", "huile-argan-500"], "{}", world.on);

    let with_sign = json!({"text": "huile", "filter": {"qualitySign": "ORGANIC"}});
    assert_eq!(found_with(&world, with_sign).await, ["huile-olive-bio"], "{}", world.on);
}

tests::on_each_database!(argan_oil_is_found_however_it_is_written, names_come_before_other_text_and_whole_words_before_beginnings, a_search_is_paged_without_losing_or_repeating_anything, a_suspended_cooperative_takes_its_products_out_of_the_search_and_back, a_sign_that_expires_takes_its_product_off_sale_the_day_after, a_new_name_is_found_and_the_old_one_is_not, the_longest_names_are_found_by_all_of_their_words, a_search_can_be_filtered_and_sorted);
