"""From author to reviewer to whoever publishes for the unit: one way for all that is written."""
