"""Tests of imports.py on made-up workspaces.

    python3 scripts/test_imports.py
"""

from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import imports  # noqa: E402

MANIFEST = '[workspace]\nmembers = ["low"]\n[package]\nname = "harness"\n'


class Workspaces(unittest.TestCase):
    """What a workspace with these files imports."""

    def edges(self, files: dict[str, str]) -> dict[str, list[str]]:
        """Which file imports which; the circles are kept for `self.circles`."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            files = {"Cargo.toml": MANIFEST, "low/Cargo.toml": '[package]\nname = "low-crate"\n', "low/src/lib.rs": "", **files}
            for path, text in files.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            with mock.patch.object(imports, "ROOT", root):
                found = imports.Workspace(root).edges()
                self.circles = [[str(file.relative_to(root)) for file in way] for way in imports.circles(found)]
        name = lambda file: str(file.relative_to(root))  # noqa: E731
        return {name(file): sorted(map(name, imported)) for file, imported in found.items()}

    def test_trees_of_paths(self) -> None:
        edges = self.edges({
            "src/lib.rs": "mod a;\nmod b;\nmod c;\nmod user;",
            "src/a.rs": "pub struct A;\npub fn of_a() {}",
            "src/b/mod.rs": "mod inner;\npub struct B;\npub use inner::Inner;",
            "src/b/inner.rs": "pub struct Inner(super::B);",
            "src/c.rs": "pub mod block { pub struct Deep; }",
            "src/user.rs": "use crate::{a::{self, A as Other}, b::{Inner, *}};\nfn f() { let _ = super::c::block::Deep; a::of_a(); }",
        })
        self.assertEqual(["src/a.rs", "src/b/inner.rs", "src/b/mod.rs", "src/c.rs"], edges["src/user.rs"])
        self.assertEqual(["src/b/inner.rs"], edges["src/b/mod.rs"])
        self.assertEqual(["src/b/mod.rs"], edges["src/b/inner.rs"])
        self.assertEqual([], self.circles, "two files of one folder may import each other")

    def test_what_is_no_import(self) -> None:
        edges = self.edges({
            "src/lib.rs": "mod a;\nmod b;",
            "src/a.rs": "pub struct A;",
            "src/b.rs": """// use crate::a::A;
                /* use crate::a::A; /* nested */ use crate::a::A; */
                /// See [`crate::a::A`].
                const TEXT: &str = "use crate::a::A;";
                const RAW: &str = r#"use crate::a::"A";"#;
                const QUOTE: char = '"';
                #[cfg(test)]
                use crate::{a::A};
                #[cfg(test)]
                mod tests { use crate::a::A; fn f() { if true { crate::a::g() } } }
                #[cfg(test)]
                mod more;
                fn after<'a>(x: &'a str) { std::mem::drop(x) }""",
        })
        self.assertEqual({}, edges)

    def test_crates_and_macros(self) -> None:
        edges = self.edges({
            "low/src/lib.rs": "mod list;\nmod x;\npub use x::X as Y;",
            "low/src/list.rs": "#[macro_export]\nmacro_rules! list { () => { $crate::list![] }; }",
            "low/src/x.rs": "pub struct X;",
            "src/lib.rs": "mod a;",
            "src/a.rs": "use low_crate::{list, Y};\nuse std::fmt;",
            "src/main.rs": "fn main() { harness::run(low_crate::Y) }",
        })
        self.assertEqual(["low/src/list.rs", "low/src/x.rs"], edges["src/a.rs"])
        self.assertEqual(["low/src/x.rs"], edges["src/main.rs"])

    def test_circles(self) -> None:
        self.edges({
            "src/lib.rs": "mod a;\nmod b;\nmod c;",
            "src/a.rs": "mod one;\npub use one::One;",
            "src/a/one.rs": "pub struct One(crate::b::Two);",
            "src/b/mod.rs": "pub struct Two(crate::c::Three);",
            "src/c.rs": "pub struct Three(Option<Box<crate::a::One>>);",
        })
        self.assertEqual([["src/a/one.rs", "src/b/mod.rs", "src/c.rs"]], [sorted(way) for way in self.circles])


if __name__ == "__main__":
    unittest.main()
