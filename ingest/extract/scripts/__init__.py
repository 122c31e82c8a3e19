"""Articles that a page has only in its scripts, as data: pages that are built in the browser.

::

    markup ─ JSON of scripts, attributes ─▶ values ─ object with the headline ─▶ ScriptArticle
"""
