"""The catalog: the operator's YAML files as typed values, or all of their faults at once.

::

    sources.yaml  topics/*.yaml  entities/*.yaml  alerts.yaml
          └────────────┴──────┬───────┴──────────────┘
                config.yaml (positions kept)
                              ▼
                load_catalog(folder) -> Catalog, faults
"""
