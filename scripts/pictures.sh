#!/usr/bin/env bash
# Makes the pictures of the README from a real run: scripts/pictures.sh [REPORT_FOLDER]
# Without a folder it runs the default plan first. Needs chromium and node for the picture of the page.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-}
if [ -z "$folder" ]; then
  folder=$(mktemp -d)/run
  cargo run --release -- run --out "$folder"
fi
mkdir -p docs/pictures
for chart in primes-speedup primes-utilisation primes-lanes; do
  found=$(ls "$folder"/"$chart".png "$folder"/primes-*"${chart#primes}".png 2>/dev/null | head -1)
  cp "$found" "docs/pictures/$chart.png"
done
npm ci --prefix scripts/page-check --no-audit --no-fund --silent
node scripts/page-check/check.mjs "$folder" --pictures docs/pictures
rm -f docs/pictures/page-400-*.png docs/pictures/page-1600-*.png docs/pictures/page-900-dark.png
