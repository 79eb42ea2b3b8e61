"""Lists of people as communes, schools and offices have them: read, mended, taken in, taken back."""
