"""Options that the command line names too; nothing is imported here, so that it starts fast."""

# How a spectrum is scaled, see skspectra.preprocessing.normalize.
NORMS = ("max", "area", "snv", "none")
