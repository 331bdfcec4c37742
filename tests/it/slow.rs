//! Clients that are slow, stalled or too many: each is told or cut off in time, and the others notice nothing.

use serde_json::json;
use std::time::Duration;
use tests::World;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ABOUT: &str = r#"{"query":"{ about { version } }"}"#;

/// A connection to a server, which was told nothing yet.
async fn connection(server: &str) -> TcpStream {
    TcpStream::connect(server.trim_start_matches("http://")).await.unwrap()
}

/// The head of a request for the endpoint, with the length of its body.
fn head(length: usize) -> String {
    format!("POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n")
}

/// Everything that a server says until it closes the connection.
async fn told(mut stream: TcpStream) -> String {
    let mut told = Vec::new();
    // A connection that is reset is closed as well.
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut told)).await.expect("it is closed");
    String::from_utf8_lossy(&told).into_owned()
}

#[tokio::test]
async fn a_connection_that_says_nothing_or_not_enough_is_closed() {
    let world = World::sqlite().await;
    let server = world.also_served(&["--header-timeout", "300ms"]).await;
    // Nothing; a part of HTTP/2's first words; a part of a head; HTTP/2 without a request.
    for said in ["", "PRI * HTTP", "POST /graphql HTTP/1.1\r\nhost: lo", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"] {
        let mut stream = connection(&server).await;
        stream.write_all(said.as_bytes()).await.unwrap();
        let told = told(stream).await;
        assert!(!told.contains("200 OK"), "{said}: {told}");
    }
    // A head that comes letter by letter is not waited for any longer.
    let mut stream = connection(&server).await;
    let mut dripped = 0;
    for letter in head(10).bytes() {
        if stream.write_all(&[letter]).await.is_err() {
            break;
        }
        dripped += 1;
        let mut answer = [0; 1];
        let read = tokio::time::timeout(Duration::from_millis(50), stream.read(&mut answer)).await;
        if matches!(read, Ok(Ok(0) | Err(_))) {
            break;
        }
    }
    assert!(dripped < 40, "{dripped} letters");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_answered_with_timeout() {
    let world = World::sqlite().await;
    let server = world.also_served(&["--body-timeout", "300ms"]).await;
    let mut stream = connection(&server).await;
    stream.write_all(format!("{}connection: close\r\n\r\n{}", head(100), &ABOUT[..10]).as_bytes()).await.unwrap();
    let told = told(stream).await;
    assert!(told.starts_with("HTTP/1.1 503") && told.contains("retry-after: 1") && told.contains("TIMEOUT"), "{told}");
}

#[tokio::test]
async fn stalled_bodies_keep_nobody_waiting() {
    let world = World::sqlite().await;
    let mut stalled = Vec::new();
    for _ in 0..200 {
        let mut stream = connection(&world.url("")).await;
        stream.write_all(format!("{}expect: 100-continue\r\n\r\n", head(1000)).as_bytes()).await.unwrap();
        // It is waited for now.
        let mut told = [0; 25];
        stream.read_exact(&mut told).await.unwrap();
        assert!(told.starts_with(b"HTTP/1.1 100"));
        stalled.push(stream);
    }
    for _ in 0..20 {
        let answer = world.ask("{ markets(first: 1) { nodes { slug } } }", json!({})).await;
        assert_eq!(answer.data()["markets"]["nodes"][0]["slug"], "khouribga");
    }
    drop(stalled);
}

#[tokio::test]
async fn bodies_that_lie_are_refused_with_a_code() {
    let world = World::sqlite().await;
    let post = async |body: Vec<u8>, encoding: Option<&'static str>| {
        let request = world.http().post(world.url("/graphql")).header("content-type", "application/json").body(body);
        world.send(encoding.into_iter().fold(request, |request, name| request.header("content-encoding", name))).await
    };
    let deep = format!(r#"{{"query":"{{ about {{ version }} }}","variables":{{"a":{}1{}}}}}"#, "[".repeat(500_000), "]".repeat(500_000));
    let quoted = |text: &[u8]| [br#"{"query":""#, text, br#""}"#].concat();
    for (body, encoding, status, code) in [
        (vec![b' '; 10 * 1024 * 1024], None, 413, "PAYLOAD_TOO_LARGE"),
        (deep.into_bytes(), None, 200, "LIMIT_EXCEEDED"),
        (quoted(b"{ about { version } } \xff\xfe"), None, 400, "BAD_REQUEST"),
        (quoted(b"{ about { \0 } }"), None, 400, "BAD_REQUEST"),
        (br#"{"query":"{ __typename }","variables":{"a":1e999}}"#.to_vec(), None, 400, "BAD_REQUEST"),
        (ABOUT.into(), Some("gzip"), 415, "UNSUPPORTED_MEDIA_TYPE"),
        (ABOUT.into(), Some("identity, br"), 415, "UNSUPPORTED_MEDIA_TYPE"),
    ] {
        let begin = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = post(body, encoding).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{begin}");
    }
    assert_eq!(post(ABOUT.into(), Some("identity")).await.data()["about"]["version"], env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn an_answer_that_is_not_taken_holds_no_connection_to_the_database() {
    let world = World::sqlite().await;
    // More than the system takes off the server's hands.
    let named = format!("update product set name = '{{\"ar\": \"{}\"}}'", "ز".repeat(5_000));
    world.change(async |tx| tx.rewrite(&named).await).await;
    let aliases: String = (0..28).map(|place| format!("a{place}: name {{ text }} ")).collect();
    let body = json!({"query": format!("{{ products(first: 25) {{ nodes {{ {aliases} }} }} }}")}).to_string();
    let mut stalled = Vec::new();
    // More than there are connections to the database.
    for _ in 0..12 {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut stream = socket.connect(world.url("").trim_start_matches("http://").parse().unwrap()).await.unwrap();
        stream.write_all(format!("{}\r\n{body}", head(body.len())).as_bytes()).await.unwrap();
        let mut told = [0; 12];
        stream.read_exact(&mut told).await.unwrap();
        assert_eq!(&told, b"HTTP/1.1 200");
        stalled.push(stream);
    }
    let answer = world.ask("{ markets(first: 1) { nodes { slug } } }", json!({})).await;
    assert_eq!(answer.data()["markets"]["nodes"][0]["slug"], "khouribga");
    drop(stalled);
}

#[tokio::test]
async fn a_request_that_takes_too_long_ends_in_the_database_as_well() {
    let Some(world) = World::postgres().await else { return };
    let server = world.also_served(&["--execution-timeout", "500ms"]).await;
    let (token, _) = world.sign_in("khouribga@unfm.example").await;
    let ask = async |token: Option<&str>| {
        let query = json!({"query": "{ markets(first: 1) { nodes { slug } } }"});
        let request = world.http().post(format!("{server}/graphql")).json(&query);
        world.send(token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth)).await
    };
    assert_eq!(ask(Some(&token)).await.status, 200);

    let held = tests::transaction_of_another(world.owner_url(), "lock table market in access exclusive mode").await;
    let asked = futures_util::future::join_all((0..12).map(|_| ask(Some(&token)))).await;
    for answer in asked.iter().chain([&ask(None).await]) {
        assert_eq!((answer.status, answer.code()), (503, "TIMEOUT"), "{}", answer.text);
        assert_eq!(answer.headers["retry-after"], "1");
    }

    // Nobody has given the table free; those who waited for it have ended all the same, but for a stranger's one, which
    // ends within the limit of its connection.
    let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let ended = async {
        while world.raw_as_owner(waiting).await.unwrap() > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), ended).await.expect("the statements end");
    held.close().await.unwrap();
    for _ in 0..20 {
        assert_eq!(ask(Some(&token)).await.data()["markets"]["nodes"][0]["slug"], "khouribga");
    }
}

#[tokio::test]
async fn whoever_sends_everything_before_she_listens_hears_why_it_is_refused() {
    let world = World::sqlite().await;
    let body = vec![b' '; 10 * 1024 * 1024];
    let request = format!("{}\r\n", head(body.len()));
    for _ in 0..5 {
        let mut stream = connection(&world.url("")).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.write_all(&body).await.unwrap();
        let told = told(stream).await;
        assert!(told.starts_with("HTTP/1.1 413"), "{told}");
    }
}
