#!/usr/bin/env bash
# Proves the comparison: how often it sees a difference where there is none, and finds one that is there, beside criterion's own.
# scripts/proof.sh [--full] [--mode live,separate,criterion] [--same N] [--slowed N] [--seconds S]
# scripts/proof.sh --mode workload,workload-live [--trials N] [--seconds S]    one workload of three differs
# scripts/proof.sh --counts N [--seconds S]                                   one event more in each task, in counts
# scripts/proof.sh --table FILE                                               the tables of docs/RESULTS.md, from a record
# docs/TRUST.md says what comes of it.
set -euo pipefail
cd "$(dirname "$0")/.."
exec cargo run --release --example proof -- "$@"
