//! The command line of Regatta with one more workload: `cargo run --release -- run --workload orders`

use own_workload::Orders;
use regatta::prelude::*;

fn main() -> ExitCode {
    Course::standard().workload::<Orders>().main()
}
