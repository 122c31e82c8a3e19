"""Who may use the console: host names, sessions, the access token and its rate limit."""
