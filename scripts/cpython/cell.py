"""The CPython cell: one workload under one concurrency model of CPython, driven over docs/PROTOCOL.md.

    python3 -u cell.py

What it does is in the package regatta_cell next to it, whose __init__ is a map. This file has to be readable by
any Python, back to 2.7, for it is the one that turns an old interpreter away in words.
"""

import json
import os
import sys

OLDEST = (3, 8)


def turn_away(reason):
    """Answer the driver's first message: this interpreter cannot be a cell."""
    sys.stdin.readline()
    message = reason + "; name another interpreter with --python PATH"
    sys.stdout.write(json.dumps({"say": "error", "kind": "unavailable", "message": message}) + "\n")
    sys.stdout.flush()


def main():
    if sys.version_info < OLDEST:
        version = sys.version_info[:2] + OLDEST
        return turn_away("Python %d.%d is too old for a cell: it needs Python %d.%d or newer" % version)
    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    try:
        from regatta_cell import cell
    except ImportError as error:
        return turn_away("this Python lacks a module that a cell needs: %s" % error)
    cell.main()


if __name__ == "__main__":
    main()
