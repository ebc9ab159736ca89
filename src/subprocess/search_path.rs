//! Programs that are named without a path.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Returns the program of this name in the search path, as a shell would find it; but never one that depends on the current directory.
/// None if there is none, or if the name says where it is.
pub(crate) fn on_search_path(name: &Path, search: &OsStr) -> Option<PathBuf> {
    if name.components().count() != 1 || name.is_absolute() {
        return None;
    }
    let is_program =
        |path: &PathBuf| path.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0);
    std::env::split_paths(search).filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(is_program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_program_is_found_by_way_of_the_current_directory() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (safe, name) = (folder.path().join("safe"), Path::new("python9"));
        std::fs::create_dir(&safe).expect("a folder");
        let search = std::env::join_paths([Path::new(""), Path::new("."), Path::new("safe"), &safe]).expect("paths");
        std::fs::write(safe.join(name), "").expect("a file");
        assert_eq!(on_search_path(name, &search), None, "it cannot be executed");
        std::fs::set_permissions(safe.join(name), std::fs::Permissions::from_mode(0o755)).expect("a file of our own");
        assert_eq!(on_search_path(name, &search), Some(safe.join(name)));
        assert_eq!(on_search_path(Path::new("./python9"), &search), None, "it is named, and not looked for");
    }
}
