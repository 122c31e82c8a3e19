"""The workbench: a page on which a topic is edited, checked, tried on the archive and saved.

::

    text ─▶ draft     the topic as the loader reads it, with every fault
              │
              ├─▶ archive   what it matches in articles of the last days, gained and lost
              ├─▶ edits     a word denied, a judged alert added as a test: a changed text
              └─▶ files     the topic's file replaced, unless somebody changed it meanwhile

Every action is a button of one form, whose answer is the page with the text as it is now and the
result below it. The script (``static/workbench.js``) sends the same form and replaces the result.
"""

from wirewatch.web.pages.workbench.page import WorkbenchPage

__all__ = ["WorkbenchPage"]
