"""How cards look on paper."""
