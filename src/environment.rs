//! Describes the machine and this program, as far as they let themselves be described.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regatta_reports::record::{Machine, Program};
use regatta_runners::{Cgroup, cgroups};
use rustix::thread::sched_getaffinity;
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// The crates behind the models.
const CRATES: [&str; 5] = ["crossbeam", "crossbeam-channel", "may", "rayon", "tokio"];

/// Describes this program.
pub(crate) fn program() -> Program {
    Program {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revision: env!("REGATTA_REVISION").to_owned(),
        profile: if cfg!(debug_assertions) { "debug" } else { "release" }.to_owned(),
        rustc: env!("REGATTA_RUSTC").to_owned(),
        crates: crate_versions(include_str!("../Cargo.lock")),
    }
}

/// Returns the version of this program with its commit and build, such as "0.1.0 (1a2b3c4d5e6f, release)".
pub(crate) fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| {
        let Program { version, revision, profile, .. } = program();
        // A package from a registry knows no commit.
        let revision = if revision.is_empty() { String::new() } else { format!("{revision}, ") };
        format!("{version} ({revision}{profile})")
    });
    &VERSION
}

/// Returns the versions of [`CRATES`] in a lock file.
fn crate_versions(lock: &str) -> BTreeMap<String, String> {
    let lock: toml::Table = lock.parse().unwrap_or_default();
    let packages = lock.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    let text = |package: &toml::Value, key| Some(package.get(key)?.as_str()?.to_owned());
    packages
        .filter_map(|package| Some((text(package, "name")?, text(package, "version")?)))
        .filter(|(name, _)| CRATES.contains(&name.as_str()))
        .collect()
}

/// Describes the machine.
pub(crate) fn machine() -> Machine {
    let kinds = RefreshKind::nothing().with_cpu(CpuRefreshKind::nothing()).with_memory(MemoryRefreshKind::everything());
    let system = System::new_with_specifics(kinds).ok();
    let cpus = system.as_ref().map(System::cpus).unwrap_or_default();
    Machine {
        cpu: cpus.first().map(|cpu| cpu.brand().trim().to_owned()).unwrap_or_default(),
        arch: std::env::consts::ARCH.to_owned(),
        physical_cores: System::physical_core_count().ok().map(|cores| cores as u64),
        logical_cores: cpus.len() as u64,
        usable_cores: usable_cores(),
        quota_cores: quota_cores(Path::new("/")),
        memory_bytes: system.as_ref().map(System::total_memory).unwrap_or_default(),
        os: System::long_os_version().unwrap_or_default(),
        kernel: System::kernel_version().unwrap_or_default(),
        hypervisor: hypervisor(),
        governor: first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").unwrap_or_default(),
        smt: first_line("/sys/devices/system/cpu/smt/active").map(|active| active == "1"),
        turbo: turbo(),
        on_battery: on_battery(),
        load_average: System::load_average().ok().map(|load| load.one),
    }
}

/// Returns the cores to give work to: those that affinity allows, or fewer if a quota allows fewer.
pub(crate) fn cores(machine: &Machine) -> u64 {
    let quota = machine.quota_cores.map_or(u64::MAX, |quota| quota.ceil() as u64);
    machine.usable_cores.min(quota).max(1)
}

fn usable_cores() -> u64 {
    sched_getaffinity(None).map_or(1, |cores| u64::from(cores.count()))
}

/// Returns the least CPU quota of this process's cgroup and all above it, in cores: each binds those below it.
fn quota_cores(root: &Path) -> Option<f64> {
    let quota = |cgroup: Cgroup| {
        let text = if cgroup.is_v2 {
            cgroup.read("cpu.max")?
        } else {
            format!("{} {}", cgroup.read("cpu.cfs_quota_us")?, cgroup.read("cpu.cfs_period_us")?)
        };
        parse_quota(&text)
    };
    cgroups(root, "cpu").into_iter().filter_map(quota).min_by(f64::total_cmp)
}

/// Understands `quota period`; none for `max` and for the -1 by which version 1 says the same.
fn parse_quota(text: &str) -> Option<f64> {
    let (quota, period) = text.split_once(' ')?;
    let (quota, period): (f64, f64) = (quota.parse().ok()?, period.trim().parse().ok()?);
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

/// Returns the hypervisor's name as the firmware gives it, or `unknown` if the processor only says that there is one.
fn hypervisor() -> String {
    let flags = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    if !flags.lines().any(|line| line.starts_with("flags") && line.contains(" hypervisor")) {
        return String::new();
    }
    let firmware = ["sys_vendor", "product_name"].map(|file| first_line(&format!("/sys/class/dmi/id/{file}")));
    let name = firmware.into_iter().flatten().collect::<Vec<_>>().join(" ");
    if name.is_empty() { "unknown".to_owned() } else { name }
}

fn turbo() -> Option<bool> {
    let boost = first_line("/sys/devices/system/cpu/cpufreq/boost").map(|boost| boost == "1");
    boost.or_else(|| first_line("/sys/devices/system/cpu/intel_pstate/no_turbo").map(|off| off == "0"))
}

/// Returns whether there is a battery and no power supply that is online; none if there is no battery.
fn on_battery() -> Option<bool> {
    let supplies: Vec<_> = fs::read_dir("/sys/class/power_supply").ok()?.flatten().map(|entry| entry.path()).collect();
    let read = |supply: &Path, file| first_line(&supply.join(file).to_string_lossy());
    supplies.iter().find(|supply| read(supply, "type").as_deref() == Some("Battery"))?;
    Some(!supplies.iter().any(|supply| read(supply, "online").as_deref() == Some("1")))
}

fn first_line(path: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_understood() {
        assert_eq!(parse_quota("150000 100000"), Some(1.5));
        assert_eq!(parse_quota("max 100000"), None);
        assert_eq!(parse_quota("-1 100000"), None);
    }

    #[test]
    fn the_least_quota_counts_wherever_it_is() {
        let root = tempfile::tempdir().expect("a temporary folder");
        let write = |file: &str, text: &str| {
            let file = root.path().join(file);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        };
        write("proc/self/cgroup", "4:cpu,cpuacct:/job/part\n0::/slice/job/part\n");
        let mounts = "26 22 0:23 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n\
                      31 23 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n";
        write("proc/self/mountinfo", mounts);
        assert_eq!(quota_cores(root.path()), None);
        // A quota of the slice binds the job in it, which has a larger one, and its part, which has none.
        write("sys/fs/cgroup/unified/slice/cpu.max", "150000 100000\n");
        write("sys/fs/cgroup/unified/slice/job/cpu.max", "800000 100000\n");
        write("sys/fs/cgroup/unified/slice/job/part/cpu.max", "max 100000\n");
        assert_eq!(quota_cores(root.path()), Some(1.5));
        // Version 1, likewise.
        for (folder, quota) in [("", "-1"), ("job/", "50000"), ("job/part/", "-1")] {
            write(&format!("sys/fs/cgroup/cpu,cpuacct/{folder}cpu.cfs_quota_us"), quota);
            write(&format!("sys/fs/cgroup/cpu,cpuacct/{folder}cpu.cfs_period_us"), "100000");
        }
        assert_eq!(quota_cores(root.path()), Some(0.5));
    }

    #[test]
    fn this_machine_and_program_are_described() {
        let machine = machine();
        assert!(machine.logical_cores >= 1 && machine.usable_cores >= 1 && machine.memory_bytes > 0, "{machine:?}");
        assert_eq!(program().crates.len(), CRATES.len());
    }
}
