"""Options for the command line too, which starts fast because this module imports nothing."""

# Ways to scale a spectrum, see skspectra.preprocessing.normalize.
NORMS = ("max", "area", "snv", "none")
