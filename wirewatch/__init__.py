"""The program: command line, composition (`run`), console. The only room that knows all others.

::

    cli/        one file per command group; thin: parse, call, print
    program.py  settings + catalog + store + streams, opened together
    once.py     `run --once`: poll, relay, process, decide, deliver, summary
    daemon.py   `run`: the same, for ever, with the console
    web/        the console's pages
"""

from importlib.metadata import version

__version__ = version("wirewatch")
