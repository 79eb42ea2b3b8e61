"""Pages of officials who sign."""
