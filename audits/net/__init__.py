"""The one guarded door: every outgoing byte passes it."""
