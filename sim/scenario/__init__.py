"""What a user writes becomes what a run needs."""
