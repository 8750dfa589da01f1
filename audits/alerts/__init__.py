"""Alerts: when one is due, and how each kind of channel is told. No model, no setting."""
