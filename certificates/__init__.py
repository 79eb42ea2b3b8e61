"""What was attained, in a form that others can check."""
