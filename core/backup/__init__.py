"""Backup: a consistent copy of a running installation, and its restoration.

::

    create ── groups' positions (Kafka) ─▶ moment (SQLite) or pg_dump (PostgreSQL) ─▶ manifest
                                            ├── snapshot   a file in WAL mode
                                            └── blocks     a file with a rollback journal
    restore ─ manifest ─▶ verified copy ─▶ the folder in place ─▶ proof

A backup is a folder that gets its name when it is complete. Why the moment is fixed this way is in
docs/decisions/0044-backup.md.
"""
