"""Decide which entries of a document are new, changed or known, under whatever key.

::

    ParsedFeed ─ document_entries: what the store knows ─ entry_match, same_entry ─ admit
                                                                                  ─▶ Admission
"""
