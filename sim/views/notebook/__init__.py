"""Results as pieces of a notebook."""
