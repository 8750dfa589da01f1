"""Server-sent events: who looks, what wakes whom, and how it is written; docs/live.md."""
