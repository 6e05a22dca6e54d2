# What one does with this repository; `just ci` runs what CI runs. The tools it needs: scripts/install-tools.

set positional-arguments

# Lists the recipes.
default:
    @just --list --unsorted

# Runs the sample consultation and writes its run folder.
run-sample out="canvass-run":
    cargo run --release --locked --package canvass-cli -- run data/sample/consultation.xlsx --reference data/sample/reference.md --out {{ quote(out) }} --force

# Everything CI runs.
ci: fmt-check clippy test checks

# Everything CI runs, tests aside.
checks: fmt-check clippy parquet doc benches deny unused edges docs

# All tests, documentation examples among them. Takes the arguments of `cargo test`.
test *arguments:
    scripts/test "$@"

# Formats the code.
fmt:
    cargo fmt --all

# Checks that the code is formatted.
fmt-check:
    cargo fmt --all --check

# Lints everything, tests and benches among it; a warning is an error.
clippy:
    cargo clippy --workspace --all-targets --all-features --locked -- -D warnings

# The tests of Parquet files, which need the feature.
parquet:
    cargo test --package canvass --features parquet --lib --locked parquet
    cargo test --package canvass-cli --features parquet --test acceptance --locked bad_books

# The libraries' documentation; a warning is an error.
doc $RUSTDOCFLAGS="-D warnings":
    cargo doc --workspace --lib --no-deps --locked

# Compiles the benches and runs each once, so that what they assert is known to hold. No timing: that is `cargo bench`.
benches:
    cargo test --package canvass-cli --bench review --bench stages --bench tfidf --bench vectors --locked
    cargo test --package canvass-analysis --bench kmeans --locked

# Licences, bans and sources of all dependencies (deny.toml).
deny:
    cargo deny --locked check --hide-inclusion-graph licenses bans sources

# Known vulnerabilities in dependencies. Needs a network, and what it finds changes without a commit: not part of ci.
advisories:
    cargo deny --locked check advisories

# Exported REFI-QDA files against the schema of the standard. Needs a network: not part of ci.
refi *arguments:
    scripts/check-refi "$@"

# Dependencies that are declared and not used.
unused:
    cargo shear --locked

# Dependency edges that the layout forbids.
edges:
    scripts/check-edges

# Paths, recipes, commands and options that the documents name.
docs:
    scripts/check-docs
