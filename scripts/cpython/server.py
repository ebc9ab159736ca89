"""A server in CPython: an upper-casing echo server under one IO model, as docs/PROTOCOL.md describes servers.

    REGATTA_JOB=JSON python3 -I -u server.py NAME       say where it listens, and serve until the process that started it ends

What it does is in the package regatta_server next to it, one file a model. -I keeps the current directory and PYTHON* variables off the
module path.
"""

import os
import sys


def main():
    if not sys.flags.no_site:
        # gevent may be where `pip install --user` puts it, which -I leaves out. It comes last, so that it hides no module.
        import site

        folder = site.getusersitepackages()
        if sys.prefix == sys.base_prefix and os.path.isabs(folder) and os.path.isdir(folder) and folder not in sys.path:
            sys.path.append(folder)
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from regatta_server import main as serve

    serve(sys.argv[1], os.environ["REGATTA_JOB"])


if __name__ == "__main__":
    main()
