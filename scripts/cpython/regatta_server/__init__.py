"""Servers in CPython: the same upper-casing echo server under each IO model. A new model is one file and one line here.

job         what a server is told, and what it does with a line
lines       bytes in, whole lines out, within a bound
blocking    a connection where waiting blocks
of_*        a model
"""

from __future__ import annotations

import importlib
import os

MODELS = {
    "python-socketserver": "of_socketserver:plain",
    "python-socketserver-threading": "of_socketserver:threading",
    "python-socketserver-forking": "of_socketserver:forking",
    "python-selectors": "of_selectors:serve",
    "python-asyncio-server": "of_asyncio:serve",
    "python-gevent-server": "of_gevent:serve",
}


def main(name: str, text: str) -> None:
    """Be the server of this name."""
    from regatta_cell.parent import die_with

    from .job import Job

    die_with(os.getppid())
    module, _, function = MODELS[name].partition(":")
    getattr(importlib.import_module("." + module, __package__), function)(Job(text))
