"""The rule of `tests/added/rule.yaml`, as code."""
