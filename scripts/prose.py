#!/usr/bin/env python3
"""Checks the prose of documents and doc comments: sentences, semicolons, first words of function docs, links.

    scripts/prose.py [--counts] [FILE...]

Without files it reads every Markdown and Rust file that git knows. It prints each broken limit as `file:line: reason`
and exits with 1 if there is one. `--counts` prints a line of counts for each file instead.
"""

import argparse
import pathlib
import re
import subprocess
import sys

# The most words of a sentence.
LONGEST = 30
# Where a limit holds: beginnings of paths, extended as folders come to keep it.
NO_LONG_SENTENCES = ["*.md"]
NO_SEMICOLONS = ["*.md"]
FUNCTION_DOCS = ["benches/", "examples/", "reports/src", "runners/", "src/", "workloads/"]

# Paths in code that are checked to exist, in Markdown: those below these folders.
FOLDERS = "benches|docs|examples|reports|runners|scripts|src|tests|workloads"

# Words in -s that no function doc may begin with: no verbs, or nouns that are not meant as one.
NOUNS = set(
    """
    address always arguments as axis bases bounds bytes cells characters claims columns copies cores costs counters
    descriptors effects errors factors fields figures files groups hits its lanes latencies less limits lines losses marks
    messages names notes numbers options others parameters parts places points processes pairs ranks ratios records results rounds
    rows runners samples seconds segments series shares sides statistics status steps tasks this threads thus times units
    values verdicts ways whereas words workers workloads
    """.split()
)
# The nouns above that are verbs as well: they are, unless one of AFTER_NOUN follows.
VERBS_TOO = set("bounds claims copies costs figures files groups limits lines marks names notes pairs places ranks records"
                " samples shares steps times values".split())
AFTER_NOUN = set("and are at between by for from in of on or over that to which whose with".split())

FUNCTION = re.compile(r'\s*(pub(\([^)]*\))?\s+)?(default\s+|const\s+|async\s+|unsafe\s+|extern\s+"[^"]*"\s+)*fn\s+\w')
LIST_ITEM = re.compile(r"(\s*)([-*+]|\d+[.)])\s+")
# An end of a sentence: its mark, what may close after it, and a beginning that is not in lower case.
# An initial ("A. Gelman") ends none.
END = re.compile(r"(?<![ (][A-Z])(?<!\be\.g)(?<!\bi\.e)[.!?][\"')*_]*\s+(?=[^a-z\s])")


def plain(text):
    """Takes the markup out of a text.

    >>> plain("See [the `map`](docs/A.md) or <https://a.b/c;d>, &amp; **more** ![alt](x.png).")
    'See the Code or Link, & more .'
    """
    text = re.sub(r"(`+)(.+?)\1", "Code", text)
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\](\([^)]*\)|\[[^\]]*\])", r"\1", text)
    text = re.sub(r"<https?://[^>]*>", "Link", text)
    text = re.sub(r"&[a-z]+;", "&", text)
    return re.sub(r"\*\*|__|\*(?=\w)|(?<=[\w.!?,])\*", "", text)


def paragraphs(lines):
    """Gives each paragraph, item, heading and cell of a table as its numbered lines, without code and comments.

    >>> text = ["# A", "One", "two.", "- item", "  more", "", "```", "a;", "```", "", "    code;", "| a | b |", "<!-- x;", "-->"]
    >>> [[line for _, line in part] for part in paragraphs(list(enumerate(text, 1)))]
    [['A'], ['One', 'two.'], ['item', 'more'], ['a'], ['b']]
    """
    part, fence, comment, in_list, after_blank = [], None, False, False, True
    for number, line in lines:
        text = line.strip()
        if fence or re.match(r"```|~~~", text):
            if part:
                yield part
            part, fence = [], None if fence and text.startswith(fence) else fence or text[:3]
            in_list = in_list and line.startswith(" ")
            continue
        if comment or text.startswith("<!--"):
            comment = "-->" not in text
            continue
        item = LIST_ITEM.match(line)
        is_code = not in_list and not part and after_blank and line.startswith("    ")
        ends = not text or text.startswith(("#", "|")) or item or is_code
        if ends and part:
            yield part
            part = []
        after_blank = not text or (is_code and after_blank)
        if text.startswith("#"):
            in_list = False
            yield [(number, text.lstrip("# "))]
        elif text.startswith("|"):
            cells = re.split(r"(?<!\\)\|", text.strip("|"))
            yield from ([(number, cell.strip())] for cell in cells if cell.strip(" -:"))
        elif item:
            in_list = True
            part.append((number, line[item.end():].strip()))
        elif text and not is_code and not re.match(r"\[[^\]]+\]:|---+$", text):
            in_list = in_list and line.startswith(" ") or bool(part) and in_list
            part.append((number, text.removeprefix("> ")))
    if part:
        yield part


def sentences(paragraph):
    """Gives the sentences of a paragraph with the line on which each begins.

    >>> list(sentences([(1, "It runs. So says A. Gelman, 3rd"), (2, "ed., p. 5. `x` waits 0.5 s.")]))
    [(1, 'It runs.'), (1, 'So says A. Gelman, 3rd ed., p.'), (2, '5.'), (2, 'Code waits 0.5 s.')]
    """
    text, starts = "", []
    for number, line in paragraph:
        starts.append((len(text), number))
        text += line + " "
    # Markup may cross lines, so it is taken out of all of it, with a mark where each line begins.
    marked = ""
    for (start, number), (following, _) in zip(starts, starts[1:] + [(len(text), 0)]):
        marked += f"\x00{number}\x01" + text[start:following]
    marked = plain(marked)
    line = paragraph[0][0]
    for sentence in split(marked):
        begins = re.match(r"\s*\x00(\d+)\x01", sentence)
        line = int(begins[1]) if begins else line
        words = re.sub(r"\x00\d+\x01", "", sentence).strip()
        if words:
            yield line, words
        crossed = re.findall(r"\x00(\d+)\x01", sentence)
        line = int(crossed[-1]) if crossed else line


def split(marked):
    """Splits a text with marks of lines after the ends of its sentences."""
    at = 0
    hidden = re.sub(r"\x00\d+\x01", lambda mark: " " * len(mark[0]), marked)
    for end in END.finditer(hidden):
        # The mark of a line that begins with the next sentence belongs to that one.
        cut = end.end()
        mark = re.search(r"\x00\d+\x01\s*$", marked[at:cut])
        cut = at + mark.start() if mark else cut
        yield marked[at:cut]
        at = cut
    yield marked[at:]


def words(sentence):
    """Counts the words of a sentence.

    >>> words("Wall: 45.7 ms [45.6–45.7], that is +0.1 %.")
    7
    """
    return sum(any(character.isalnum() for character in word) for word in sentence.split())


def begins_with_verb(doc):
    """Says if the first line of a function doc begins with a verb in the third person.

    >>> [begins_with_verb(doc) for doc in ["Returns the name.", "The name.", "Steps of a task.", "Names the task.", "Its name."]]
    [True, False, False, True, False]
    """
    found = re.match(r"([A-Z][a-z]+)s\b(?!['’])\s*([a-z]*)", doc)
    if not found:
        return False
    first = found[1].lower() + "s"
    if first in VERBS_TOO:
        return found[2] not in AFTER_NOUN
    return first not in NOUNS and found[2] != "of"


def doc_comments(lines):
    """Gives the doc comments of a Rust file: their numbered lines, and if they stand at a function."""
    part, open_attribute = [], False
    for number, line in enumerate(lines, 1):
        comment = re.match(r"\s*//[/!] ?(?!/)(.*)", line)
        if comment and not open_attribute:
            part.append((number, comment[1]))
        elif part and (open_attribute or re.match(r"\s*#\[", line)):
            open_attribute = not line.rstrip().endswith("]")
        elif part:
            yield part, bool(FUNCTION.match(line))
            part, open_attribute = [], False
    if part:
        yield part, False


def anchor(heading):
    """Gives the anchor that a heading gets.

    >>> anchor("`cargo bench` beside `regatta run`")
    'cargo-bench-beside-regatta-run'
    """
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def dead_links(path, lines):
    """Gives the links within the repository, and the paths in code, that lead nowhere."""
    here = pathlib.Path(path)
    for number, line in enumerate(lines, 1):
        for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", line):
            file, _, part = link.partition("#")
            target = here.parent / file if file else here
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.M) if target.suffix == ".md" and target.is_file() else []
            if not target.exists() or (part and part not in map(anchor, headings)):
                yield number, f"a link that leads nowhere: {link}"
        for named in re.findall(rf"`((?:{FOLDERS})/[\w/.-]*)`", line):
            if not any((folder / named).exists() for folder in here.parents):
                yield number, f"a path that does not exist: {named}"


class Counts:
    """What a file has of each thing that is limited."""

    def __init__(self, path):
        self.path = path
        self.words = self.sentences = self.functions = 0
        self.long, self.semicolons, self.nouns, self.dead = [], [], [], []
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
        if not path.endswith(".rs"):
            self.dead = list(dead_links(path, lines))
            return self.read(list(enumerate(lines, 1)))
        for comment, is_function in doc_comments(lines):
            self.read(comment)
            if is_function:
                self.functions += 1
                if not begins_with_verb(comment[0][1]):
                    self.nouns.append((comment[0][0], f"a function's doc begins with no verb: {comment[0][1]}"))

    def read(self, lines):
        for paragraph in paragraphs(lines):
            for line, sentence in sentences(paragraph):
                count = words(sentence)
                self.sentences += 1
                self.words += count
                if count > LONGEST:
                    self.long.append((line, f"a sentence of {count} words: {sentence[:60]} ..."))
                self.semicolons += [(line, f"a semicolon: {sentence[:60]} ...")] * sentence.count(";")

    def broken(self):
        """Gives what breaks a limit that holds for this file."""
        yield from self.dead
        for limits, found in [
            (NO_LONG_SENTENCES, self.long),
            (NO_SEMICOLONS, self.semicolons),
            (FUNCTION_DOCS, self.nouns),
        ]:
            if any(self.path.startswith(limit) or self.path.endswith(limit.lstrip("*")) for limit in limits):
                yield from found

    def line(self):
        per_thousand = 1000 * len(self.semicolons) / max(self.words, 1)
        return f"{self.path:<48} {self.sentences:>9} {len(self.long):>5} {per_thousand:>12.1f} {self.functions:>9} {len(self.nouns):>7}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counts", action="store_true", help="print the counts of each file")
    parser.add_argument("files", nargs="*", help="files to read instead of all that git knows")
    arguments = parser.parse_args()
    files = arguments.files or subprocess.run(
        ["git", "ls-files", "*.md", "*.rs"], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    counts = [Counts(path) for path in files if pathlib.Path(path).is_file()]
    if arguments.counts:
        print(f"{'file':<48} {'sentences':>9} {'long':>5} {'semicolons/k':>12} {'functions':>9} {'no verb':>7}")
        for of_file in counts:
            print(of_file.line())
        return 0
    broken = [(of_file.path, line, reason) for of_file in counts for line, reason in sorted(of_file.broken())]
    for path, line, reason in broken:
        print(f"{path}:{line}: {reason}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
