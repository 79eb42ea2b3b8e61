"""Units and memberships with all that follows from changing them: figures, pages, work on the day."""
