//! A workload of one's own, in a program with the command line of Regatta:
//! `cargo run --release --example own_workload -- run --workload squares`

use regatta::prelude::*;

/// The parameters. A plan may name some of them; the others have their defaults.
#[derive(Clone, Serialize, Deserialize)]
#[serde(crate = "regatta::serde", default, deny_unknown_fields)]
struct Squares {
    tasks: u64,
}

impl Default for Squares {
    fn default() -> Self {
        Self { tasks: 1_000 }
    }
}

impl Workload for Squares {
    const NAME: &'static str = "squares";
    const KIND: Kind = Kind::Cpu;
    const ABOUT: &'static str = "squares the number of each task";

    fn tasks(&self) -> u64 {
        self.tasks
    }

    async fn task<C: Context>(&self, _cx: &C, index: u64) -> Result<u64, TaskError> {
        Ok(index * index)
    }

    fn expected(&self) -> Tally {
        // By another route than the tasks take: each square is the one before and the next odd number.
        expected_tally((0..self.tasks).scan(0, |next, n| Some(std::mem::replace(next, *next + 2 * n + 1))))
    }
}

fn main() -> ExitCode {
    Course::standard().workload::<Squares>().main()
}
