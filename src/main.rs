//! The program `regatta`: the standard course of workloads and runners.

use std::process::ExitCode;

fn main() -> ExitCode {
    regatta::Course::standard().main()
}
