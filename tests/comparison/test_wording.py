import numpy as np
import pytest

from skspectra.comparison._verdict import PairResult
from skspectra.comparison._wording import (
    conclusion,
    format_seconds,
    listed,
    percent,
    sentence,
    text_table,
    two_digits,
    with_interval,
)

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


def test_sentence_with_probabilities_and_what_would_decide():
    stated = pair("A", "B", "cannot tell", "the interval reaches across +2 points")._replace(
        probability_better=0.614,
        probability_equivalent=0.381,
        probability_worse=0.005,
        needed="about 280 spectra instead of 120 would decide it",
    )
    assert sentence(stated) == (
        "A vs B: cannot tell (difference +0.3 points, interval -0.5 to +1.1): the interval "
        "reaches across +2 points. Probability: A better 61 %, equivalent 38 %, B better under "
        "1 %. About 280 spectra instead of 120 would decide it."
    )


def test_the_note_on_probabilities_is_there_only_where_some_are_stated():
    from skspectra.comparison import Comparison

    def sentences(*pairs):
        return Comparison(
            [], list(pairs), np.array([]), {}, np.array([0]), 0, 1, 0.02, 0.95, {}
        ).sentences()

    bare = pair("A", "B", "cannot tell")
    assert sentences(bare) == [sentence(bare)]
    last = sentences(bare, bare._replace(probability_better=0.5))[-1]
    assert "holds together with all the others" in last
    assert "about this pair alone" in last


def test_percent():
    assert [percent(share) for share in (0.0, 0.0099, 0.01, 0.555, 0.99, 0.991)] == [
        "under 1 %",
        "under 1 %",
        "1 %",
        "56 %",
        "99 %",
        "over 99 %",
    ]


def test_with_interval():
    assert with_interval(0.9333, 0.871, 0.972) == "93.3 (87.1 to 97.2)"
    assert with_interval(0.9333, np.nan, np.nan) == "93.3 (-)"


def test_two_digits():
    assert [two_digits(n) for n in (1, 7.2, 99.5, 101, 1234, 98765)] == [
        *(1, 8, 100, 110, 1300, 99000)
    ]


def test_listed():
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a and b"
    assert listed(list("abcde"), most=3) == "a, b, c and 2 more"
