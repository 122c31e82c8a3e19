"""WebSub: hubs that say when a feed has news, so that it is polled at once."""
