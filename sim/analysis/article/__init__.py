"""The article's claims as checks."""
