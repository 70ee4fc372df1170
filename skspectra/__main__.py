"""Run the command line with ``python -m skspectra``."""

import sys

from skspectra._cli import main

if __name__ == "__main__":
    sys.exit(main())
