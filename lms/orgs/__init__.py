"""The time-versioned tree of units, memberships, names and how to find and sort them."""
