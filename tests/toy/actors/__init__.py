"""Who decides on the two banks."""

ACTORS = ("north", "south")
