"""Many runs of one scenario, and where they are kept."""
