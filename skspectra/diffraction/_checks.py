"""Checks of phases and ranges of angles that several functions share."""


def check_range(two_theta_range):
    """Return the two ends of a range of angles, or raise a ValueError."""
    low, high = (float(end) for end in two_theta_range)
    if not 0 <= low < high <= 180:
        raise ValueError(
            f"The range of 2theta is {low:g} to {high:g}; it must ascend within 0 to 180 degrees."
        )
    return low, high


def check_names(phases):
    """Raise a ValueError if two phases have one name, or if there is none."""
    names = [phase.name for phase in phases]
    if not names:
        raise ValueError("phases is empty; at least one is needed.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"Two phases have the name {twice[0]!r}; rename one of them.")
