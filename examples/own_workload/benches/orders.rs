//! The workload under criterion: `cargo bench`

use std::process::ExitCode;

use own_workload::Orders;
use regatta::Course;

fn main() -> ExitCode {
    regatta_bench::main(Course::standard().workload::<Orders>(), "orders", include_str!("orders.toml"))
}
