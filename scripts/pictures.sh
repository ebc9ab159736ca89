#!/usr/bin/env bash
# Makes the pictures of the README and of docs/SCALING.md from real runs: scripts/pictures.sh [REPORT_FOLDER [SCALING_FOLDER]]
# Without a folder it runs the default plan first, and then plan scaling.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d)/run
  cargo run --release -- run --out "$folder"
fi
mkdir -p docs/pictures
cp "$folder/answer-gains.png" docs/pictures/
for chart in primes-utilisation primes-lanes; do
  # Where the plan has several groups of primes, their parameters are in the name; the first is of our own runners.
  found=$(compgen -G "$folder/primes*-${chart#primes-}.png" | sort | head -1) || { echo "no picture of $chart in $folder" >&2; exit 1; }
  cp "$found" "docs/pictures/$chart.png"
done
curves=${2:-}
if [ -z "$curves" ]; then
  curves=$(mktemp -d)/run
  cargo run --release -- run --plan scaling --out "$curves"
fi
cp "$curves/break-even-map.png" "$curves/counting-by-grain-curve-speedup.png" docs/pictures/
