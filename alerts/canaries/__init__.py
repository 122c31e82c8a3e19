"""The canary in the alerts stage: sent every hour, decided about, delivered, and missed.

::

    timer ──▶ article on an internal stream ··▶ match ──receive──▶ a delivery to each target
      │                                                                    │ arrival
      └── missing: is one gone, is it back? ◀── core.store.canaries ◀──────┘
"""
