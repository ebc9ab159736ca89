//! Work that waits, under every model: sleeps, and round trips to a server.
//!
//! `cargo bench --bench io_bound`; the same cells by rounds in turn: `regatta run --plan benches/io_bound.toml`.

use std::process::ExitCode;

fn main() -> ExitCode {
    regatta_bench::main(regatta::Course::standard(), "io_bound", include_str!("io_bound.toml"))
}
