"""The order of the gallery: that in which its first page names the stories."""

import re
from pathlib import Path

PAGE = Path(__file__).parent / "examples" / "README.rst"


class StoryOrder:
    """Sort key of sphinx-gallery; stories that the page does not name come last."""

    def __init__(self, src_dir):
        self.names = re.findall(r"plot_\w+", PAGE.read_text(encoding="utf-8"))

    def __call__(self, filename):
        """Return the place of a story."""
        name = Path(filename).stem
        return self.names.index(name) if name in self.names else len(self.names)
