"""The console's pages, one module each.

::

    request ─▶ page ─▶ core.store.console (rows) ─▶ template variables ─▶ HTML
    form    ─▶ action ─▶ core.store.console.actions ─▶ 303 to the page it came from
"""
