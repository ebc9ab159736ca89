"""The CPython cell: one workload under one concurrency model of CPython, driven over docs/PROTOCOL.md.

    python3 -I -u cell.py             be a cell
    python3 -I -u cell.py RUNNER      be a cell that has imported what RUNNER needs before it listens
    python3 -I -u cell.py about       say what this interpreter is, as JSON

What it does is in the package regatta_cell next to it, whose __init__ is a map. This file has to be readable by
any Python, back to 2.7, for it is the one that turns an old interpreter away in words.

-I keeps the current directory and PYTHON* variables off the module path, here and in worker processes, which inherit
the flag. So nothing but the interpreter's own installation, this folder and the user's packages can be imported. With -S
besides, only the standard library and this folder can be: an interpreter starts in a fraction of the time then.
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


def add_user_packages():
    """Let gevent be found where `pip install --user` puts it: -I leaves that folder out, and a virtual environment too.

    It comes last, so that it hides no module of the interpreter. Nothing in it is executed that is not imported.
    """
    import site

    folder = site.getusersitepackages()
    if sys.prefix == sys.base_prefix and os.path.isabs(folder) and os.path.isdir(folder) and folder not in sys.path:
        sys.path.append(folder)


def about():
    """Say what this interpreter is, and whether it can import gevent."""
    import importlib.util
    import platform
    import sysconfig

    try:
        gevent = importlib.util.find_spec("gevent") is not None
    except Exception:
        gevent = False
    free = "t" if sysconfig.get_config_var("Py_GIL_DISABLED") else ""
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    name, version = platform.python_implementation(), platform.python_version() + free
    # What was named may be a script that looks for the interpreter each time, as a version manager's is.
    program = sys.executable or None
    print(json.dumps({"name": name, "version": version, "gil": bool(gil), "gevent": gevent, "program": program}))


def main():
    if sys.argv[1:] == ["about"]:
        add_user_packages()
        return about()
    if sys.version_info < OLDEST:
        version = sys.version_info[:2] + OLDEST
        return turn_away("Python %d.%d is too old for a cell: it needs Python %d.%d or newer" % version)
    if not sys.flags.no_site:
        add_user_packages()
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    try:
        from regatta_cell import cell
    except ImportError as error:
        return turn_away("this Python lacks a module that a cell needs: %s" % error)
    cell.main(sys.argv[1:])


if __name__ == "__main__":
    main()
