import numpy as np
import pytest

from skspectra.comparison._verdict import PairResult
from skspectra.comparison._wording import conclusion, format_seconds, sentence, text_table

FAMILIES = {
    "SVC": "raw",
    "pooled": "pooled",
    "net": "net",
    "cnn": "net",
    "majority": "baseline",
}


def pair(a, b, verdict, reason="because"):
    return PairResult(a, b, 0.003, -0.005, 0.011, 0.01, verdict, reason)


def conclude(*pairs, nets=("net",)):
    families = {name: f for name, f in FAMILIES.items() if f != "net" or name in nets}
    return conclusion([pair(*p) for p in pairs], families)


def test_sentences():
    text = sentence(pair("A", "B", "equivalent"), 0.95)
    assert text == "A vs B: equivalent (difference +0.3 points, 95 % interval -0.5 to +1.1)"
    assert "the second is better" in sentence(pair("A", "B", "worse"), 0.95)
    assert sentence(pair("A", "B", "cannot tell"), 0.95).endswith("+1.1): because")


def test_sentence_without_interval():
    bare = pair("A", "B", "not converged")._replace(low=np.nan, high=np.nan)
    assert sentence(bare, 0.95) == "A vs B: not converged (difference +0.3 points): because"


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (
            [("SVC", "net", "worse"), ("pooled", "net", "equivalent")],
            "A network is not needed here: pooled is equivalent to net.",
        ),
        (
            [("net", "SVC", "worse"), ("pooled", "net", "better")],
            "A network is not needed here: SVC and pooled are better than net.",
        ),
        (
            [("SVC", "net", "worse"), ("pooled", "net", "worse")],
            "The network is better here: net did better than every classical model compared with "
            "it (SVC and pooled).",
        ),
        (
            [("SVC", "net", "worse"), ("pooled", "net", "cannot tell")],
            "These data cannot tell whether a network is needed.",
        ),
        (
            [("pooled", "net", "not converged")],
            "These data cannot tell whether a network is needed.",
        ),
        (
            [("pooled", "net", "better"), ("net", "majority", "cannot tell")],
            "These data cannot tell whether a network is needed: net did not do better than the "
            "baseline.",
        ),
        (
            [("pooled", "net", "better"), ("net", "majority", "better")],
            "A network is not needed here: pooled is better than net.",
        ),
        ([("SVC", "pooled", "better"), ("net", "majority", "better")], ""),
        ([], ""),
    ],
)
def test_conclusion(pairs, expected):
    assert conclude(*pairs) == expected


def test_a_classical_model_must_match_every_network():
    nets = ("net", "cnn")
    one = conclude(("pooled", "net", "better"), nets=nets)
    assert one == "These data cannot tell whether a network is needed."
    both = conclude(("pooled", "net", "better"), ("pooled", "cnn", "equivalent"), nets=nets)
    assert both.endswith("pooled is better than net and equivalent to cnn.")


def test_format_seconds():
    assert [format_seconds(s) for s in (0, 0.05, 3.14, 42.1, 150)] == [
        "0.001 s",
        "0.050 s",
        "3.1 s",
        "42 s",
        "2.5 min",
    ]


def test_text_table():
    assert text_table(["m", "n", ""], [["long", "1", "x"], ["s", "23", ""]]).split("\n") == [
        "m      n",
        "-----------",
        "long   1  x",
        "s     23",
    ]
