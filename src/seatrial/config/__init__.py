"""What the user may say, and how it is read."""
