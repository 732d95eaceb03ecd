"""The population is the package's own."""
