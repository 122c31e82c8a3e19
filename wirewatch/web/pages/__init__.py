"""The console's pages, a module each.

::

    request ─▶ page function ─▶ core.store.desk… (rows) ─▶ what the template shows ─▶ HTML
    form    ─▶ action ─▶ core.store.desk_actions ─▶ 303 to the page it came from
"""
