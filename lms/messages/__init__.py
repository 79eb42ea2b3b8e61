"""Messages to people: channels, the in-app inbox, sending later and never inside a request."""
