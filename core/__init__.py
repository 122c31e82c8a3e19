"""What all stages share: messages, streams, the store, the HTTP client, text, clock, metrics."""
