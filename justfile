# Recipes for daily work; `.ci/run` is what a change must pass.

set shell := ["sh", "-euc"]

# List the recipes
help:
    @just --list --unsorted

# Format all code
fmt:
    cargo fmt --all

# Formatting and clippy, as CI wants them
lint:
    .ci/run fmt lint

# All tests
test:
    cargo test --workspace --locked

# Compare with real containerd against the reference registry (root, Debian)
interop:
    .ci/run packages build beside interop

# Scenarios with real containerd, each in a network of its own; faults before skopeo and crane (root, Debian)
interop-live *paths="scenarios":
    .ci/run packages beside
    cargo build --release --locked --quiet -p pullsim
    /usr/bin/python3 tests/interop/live.py --pullsim target/release/pullsim --containerd target/beside/usr/bin/containerd {{ paths }}
    /usr/bin/python3 tests/interop/live.py --pullsim target/release/pullsim --containerd /usr/bin/containerd {{ paths }}
    /usr/bin/python3 tests/interop/clients.py --pullsim target/release/pullsim --crane target/beside/usr/bin/crane

# Score against recordings of real runtimes, with the floor of .ci/judge-floor (root, ../shared/judge)
judge:
    .ci/run packages build judge

# Look at the HTML report in headless Chromium (Debian)
html:
    .ci/run packages build html

# How often `explain` names the right cause, over a corpus of real failures (../shared/corpus)
corpus file="../shared/corpus/dev.jsonl" *options:
    cargo run --quiet -p explain --example corpus -- {{ file }} {{ options }}

# Documentation, warnings denied
doc:
    .ci/run doc

# A release's speed next to crane, its peak memory with a 1 GiB layer, the mock's throughput (root, Debian, wrk)
bench:
    .ci/run packages beside measures

# What a request costs in a host of the mock, in memory
bench-host:
    cargo bench -p pullsim-tests --bench host

# Throughput of the mock registry next to crane's (root, Debian, wrk)
bench-registry:
    .ci/run packages beside
    cargo build --release --locked -p mock-registry --example serve
    tests/bench/registry.py --serve target/release/examples/serve --crane target/beside/usr/bin/crane

# Push to and pull from the mock registry with skopeo, crane and oras (root, Debian)
clients:
    .ci/run packages
    tests/tools/debian-sid.sh target/clients crane oras
    cargo build --release --locked -p mock-registry --example serve
    tests/interop/registry_clients.py --serve target/release/examples/serve --crane target/clients/usr/bin/crane --oras target/clients/usr/bin/oras -v

# Fuzz one target of tests/fuzz for a minute (cargo install cargo-fuzz --locked); without a name, list them
fuzz target="":
    if [ -z "{{ target }}" ]; then RUSTC_BOOTSTRAP=1 cargo fuzz list --fuzz-dir tests/fuzz; else RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir tests/fuzz {{ target }} -- -max_total_time=60; fi

# Bans, licences and sources of dependencies (cargo install cargo-deny --locked)
deny:
    cargo deny check --hide-inclusion-graph

# Everything that a change must pass
ci:
    .ci/run
