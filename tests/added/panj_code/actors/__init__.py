"""Actors that the package adds rules to."""
