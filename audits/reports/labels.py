"""How an item is named by number: `9`, or `B9` where an audit runs over several editions."""


def letters(editions: int) -> list[str]:
    """What stands before the numbers of each edition's items, in the order of the editions.

    Numbers begin anew in each edition; with one edition alone they say enough by themselves.
    """
    return [_letter(index) for index in range(editions)] if editions > 1 else [""] * editions


def _letter(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else f"{index + 1}."
