//! Checks that the same body is the same machine code under every runner.
//!
//! It holds bodies as people write them: loops inside an `async fn task`, with and without checkpoints, fields and
//! tables. Each has a constant of its own, by which its code is found in the disassembly of this very program. All functions
//! with that constant have to be equal, but for the addresses that they refer to, and to begin with a cache line. A runner under a modelled lock may have code
//! of its own where a body offers checkpoints, for there they are more than nothing. A body that
//! waits is compiled for each world anew.
//!
//! `cargo run --release -p regatta-runners --example same_code`; needs `objdump` and knows x86-64.

#![allow(clippy::print_stdout, reason = "a check prints what it finds")]

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use regatta_runners::{Runner, RunnerVisitor, Runners, Settings, Standard};
use regatta_workloads::{Context, Error, Kind, Primitives, Selected, Visitor, Workload, Workloads, list};
use serde::{Deserialize, Serialize};

/// A workload with this body, and the constant by which its code is found.
macro_rules! body {
    ($name:ident, $key:literal, |$this:ident, $cx:ident, $index:ident, $multiply:ident| $body:block) => {
        #[derive(Clone, Default, Serialize, Deserialize)]
        #[serde(default)]
        struct $name {
            tasks: u64,
            steps: u64,
            table: Vec<u64>,
        }

        impl $name {
            const KEY: u64 = $key;
        }

        impl Workload for $name {
            const NAME: &'static str = stringify!($name);
            const KIND: Kind = Kind::Cpu;
            const ABOUT: &'static str = "computes in the body of its task";

            type Shared<P: Primitives> = ();

            fn tasks(&self) -> u64 {
                self.tasks
            }

            async fn task<C: Context>(&self, $cx: &C, _shared: &(), $index: u64) -> Result<u64, Error> {
                let $this = self;
                let $multiply = |sum: u64| sum.wrapping_mul(Self::KEY);
                $body
            }

            fn expected(&self) -> impl Iterator<Item = u64> {
                std::iter::empty()
            }
        }
    };
}

body!(Nested, 0x5851_F42D_4C95_7F21, |this, _cx, index, multiply| {
    let mut sum = index;
    for outer in 0..this.steps {
        for inner in 0..100 {
            sum = multiply(sum).wrapping_add(outer ^ inner);
        }
    }
    Ok(sum)
});

body!(Checkpoints, 0x5851_F42D_4C95_7F22, |this, cx, index, multiply| {
    let mut sum = index;
    for step in 0..this.steps {
        cx.checkpoint();
        sum = multiply(sum).wrapping_add(step ^ this.tasks);
    }
    Ok(sum)
});

body!(Table, 0x5851_F42D_4C95_7F23, |this, cx, index, multiply| {
    let mut at = index;
    for _ in 0..this.steps {
        cx.checkpoint();
        at = multiply(this.table[at as usize % 64]).wrapping_add(at >> 3);
    }
    Ok(at)
});

body!(Floats, 0x5851_F42D_4C95_7F24, |this, _cx, index, multiply| {
    let mut sum = 0.0;
    for step in 1..this.steps {
        sum += 1.0 / (step as f64 * step as f64 + multiply(index) as f64);
    }
    Ok(sum as u64)
});

body!(Sieve, 0x5851_F42D_4C95_7F25, |this, cx, index, multiply| {
    let mut prime = vec![true; this.steps as usize];
    let mut candidate = 2;
    while candidate * candidate < prime.len() {
        cx.checkpoint();
        if prime[candidate] {
            let mut multiple = candidate * candidate;
            while multiple < prime.len() {
                prime[multiple] = false;
                multiple += candidate;
            }
        }
        candidate += 1;
    }
    Ok(multiply(prime.iter().filter(|is| **is).count() as u64) + index)
});

body!(InMemory, 0x5851_F42D_4C95_7F26, |this, _cx, index, multiply| {
    let (mut left, mut sum) = (this.steps, index);
    while left > 0 {
        left = black_box(left - 1);
        sum = multiply(sum).wrapping_add(left);
    }
    Ok(sum)
});

type Bodies = list![Nested, Checkpoints, Table, Floats, Sieve, InMemory];

/// The name of each body, its constant, and how many versions of its code there may be.
const KEYS: [(&str, u64, usize); 6] = [
    (Nested::NAME, Nested::KEY, 1),
    (Checkpoints::NAME, Checkpoints::KEY, 2),
    (Table::NAME, Table::KEY, 2),
    (Floats::NAME, Floats::KEY, 1),
    (Sieve::NAME, Sieve::KEY, 2),
    (InMemory::NAME, InMemory::KEY, 1),
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if let [_, body, runner] = &*args {
        // Never asked for: it is what brings all runners with all bodies into this program.
        let selected = Selected { name: body, params: &serde_json::Map::new() };
        return if Bodies::visit(&selected, UnderRunner(runner)).is_ok() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    if cfg!(debug_assertions) || !cfg!(target_arch = "x86_64") {
        println!("not checked: this needs a release build for x86-64");
        return ExitCode::SUCCESS;
    }
    let functions = match functions() {
        Ok(functions) => functions,
        Err(error) => {
            println!("cannot disassemble this program with `objdump`: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut code = ExitCode::SUCCESS;
    for (name, key, allowed) in KEYS {
        let key = format!("{key:x}");
        let found: Vec<&Function> = functions.iter().filter(|function| function.code.contains(&key)).collect();
        let versions: BTreeSet<&str> = found.iter().map(|function| function.code.as_str()).collect();
        let aligned = found.iter().all(|function| function.address % 64 == 0);
        let well = (1..=allowed).contains(&versions.len()) && aligned;
        println!(
            "{name:<12} {} functions, {} versions, {allowed} allowed, aligned: {aligned}",
            found.len(),
            versions.len()
        );
        if !well {
            let mut by_version: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            found.iter().for_each(|function| by_version.entry(&function.code).or_default().push(&function.name));
            by_version.iter().for_each(|(version, names)| println!("{names:?}\n{version}"));
            code = ExitCode::FAILURE;
        }
    }
    code
}

struct UnderRunner<'a>(&'a str);

impl Visitor for UnderRunner<'_> {
    type Output = ();

    fn visit<W: Workload>(self, workload: W) {
        Standard::visit(self.0, Run(workload));
    }
}

struct Run<W>(W);

impl<W: Workload> RunnerVisitor for Run<W> {
    type Output = ();

    fn visit<R: Runner>(self) {
        let settings = Settings { workers: 1, ..Settings::default() };
        let mut run = R::start(Arc::new(self.0), settings).expect("a runner that starts");
        println!("{:?}", run());
    }
}

struct Function {
    address: u64,
    name: String,
    /// Its instructions, without what depends on where it lies.
    code: String,
}

/// Reads the functions of this program.
fn functions() -> std::io::Result<Vec<Function>> {
    let output = Command::new("objdump").args(["-d", "--no-show-raw-insn"]).arg(std::env::current_exe()?).output()?;
    if !output.status.success() {
        return Err(std::io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let mut functions: Vec<Function> = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some((address, name)) = line.split_once(" <").filter(|_| line.ends_with(">:")) {
            let address = u64::from_str_radix(address, 16).map_err(std::io::Error::other)?;
            functions.push(Function { address, name: name.trim_end_matches(">:").to_owned(), code: String::new() });
        } else if let (Some((_, instruction)), Some(function)) = (line.split_once(":\t"), functions.last_mut()) {
            function.code += &without_addresses(instruction, &function.name);
            function.code.push('\n');
        }
    }
    // What fills the gap behind a function is none of it.
    for function in &mut functions {
        while let Some((rest, last)) = function.code.trim_end().rsplit_once('\n') {
            if !["nop", "int3", "xchg   %ax,%ax", "cs nop", "data16"].iter().any(|filler| last.starts_with(filler)) {
                break;
            }
            function.code = rest.to_owned();
        }
        function.code = function.code.trim_end().to_owned();
    }
    Ok(functions)
}

/// Returns the instruction with jumps counted from where the function begins, and nothing of where other things lie.
fn without_addresses(instruction: &str, function: &str) -> String {
    let (instruction, _comment) = instruction.split_once(" # ").unwrap_or((instruction, ""));
    let (mnemonic, operands) = instruction.split_once(' ').unwrap_or((instruction, ""));
    let operands = operands.trim();
    match operands.split_once(" <") {
        Some((_, target)) if target.trim_end_matches('>').starts_with(function) => {
            format!("{mnemonic} {}", &target[function.len()..])
        }
        Some(_) => format!("{mnemonic} elsewhere"),
        None if operands.contains("(%rip)") => {
            let registers = operands.rsplit_once("(%rip)").map_or("", |(_, registers)| registers);
            format!("{mnemonic} elsewhere{registers}")
        }
        None => format!("{mnemonic} {operands}"),
    }
}
