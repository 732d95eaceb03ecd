"""What was observed: files of it, and how likely a run makes it."""
