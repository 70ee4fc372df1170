import html
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from skspectra.comparison import compare
from skspectra.comparison._report import escape_markdown, report_blocks, worst_spectra

EVIL = "<b>pork|\"&ham'</b>"


class Checker(HTMLParser):
    """Collects tags, links and text, and checks that tags are closed in order."""

    def __init__(self, page):
        super().__init__()
        self.stack, self.tags, self.links, self.text = [], [], [], []
        self.feed(page)
        assert self.stack == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "img"):
            self.stack.append(tag)

    def handle_endtag(self, tag):
        assert self.stack.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def result():
    """Labels and names that would be markup, a wrong label, and an axis."""
    rng = np.random.default_rng(0)
    y = np.tile([EVIL, "turkey"], 30)
    X = rng.normal(0, 1, (60, 30)) + 3 * (y == "turkey")[:, None]
    y[4] = "turkey"
    models = {"<i>SVC</i>": SVC(), "naive | Bayes": GaussianNB(), "guess": DummyClassifier()}
    names = [f"<u>{i}|.spc" for i in range(60)]
    axis = np.linspace(400, 690, 30)
    found = compare(X, y, models, names=names, x_axis=axis, unit="cm-1", n_repeats=1)
    found.settings["data"] = "<script>alert(1)</script>.csv"
    return found


@pytest.fixture(scope="module")
def page(result, tmp_path_factory):
    pytest.importorskip("matplotlib")
    path = tmp_path_factory.mktemp("report") / "report.html"
    assert result.to_html(path) == path
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]
    return path.read_text(encoding="utf-8")


def test_the_page_is_whole_and_loads_nothing(page):
    links = Checker(page).links
    assert len(links) == 3
    assert all(link.startswith("data:image/png;base64,iVBOR") for link in links)
    assert "http" not in page


def test_everything_in_the_page_is_escaped(page):
    tags = set(Checker(page).tags)
    assert not tags & {"b", "i", "u", "script"}
    assert html.escape(EVIL) in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;.csv" in page


def test_the_page_says_what_to_do_first(page, result):
    text = " ".join(" ".join(Checker(page).text).split())
    first = text.index(result.recommendation.reason)
    assert first < text.index("model = ") < text.index("Scores") < text.index("Verdicts")
    for sentence in result.advice():
        assert " ".join(sentence.split()) in text
    for finding in (*result.settings.values(), "equivalent", "taken for"):
        assert str(finding) in text


def test_the_audit_has_a_table(result):
    plan = result.plan._replace(X=result.plan.X.copy())
    plan.X[7] = plan.X[9]
    found = replace(result, plan=plan)
    tables = [block.content for block in report_blocks(found) if block.kind == "table"]
    assert tables[0][1] == [[f.code, f.title, f.action] for f in found.audit]
    assert found.audit[0].code == "duplicates"


def test_markdown(result):
    text = result.to_markdown()
    lines = text.split("\n")
    assert lines[0].startswith("# Comparison of 3 models: &lt;script&gt;")
    assert r"&lt;b&gt;pork\|" in text
    assert "<" not in text.replace("&lt;", "")
    tables = [line for line in lines if line.startswith("| ")]
    # Bars inside cells are escaped, so that all rows of a table have as many cells as its header.
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    for i, line in enumerate(tables):
        if set(line) <= set("|- "):
            assert widths[i] == widths[i - 1] == widths[i + 1]
    assert "```python\nfrom sklearn" in text
    assert f"**{escape_markdown(result.recommendation.reason)}**" in text


def test_code_with_backticks_is_fenced():
    from skspectra.comparison._report import Block, to_markdown

    assert to_markdown([Block("code", "a = '```'")]) == "````python\na = '```'\n````\n"


def test_without_matplotlib_there_are_no_pictures(result, tmp_path, monkeypatch):
    from skspectra.comparison import _result

    monkeypatch.setattr(_result, "find_spec", lambda name: None)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    page = result.to_html(tmp_path / "report.html").read_text()
    assert "<img" not in page
    assert result.recommendation.reason.split(":")[0].split("<")[0] in page


def test_notebooks_show_the_recommendation_and_the_table(result):
    piece = result._repr_html_()
    assert Checker(piece).tags[:3] == ["p", "div", "table"]
    assert html.escape(result.recommendation.reason) in piece
    assert len(piece) < 5000


def test_an_unwritable_file(result, tmp_path):
    with pytest.raises(OSError, match="absent"):
        result.to_html(tmp_path / "absent" / "report.html")


def test_worst_spectra_begin_with_those_that_every_model_gets_wrong(result):
    worst = worst_spectra(result, "<i>SVC</i>")
    assert worst[0] == (4, "turkey", EVIL)
    assert len(worst) <= 6
    assert len({row for row, *_ in worst}) == len(worst)


def test_worst_spectra_of_one_model():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 5)), np.tile(["a", "b"], 20)
    result = compare(X, y, {"SVC": SVC()}, n_repeats=1)
    wrong = result.rows[result.predicted["SVC"][0, 0] != result.y_true]
    assert [row for row, *_ in worst_spectra(result, "SVC")] == wrong[:6].tolist()


def test_the_metric_of_the_verdicts_is_named(result):
    again = result.reanalyse(metric="accuracy")
    assert "Differences of accuracy in points." in again.to_markdown()
    assert again.settings["metric"] == "accuracy"
    back = again.reanalyse()
    assert "metric" not in back.settings
    assert "Differences of balanced accuracy in points." in back.to_markdown()


def test_errors_are_counted(result):
    kinds = [block for block in report_blocks(result) if block.kind == "table"]
    header, rows = kinds[-2].content
    assert header == ["label", "predicted", "predictions"]
    matrix = result.confusion[result.recommendation.model]
    expected = {f"{matrix[i, 1 - i]} of {matrix[i].sum()}" for i in range(2) if matrix[i, 1 - i]}
    assert {row[2] for row in rows} == expected


def test_several_labels_a_spectrum(tmp_path):
    pytest.importorskip("matplotlib")
    rng = np.random.default_rng(0)
    X = rng.normal(size=(40, 8))
    y = (X[:, :2] + rng.normal(0, 0.5, (40, 2)) > 0).astype(int)
    from sklearn.neighbors import KNeighborsClassifier

    result = compare(X, y, {"1-NN": KNeighborsClassifier(1), "3-NN": KNeighborsClassifier(3)})
    page = result.to_html(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "exact match" in page
    assert "F1 macro" in page
    assert "Confusion matrix" not in page
    assert "The worst spectra" in page


def test_a_bare_comparison_has_a_report(result):
    bare = replace(result, plan=None, pairs=[])
    assert "Verdicts" not in bare.to_markdown()
