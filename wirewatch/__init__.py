"""The program: command line, composition (`run`), console. The only room that knows all others.

::

    cli/        one file per command group; thin: parse, call, print
    opening.py  settings, files, store, streams: opened one by one, for commands that only look
    program.py  all of them opened together, for the stages
    once.py     `run --once`: poll, relay, process, decide, deliver, summary
    daemon.py   `run`: the same, for ever; stages.py keeps each stage going
    web/        the console's pages
"""
