"""Options that the command line shares; it starts fast, because nothing is imported here."""

# Ways to scale a spectrum, see skspectra.preprocessing.normalize.
NORMS = ("max", "area", "snv", "none")
