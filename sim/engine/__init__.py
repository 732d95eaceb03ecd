"""Who turns the crank: the Mesa driver and the compiled ensemble, on one set of rules."""
