"""What is written: that something came once, which session belongs to which, that a session has ended."""
