"""Intervals and pairs."""
