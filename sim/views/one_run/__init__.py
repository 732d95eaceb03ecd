"""One run in words."""
