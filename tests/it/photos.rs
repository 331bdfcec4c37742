//! Photos of products: sent by the cooperative, shown with the product, and gone with it.

use domain::id::founding;
use futures_util::future::join_all;
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tests::World;
use tests::person::Person;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use unfm::photo::sweep::sweep;
use unfm::platform::files::Files;
use unfm::platform::graphql::global_id::{GlobalId, Kind};

const ADD: &str = "mutation($input: PhotoAddInput!) { photoAdd(input: $input) {
    photo { id version width height blurHash isProposed isDemo alt { text(locale: FR) } small: url(width: 300) url product { slug } }
    userErrors { code field } } }";
const REMOVE: &str = "mutation($input: PhotoRemoveInput!) { photoRemove(input: $input) { product { slug }
    userErrors { code field } } }";
const ORDER: &str = "mutation($input: PhotoOrderInput!) { photoOrder(input: $input) { product { slug }
    userErrors { code field } } }";
const DESCRIBE: &str = "mutation($input: PhotoEditInput!) { photoEdit(input: $input) { photo { version alt { text(locale: FR) } }
    userErrors { code field } } }";
const LOOK: &str = "query($id: ID!) { product(id: $id) { version status photo { id } photos { id version url alt { text(locale: FR) } }
    openChangeRequest { id version photos { id isProposed url } changes { field before after } } } }";
const MOVE: &str = "mutation($input: ProductTransitionInput!) { way(input: $input) { product { version } userErrors { code field } } }";
const DECIDE: &str = "mutation($input: ProductChangeDecisionInput!) { productChangeAccept(input: $input) { userErrors { code field } } }";

fn id(kind: Kind, name: &str, slug: &str) -> String {
    GlobalId::new(kind, founding(name, slug)).to_string()
}

/// A photo as a telephone takes it; the number tells it from others.
fn photo(number: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(700, 500, |x, y| Rgb([number * 20, (x / 3 % 256) as u8, (y / 2 % 256) as u8]));
    let mut file = Vec::new();
    JpegEncoder::new(&mut file).write_image(&picture, 700, 500, ExtendedColorType::Rgb8).unwrap();
    file
}

fn of(product: &str) -> Value {
    json!({"productId": product, "alt": {"ar": "قارورة زيت أركان", "fr": "Un flacon d'huile d'argan"}})
}

/// She adds a photo.
async fn adds(person: &Person<'_>, product: &str, number: u8) -> Value {
    let added = person.brings(ADD, of(product), &photo(number)).await;
    added.data()["photoAdd"]["photo"].clone()
}

async fn look(person: &Person<'_>, product: &str) -> Value {
    person.asks(LOOK, json!({"id": product})).await.data()["product"].clone()
}

async fn moves(person: &Person<'_>, way: &str, product: &str) -> String {
    let version = look(person, product).await["version"].clone();
    person.does(&MOVE.replace("way", way), json!({"id": product, "expectedVersion": version})).await.outcome()
}

/// A new product of the demo cooperative, a draft.
async fn drafted(person: &Person<'_>) -> String {
    let create = "mutation($input: ProductCreateInput!) { productCreate(input: $input) { product { id } userErrors { code } } }";
    let form = json!({"cooperativeId": id(Kind::Cooperative, "cooperative", "demo-argan"), "category": "argan-oil",
        "name": {"fr": "Huile nouvelle (démo)"}, "variants": [{"unit": "ML", "quantity": "250", "sku": "A"}]});
    person.does(create, form).await.data()["productCreate"]["product"]["id"].as_str().unwrap().to_owned()
}

/// The status of an address, what may be done with the answer, and the size of the picture in it.
async fn fetched(world: &World, url: &Value, token: Option<&str>) -> (u16, String, Option<(u32, u32)>) {
    let mut request = world.http().get(world.url(url.as_str().unwrap()));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    let kept = answer.headers().get("cache-control").map(|kept| kept.to_str().unwrap().to_owned());
    let status = answer.status().as_u16();
    let picture = image::load_from_memory(&answer.bytes().await.unwrap()).ok();
    (status, kept.unwrap_or_default(), picture.map(|picture| (picture.width(), picture.height())))
}

async fn a_photo_is_shown_with_its_product(world: World) {
    let (representative, manager) = (world.person("cooperative").await, world.person("market.khouribga").await);
    let product = drafted(&representative).await;
    let added = adds(&representative, &product, 1).await;
    assert_eq!((&added["width"], &added["height"], &added["isProposed"]), (&json!(700), &json!(500), &json!(false)));
    assert_eq!((added["blurHash"].as_str().unwrap().len(), &added["isDemo"]), (28, &json!(false)), "{}", world.on);

    // Before it is published: for whoever may see the product, by an address that is hers and ends.
    let (small, bare) = (&added["small"], json!(added["small"].as_str().unwrap().split('?').next().unwrap()));
    let shown = (200, "private, no-store".to_owned(), Some((320, 228)));
    assert_eq!(fetched(&world, small, None).await, shown, "{}", world.on);
    assert_eq!(fetched(&world, &bare, None).await.0, 404, "{}: nobody knows of it", world.on);
    assert_eq!(fetched(&world, &bare, Some(&manager.token)).await, shown, "{}", world.on);
    let mdiq = world.person("mdiq").await;
    assert_eq!(fetched(&world, &bare, Some(&mdiq.token)).await.0, 404, "{}: a neighbour knows nothing of it", world.on);
    assert_eq!(fetched(&world, &bare, Some("nonsense")).await.0, 401, "{}", world.on);
    world.at("2026-11-23T12:05:00Z");
    assert_eq!(fetched(&world, small, None).await.0, 404, "{}: five minutes are over", world.on);

    assert_eq!(moves(&representative, "productSubmit", &product).await, "done", "{}", world.on);
    assert_eq!(representative.brings(ADD, of(&product), &photo(2)).await.outcome(), "STATUS_INVALID", "{}", world.on);
    assert_eq!(moves(&manager, "productPublish", &product).await, "done", "{}", world.on);
    let public = "query($id: ID!) { product(id: $id) { photo { url } photos { url(width: 1) middle: url(width: 640) wide: url(width: 9999)
        alt { text direction } } } }";
    let seen = world.ask(public, json!({"id": product})).await.data()["product"].clone();
    let seen_photo = &seen["photos"][0];
    assert_eq!((seen["photos"].as_array().unwrap().len(), &seen_photo["alt"]["direction"]), (1, &json!("RTL")));
    assert_eq!(seen_photo["url"], bare, "{}: the address is the same for everybody, for ever", world.on);
    let forever = |size| (200, "public, max-age=31536000, immutable".to_owned(), Some(size));
    assert_eq!(fetched(&world, &bare, None).await, forever((320, 228)), "{}", world.on);
    assert_eq!(fetched(&world, &seen_photo["middle"], None).await, forever((640, 457)), "{}", world.on);
    assert_eq!(fetched(&world, &seen_photo["wide"], None).await, forever((700, 500)), "{}: it is never made wider", world.on);
    assert_eq!(fetched(&world, &seen["photo"]["url"], None).await, forever((700, 500)), "{}", world.on);
    for beside in ["320.png", "999.webp", "..%2f..%2funfm.db", "320.webp%00"] {
        let beside = json!(bare.as_str().unwrap().replace("320.webp", beside));
        assert_eq!(fetched(&world, &beside, None).await.0, 404, "{}: {beside}", world.on);
    }

    assert_eq!(moves(&manager, "productArchive", &product).await, "done", "{}", world.on);
    assert_eq!(fetched(&world, &bare, None).await.0, 404, "{}: it went with its product", world.on);
    assert_eq!(fetched(&world, &bare, Some(&manager.token)).await.0, 200, "{}", world.on);
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn photos_of_a_published_product_wait_for_another_person(world: World) {
    let (representative, manager) = (world.person("cooperative").await, world.person("market.khouribga").await);
    let product = id(Kind::Product, "product", "huile-argan-250");
    let (first, second) = (adds(&representative, &product, 1).await, adds(&representative, &product, 2).await);
    assert_eq!((&first["isProposed"], &second["isProposed"]), (&json!(true), &json!(true)), "{}", world.on);
    // Both wait in one request, with what else she asks for.
    let edit = "mutation($input: ProductEditInput!) { productEdit(input: $input) { product { id } userErrors { code } } }";
    let named = json!({"id": product, "expectedVersion": 1, "name": {"en": "Argan oil (demo)"}});
    assert_eq!(representative.does(edit, named).await.outcome(), "done", "{}", world.on);
    let waits = look(&manager, &product).await;
    let keys = |photos: &Value| photos.as_array().unwrap().iter().map(|photo| photo["id"].clone()).collect::<Vec<_>>();
    let request = &waits["openChangeRequest"];
    assert_eq!((keys(&request["photos"]), &waits["photos"]), (vec![first["id"].clone(), second["id"].clone()], &json!([])));
    let fields: Vec<&str> = request["changes"].as_array().unwrap().iter().map(|change| change["field"].as_str().unwrap()).collect();
    let expected = ["name.en", "photos.1.alt.ar", "photos.1.alt.fr", "photos.1.id", "photos.2.alt.ar", "photos.2.alt.fr", "photos.2.id"];
    assert_eq!(fields, expected, "{}", world.on);
    assert_eq!(fetched(&world, &request["photos"][0]["url"], None).await.0, 200, "{}: the manager looks at it", world.on);
    let public = "query($id: ID!, $photo: ID!) { product(id: $id) { photos { id } openChangeRequest { id } } node(id: $photo) { id } }";
    let seen = world.ask(public, json!({"id": product, "photo": first["id"]})).await.data().clone();
    assert_eq!(seen, json!({"product": {"photos": [], "openChangeRequest": null}, "node": null}), "{}", world.on);

    let accept = json!({"id": request["id"], "expectedVersion": request["version"]});
    assert_eq!(manager.does(DECIDE, accept).await.outcome(), "done", "{}", world.on);
    let seen = world.ask(public, json!({"id": product, "photo": first["id"]})).await.data().clone();
    assert_eq!(keys(&seen["product"]["photos"]), [first["id"].clone(), second["id"].clone()], "{}", world.on);
    assert_eq!(look(&manager, &product).await["photo"]["id"], first["id"], "{}", world.on);

    // To put them into another order, to describe one and to take one away wait as well.
    let version = look(&representative, &product).await["version"].clone();
    let wrong = json!({"productId": product, "expectedVersion": version,
        "photoIds": [second["id"], second["id"], id(Kind::Photo, "nothing", "nothing")]});
    let told = representative.does(ORDER, wrong).await.outcome();
    assert_eq!(told, "DUPLICATE_ENTRY photoIds.1, NOT_FOUND photoIds.2", "{}", world.on);
    let order = json!({"productId": product, "expectedVersion": version, "photoIds": [second["id"]]});
    assert_eq!(representative.does(ORDER, order).await.outcome(), "done", "{}", world.on);
    let text = json!({"id": first["id"], "expectedVersion": 2, "alt": {"fr": "L'étiquette"}});
    assert_eq!(representative.does(DESCRIBE, text).await.outcome(), "done", "{}", world.on);
    let bare = json!({"id": first["id"], "expectedVersion": 2, "alt": {"ar": null}});
    assert_eq!(representative.does(DESCRIBE, bare).await.outcome(), "TEXT_REQUIRED alt.ar", "{}", world.on);
    let waits = look(&manager, &product).await;
    assert_eq!(keys(&waits["photos"]), [first["id"].clone(), second["id"].clone()], "{}", world.on);
    let request = &waits["openChangeRequest"];
    assert_eq!(keys(&request["photos"]), [second["id"].clone(), first["id"].clone()], "{}", world.on);
    let accept = json!({"id": request["id"], "expectedVersion": request["version"]});
    assert_eq!(manager.does(DECIDE, accept).await.outcome(), "done", "{}", world.on);
    let now = look(&representative, &product).await;
    assert_eq!(keys(&now["photos"]), [second["id"].clone(), first["id"].clone()], "{}", world.on);
    assert_eq!(now["photos"][1]["alt"]["text"], "L'étiquette", "{}", world.on);
    let stale = json!({"id": first["id"], "expectedVersion": 1});
    assert_eq!(representative.does(REMOVE, stale).await.outcome(), "CONFLICT expectedVersion", "{}", world.on);
    let away = json!({"id": first["id"], "expectedVersion": now["photos"][1]["version"]});
    assert_eq!(representative.does(REMOVE, away.clone()).await.outcome(), "done", "{}", world.on);

    // Another person's request takes the place of hers; what she asked for is forgotten.
    let third = adds(&world.person("data.khouribga").await, &product, 3).await;
    let waits = look(&manager, &product).await;
    let request = &waits["openChangeRequest"];
    let asked = [second["id"].clone(), first["id"].clone(), third["id"].clone()];
    assert_eq!(keys(&request["photos"]), asked, "{}", world.on);
    // A neighbour knows of none of it, published or not.
    let mdiq = world.person("mdiq").await;
    for photo in [&first, &third] {
        let away = json!({"id": photo["id"], "expectedVersion": 1});
        assert_eq!(mdiq.does(REMOVE, away).await.outcome(), "NOT_FOUND", "{}", world.on);
    }
    assert_eq!(world.differences().await, Vec::<String>::new(), "{}", world.on);
}

async fn a_file_that_is_no_photo_is_refused_and_nothing_is_kept(world: World) {
    let representative = world.person("cooperative").await;
    let product = drafted(&representative).await;
    let (jpeg, svg) = (photo(1), br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#);
    let polyglot = [jpeg.as_slice(), b"<script>alert(1)</script>"].concat();
    for file in [&jpeg[..jpeg.len() / 2], svg, &polyglot, b""] {
        let told = representative.brings(ADD, of(&product), file).await;
        assert_eq!(told.outcome(), "IMAGE_INVALID file", "{}", world.on);
    }
    let mute = json!({"productId": product, "alt": {"fr": "Un flacon"}});
    assert_eq!(representative.brings(ADD, mute, svg).await.outcome(), "TEXT_REQUIRED alt.ar, IMAGE_INVALID file", "{}", world.on);
    let kept = "select count(*) from photo_content";
    assert_eq!(world.raw_as_owner(kept).await, Ok(0), "{}", world.on);

    // Whoever may not, may not have a file read either.
    let other = id(Kind::Product, "product", "nothing");
    let of_mdiq = world.raw_as_owner("select count(*) from product where slug = 'tapis-berbere'").await;
    assert!(of_mdiq.is_ok(), "{}", world.on);
    assert_eq!(representative.brings(ADD, of(&other), svg).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(world.person("mdiq").await.brings(ADD, of(&product), &jpeg).await.outcome(), "NOT_FOUND", "{}", world.on);
    assert_eq!(world.person("auditor").await.brings(ADD, of(&product), &jpeg).await.outcome(), "FORBIDDEN", "{}", world.on);

    // Once for its key; the same photo once; ten at most.
    let mut once = of(&product);
    once["idempotencyKey"] = json!("photo-1");
    let first = representative.brings(ADD, once.clone(), &jpeg).await.data()["photoAdd"]["photo"]["id"].clone();
    let again = representative.brings(ADD, once.clone(), &jpeg).await.data()["photoAdd"]["photo"]["id"].clone();
    assert_eq!(first, again, "{}", world.on);
    let other = representative.brings(ADD, once, &photo(2)).await.outcome();
    assert_eq!(other, "IDEMPOTENCY_KEY_REUSED idempotencyKey", "{}", world.on);
    assert_eq!(representative.brings(ADD, of(&product), &jpeg).await.outcome(), "DUPLICATE_ENTRY file", "{}", world.on);
    for number in 2..=10 {
        adds(&representative, &product, number).await;
    }
    assert_eq!(representative.brings(ADD, of(&product), &photo(11)).await.outcome(), "LIMIT_EXCEEDED", "{}", world.on);
    let narrow = "query($id: ID!) { product(id: $id) { photos { url(width: 0) } } }";
    let told = representative.asks(narrow, json!({"id": product})).await;
    assert_eq!(told.body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{}: {}", world.on, told.text);
}

async fn files_that_no_photo_shows_are_deleted_a_day_later(world: World) {
    let representative = world.person("cooperative").await;
    let (one, other) = (drafted(&representative).await, drafted(&representative).await);
    let kept = adds(&representative, &one, 1).await;
    let gone = adds(&representative, &one, 2).await;
    // The same picture of two products: its files are there once, and stay as long as one shows it.
    let shared = adds(&representative, &other, 1).await;
    assert_eq!(representative.does(REMOVE, json!({"id": gone["id"], "expectedVersion": 1})).await.outcome(), "done");
    assert_eq!(representative.does(REMOVE, json!({"id": shared["id"], "expectedVersion": 1})).await.outcome(), "done");
    let content = |photo: &Value| photo["url"].as_str().unwrap().split('/').nth(2).unwrap().to_owned();
    let is_there = async |photo: &Value| world.files.get(&content(photo), "320.webp").await.unwrap().is_some();
    assert_eq!(content(&kept), content(&shared), "{}", world.on);

    assert_eq!(sweep(&world.db, &world.files, world.clock.now()).await.unwrap(), 0, "{}: it is too early", world.on);
    let later = world.clock.now() + jiff::SignedDuration::from_hours(25);
    // However many instances look, each is deleted by one of them.
    let swept = join_all((0..4).map(|_| sweep(&world.db, &world.files, later))).await;
    assert_eq!(swept.into_iter().map(Result::unwrap).sum::<usize>(), 1, "{}", world.on);
    assert_eq!((is_there(&kept).await, is_there(&gone).await), (true, false), "{}", world.on);
    assert_eq!(world.raw_as_owner("select count(*) from photo_content").await, Ok(1), "{}", world.on);

    // Sent again, it is there again.
    let again = adds(&representative, &one, 2).await;
    assert!(is_there(&again).await, "{}", world.on);
}

async fn the_demo_world_has_photos_that_say_so(world: World) {
    let seeded = unfm::seed::demo_with_photos(&world.owner, &world.files, world.clock.now()).await;
    assert!(seeded.unwrap(), "{}", world.on);
    let query = "{ products(first: 30) { nodes { photo { isDemo url(width: 640) alt { text(locale: FR) } } } } }";
    let photos = world.ask(query, json!({})).await.data()["products"]["nodes"].clone();
    let photos = photos.as_array().unwrap();
    assert_eq!(photos.len(), 30, "{}", world.on);
    for one in photos.iter().map(|product| &product["photo"]) {
        assert_eq!(one["isDemo"], true, "{}", world.on);
        assert!(one["alt"]["text"].as_str().unwrap().starts_with("Dessin : "), "{}", world.on);
        assert_eq!(fetched(&world, &one["url"], None).await.2, Some((480, 360)), "{}", world.on);
    }
    assert_eq!(world.owner.differences(world.clock.now()).await.unwrap(), Vec::<String>::new(), "{}", world.on);
}

tests::on_each_database!(
    a_photo_is_shown_with_its_product,
    photos_of_a_published_product_wait_for_another_person,
    a_file_that_is_no_photo_is_refused_and_nothing_is_kept,
    files_that_no_photo_shows_are_deleted_a_day_later,
    the_demo_world_has_photos_that_say_so,
);

/// The objects of a bucket, by their paths.
type Bucket = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// Answer requests as a bucket does, as far as photos ask: PUT, GET and DELETE of one object.
async fn serve_bucket(listener: TcpListener, bucket: Bucket) {
    while let Ok((stream, _)) = listener.accept().await {
        let bucket = Arc::clone(&bucket);
        tokio::spawn(async move {
            let mut stream = BufReader::new(stream);
            loop {
                let (mut lines, mut line) = (Vec::new(), String::new());
                while stream.read_line(&mut line).await.is_ok_and(|read| read > 2) {
                    lines.push(std::mem::take(&mut line).trim_end().to_owned());
                }
                let Some(first) = lines.first() else { return };
                let length = lines.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
                let mut body = vec![0; length.unwrap_or(0)];
                stream.read_exact(&mut body).await.unwrap();
                let is_signed = lines.iter().any(|line| line.to_ascii_lowercase().starts_with("authorization: aws4-hmac-sha256"));
                let mut parts = first.split(' ');
                let (method, path) = (parts.next().unwrap(), parts.next().unwrap().to_owned());
                let (status, answer) = match method {
                    _ if !is_signed => ("403 Forbidden", Vec::new()),
                    "PUT" => {
                        bucket.lock().unwrap().insert(path, body);
                        ("200 OK", Vec::new())
                    }
                    "DELETE" => {
                        bucket.lock().unwrap().remove(&path);
                        ("204 No Content", Vec::new())
                    }
                    _ => match bucket.lock().unwrap().get(&path) {
                        Some(found) => ("200 OK", found.clone()),
                        None => ("404 Not Found", Vec::new()),
                    },
                };
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\netag: \"1\"\r\n\
                    last-modified: Mon, 23 Nov 2026 12:00:00 GMT\r\n\r\n", answer.len());
                stream.write_all(&[head.as_bytes(), &answer].concat()).await.unwrap();
            }
        });
    }
}

#[tokio::test]
async fn photos_are_kept_in_a_folder_or_in_a_bucket() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let bucket = Bucket::default();
    tokio::spawn(serve_bucket(listener, Arc::clone(&bucket)));
    let variables = [("AWS_ENDPOINT", endpoint.as_str()), ("AWS_ACCESS_KEY_ID", "demo"), ("AWS_SECRET_ACCESS_KEY", "demo"),
        ("AWS_REGION", "eu-west-3"), ("AWS_ALLOW_HTTP", "true"), ("HOME", "/nowhere")];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let beside = folder.path().join("not/yet/there");
    let places = [Files::open("s3://unfm/photos", variables).unwrap(), Files::open(beside.to_str().unwrap(), []).unwrap()];
    for files in places {
        assert!(files.get("abc", "320.webp").await.unwrap().is_none());
        let kept = ["320.webp", "original.jpg"].map(|name| (name.to_owned(), name.as_bytes().to_vec().into()));
        files.put("abc", &kept).await.unwrap();
        files.put("abc", &kept).await.unwrap();
        let found = files.get("abc", "320.webp").await.unwrap().unwrap();
        assert_eq!(found.bytes().await.unwrap().as_ref(), b"320.webp");
        files.delete("abc", ["320.webp", "original.jpg", "640.webp"].map(str::to_owned)).await.unwrap();
        assert!(files.get("abc", "original.jpg").await.unwrap().is_none());
        files.put("abc", &kept).await.unwrap();
    }
    let mut names: Vec<String> = bucket.lock().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(names, ["/unfm/photos/abc/320.webp", "/unfm/photos/abc/original.jpg"]);
    assert!(beside.join("abc/320.webp").is_file());
}
