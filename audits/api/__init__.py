"""The HTTP API for machines; docs/api.md. The only door is a team's token."""
