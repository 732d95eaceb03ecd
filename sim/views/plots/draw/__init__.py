"""What is drawn on an Axes, from the tables of the answers."""
