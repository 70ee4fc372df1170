"""Only the pages hold doctests; the gallery is run when the documentation is built."""

collect_ignore = ["conf.py", "_build", "auto_examples", "examples", "generated"]
