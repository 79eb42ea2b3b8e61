"""What is printed for a session. Pure: plain values in, PDF out; the same values give the same bytes."""
