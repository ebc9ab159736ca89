#!/usr/bin/env python3
"""Measures what docs/RESULTS.md shows, and writes its tables from the stored records.

    scripts/results.py                    rewrites each table that has a record, between `<!-- NAME -->` and `<!-- /NAME -->`
    scripts/results.py measure NAME...    measures first, and stores reports/record/result-NAME-DATE-CPU.json
    scripts/results.py list               names the tables with their commands

A record holds the date, the machine, the commands and what they gave. None is overwritten, and the newest one counts. The table
`proof` has records of its own, from scripts/proof.sh. Measure on a machine on which nothing else runs.
"""

import csv
import datetime
import io
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "RESULTS.md"
RECORDS = ROOT / "reports" / "record"
REGATTA = "cargo run --release --quiet --"

# How often `cargo bench` and `regatta run` take turns.
TURNS = 3
# What is kept of a verdict, and of a cell.
OF_VERDICT = ["id", "family", "verdict", "effect", "low", "high", "unit", "at_least", "at_most"]
OF_CELL = ["workload", "tasks", "runner", "workers", "wall_median_ns"]


# Measuring


def shell(command, **variables):
    """Runs a command in the root of the repository and gives its output."""
    print(f"$ {command}", file=sys.stderr)
    environment = os.environ | {"NO_COLOR": "1"} | variables
    return subprocess.run(command, shell=True, check=True, text=True, stdout=subprocess.PIPE, cwd=ROOT, env=environment).stdout


def run(arguments, *files):
    """Makes a run and gives these files of its folder as text."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "run"
        shell(f"{REGATTA} run {arguments} --out {folder}")
        return [(folder / file).read_text(encoding="utf-8") for file in files]


def bench(arguments):
    """Runs a bench target under criterion and gives the summary.csv of its report."""
    target = re.search(r"--bench (\w+)", arguments)[1]
    shell(f"cargo bench {arguments}")
    newest = max((ROOT / "regatta-report").glob(f"*-{target}"), key=lambda folder: folder.stat().st_mtime)
    return (newest / "summary.csv").read_text(encoding="utf-8")


def measure_output(commands):
    return {"output": shell(commands[0])}


def measure_verdicts(commands):
    verdicts = json.loads(run(commands[0].removeprefix("regatta"), "verdicts.json")[0])
    return {"verdicts": [{name: verdict.get(name) for name in OF_VERDICT} for verdict in verdicts]}


def measure_fidelity(commands):
    summary = run(commands[0].removeprefix("regatta run"), "summary.md")[0]
    section = re.search(r"^## The modelled GIL beside .*?\n(.*?)(?=^## |\Z)", summary, re.M | re.S)
    return {"section": section[1].strip()} if section else sys.exit("the run has no CPython to compare with")


def measure_bench(commands):
    return {"cells": cells(bench(commands[0].removeprefix("cargo bench")))}


def measure_in_turn(commands):
    outputs = {"cargo bench": [], "regatta run": []}
    for _ in range(TURNS):
        outputs["cargo bench"].append(cells(bench(commands[0].removeprefix("cargo bench"))))
        outputs["regatta run"].append(cells(run(commands[1].removeprefix("regatta run"), "summary.csv")[0]))
    return outputs


def cells(summary):
    """Gives what the tables need of the cells of a summary.csv that ran, but for copies."""
    rows = [row for row in csv.DictReader(io.StringIO(summary)) if row["wall_median_ns"] and not row["arm"]]
    return [{name: row[name] for name in OF_CELL} for row in rows]


def measure_cold_and_hot(commands):
    return {command: walls(run(command.removeprefix("regatta run"), "results.jsonl")[0]) for command in commands}


def walls(records):
    """Gives the wall times of the counted samples of each cell, in nanoseconds.

    >>> walls('{"type":"sample","workload":"primes","runner":"rayon","wall_ns":5}\\n{"type":"end"}')
    {'primes, rayon': [5]}
    """
    found = {}
    for record in map(json.loads, records.splitlines()):
        if record["type"] == "sample" and not record.get("arm"):
            found.setdefault(f"{record['workload']}, {record['runner']}", []).append(record["wall_ns"])
    return found


# Writing


def table(headings, rows, numbers=1):
    """Gives a table in Markdown, its columns from `numbers` on aligned as numbers.

    >>> print(table(["a", "b"], [["x", 1]]))
    | a | b |
    |---|---:|
    | x | 1 |
    """
    marks = ["---" if column < numbers else "---:" for column in range(len(headings))]
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [headings, *rows]).replace(
        "\n", "\n|" + "|".join(marks) + "|\n", 1
    )


def duration(ns):
    """Writes a duration with a unit that fits.

    >>> [duration(ns) for ns in [0.5, 640, 47_000, 24_260_000]]
    ['0.5 ns', '640 ns', '47 us', '24.3 ms']
    """
    for unit, size in [("s", 1e9), ("ms", 1e6), ("us", 1e3)]:
        if abs(ns) >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"


def figure(value, unit):
    return duration(value) if unit == "ns" else f"{value:.3g}" + {"ratio": "x", "cores": " cores"}.get(unit, f" {unit}")


def of_overhead(outputs):
    """Writes what the harness costs."""
    rows = {}
    for line in outputs["output"].splitlines():
        found = re.match(r"(\S+?)/(\S+)\s+([\d.]+)(?: \[([\d.]+) to ([\d.]+)\])?\s+(.*)", line)
        if found:
            kind, name, ratio, low, high, more = found.groups()
            rows[kind, name] = (f"{ratio} [{low}, {high}]" if low else ratio, more.strip())
    names = list(dict.fromkeys(name.split("/")[0] for kind, name in rows if kind == "overhead"))
    cell = lambda kind, name, part=0: rows.get((kind, name), ("–", "–"))[part]
    by_hand = [
        [f"`{name}`", cell("overhead", f"{name}/empty"), cell("overhead", f"{name}/empty", 1)]
        + [cell("overhead", f"{name}/5us"), cell("checkpoint", f"{name}/5us")]
        for name in names
    ]
    parts = [table(["primitive", "empty tasks", "added a task", "tasks of 5 us", "with checkpoints over without"], by_hand)]
    bodies = [[f"`{name}`", ratio] for (kind, name), (ratio, _) in rows.items() if kind == "same-body"]
    if bodies:
        parts.append(table(["one task under", "CPU time over `sequential`"], bodies))
    primitives = [[f"`{name}`", ratio, added] for (kind, name), (ratio, added) in rows.items() if kind == "primitive"]
    if primitives:
        parts.append(table(["primitive through Regatta", "CPU time over that by hand", "added an operation"], primitives))
    parts += [
        f"Memory of sleeping tasks of tokio: {ratio} times that by hand ({more})."
        for (kind, _), (ratio, more) in rows.items()
        if kind == "memory"
    ]
    return "\n\n".join(parts)


def of_verdicts(outputs):
    """Writes the verdicts of a run."""
    rows = []
    for verdict in outputs["verdicts"]:
        value, low, high, unit = (verdict.get(name) for name in ("effect", "low", "high", "unit"))
        measured = "–" if value is None else figure(value, unit)
        if low is not None and high is not None:
            measured += f" [{figure(low, unit)}, {figure(high, unit)}]"
        bounds = [(word, verdict.get(name)) for word, name in [("at least", "at_least"), ("at most", "at_most")]]
        claimed = ", ".join(f"{word} {figure(bound, unit)}" for word, bound in bounds if bound is not None)
        rows.append([verdict["id"], verdict["family"], verdict["verdict"], measured, claimed or "–"])
    return table(["claim", "family", "verdict", "measured", "claimed"], rows, numbers=3)


def of_creating(outputs):
    """Writes what a task costs that does nothing."""
    found = {}
    for row in outputs["cells"]:
        if row["workload"] == "empty":
            tasks = int(row["tasks"])
            found.setdefault((row["runner"], row["workers"]), {})[tasks] = float(row["wall_median_ns"]) / tasks
    sizes = sorted({tasks for by_size in found.values() for tasks in by_size})
    rows = [
        [f"`{runner}`", workers] + [duration(by_size[tasks]) if tasks in by_size else "–" for tasks in sizes]
        for (runner, workers), by_size in found.items()
    ]
    return table(["runner", "workers"] + [f"a task of {tasks:,}" for tasks in sizes], rows)


def of_turns(outputs):
    """Writes the medians by criterion beside those of runs."""
    medians = {
        side: [{(row["runner"], row["workers"]): float(row["wall_median_ns"]) / 1e6 for row in one} for one in summaries]
        for side, summaries in outputs.items()
    }
    benched, ran = medians["cargo bench"], medians["regatta run"]
    rows = []
    for cell in benched[0]:
        if all(cell in one for one in benched + ran):
            sides = [[one[cell] for one in side] for side in (benched, ran)]
            change = statistics.median(sides[1]) / statistics.median(sides[0]) - 1
            texts = [", ".join(f"{value:.2f}" for value in side) for side in sides]
            rows.append([f"{cell[0]}, {cell[1]} worker{'s' * (cell[1] != '1')}", *texts, f"{change:+.1%}".replace("%", " %")])
    return table(["cell", "`cargo bench`, ms", "`regatta run`, hot, ms", "medians of these"], rows)


def of_cold_and_hot(outputs):
    """Writes the medians and the 9th deciles of wall times, cold and hot."""
    cold, hot = outputs.values()
    spread = lambda values: [duration(statistics.median(values)), duration(statistics.quantiles(values, n=10)[-1])]
    rows = [[name, *spread(cold[name]), *spread(hot[name])] for name in cold if len(cold[name]) > 1 and len(hot.get(name, [])) > 1]
    return table(["cell", "cold: median", "9 of 10 within", "hot: median", "9 of 10 within"], rows)


def of_proof():
    """Writes the tables of all records of scripts/proof.sh, the newest first."""
    parts = []
    date = lambda path: path.stem[len("proof-"):][:10]
    for path in sorted(sorted(RECORDS.glob("proof-*.jsonl")), key=date, reverse=True):
        name = path.relative_to(ROOT)
        texts = sorted(RECORDS.glob(path.stem + "*.txt"))
        machine = texts[0].read_text(encoding="utf-8").splitlines()[0].replace(";", ",") if texts else path.stem.removeprefix("proof-")
        tables = shell(f"cargo run --release --quiet --example proof -- --table {name}").strip()
        parts.append(f"{date(path)}: {machine}. `scripts/proof.sh --table {name}`\n\n{tables}")
    return "\n\n".join(parts)


# The tables of the page: their commands, how their records are made, how they are written.
TABLES = {
    "default-run": (["regatta"], measure_verdicts, of_verdicts),
    "worlds": (["cargo run --release -p regatta-reports --example worlds"], measure_output, lambda outputs: outputs["output"].strip()),
    "overhead": (["cargo bench --bench overhead"], measure_output, of_overhead),
    "fidelity": (["regatta run --plan gil-sweep"], measure_fidelity, lambda outputs: outputs["section"].replace("; of ", ". Of ")),
    "creating": (["cargo bench --bench switching -- empty"], measure_bench, of_creating),
    "turns": (
        [
            "cargo bench --bench cpu_bound -- primes",
            "regatta run --plan benches/cpu_bound.toml --workload primes --hot 150ms --budget 25s",
        ],
        measure_in_turn,
        of_turns,
    ),
    "cold-and-hot": (
        [
            "regatta run --plan benches/cpu_bound.toml --workload primes --workers cores --rounds 45 --hot 0s",
            "regatta run --plan benches/cpu_bound.toml --workload primes --workers cores --rounds 45 --hot 30ms",
        ],
        measure_cold_and_hot,
        of_cold_and_hot,
    ),
}


def processor():
    """Gives the processor's name."""
    found = re.search(r"^model name\s*:\s*(.*)$", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.M)
    return found[1].strip() if found else platform.machine()


def measure(name):
    """Measures what a table shows and stores it."""
    commands, how, _ = TABLES[name]
    cores, load, today = len(os.sched_getaffinity(0)), os.getloadavg()[0], datetime.date.today().isoformat()
    revision = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    record = {
        "date": today,
        "machine": f"{processor()}, {cores} cores, Linux {platform.release()}, load {load:.1f} at the start, Regatta {revision}",
        "commands": commands,
        "outputs": how(commands),
    }
    stem = f"result-{name}-{today}-" + re.sub(r"[^a-z0-9]+", "-", processor().lower()).strip("-")
    path, again = RECORDS / f"{stem}.json", 2
    while path.exists():
        path, again = RECORDS / f"{stem}.{again}.json", again + 1
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    print(path.relative_to(ROOT))


def newest(name):
    """Gives the newest record of a table, or nothing."""
    # A second record of a day and machine ends in `.2`, and so on.
    key = lambda path: (re.search(r"\d{4}-\d\d-\d\d", path.stem)[0], int(path.stem.partition(".")[2] or 1), path.stem)
    paths = list(RECORDS.glob(f"result-{name}-2*.json"))
    return json.loads(max(paths, key=key).read_text(encoding="utf-8")) if paths else None


def section(name):
    """Gives the text of a table with where it comes from, or nothing if there is no record."""
    if name == "proof":
        return of_proof()
    record = newest(name)
    if not record:
        return None
    commands = ", then ".join(f"`{command}`" for command in record["commands"])
    return f"{record['date']}, {record['machine']}. {commands}\n\n{TABLES[name][2](record['outputs'])}"


def rewrite(page, name, text):
    """Gives the page with the text between the marks of this name.

    >>> rewrite("a <!-- x -->\\nold\\n<!-- /x --> b", "x", "new")
    'a <!-- x -->\\nnew\\n<!-- /x --> b'
    """
    marks = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.S)
    if not marks.search(page):
        sys.exit(f"{PAGE} has no place for {name}: it needs <!-- {name} --> and <!-- /{name} -->")
    return marks.sub(lambda found: found[1] + text + "\n" + found[2], page)


def main(arguments):
    if arguments[:1] == ["list"]:
        for name, (commands, _, _) in TABLES.items():
            print(f"{name}: {', then '.join(commands)}")
        return
    names = arguments[1:] if arguments[:1] == ["measure"] else []
    if arguments and not names or (unknown := set(names) - set(TABLES)):
        sys.exit(__doc__.split("\n\n")[1])
    for name in names:
        measure(name)
    page = PAGE.read_text(encoding="utf-8")
    for name in ["proof", *TABLES]:
        text = section(name)
        page = rewrite(page, name, text) if text else page
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
