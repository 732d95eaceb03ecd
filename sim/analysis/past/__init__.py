"""The model against what happened."""
