"""The console: server-rendered pages over the store.

::

    store ──▶ views (pure: rows to what a template shows) ──▶ templates ──▶ browser

It reads what the stages write; nothing here decides anything.
"""
