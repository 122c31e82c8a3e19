"""The floor of the house: settings, the operator's files, faults, errors and logs.

Everything above imports from here; this room imports nothing of ours. The operator's YAML files
live beside the code (``sources.yaml``, ``topics/``, ``entities/``, ``alerts.yaml``);
``WIREWATCH_CONFIG_DIR`` points elsewhere.
"""
