"""Which choice holds up, what tips a scenario, how two differ."""
