"""The console: server-rendered pages and a JSON API over the store.

::

    store ──▶ views (pure: rows to template variables) ──▶ templates ──▶ browser

The console shows what the stages write, and changes it only through ``core.store``.
"""
