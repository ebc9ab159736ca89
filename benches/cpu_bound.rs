//! Work that computes, under every model: primes and counting.
//!
//! `cargo bench --bench cpu_bound`; the same cells by rounds in turn: `regatta run --plan benches/cpu_bound.toml`.

use std::process::ExitCode;

fn main() -> ExitCode {
    regatta_bench::main(regatta::Course::standard(), "cpu_bound", include_str!("cpu_bound.toml"))
}
