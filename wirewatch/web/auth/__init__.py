"""Access to the console: the access token, sessions, form tokens, and the limit on wrong tokens."""
