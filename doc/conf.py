"""Sphinx configuration. Building needs no network."""

import re
import sys
from pathlib import Path

from sphinx.util.docutils import SphinxDirective

import skspectra
from skspectra.neural._architectures import ZOO
from skspectra.neural._cost import cost

sys.path.insert(0, str(Path(__file__).parent))
from figures import draw_all

project = "skspectra"
author = copyright = "The skspectra developers"
version = release = skspectra.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "sphinx_copybutton",
]
templates_path = ["_templates"]
exclude_patterns = ["_build", "_figures", "examples", "sg_execution_times.rst"]
default_role = "code"

autosummary_generate = True
autodoc_member_order = "bysource"
toc_object_entries_show_parents = "hide"
# The methods are listed by the class template; numpydoc would list the inherited ones as well.
numpydoc_show_class_members = False
extlinks = {"doi": ("https://doi.org/%s", "doi:%s")}

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "auto_examples",
    "within_subsection_order": "story_order.StoryOrder",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "write_computation_times": False,
    "copyfile_regex": r".*\.rst",
    "image_srcset": ["2x"],
}

# Copied code is what a reader types: no prompts, no output.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "pydata_sphinx_theme"
html_title = f"skspectra {version}"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "navbar_align": "left",
}
html_sidebars = {"index": [], "api": []}


def _skip(app, what, name, obj, skip, options):
    """Leave out what scikit-learn and NamedTuple add to a class."""
    foreign = (getattr(obj, "__module__", None) or "").startswith("sklearn.")
    is_field = type(obj).__name__ == "_tuplegetter"
    return True if foreign or is_field or name.endswith("_request") else None


class _NetworksTable(SphinxDirective):
    """The networks of the zoo and what each costs."""

    def run(self):
        rows = [
            ".. csv-table::",
            '   :header: "name", "source", "parameters", "multiply-adds", "points seen"',
            "   :widths: auto",
            "",
        ]
        for name, function in ZOO.items():
            source = function.__doc__.splitlines()[0].removesuffix(".")
            source = re.sub(r"(.*), doi (\S+)", r"`\1 <https://doi.org/\2>`__", source)
            parameters, multiply_adds, seen = cost(name)
            figures = f'"{parameters / 1e6:,.2f} M", "{multiply_adds / 1e6:,.1f} M", "{seen:,}"'
            rows.append(f'   "``{name}``", "{source}", {figures}')
        return self.parse_text_to_nodes("\n".join(rows))


def setup(app):
    """Register the filter and the directive above."""
    app.connect("builder-inited", draw_all)
    app.connect("autodoc-skip-member", _skip)
    app.add_directive("networks-table", _NetworksTable)
