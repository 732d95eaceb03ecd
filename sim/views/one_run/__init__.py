"""One run, told."""
