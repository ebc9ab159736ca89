#!/usr/bin/env bash
# Gates a change: runs two builds in the same rounds, and fails where the new one is worse. docs/CI.md tells more.
#
#   scripts/gate.sh OLD NEW [OPTION of `regatta compare --live`]...
#
# OLD and NEW are commits, which it builds, or programs. The default options are --fail-on regression,undecided --markdown gate.md.
# PROGRAM is the binary to build (regatta). GATE_DIR keeps what was built (target/gate).
# Exit code: 0 or 1 as `regatta compare` says, anything else if the two could not be compared.
set -euo pipefail
# Without this a build that fails would be compared as what was built before it.
shopt -s inherit_errexit

usage() { sed -n '/^# *scripts/s/^# *//p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage

program=${PROGRAM:-regatta}
repository=$(git rev-parse --show-toplevel 2>/dev/null) || repository=.
dir=${GATE_DIR:-$repository/target/gate}

# Both names are looked up before the first build: a branch may move meanwhile.
look_up() { # look_up NAME: prints the path of a program, or a commit
  if [ -f "$1" ] && [ -x "$1" ]; then realpath "$1"; return; fi
  git rev-parse --verify --quiet "$1^{commit}" || { echo "gate: $1 is neither a program nor a commit" >&2; return 2; }
}

build() { # build PATH|COMMIT: prints the path of its program
  local built
  case $1 in /*) printf '%s\n' "$1"; return ;; esac
  mkdir -p "$dir"
  built=$(realpath "$dir")/$program-${1:0:12}
  if [ ! -x "$built" ]; then
    # A repository of its own: nothing of the user's changes, and the build sees which commit it is of. Both builds share what did not change.
    git init --quiet "$dir/source"
    git -C "$dir/source" fetch --quiet --depth 1 "$repository" "$1"
    git -C "$dir/source" checkout --quiet --detach --force "$1"
    (cd "$dir/source" && CARGO_TARGET_DIR=../target cargo build --release --locked --bin "$program") >&2
    cp "$dir/target/release/$program" "$built"
  fi
  printf '%s\n' "$built"
}

old=$(look_up "$1")
new=$(look_up "$2")
old=$(build "$old")
new=$(build "$new")
shift 2
[ $# -gt 0 ] || set -- --fail-on regression,undecided --markdown gate.md
"$new" compare --live "$old" "$new" "$@"
