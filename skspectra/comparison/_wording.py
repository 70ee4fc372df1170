"""Verdicts in plain words, and tables as text."""

import numpy as np

_FLIPPED = {"better": "worse", "worse": "better"}


def sentence(pair, level):
    """Return a pair's verdict as one sentence.

    Parameters
    ----------
    pair : PairResult
        The verdict.
    level : float
        Confidence in all verdicts together.

    Returns
    -------
    text : str
        For instance "A vs B: equivalent (difference +0.3 points, 95 % interval -0.5 to +1.1)".
    """
    text = f"{pair.model_a} vs {pair.model_b}: {pair.verdict}"
    if pair.verdict == "better":
        text = f"{pair.model_a} vs {pair.model_b}: the first is better"
    elif pair.verdict == "worse":
        text = f"{pair.model_a} vs {pair.model_b}: the second is better"
    text += f" (difference {100 * pair.difference:+.1f} points"
    if np.isfinite(pair.low):
        text += f", {100 * level:g} % interval {100 * pair.low:+.1f} to {100 * pair.high:+.1f}"
    text += ")"
    return text + (f": {pair.reason}" if pair.verdict in ("cannot tell", "not converged") else "")


def conclusion(pairs, families):
    """Say whether a network is needed; it follows from the verdicts alone.

    Parameters
    ----------
    pairs : list of PairResult
        The verdicts.
    families : dict of str to str
        Family of each model; "net" and "baseline" are told from all others, the classical ones.

    Returns
    -------
    text : str
        Not needed, where a classical model is better than or equivalent to every network; better,
        where every network is better than each classical model that it was compared with;
        undecided otherwise, also where a network is not better than the baseline. Empty where no
        network was compared with a classical model.
    """
    verdicts, idle = {}, []
    nets = {name for name, family in families.items() if family == "net"}
    for pair in pairs:
        for other, net, verdict in (
            (pair.model_a, pair.model_b, pair.verdict),
            (pair.model_b, pair.model_a, _FLIPPED.get(pair.verdict, pair.verdict)),
        ):
            if net not in nets or other in nets:
                continue
            if families[other] != "baseline":
                verdicts.setdefault(other, {})[net] = verdict
            elif verdict != "worse":
                idle.append(net)
    if not verdicts:
        return ""
    if idle:
        return (
            "These data cannot tell whether a network is needed: "
            f"{_join(idle)} did not do better than the baseline."
        )

    enough = [
        classical
        for classical, against in verdicts.items()
        if set(against) == nets and set(against.values()) <= {"better", "equivalent"}
    ]
    if enough:
        groups = {}
        for classical in enough:
            groups.setdefault(_phrase(verdicts[classical]), []).append(classical)
        reasons = "; ".join(
            f"{_join(names)} {'is' if len(names) == 1 else 'are'} {phrase}"
            for phrase, names in groups.items()
        )
        return f"A network is not needed here: {reasons}."
    met = [net for against in verdicts.values() for net in against]
    if nets <= set(met) and all(set(v.values()) == {"worse"} for v in verdicts.values()):
        return (
            f"The network is better here: {_join(sorted(nets))} did better than every classical "
            f"model compared with it ({_join(list(verdicts))})."
        )
    return "These data cannot tell whether a network is needed."


def _phrase(against):
    parts = []
    for verdict, words in (("better", "better than"), ("equivalent", "equivalent to")):
        names = [net for net, other in against.items() if other == verdict]
        parts += [f"{words} {_join(names)}"] if names else []
    return _join(parts)


def _join(words):
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def format_seconds(seconds):
    """Return a time with about two digits, e.g. "0.04 s", "3.1 s", "2.5 min".

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
    """Return an aligned table, the first and last column to the left and the others to the right.

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
