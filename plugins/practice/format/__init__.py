"""What a practice is: its parts, how it is written, what is wrong with it, how it is played. Pure."""
