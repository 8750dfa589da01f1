"""What the form of a sign-off policy sends."""


def said(*roles, version: int = 0, **more) -> dict:
    """What the form sends: roles as (name, count) or (name, count, people)."""
    sent = {"version": version, "conditional": "on"} | more
    for number, (name, count, *people) in enumerate(roles):
        sent |= {f"name_{number}": name, f"count_{number}": count}
        sent |= {f"who_{number}": "named" if people else "everybody"}
        sent |= {f"people_{number}": [user.pk for user in people]}
    return sent
