"""Which of our processes live on this host: a lock file per process (instance) and slot."""
