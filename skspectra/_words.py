"""Words that agree with numbers."""

_SINGULAR = {"spectra": "spectrum", "classes": "class"}


def count(number, plural):
    """Return a number with its noun, for instance "1 spectrum", "2 spectra" or "1,200 fits"."""
    noun = _SINGULAR.get(plural, plural.removesuffix("s")) if number == 1 else plural
    return f"{number:,} {noun}"
