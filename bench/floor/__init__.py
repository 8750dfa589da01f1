"""The floor: a bare Django that does the same work with nothing around it."""
