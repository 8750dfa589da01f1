"""What walking a chain says of an event whose hash holds, and of the rows beside it."""

# The number of the event that tells otherwise, and what is wrong.
Finding = tuple[int, str]


class OutOfOrder(ValueError):
    """An event that cannot follow those before it; says what is wrong with it."""
