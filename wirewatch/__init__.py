"""The program: command line, composition (`run`), console. The only room that knows all others.

::

    cli/        one file per command group; thin: parse, call, print
    opening.py  settings, files, store, streams: opened one by one, for commands that only look
    program.py  all of them opened together, for the stages
    once.py     `run --once`: poll, relay, process, decide, deliver, summary
    parent.py   `run`: starts the processes that work, and starts again one that ends; child.py
    daemon.py   one of these processes; stages.py keeps each stage going, health.py says how it is
    web/        the console's pages
"""
