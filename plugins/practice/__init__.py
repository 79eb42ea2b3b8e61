"""Practice: real services rehearsed on screens that are copies, where a mistake costs nothing."""
