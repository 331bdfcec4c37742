//! The samples of clients that are given to partners: each is run as it stands.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use tests::World;

/// What a sample prints, a value a line; none where its language is not installed.
fn printed(world: &World, interpreter: &str, sample: &str, secret: &str) -> Option<Result<Vec<Value>, String>> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(sample);
    let mut command = std::process::Command::new(interpreter);
    command
        .arg(sample)
        .env("UNFM_URL", world.url(""))
        .env("UNFM_CLIENT_ID", "unfpa-demo")
        .env("UNFM_CLIENT_SECRET", secret);
    let Ok(output) = command.output() else {
        tests::skip("samples of clients (Node.js or Python is not installed)");
        return None;
    };
    if !output.status.success() {
        return Some(Err(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let text = String::from_utf8(output.stdout).unwrap();
    Some(Ok(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partners_program_in_javascript_or_python_pulls_what_its_partner_is_party_to() {
    let world = World::sqlite().await;

    for (interpreter, sample) in [("node", "partner.mjs"), ("python3", "partner.py")] {
        let Some(pulled) = printed(&world, interpreter, sample, "unfpa-demo-secret") else { continue };
        let pulled = pulled.unwrap();
        let statuses: BTreeSet<&str> = pulled.iter().map(|node| node["status"].as_str().unwrap()).collect();
        assert!(statuses.contains("ACTIVE"), "{sample}: {pulled:?}");
        assert!(pulled.iter().all(|node| node["title"]["text"].is_string()), "{sample}");
        let refused = printed(&world, interpreter, sample, "a wrong secret").unwrap();
        assert!(refused.is_err(), "{sample} says when it is refused");
    }
}
