"""What is asked for: an experiment's file, its cases and their laws."""
