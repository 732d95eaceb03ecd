"""Why one run went as it went."""
