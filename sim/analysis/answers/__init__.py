"""What runs have to say: shares, dates, effects."""
