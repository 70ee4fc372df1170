"""Verdicts as sentences, and tables as text."""

import numpy as np

PAIR_NOTE = (
    "A verdict holds together with all the others; the probabilities beside it are about this "
    "pair alone."
)
_FLIPPED = {"better": "worse", "worse": "better"}
_OPEN = "cannot tell", "not converged"
_CANNOT_TELL = "These data cannot tell whether a network is needed"


def sentence(pair):
    """Return the verdict on a pair as one sentence.

    Parameters
    ----------
    pair : PairResult
        The verdict.

    Returns
    -------
    text : str
        For instance "A vs B: equivalent (difference +0.3 points, interval -0.5 to +1.1).
        Probability: A better 2 %, equivalent 97 %, B better 1 %."
    """
    text = f"{pair.model_a} vs {pair.model_b}: {pair.verdict}"
    if pair.verdict == "better":
        text = f"{pair.model_a} vs {pair.model_b}: the first is better"
    elif pair.verdict == "worse":
        text = f"{pair.model_a} vs {pair.model_b}: the second is better"
    text += f" (difference {100 * pair.difference:+.1f} points"
    if np.isfinite(pair.low):
        text += f", interval {100 * pair.low:+.1f} to {100 * pair.high:+.1f}"
    text += ")"
    if pair.verdict in _OPEN:
        text += f": {pair.reason}"
    if np.isfinite(pair.probability_better):
        text += (
            f". Probability: {pair.model_a} better {percent(pair.probability_better)}, equivalent "
            f"{percent(pair.probability_equivalent)}, {pair.model_b} better "
            f"{percent(pair.probability_worse)}."
        )
    return text + (f" {pair.needed[:1].upper()}{pair.needed[1:]}." if pair.needed else "")


def conclusion(pairs, families, margin):
    """Return a text that says whether a network is needed, from the verdicts alone.

    Parameters
    ----------
    pairs : list of PairResult
        The verdicts.
    families : dict of str to str
        Family of each model. Models that are neither "net" nor "baseline" are classical.
    margin : float
        Smallest difference that matters.

    Returns
    -------
    text : str
        Networks are not needed if a classical model is better than or equivalent to every
        network. They are better if every network is better than each classical model that it was
        compared with. Otherwise the answer is open, also if a network was not shown to be better
        than the baseline. The text is empty if no network was compared with a classical model.
    """
    verdicts, idle, undecided, unproven = {}, [], [], False
    nets = [name for name, family in families.items() if family == "net"]
    for pair in pairs:
        for other, net, verdict in (
            (pair.model_a, pair.model_b, pair.verdict),
            (pair.model_b, pair.model_a, _FLIPPED.get(pair.verdict, pair.verdict)),
        ):
            if net not in nets or other in nets:
                continue
            undecided += [pair] if verdict in _OPEN else []
            if families[other] != "baseline":
                verdicts.setdefault(other, {})[net] = verdict
            elif verdict in _OPEN:
                unproven = True
            elif verdict != "worse":
                idle.append(net)
    if not verdicts:
        return ""
    if idle:
        return f"{_CANNOT_TELL}: {listed(idle)} did not do better than the baseline."
    if unproven:
        return f"{_CANNOT_TELL}: {_reason(undecided)}."

    subject = f"The {nets[0]} is" if len(nets) == 1 else f"{listed(nets)} are"
    enough = {
        classical: against
        for classical, against in verdicts.items()
        if set(against) == set(nets) and set(against.values()) <= {"better", "equivalent"}
    }
    if enough:
        groups = {}
        for classical, against in enough.items():
            groups.setdefault(_phrase(against, nets, margin), []).append(classical)
        reasons = "; ".join(
            f"{listed(names)} {'is' if len(names) == 1 else 'are'} {phrase}"
            for phrase, names in groups.items()
        )
        return f"{subject} not needed here: {reasons}."
    met = {net for against in verdicts.values() for net in against}
    if met == set(nets) and all(set(v.values()) == {"worse"} for v in verdicts.values()):
        return (
            f"{subject} better here, by more than {100 * margin:g} points, than every classical "
            f"model compared with {'it' if len(nets) == 1 else 'them'} ({listed(list(verdicts))})."
        )
    return f"{_CANNOT_TELL}: {_reason(undecided)}."


def _reason(undecided):
    """Return the reason why there is no answer, in a few words."""
    unfinished = dict.fromkeys(p.reason for p in undecided if p.verdict == "not converged")
    if unfinished:
        return "; ".join(unfinished)
    reasons = dict.fromkeys(
        "the intervals are too wide" if pair.reason.startswith("the interval ") else pair.reason
        for pair in undecided
    )
    return "; ".join(reasons) or "no verdict holds for every network"


def _phrase(against, nets, margin):
    parts = []
    for verdict, words, extent in (
        ("better", "better than", "by more than"),
        ("equivalent", "equivalent to", "within"),
    ):
        names = [net for net, other in against.items() if other == verdict]
        them = "it" if len(nets) == 1 else listed(names)
        parts += [f"{words} {them} ({extent} {100 * margin:g} points)"] if names else []
    return listed(parts)


def with_interval(value, low, high):
    """Return a score with its interval in percent, for instance "93.3 (87.1 to 97.2)".

    Parameters
    ----------
    value, low, high : float
        The score and its interval, as fractions; NaN where there is no interval.

    Returns
    -------
    text : str
        The text.
    """
    interval = f"({100 * low:.1f} to {100 * high:.1f})" if np.isfinite(low) else "(-)"
    return f"{100 * value:.1f} {interval}"


def percent(share):
    """Return a probability in percent, for instance "12 %", "under 1 %" or "over 99 %".

    Parameters
    ----------
    share : float
        The probability, from 0 to 1.

    Returns
    -------
    text : str
        The text.
    """
    if share < 0.01:
        return "under 1 %"
    return "over 99 %" if share > 0.99 else f"{100 * share:.0f} %"


def two_digits(number):
    """Return a number of at least 1, rounded up to two digits.

    Parameters
    ----------
    number : float
        The number.

    Returns
    -------
    rounded : int
        For instance 1300 for 1234.
    """
    step = 10 ** max(0, int(np.floor(np.log10(number))) - 1)
    return int(np.ceil(number / step) * step)


def format_seconds(seconds):
    """Return a time with about two digits, for instance "0.04 s", "3.1 s" or "2.5 min".

    Parameters
    ----------
    seconds : float
        The time.

    Returns
    -------
    text : str
        The time in seconds or minutes.
    """
    if seconds < 0.1:
        return f"{max(seconds, 0.001):.3f} s"
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"


def text_table(header, rows):
    """Return a table whose first and last columns are aligned left and the others right.

    Parameters
    ----------
    header : list of str
        Names of the columns.
    rows : list of list of str
        The cells.

    Returns
    -------
    text : str
        The lines, without trailing blanks.
    """
    table = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    last = len(header) - 1
    lines = [
        "  ".join(
            cell.ljust(width) if i in (0, last) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    lines.insert(1, "-" * max(map(len, lines)))
    return "\n".join(lines)


def listed(words, most=8):
    """Return words with commas and an "and"; those behind the first ``most`` are counted.

    Parameters
    ----------
    words : list of str
        The words.
    most : int, default=8
        How many are written out.

    Returns
    -------
    text : str
        For instance "a, b and c", or "a, b and 12 more".
    """
    if len(words) > most:
        words = [*words[:most], f"{len(words) - most} more"]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
