"""What verdicts, probabilities, intervals and recommendations are worth, on simulated scores."""

from itertools import combinations

import numpy as np
from _study import RESULTS, study, write_rows
from scipy.special import ndtri

from skspectra.comparison import _evidence
from skspectra.comparison._advice import choose
from skspectra.comparison._verdict import MARGIN, Estimate, half_width, judge

N_SETS, N_MODELS, N_DRAWS = 200, 6, 1000
FOLDS, REPEATS = 5, 2
# Spectra (or groups of three spectra) in each class.
DESIGNS = {
    "45 spectra": [15, 15, 15],
    "150 spectra": [50, 50, 50],
    "600 spectra": [200, 200, 200],
    "120 spectra, a class of 8": [8, 32, 80],
    "24 groups": [8, 8, 8],
    "60 groups": [20, 20, 20],
    "200 groups": [66, 67, 67],
    "60 groups, a class of 6": [6, 18, 36],
    "5 replicates of 135": [225, 225, 225],
}
BASES = [0.7, 0.9, 0.98]
SDS = [0, 1, 2, 5, 10]
# Every other model is worse by the margin, which is the hardest case for verdicts.
AT_MARGIN = {"just below 2": 0.999 * MARGIN, "just above 2": 1.001 * MARGIN}
# How far models go wrong on the same spectra, and how much a training set moves a score (probit).
SHARED, LASTING, OF_THE_SET, OF_THE_FOLD = 0.5, 0.8, 0.03, 0.05
SCALES = {"flat": np.inf, "0.01": 0.01, "0.02": 0.02, "0.03": 0.03, "0.04": 0.04}
RISKS = [0.1, 0.2, 0.3, 0.5]
EDGES = [0, 0.2, 0.5, 0.8, 0.95, 1]


def summarise(rows):
    """Write the mean and the extreme cells of each figure, for each spread of true differences."""
    summary = []
    for figure in sorted({row["figure"] for row in rows}):
        for sd in [*SDS, "all sd", *AT_MARGIN]:
            known = set(map(str, SDS if sd == "all sd" else [sd]))
            cells = [row for row in rows if row["figure"] == figure and row["sd"] in known]
            if not cells:
                continue
            value, n = np.array([[float(row["value"]), int(row["n"])] for row in cells]).T
            said = [float(row["said"] or np.nan) for row in cells]
            means = [f"{mean:.4f}" for mean in (value @ n / n.sum(), np.min(value), np.max(value))]
            summary.append((figure, sd, int(n.sum()), *means, f"{said @ n / n.sum():.4f}"))
    header = ["figure", "sd", "n", "mean", "lowest cell", "highest cell", "said"]
    write_rows(RESULTS / "evidence_summary.csv", header, summary)
    draw([row for row in summary if row[1] == "all sd" and row[0].startswith("came true: better")])


def draw(rows):
    """Draw how often "better" came true against the probability that was said."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 4), layout="constrained")
    ax = figure.subplots()
    ax.plot([0, 1], [0, 1], color="black", linewidth=1, linestyle=":", label="as said")
    for prior, style in ((f"{_evidence.PRIOR_SCALE:g}", "o-"), ("flat", "s--")):
        points = sorted(
            (float(row[6]), float(row[3])) for row in rows if f"prior {prior}," in row[0]
        )
        label = "flat prior" if prior == "flat" else "prior of a median of 3 points"
        ax.plot(*zip(*points, strict=True), style, label=label)
    ax.set_xlabel('said: probability of "better"')
    ax.set_ylabel("came true")
    ax.legend(frameon=False)
    figure.savefig(RESULTS / "evidence.png", dpi=130)


@study(
    "evidence.csv",
    [{"design": list(DESIGNS), "base": BASES, "sd": [*SDS, *AT_MARGIN]}],
    "figure n value said",
    finish=summarise,
)
def evidence(design, base, sd):
    """Simulate six models on 200 data sets, and see what the statements on them are worth.

    A row of the CSV file is one figure of one design, accuracy and spread of the true differences
    (`sd`, in points): how often something happened (`value`, from `n` cases), and for
    probabilities what was `said` on average. Regret is what the model chosen lacks to the truly
    best one. evidence_summary.csv has the means over designs and accuracies, with the lowest and
    the highest cell.
    """
    rng = np.random.default_rng([list(DESIGNS).index(design), BASES.index(base)])
    if sd in AT_MARGIN:
        gains = np.tile([0, -AT_MARGIN[sd]], (N_SETS, N_MODELS // 2))
    else:
        gains = rng.normal(0, sd / 100 / np.sqrt(2), (N_SETS, N_MODELS))
    true = base + gains
    true = np.minimum(true, 2 * 0.998 - true).clip(0.34)
    if "groups" in design:
        scores, pairs, floor, n_units = score_groups(rng, true, DESIGNS[design])
    else:
        scores, pairs, floor, n_units = score_splits(rng, true, DESIGNS[design], design)
    figures = {}
    for i in range(N_SETS):
        note_set(figures, true[i], scores[i], pairs[i], floor, n_units)
    rows = []
    for name, pairs in sorted(figures.items()):
        value, said = np.mean(pairs, axis=0)
        rows.append((name, len(pairs), f"{value:.5f}", "" if np.isnan(said) else f"{said:.4f}"))
    return rows


def hits(rng, true, group, n_repeats, split_of):
    """Draw which predictions are right, as an array (sets, models, repeats, spectra).

    Spectra of one group share most of what makes them hard, models share half of it, and the two
    predictions of a spectrum in two repeats share most of theirs.
    """
    n_sets, n_models = true.shape
    n_groups = group.max() + 1
    n = len(group)

    def mixed(shape, share):
        whole = rng.normal(size=(*shape, n_groups))[..., group]
        return np.sqrt(share) * whole + np.sqrt(1 - share) * rng.normal(size=(*shape, n))

    hard = mixed((n_sets, 1, 1), 0.8) * np.sqrt(SHARED)
    own = mixed((n_sets, n_models, 1), 0.6) * np.sqrt((1 - SHARED) * LASTING)
    passing = rng.normal(size=(n_sets, n_models, n_repeats, n))
    hard = hard + own + passing * np.sqrt((1 - SHARED) * (1 - LASTING))
    spread = 1.0
    if split_of is not None:
        spread = np.sqrt(1 + OF_THE_SET**2 + OF_THE_FOLD**2)
        folds = rng.normal(0, OF_THE_FOLD, (n_sets, n_models, split_of.max() + 1))
        hard = hard + rng.normal(0, OF_THE_SET, (n_sets, n_models, 1, 1)) + folds[:, :, split_of]
    return hard < spread * ndtri(true)[:, :, None, None]


def score_splits(rng, true, counts, design):
    """Score folds or replicates; return estimates as `estimate_by_splits` makes them."""
    strata = np.repeat(np.arange(len(counts)), counts)
    replicates = "replicates" in design
    n_repeats = 1 if replicates else REPEATS
    split_of = np.stack(
        [
            np.concatenate([rng.permutation(n) % FOLDS for n in counts]) + FOLDS * repeat
            for repeat in range(n_repeats)
        ]
    )
    right = hits(rng, true, np.arange(len(strata)), n_repeats, split_of)
    n_splits = FOLDS * n_repeats
    cells = (split_of * len(counts) + strata).ravel()
    member = np.eye(n_splits * len(counts))[cells]
    recalls = right.reshape(*true.shape, -1) @ (member / member.sum(axis=0))
    by_split = recalls.reshape(*true.shape, n_splits, len(counts)).mean(axis=-1)
    ratio = 0 if replicates else 1 / (FOLDS - 1)

    def estimates(scores, floor=0.0):
        errors = np.sqrt((1 / n_splits + ratio) * scores.var(axis=-1, ddof=1))
        return pack(scores.mean(axis=-1), np.maximum(errors, floor), n_splits - 1)

    floor = 1 / (len(counts) * min(counts))
    return estimates(by_split), estimates(differences(by_split), floor), floor, round(1 / floor)


def score_groups(rng, true, counts):
    """Score groups of three; return estimates as `estimate_by_groups` makes them."""
    strata = np.repeat(np.arange(len(counts)), counts)
    n_groups = len(strata)
    right = hits(rng, true, np.repeat(np.arange(n_groups), 3), 1, None)
    means = right.reshape(*true.shape, n_groups, 3).mean(axis=-1)
    # Like estimate_by_groups: the same groups are drawn for all models, here for all sets too.
    weights = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=N_DRAWS)
    member = np.eye(len(counts))[strata]
    drawn = weights @ member
    present = np.count_nonzero(drawn, axis=1)
    shares = member @ (1 / np.maximum(drawn, 1) / present[:, None]).T * weights.T
    correction = np.sqrt(min(counts) / (min(counts) - 1))

    def estimates(means, floor=0.0):
        values = (means @ (member / member.sum(axis=0))).mean(axis=-1)
        errors = correction * (means @ shares).std(axis=-1, ddof=1)
        return pack(values, np.maximum(errors, floor), min(counts) - 1)

    floor = 1 / (len(counts) * min(counts))
    return estimates(means), estimates(differences(means), floor), floor, round(1 / floor)


def differences(scores):
    """Return the first minus the second model of all pairs."""
    a, b = np.transpose(list(combinations(range(N_MODELS), 2)))
    return scores[:, a] - scores[:, b]


def pack(values, errors, df):
    """Return lists of estimates, one list a data set."""
    return [
        [Estimate(float(value), float(error), df) for value, error in zip(*row, strict=True)]
        for row in zip(values, errors, strict=True)
    ]


def note_set(figures, true, scores, pairs, floor, n_units):
    """Add what the statements on one data set were worth to the figures."""

    def note(name, value, said=np.nan):
        figures.setdefault(name, []).append((float(value), said))

    for score, truth in zip(scores, true, strict=True):
        low, high = _evidence.score_interval(score, n_units)
        note("coverage of a score", low <= truth <= high)
        plain = half_width(score)
        note("coverage of plus-minus", score.value - plain <= truth <= score.value + plain)
    names = list(combinations(range(N_MODELS), 2))
    gaps = {pair: true[pair[0]] - true[pair[1]] for pair in names}
    estimates = dict(zip(names, pairs, strict=True))
    wrong = dict.fromkeys(("better", "worse", "equivalent"), False)
    for result in judge(estimates, floor=floor):
        gap = gaps[result.model_a, result.model_b]
        right = {"better": gap > MARGIN, "worse": gap < -MARGIN, "equivalent": abs(gap) <= MARGIN}
        note("pairs decided", result.verdict in right)
        note("false pair", not right.get(result.verdict, True))
        if not right.get(result.verdict, True):
            wrong[result.verdict] = True
    for verdict, happened in wrong.items():
        note(f"a false {verdict} among 15 pairs", happened)
    note("any false verdict among 15 pairs", any(wrong.values()))
    # Neighbours are enough for the probabilities: five of 15 pairs.
    for a in range(N_MODELS - 1):
        gap = gaps[a, a + 1]
        came = np.array([gap > MARGIN, abs(gap) <= MARGIN, gap < -MARGIN])
        for prior, scale in SCALES.items():
            said = np.array(_evidence.evidence(estimates[a, a + 1], MARGIN, scale))
            note(f"log loss, prior {prior}", -np.log(max(said[came][0], 1e-4)))
            if scale not in (np.inf, _evidence.PRIOR_SCALE):
                continue
            for event, i in (("better", 0), ("equivalent", 1), ("better", 2)):
                step = min(np.searchsorted(EDGES, said[i], side="right"), len(EDGES) - 1)
                name = f"{event}, prior {prior}, {EDGES[step - 1]:g} to {EDGES[step]:g}"
                note(f"came true: {name}", came[i], said[i])
    for rule, chosen in rules(scores, estimates).items():
        note(f"regret of {rule}", true.max() - true[chosen])
        note(f"cost rank of {rule}", chosen)


def rules(scores, estimates):
    """Return the model that each rule chooses; models are numbered from cheap to expensive."""
    order = list(range(N_MODELS))
    best = max(order, key=lambda model: scores[model].value)
    lacks = {
        model: estimates[best, model]
        if best < model
        else estimates[model, best]._replace(value=-estimates[model, best].value)
        for model in order
        if model != best
    }
    by_name = dict(zip(order, scores, strict=True))
    chosen = {"argmax": best, "one standard error": choose(by_name, {}, order, MARGIN).model}
    for risk in RISKS:
        chosen[f"risk {risk}"] = choose(by_name, lacks, order, MARGIN, risk).model
    return chosen
