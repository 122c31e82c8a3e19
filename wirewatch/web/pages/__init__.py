"""The console's pages, a module each.

::

    request ─▶ page function ─▶ core.store.console (rows) ─▶ what the template shows ─▶ HTML
    form    ─▶ action ─▶ core.store.console.actions ─▶ 303 to the page it came from
"""
