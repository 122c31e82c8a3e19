"""The program: command line, composition and console. The only package that imports all others.

::

    cli/              one file for each group of commands: parse, call, print
    run/              `run` and `run --once`: processes, stages, health
    web/              the console: pages and the JSON API
    contracts/        generates the documents that others rely on; not part of the running program
    demo/             `demo`: the ordinary program on an invented newsroom
    article_input     an article to look at, from a file, a URL, stdin or a form
    install_check     whether the program's packages are its own
"""
