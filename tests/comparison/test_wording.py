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
    return conclusion([pair(*p) for p in pairs], families, 0.02)


def test_sentences():
    text = sentence(pair("A", "B", "equivalent"))
    assert text == "A vs B: equivalent (difference +0.3 points, interval -0.5 to +1.1)"
    assert "the second is better" in sentence(pair("A", "B", "worse"))
    assert sentence(pair("A", "B", "cannot tell")).endswith("+1.1): because")


def test_sentence_without_interval():
    bare = pair("A", "B", "not converged")._replace(low=np.nan, high=np.nan)
    assert sentence(bare) == "A vs B: not converged (difference +0.3 points): because"


CANNOT_TELL = "These data cannot tell whether a network is needed: "


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        (
            [("SVC", "net", "worse"), ("pooled", "net", "equivalent")],
            "The net is not needed here: pooled is equivalent to it (within 2 points).",
        ),
        (
            [("net", "SVC", "worse"), ("pooled", "net", "better")],
            "The net is not needed here: SVC and pooled are better than it (by more than 2 "
            "points).",
        ),
        (
            [("SVC", "net", "worse"), ("pooled", "net", "worse")],
            "The net is better here, by more than 2 points, than every classical model compared "
            "with it (SVC and pooled).",
        ),
        ([("SVC", "net", "worse"), ("pooled", "net", "cannot tell")], CANNOT_TELL + "because."),
        (
            [
                ("SVC", "net", "cannot tell", "the interval reaches +2"),
                ("pooled", "net", "cannot tell", "the interval reaches -2"),
            ],
            CANNOT_TELL + "the intervals are too wide.",
        ),
        (
            [
                ("SVC", "net", "cannot tell"),
                ("pooled", "net", "not converged", "net did not converge"),
            ],
            CANNOT_TELL + "net did not converge.",
        ),
        (
            [
                ("pooled", "net", "cannot tell", "class 'x' has 2 groups, fewer than 5"),
                ("net", "majority", "cannot tell", "class 'x' has 2 groups, fewer than 5"),
            ],
            CANNOT_TELL + "class 'x' has 2 groups, fewer than 5.",
        ),
        (
            [("pooled", "net", "better"), ("net", "majority", "cannot tell", "too few")],
            CANNOT_TELL + "too few.",
        ),
        (
            [("pooled", "net", "better"), ("net", "majority", "equivalent")],
            CANNOT_TELL + "net did not do better than the baseline.",
        ),
        (
            [("pooled", "net", "better"), ("majority", "net", "better")],
            CANNOT_TELL + "net did not do better than the baseline.",
        ),
        (
            [("pooled", "net", "better"), ("net", "majority", "better")],
            "The net is not needed here: pooled is better than it (by more than 2 points).",
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
    assert one == CANNOT_TELL + "no verdict holds for every network."
    both = conclude(("pooled", "net", "better"), ("pooled", "cnn", "equivalent"), nets=nets)
    assert both == (
        "net and cnn are not needed here: pooled is better than net (by more than 2 points) and "
        "equivalent to cnn (within 2 points)."
    )


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
