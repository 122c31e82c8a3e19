"""The catalog: the operator's YAML files as typed values, or every fault in them at once.

::

    sources.yaml  topics/*.yaml  entities/*.yaml  alerts.yaml
          └────────────┴──────┬───────┴──────────────┘
                  documents (positions kept)
                              ▼
                load_catalog(folder) -> Catalog, faults
"""
