"""Which processes of this program run on this host: one lock file per process and per slot."""
