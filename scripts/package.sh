#!/usr/bin/env bash
# Packs a binary for machines without Rust: target/regatta-<version>-<architecture>.tar.gz with program, completions and manual pages.
# It runs on the architecture that it was built on, with the glibc of that machine or a newer one.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release --locked
built=${CARGO_TARGET_DIR:-target}/release/regatta
name=regatta-$("$built" --version | cut -d ' ' -f 2)-$(uname -m)
mkdir -p target
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

mkdir -p "$folder/$name/completions"
strip -o "$folder/$name/regatta" "$built"
for shell in bash zsh fish; do
  "$built" completions "$shell" > "$folder/$name/completions/regatta.$shell"
done
"$built" man "$folder/$name/man"
cp README.md LICENSE-APACHE LICENSE-MIT "$folder/$name/"
tar -czf "target/$name.tar.gz" -C "$folder" "$name"
echo "target/$name.tar.gz"
