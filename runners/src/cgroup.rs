//! The cgroups whose limits bind this process: its own and all above it, as far as they can be seen from here.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// The folder of a cgroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cgroup {
    /// Where it is.
    pub folder: PathBuf,
    /// Whether it is of version 2, which names its files differently.
    pub is_v2: bool,
}

impl Cgroup {
    /// Returns the first line of one of its files, if there is such a file.
    pub fn read(&self, file: &str) -> Option<String> {
        let text = fs::read_to_string(self.folder.join(file)).ok()?;
        Some(text.lines().next()?.trim().to_owned())
    }
}

/// Returns the cgroups of this process that limit what `controller` controls, each before the one above it.
///
/// `root` is the root of the file system: `/` but in tests. A container sees its cgroup under another path than the host does,
/// so what is mounted here counts (proc_pid_mountinfo(5), cgroups(7)).
pub fn cgroups(root: &Path, controller: &str) -> Vec<Cgroup> {
    let read = |file| fs::read_to_string(root.join("proc/self").join(file)).unwrap_or_default();
    let (memberships, mounts) = (read("cgroup"), read("mountinfo"));
    let mounts: Vec<Mount> = mounts.lines().filter_map(Mount::parse).collect();
    let mut found = Vec::new();
    for line in memberships.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        let is_v2 = controllers.is_empty();
        if !is_v2 && !controllers.split(',').any(|name| name == controller) {
            continue;
        }
        let is_its =
            |mount: &&Mount| mount.is_v2 == is_v2 && (is_v2 || mount.controllers.iter().any(|c| c == controller));
        // Of several mounts the one that shows the most of the way up.
        let nearest = mounts.iter().filter(is_its).filter_map(|mount| Some((mount, mount.below(Path::new(path))?)));
        let seen = nearest.max_by_key(|(_, below)| below.components().count());
        // A cgroup outside of what is mounted: its limits cannot be seen, but those of the mounted one bind as well.
        let Some((mount, below)) = seen.or_else(|| Some((mounts.iter().find(is_its)?, PathBuf::new()))) else {
            continue;
        };
        let folders = below.ancestors().map(|below| mount.point(root).join(below));
        found.extend(folders.map(|folder| Cgroup { folder, is_v2 }));
    }
    found
}

/// A mounted hierarchy of cgroups.
struct Mount {
    /// Which part of the hierarchy is mounted.
    part: PathBuf,
    point: PathBuf,
    is_v2: bool,
    /// Of version 1.
    controllers: Vec<String>,
}

impl Mount {
    /// Parses `id parent device part point options [tags] - type source controllers`.
    fn parse(line: &str) -> Option<Self> {
        let (front, back) = line.split_once(" - ")?;
        let mut front = front.split(' ').skip(3);
        let (part, point) = (unescaped(front.next()?).into(), unescaped(front.next()?).into());
        let mut back = back.split(' ');
        let is_v2 = match back.next()? {
            "cgroup2" => true,
            "cgroup" => false,
            _ => return None,
        };
        let controllers = back.nth(1).unwrap_or_default().split(',').map(str::to_owned).collect();
        Some(Self { part, point, is_v2, controllers })
    }

    /// Returns the path of a cgroup from the mount point, if it is under it.
    fn below(&self, cgroup: &Path) -> Option<PathBuf> {
        let below = cgroup.strip_prefix(&self.part).ok()?;
        below.components().all(|part| matches!(part, Component::Normal(_))).then(|| below.to_owned())
    }

    fn point(&self, root: &Path) -> PathBuf {
        root.join(self.point.strip_prefix("/").unwrap_or(&self.point))
    }
}

/// Replaces octal numbers by the space, tab, line feed or backslash for which the kernel writes them.
fn unescaped(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (code, plain)| text.replace(code, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the folders of the cgroups that bind, from the mount point, in a made-up file system.
    fn folders(memberships: &str, mounts: &str, controller: &str) -> Vec<String> {
        let root = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir_all(root.path().join("proc/self")).expect("a folder");
        fs::write(root.path().join("proc/self/cgroup"), memberships).expect("a file");
        fs::write(root.path().join("proc/self/mountinfo"), mounts).expect("a file");
        let shown = |cgroup: Cgroup| {
            let folder = cgroup.folder.strip_prefix(root.path()).expect("within the root").display().to_string();
            folder.trim_end_matches('/').to_owned()
        };
        cgroups(root.path(), controller).into_iter().map(shown).collect()
    }

    const V2: &str = "26 22 0:23 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
    const V1: &str = "31 23 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:5 - cgroup cgroup rw,cpu,cpuacct\n\
                      32 23 0:30 / /sys/fs/cgroup/pids rw shared:6 - cgroup cgroup rw,pids\n";

    #[test]
    fn all_the_way_up_in_version_2() {
        assert_eq!(
            folders("0::/user.slice/a b.scope\n", V2, "cpu"),
            ["sys/fs/cgroup/user.slice/a b.scope", "sys/fs/cgroup/user.slice", "sys/fs/cgroup"]
        );
    }

    #[test]
    fn only_the_hierarchy_of_the_controller_in_version_1() {
        let memberships = "5:pids:/p\n4:cpu,cpuacct:/outer/inner\n1:name=systemd:/s\n";
        let at = "sys/fs/cgroup/cpu,cpuacct";
        assert_eq!(
            folders(memberships, V1, "cpu"),
            [format!("{at}/outer/inner"), format!("{at}/outer"), at.to_owned()]
        );
        assert_eq!(folders(memberships, V1, "pids"), ["sys/fs/cgroup/pids/p", "sys/fs/cgroup/pids"]);
    }

    #[test]
    fn both_versions_side_by_side() {
        let at = "sys/fs/cgroup/unified";
        let mounts = format!("{V1}{}", V2.replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified"));
        assert_eq!(folders("5:pids:/p\n0::/u\n", &mounts, "pids").len(), 4);
        assert_eq!(folders("0::/u\n", &mounts, "pids"), [format!("{at}/u"), at.to_owned()]);
    }

    #[test]
    fn a_container_that_sees_a_part_of_the_hierarchy() {
        // Its own folder is mounted, and the kernel tells its path on the host.
        let mounts = V2.replace("0:23 / ", "0:23 /docker/c0ffee ");
        assert_eq!(
            folders("0::/docker/c0ffee/job\n", &mounts, "cpu"),
            ["sys/fs/cgroup/job", "sys/fs/cgroup"],
            "the way up ends at the mount point"
        );
        // A cgroup namespace hides the host's path; a process moved out of it is told as `..`.
        assert_eq!(folders("0::/\n", V2, "cpu"), ["sys/fs/cgroup"]);
        assert_eq!(folders("0::/../other\n", V2, "cpu"), ["sys/fs/cgroup"]);
        assert_eq!(folders("0::/elsewhere\n", &mounts, "cpu"), ["sys/fs/cgroup"]);
    }

    #[test]
    fn the_mount_that_shows_most_counts_and_odd_names_are_understood() {
        let part = "27 22 0:23 /a /mnt/a\\040part rw - cgroup2 cgroup2 rw\n";
        assert_eq!(folders("0::/a/b\n", &format!("{part}{V2}"), "cpu").len(), 3);
        assert_eq!(folders("0::/a/b\n", part, "cpu"), ["mnt/a part/b", "mnt/a part"]);
        assert_eq!(folders("0::/a\n", "", "cpu"), [""; 0]);
        assert_eq!(folders("nonsense\n", V2, "cpu"), [""; 0]);
    }
}
