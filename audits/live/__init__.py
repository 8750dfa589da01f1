"""Server-sent events: an audit's own event table is the stream."""
