//! The schema is a contract: what it was is committed, and everything in it says what it is.

use serde_json::{Value, json};
use tests::World;

#[test]
fn the_schema_is_the_one_that_was_reviewed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../api/schema.graphql");
    let now = unfm::schema::sdl();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        now == committed,
        "the schema changed: UPDATE_SNAPSHOTS=1 accepts it, read the difference as a client would"
    );
}

#[tokio::test]
async fn everything_in_the_schema_says_what_it_is() {
    let world = World::sqlite().await;
    let question = "{ __schema { types { name kind description specifiedByURL
        fields { name description args { name description } } inputFields { name description }
        enumValues { name description } } } }";
    let answer = world.ask(question, json!({})).await;

    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut silent = Vec::new();
    let mut look = |place: String, thing: &Value| {
        if thing["description"].as_str().unwrap_or_default().is_empty() {
            silent.push(place);
        }
    };
    for kind in list(&answer.data()["__schema"]["types"]) {
        let name = kind["name"].as_str().unwrap().to_owned();
        // What GraphQL itself brings needs no words of ours.
        if name.starts_with("__") || name == "ID" {
            continue;
        }
        look(name.clone(), &kind);
        for member in ["fields", "inputFields", "enumValues"] {
            for thing in list(&kind[member]) {
                look(format!("{name}.{}", thing["name"]), &thing);
                for argument in list(&thing["args"]) {
                    look(format!("{name}.{}({})", thing["name"], argument["name"]), &argument);
                }
            }
        }
        let own = ["Decimal", "Date", "DateTime", "LocalTime", "LocalDateTime", "Upload"].contains(&name.as_str());
        assert!(!own || kind["specifiedByURL"].is_string(), "{name}");
    }
    assert_eq!(silent, Vec::<String>::new());
}

#[tokio::test]
async fn every_type_with_an_id_is_a_node() {
    let world = World::sqlite().await;
    let question = "{ __schema { types { name kind fields { name } interfaces { name } } } }";
    let answer = world.ask(question, json!({})).await;

    for kind in answer.data()["__schema"]["types"].as_array().unwrap() {
        let has = |list: &str, name: &str| {
            kind[list].as_array().is_some_and(|all| all.iter().any(|thing| thing["name"] == name))
        };
        // An actor of the audit is a value that is kept as it was; its id names what she is now. What the bot shows is kept nowhere.
        let is_value = ["AuditActor", "BotChoice", "BotScreen"].iter().any(|name| kind["name"] == *name);
        if kind["kind"] == "OBJECT" && !is_value {
            assert_eq!(has("fields", "id"), has("interfaces", "Node"), "{}", kind["name"]);
        }
    }
}
