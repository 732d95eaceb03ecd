"""Many runs: results and where they are kept."""
