"""What decides an answer, and under which conditions it happens."""
