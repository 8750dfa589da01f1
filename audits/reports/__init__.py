"""Snapshot in, report out: canonical bytes, HTML and PDF, from a dict alone."""
