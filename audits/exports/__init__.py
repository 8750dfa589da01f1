"""The format of an audit as a file; no model, no setting and no Django."""
