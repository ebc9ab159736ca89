//! What it costs to switch between tasks, to create what runs them, and to hand a task to a pool.
//!
//! `cargo bench --bench switching`; the same cells by rounds in turn: `regatta run --plan benches/switching.toml`.

use std::process::ExitCode;

fn main() -> ExitCode {
    regatta_bench::main(regatta::Course::standard(), "switching", include_str!("switching.toml"))
}
