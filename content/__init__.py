"""The starter content: no code, a package only so that it is installed beside the code that reads it."""
