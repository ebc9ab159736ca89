"""Draws which part of the workspace imports which, and finds circles. Needs nothing but Python's standard library.

    python3 scripts/imports.py             print the picture, as text for Mermaid
    python3 scripts/imports.py PAGE.md     write it into this page, in place of the picture that is there

The parts of the picture are the folders in the `src` of each crate, with all below them. In the harness its files are parts too.
A file with a folder of its name belongs to that folder.

Exits with 1 if files of different folders import each other, directly or by way of others.

An import is a path in a `use` or anywhere else in the code. It leads to the file that defines the name, through all
re-exports on the way. Declarations of modules are no imports, and code under `#[cfg(test)]` is not read.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator

ROOT = Path(__file__).resolve().parent.parent

# The package in the root of the workspace.
HARNESS = "regatta"

# Files that are the face of their folder.
ROOTS = ("lib", "main", "mod")

# What takes the place of the picture in a page: all between these two lines.
FIRST, LAST = "<!-- scripts/imports.py -->", "<!-- end -->"

# Comments, strings and characters: none of them holds an import. A lifetime is no character.
NO_CODE = re.compile(
    r"""//[^\n]*|/\*|b?r(?P<hashes>\#*)".*?"(?P=hashes)|b?"(?:\\.|[^"\\])*"|b?'(?:\\[^\n]*?|[^'\\\n])'""", re.DOTALL
)
USE = re.compile(r"\buse\s+([^;]+);")
MODULE = re.compile(r"\bmod\s+(\w+)\s*([;{])")
DEFINITION = re.compile(r"\b(?:struct|enum|union|trait|fn|const|static|type|macro_rules!)\s+(?:mut\s+)?(\w+)")
MACRO = re.compile(r"#\[macro_export\]\s*macro_rules!\s+(\w+)")
PATH = re.compile(r"(?<![\w:.])(?:\$?\w+)(?:\s*::\s*\w+)+")
TEST = re.compile(r"#\[cfg\((?:test|all\(test\b[^\]]*\))\)\]")


def code_of(text: str) -> str:
    """The code of a file without comments, strings and tests."""
    kept, at = [], 0
    while found := NO_CODE.search(text, at):
        kept.append(text[at : found.start()])
        at = end_of_comment(text, found.start()) if found.group() == "/*" else found.end()
        kept.append(" " if found.group().startswith("/") else '""')
    code = "".join(kept) + text[at:]
    while found := TEST.search(code):
        code = code[: found.start()] + code[end_of_item(code, found.end()) :]
    return code


def end_of_comment(text: str, start: int) -> int:
    """Where the comment ends that begins at `start`. Comments of this kind may hold others."""
    depth, at = 0, start
    while found := re.compile(r"/\*|\*/").search(text, at):
        depth += 1 if found.group() == "/*" else -1
        at = found.end()
        if depth == 0:
            return at
    return len(text)


def end_of_item(code: str, start: int) -> int:
    """Where the item ends whose attributes and words begin at `start`: at its semicolon, or at its last brace."""
    is_use = re.match(r"(?:\s*#\[[^\]]*\])*\s*(?:pub\s*(?:\([^)]*\))?\s*)?use\b", code[start:])
    depth = 0
    for at in range(start, len(code)):
        depth += (code[at] in "([{") - (code[at] in ")]}")
        if depth == 0 and (code[at] == ";" or (code[at] == "}" and not is_use)):
            return at + 1
    return len(code)


def paths_of(tree: str) -> Iterator[tuple[list[str], str]]:
    """The paths of a `use`, each with the name that it brings: `_` if there is none, `*` if there are many."""
    depth, start, parts = 0, 0, []
    for at, letter in enumerate(tree + ","):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            parts.append(tree[start:at].strip())
            start = at + 1
    for part in filter(None, parts):
        head, brace, rest = part.partition("{")
        path = [name.strip() for name in head.split("::") if name.strip()]
        if brace:
            for below, name in paths_of(rest.rpartition("}")[0]):
                whole = path + below
                yield (path, path[-1]) if below == ["self"] else (whole, name)
            continue
        last, _, alias = path[-1].partition(" as ")
        path[-1] = last.strip()
        yield path, alias.strip() or path[-1]


@dataclass
class Module:
    """A module: a file, or a block within one."""

    file: Path
    parent: Module | None
    # From the root of its crate, `crate`.
    path: list[str]
    children: dict[str, Module] = field(default_factory=dict)
    # The names that its `use` lines bring, each with its path.
    imports: list[tuple[list[str], str]] = field(default_factory=list)
    # Paths that stand elsewhere in its code.
    mentions: list[list[str]] = field(default_factory=list)
    defined: set[str] = field(default_factory=set)

    def root(self) -> Module:
        return self.parent.root() if self.parent else self


class Workspace:
    """All crates of the workspace, read from their roots down."""

    def __init__(self, root: Path) -> None:
        manifest = tomllib.loads((root / "Cargo.toml").read_text())
        self.crates: dict[str, Module] = {}
        self.modules: list[Module] = []
        for folder in [root, *(root / member for member in manifest["workspace"]["members"])]:
            package = tomllib.loads((folder / "Cargo.toml").read_text()).get("package")
            for name in ["lib.rs", "main.rs"]:
                file = folder / "src" / name
                if package and file.is_file():
                    module = self._read(file, code_of(file.read_text()), None, "crate")
                    self.crates.setdefault(package["name"].replace("-", "_"), module)

    def _read(self, file: Path, code: str, parent: Module | None, name: str) -> Module:
        """A module from its code, with all below it."""
        module = Module(file, parent, [*(parent.path if parent else []), name])
        folder = file.parent if file.stem in ROOTS else file.with_suffix("")
        self.modules.append(module)
        while found := MODULE.search(code):
            name, end = found[1], found.end()
            if found[2] == "{":
                end = end_of_item(code, found.start())
                inner = code[found.end() : end - 1]
                module.children[name] = self._read(file, inner, module, name)
            else:
                below = next(path for path in [folder / f"{name}.rs", folder / name / "mod.rs"] if path.is_file())
                module.children[name] = self._read(below, code_of(below.read_text()), module, name)
            code = code[: found.start()] + code[end:]
        module.imports = [pair for use in USE.findall(code) for pair in paths_of(use)]
        rest = USE.sub("", code)
        module.mentions = [re.split(r"\s*::\s*", path) for path in PATH.findall(rest)]
        module.defined = set(DEFINITION.findall(rest))
        module.root().imports += [(module.path + [macro], macro) for macro in MACRO.findall(rest)]
        return module

    def find(self, path: list[str], within: Module, seen: frozenset[tuple[int, str]] = frozenset()) -> Module | None:
        """The module that defines what `path` names, as read in the module `within`; none if it is not of the workspace."""
        first, *rest = path
        if first in ("crate", "$crate"):
            return self._descend(within.root(), rest, seen)
        if first == "self":
            return self._descend(within, rest, seen)
        if first == "super":
            return self.find(["self", *rest], within.parent, seen) if within.parent else None
        if first in within.children:
            return self._descend(within.children[first], rest, seen)
        if first in self.crates:
            return self._descend(self.crates[first], rest, seen)
        return None

    def _descend(self, module: Module, path: list[str], seen: frozenset[tuple[int, str]]) -> Module | None:
        if not path or path[0] in module.defined:
            return module
        name, *rest = path
        if name == "super":
            return self.find(path, module, seen)
        if name in module.children:
            return self._descend(module.children[name], rest, seen)
        if (id(module), name) in seen:
            return None
        seen |= {(id(module), name)}
        for target, brought in module.imports:
            if brought == name:
                return self.find(target + rest, module, seen) if target[-1] != "*" else None
        for target, brought in module.imports:
            if brought == "*" and (found := self.find(target[:-1] + path, module, seen)):
                return found
        # A name that a macro defines, or one of another crate.
        return None

    def edges(self) -> dict[Path, set[Path]]:
        """Which file imports which."""
        edges: dict[Path, set[Path]] = defaultdict(set)
        for module in self.modules:
            paths = [path[:-1] if path[-1] == "*" else path for path, _ in module.imports]
            for path in [*paths, *module.mentions]:
                found = self.find(path, module) if path else None
                if found and found.file != module.file:
                    edges[module.file].add(found.file)
        return edges


def folder_of(file: Path) -> Path:
    """The folder that a file belongs to, from the root of the workspace."""
    path = file.relative_to(ROOT)
    folder = path.with_suffix("")
    return folder if folder.name not in ROOTS and (ROOT / folder).is_dir() else path.parent


def part_of(file: Path) -> str:
    """The part of the picture that a file belongs to."""
    path, folder = file.relative_to(ROOT), folder_of(file)
    if folder == Path("src") and path.stem not in ROOTS:
        return str(path.with_suffix(""))
    steps = folder.parts
    return "/".join(steps[: steps.index("src") + 2])


def circles(edges: dict[Path, set[Path]]) -> Iterator[list[Path]]:
    """For each set of files that import each other, the shortest way around through different folders."""
    reach = {file: reachable(edges, file) for file in list(edges)}
    done: set[Path] = set()
    for file in sorted(edges):
        knot = {other for other in reach[file] if file in reach.get(other, set())}
        if file in done or len({folder_of(other) for other in knot}) < 2:
            continue
        done |= knot
        steps = [(start, end) for start in knot for end in edges[start] & knot if folder_of(start) != folder_of(end)]
        yield min((shortest(edges, end, start) for start, end in steps), key=lambda way: (len(way), way))


def reachable(edges: dict[Any, set[Any]], start: Any) -> set[Any]:
    """All that `start` imports, directly or by way of others."""
    seen: set[Any] = set()
    rest = [start]
    while rest:
        new = edges.get(rest.pop(), set()) - seen
        seen |= new
        rest += new
    return seen


def shortest(edges: dict[Path, set[Path]], start: Path, end: Path) -> list[Path]:
    """The shortest way from `start` to `end`, both included."""
    ways = [[start]]
    for way in ways:
        if way[-1] == end:
            return way
        known = {known[-1] for known in ways}
        ways += [way + [step] for step in sorted(edges.get(way[-1], set()) - known)]
    raise ValueError("there is no way")


def picture(edges: dict[Path, set[Path]], files: set[Path]) -> str:
    """The parts and their imports for Mermaid. An import that others imply is not drawn."""
    arrows: dict[str, set[str]] = {part_of(file): set() for file in sorted(files)}
    for file, imported in edges.items():
        arrows[part_of(file)] |= {part_of(other) for other in imported} - {part_of(file)}
    below = {part: reachable(arrows, part) for part in arrows}
    lines = ["```mermaid", "flowchart TD"]
    crates: dict[str, list[str]] = defaultdict(list)
    for part in arrows:
        crates[part.partition("src")[0].strip("/") or HARNESS].append(part)
    for crate, parts in sorted(crates.items()):
        lines.append(f"    subgraph {name_of(crate)}_[{crate}]")
        lines += [f'        {name_of(part)}["{part.partition("src")[2].strip("/") or crate}"]' for part in sorted(parts)]
        lines.append("    end")
    for part in sorted(arrows):
        # Of parts that import each other, all arrows are drawn.
        ways = [other for other in arrows[part] if part not in below[other]]
        implied = {end for other in ways for end in below[other]}
        lines += [f"    {name_of(part)} --> {name_of(other)}" for other in sorted(arrows[part] - implied)]
    return "\n".join([*lines, "```"])


def name_of(part: str) -> str:
    """The name of a part within the picture."""
    return re.sub(r"\W", "_", part)


def main(pages: list[str]) -> int:
    workspace = Workspace(ROOT)
    edges = workspace.edges()
    found = list(circles(edges))
    for way in found:
        print("circle:", " -> ".join(str(file.relative_to(ROOT)) for file in [*way, way[0]]), file=sys.stderr)
    if found:
        return 1
    text = picture(edges, {module.file for module in workspace.modules})
    if not pages:
        print(text)
    for page in map(Path, pages):
        before, first, rest = page.read_text().partition(FIRST)
        _, last, after = rest.partition(LAST)
        if not last:
            print(f"{page} has no place for the picture, between the lines {FIRST} and {LAST}", file=sys.stderr)
            return 1
        page.write_text(f"{before}{first}\n{text}\n{last}{after}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
