# Short names for the commands that CONTRIBUTING.md explains: `just --justfile .justfile test`.

# Start the server with the demo world on http://127.0.0.1:8000
serve:
    cargo run

# Run all tests
test:
    cargo test --workspace

# Format, and look for what CI would refuse
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets

# Accept the schema and the table of rights as they are now; read the difference afterwards
snapshots:
    UPDATE_SNAPSHOTS=1 cargo test --workspace

# Measure 50,000 products; `just bench 250` measures 500,000
bench units="25":
    cargo bench --package tests -- --units {{units}}

# Everything that CI runs
ci:
    .ci/run
