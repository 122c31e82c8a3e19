"""The lowest layer: settings, the operator's files, faults, errors, logs and translations.

All other packages import from here; this package imports none of them. The operator's YAML files
are in the same folder (``sources.yaml``, ``topics/``, ``entities/``, ``alerts.yaml``);
``WIREWATCH_CONFIG_DIR`` names another one.
"""
