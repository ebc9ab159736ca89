//! The machine in one line.

use crate::figures::Summary;
use crate::records::schema::Machine;
use crate::text::{plain, units};

/// Returns what is known of CPU, cores with their capacity, and kernel, such as "AMD EPYC · 2 cores, together 1.94 of one · Linux 6.18".
pub fn line(summary: &Summary) -> String {
    let machine = &summary.run.machine;
    joined([plain(&machine.cpu), cores(summary), system(machine)])
}

/// Returns the same without the capacity, which takes figures.
pub fn short(machine: &Machine) -> String {
    joined([plain(&machine.cpu), core_count(machine), system(machine)])
}

fn joined(parts: [String; 3]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<String>>().join(" · ")
}

/// Returns the number of usable cores, and how fast they are together.
fn cores(summary: &Summary) -> String {
    let measured = summary.ceiling.as_ref().and_then(|ceiling| ceiling.measured().last());
    match measured {
        Some((cores, speed)) => format!("{cores} cores, together {} of one", units::number(speed)),
        None => core_count(&summary.run.machine),
    }
}

/// Returns the number of usable cores.
fn core_count(machine: &Machine) -> String {
    match machine.usable_cores {
        0 => String::new(),
        1 => "1 core".to_owned(),
        cores => format!("{cores} cores"),
    }
}

/// Returns the system's name with its kernel.
fn system(machine: &Machine) -> String {
    let name = machine.os.split_whitespace().next().unwrap_or_default();
    plain(format!("{name} {}", machine.kernel).trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Results;
    use crate::records::schema::{Capacity, CapacityPoint};

    #[test]
    fn only_what_is_known_is_in_the_line() {
        let said = |results: &Results| line(&Summary::from_results(results));
        let mut results = Results::default();
        assert_eq!(said(&results), "");
        results.run.machine = Machine {
            cpu: "AMD EPYC".to_owned(),
            usable_cores: 2,
            os: "Linux (Debian GNU/Linux 12)".to_owned(),
            kernel: "6.18.1".to_owned(),
            ..Machine::default()
        };
        assert_eq!(said(&results), "AMD EPYC · 2 cores · Linux 6.18.1");
        assert_eq!(short(&results.run.machine), said(&results));
        let points = vec![CapacityPoint { burns: 2, speeds: vec![1.94] }];
        results.capacity = Some(Capacity { points, ..Capacity::default() });
        assert_eq!(said(&results), "AMD EPYC · 2 cores, together 1.94 of one · Linux 6.18.1");
    }
}
