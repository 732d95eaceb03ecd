"""Dushanbe: its numbers, what it can do each week, the claims by which it weighs it, rival readings."""
