"""Pages of units: for staff, and each person's own."""
