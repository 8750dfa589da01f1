"""One module a concern; each has `measure(stage)`, which adds its figures to the stage."""
