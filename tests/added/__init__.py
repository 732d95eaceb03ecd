"""What is added to the model from outside: rules as data, rules as code, packages."""
