//! Notes the compiler and the git revision that the program is built with, for its records.

use std::process::Command;

fn main() {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    println!("cargo::rustc-env=REGATTA_RUSTC={}", output(&rustc, &["--version"]));
    let mut revision = output("git", &["rev-parse", "--short=12", "HEAD"]);
    if !revision.is_empty() && !output("git", &["status", "--porcelain", "--untracked-files=no"]).is_empty() {
        revision.push_str("-dirty");
    }
    println!("cargo::rustc-env=REGATTA_REVISION={revision}");
    for name in ["HEAD", "index"] {
        // In a work tree beside the repository they are elsewhere.
        let path = output("git", &["rev-parse", "--git-path", name]);
        if std::path::Path::new(&path).exists() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
}

/// What a command prints; nothing if it cannot be run or fails.
fn output(program: &str, args: &[&str]) -> String {
    match Command::new(program).args(args).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => String::new(),
    }
}
