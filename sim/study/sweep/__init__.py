"""Many cases in blocks that a kill does not lose."""
