"""A comparison as one HTML file or as Markdown, from the same list of blocks."""

import base64
import html
import re
from typing import NamedTuple

import numpy as np

from skspectra._words import count
from skspectra.comparison._cells import pair_cells, score_cells
from skspectra.comparison._counsel import hard_spectra, label_text
from skspectra.comparison._labels import OTHER
from skspectra.comparison._wording import PAIR_NOTE

MOST_SPECTRA = 6
MOST_CONFUSIONS = 10

STYLE = """
body { font: 16px/1.5 sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; font-size: 14px; margin: 1em 0 }
th, td { padding: .25em .7em; border-bottom: 1px solid #ddd; text-align: right }
th:first-child, td:first-child, td.text { text-align: left }
pre { background: #f4f4f4; padding: .8em 1em; overflow-x: auto }
img { max-width: 100% }
.first { font-size: 18px; border-left: 4px solid #0072B2; padding-left: .8em }
div.wide { overflow-x: auto }
"""


class Block(NamedTuple):
    """A piece of a report: "title", "heading", "first", "text", "list", "code", "table", "png"."""

    kind: str
    content: object


def report_blocks(result, pictures=False):
    """Return a comparison as a list of blocks.

    Parameters
    ----------
    result : Comparison
        The comparison.
    pictures : bool, default=False
        Whether to draw pictures, which needs matplotlib.

    Returns
    -------
    blocks : list of Block
        The report, from what to do to the settings.
    """
    data = result.settings.get("data")
    # What the audit found comes first in the advice, and has a table here.
    *advice, last = result.advice()[len(result.audit) :]
    blocks = [
        Block(
            "title",
            f"Comparison of {count(len(result.models), 'models')}" + (f": {data}" if data else ""),
        ),
        Block("first", last),
    ]
    if result.recommendation.code:
        blocks += [
            Block("text", "These lines build it, with the parameters that most splits chose:"),
            Block("code", result.recommendation.code),
        ]
    if advice:
        blocks += [Block("heading", "What else to know"), Block("list", advice)]
    if result.audit:
        cells = [[finding.code, finding.title, finding.action] for finding in result.audit]
        blocks += [
            Block("heading", "The data"),
            Block("table", (["", "found", "what to do"], cells)),
        ]
    blocks += [
        Block("heading", "Scores"),
        Block(
            "text", f"Scores are in percent, each with its own {100 * result.level:g} % interval."
        ),
        Block("table", score_cells(result)),
    ]
    if pictures:
        from skspectra.comparison._pictures import draw_comparison

        text = "Scores with intervals, scores under shifts, and fit times of the models"
        blocks.append(Block("png", (draw_comparison(result), text)))
    if result.pairs:
        blocks += [
            Block("heading", "Verdicts"),
            Block(
                "text",
                f"Differences of {result.verdict_name} in points. {_hold(result)} "
                f"A difference of {100 * result.margin:g} points matters. {PAIR_NOTE}",
            ),
            Block("table", pair_cells(result)),
        ]
    blocks += [*_errors(result, pictures), Block("heading", "Settings")]
    settings = [[name, str(value)] for name, value in result.settings.items()]
    settings.append(["largest shift in the table", f"{result.max_shift} points"])
    return [*blocks, Block("table", (["setting", "value"], settings))]


def _hold(result):
    """Say what the intervals of the verdicts hold for."""
    level = f"{100 * result.level:g} %"
    if len(result.pairs) == 1:
        return f"The verdict holds at {level}."
    return (
        f"The intervals are widened so that all {len(result.pairs)} verdicts hold together at "
        f"{level}."
    )


def _errors(result, pictures):
    """Yield the errors of the recommended model, or of the best one, and the worst spectra."""
    name = result.recommendation.model
    if not name:
        name = max(result.models, key=lambda model: model.balanced_accuracy).model
    matrix = result.confusion.get(name)
    if matrix is not None:
        columns = [*map(str, result.classes), OTHER][: matrix.shape[1]]
        yield Block("heading", f"Errors of {name}")
        mistakes = np.where(np.eye(*matrix.shape, dtype=bool), 0, matrix)
        order = np.argsort(-mistakes, axis=None, kind="stable")[:MOST_CONFUSIONS]
        rows = [
            [columns[i], columns[j], f"{matrix[i, j]} of {matrix[i].sum()}"]
            for i, j in zip(*np.unravel_index(order, matrix.shape), strict=True)
            if mistakes[i, j]
        ]
        if rows:
            yield Block("text", "The most frequent errors, counted over all splits:")
            yield Block("table", (["label", "predicted", "predictions"], rows))
        else:
            yield Block("text", "There are none: every test spectrum was named rightly.")
        if pictures:
            from skspectra.comparison._pictures import MOST_CLASSES, draw_confusion

            if len(result.classes) <= MOST_CLASSES:
                text = f"Confusion matrix of {name}, in percent of each true class"
                yield Block("text", f"{text}:")
                yield Block("png", (draw_confusion(matrix, columns), text))
    worst = worst_spectra(result, name)
    if pictures and worst and result.plan is not None:
        from skspectra.comparison._pictures import draw_spectra

        yield Block("heading", "The worst spectra")
        yield Block(
            "text",
            "These are named wrongly by every model, or most often. Each is drawn from its lowest "
            "to its highest value, beside the most similar spectrum with its label and the most "
            "similar one of the class it is taken for. Check their labels first.",
        )
        text = "; ".join(f"row {row}: {label}, taken for {said}" for row, label, said in worst)
        yield Block("png", (draw_spectra(result, worst), text))


def worst_spectra(result, name):
    """Return the spectra that every model gets wrong, then those that one model gets wrong.

    Parameters
    ----------
    result : Comparison
        The comparison.
    name : str
        The model.

    Returns
    -------
    spectra : list of (int, str, str)
        At most six of row, label and what is said instead.
    """
    worst = [(row, label, said.split(" or ")[0]) for row, label, said in hard_spectra(result)]
    seen = {row for row, *_ in worst}
    said = result.predicted[name][0, 0] if name in result.predicted else result.y_true
    wrong = said != result.y_true
    wrong = wrong.any(axis=-1) if wrong.ndim == 2 else wrong
    for i in np.flatnonzero(wrong):
        if int(result.rows[i]) not in seen:
            seen.add(int(result.rows[i]))
            labels = (label_text(y[i], result.classes) for y in (result.y_true, said))
            worst.append((int(result.rows[i]), *labels))
    return worst[:MOST_SPECTRA]


def to_html(blocks):
    """Return blocks as one HTML page that loads nothing.

    Parameters
    ----------
    blocks : list of Block
        The report.

    Returns
    -------
    page : str
        The page.
    """
    title = next(content for kind, content in blocks if kind == "title")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(_html(*block) for block in blocks)
        + "\n</body>\n</html>\n"
    )


def short_html(result):
    """Return the recommendation and the table of scores as a piece of HTML.

    Parameters
    ----------
    result : Comparison
        The comparison.

    Returns
    -------
    piece : str
        The piece.
    """
    blocks = [Block("text", result.recommendation.reason), Block("table", score_cells(result))]
    return "\n".join(_html(*block) for block in blocks if block.content)


def _html(kind, content):
    if kind == "table":
        header, rows = content
        cells = [[f"<th>{html.escape(cell)}</th>" for cell in header]]
        cells += [[_html_cell(cell) for cell in row] for row in rows]
        lines = "\n".join(f"<tr>{''.join(row)}</tr>" for row in cells)
        return f'<div class="wide"><table>\n{lines}\n</table></div>'
    if kind == "list":
        return (
            "<ul>\n" + "\n".join(f"<li>{html.escape(item)}</li>" for item in content) + "\n</ul>"
        )
    if kind == "png":
        png, text = content
        source = base64.b64encode(png).decode("ascii")
        return f'<img alt="{html.escape(text)}" src="data:image/png;base64,{source}">'
    begin, end = {
        "title": ("<h1>", "</h1>"),
        "heading": ("<h2>", "</h2>"),
        "first": ('<p class="first">', "</p>"),
        "text": ("<p>", "</p>"),
        "code": ("<pre><code>", "</code></pre>"),
    }[kind]
    return f"{begin}{html.escape(content)}{end}"


def _html_cell(cell):
    return f"<td{_LEFT if len(cell) > 24 else ''}>{html.escape(cell)}</td>"


_LEFT = ' class="text"'


def to_markdown(blocks):
    """Return blocks as Markdown, without pictures.

    Parameters
    ----------
    blocks : list of Block
        The report.

    Returns
    -------
    text : str
        The text.
    """
    return (
        "\n\n".join(_markdown(kind, content) for kind, content in blocks if kind != "png") + "\n"
    )


def _markdown(kind, content):
    if kind == "table":
        header, rows = content
        lines = [header, ["---"] * len(header)]
        lines += [[escape_markdown(cell) for cell in row] for row in rows]
        lines[0] = [escape_markdown(cell) or " " for cell in header]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    if kind == "list":
        return "\n".join(f"- {escape_markdown(item)}" for item in content)
    if kind == "code":
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", content)), default=0))
        return f"{fence}python\n{content}\n{fence}"
    begin = {"title": "# ", "heading": "## "}.get(kind, "")
    text = escape_markdown(content)
    return f"**{text}**" if kind == "first" else begin + text


def escape_markdown(text):
    r"""Return a text in which no letter has a meaning for Markdown or HTML.

    Parameters
    ----------
    text : str
        The text; line breaks become blanks.

    Returns
    -------
    escaped : str
        The text.

    Examples
    --------
    >>> print(escape_markdown("a|b <b>"))
    a\|b &lt;b&gt;
    """
    text = " ".join(text.split())
    text = re.sub(r"([\\`*_{}\[\]#|~$])", r"\\\1", text)
    return text.replace("<", "&lt;").replace(">", "&gt;")
