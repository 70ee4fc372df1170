"""The models that the command line compares, and the pairs that get a verdict."""

from sklearn.dummy import DummyClassifier

from skspectra._grid import check_axis, mean_step
from skspectra.comparison._table import (
    LINEAR_SVM,
    MAJORITY,
    NEIGHBOR,
    PCA_LDA,
    PLS_DA,
    POOLED_LR,
    POOLED_MLP,
    POOLED_SVC,
    PUBLISHED_NETS,
    RAW_LR,
    RAW_SVC,
    RIDGE,
    SHIFT_NN,
    SHIFTED_SVC,
    TREES,
    Table,
    make_networks,
    window_sizes,
)

# The standard recipes of chemometrics.
CHEMOMETRIC = (RIDGE, PCA_LDA, PLS_DA, LINEAR_SVM)
# From cheap to expensive: first linear models whose weights can be read, then models that keep
# spectra, then ensembles, copies and networks.
COST_ORDER = [
    MAJORITY,
    *CHEMOMETRIC,
    RAW_LR,
    RAW_SVC,
    POOLED_LR,
    POOLED_SVC,
    NEIGHBOR,
    SHIFT_NN,
    TREES,
    SHIFTED_SVC,
    POOLED_MLP,
    *PUBLISHED_NETS.values(),
]

# Width of the bands where none is given, as a share of the axis.
USUAL_WIDTH = 0.01


def default_models(
    n_points,
    *,
    x_axis=None,
    band_width=None,
    normalize="max",
    full=False,
    search=False,
    networks=True,
    multilabel=False,
    random_state=0,
):
    """Return the models to compare: chemometric recipes, raw and pooled models, and a network.

    Each model is set up as its own community runs it, and with a search each model tries twelve
    candidates.

    Parameters
    ----------
    n_points : int
        Points per spectrum; windows for pooling are fractions of it.
    x_axis : array-like of shape (n_points,), default=None
        The ascending axis, which gives `band_width` its unit.
    band_width : float, default=None
        Full width of the bands at half height, in units of `x_axis`, or in points without one;
        see :func:`skspectra.preprocessing.band_width`. Savitzky-Golay windows from half to twice
        this width are tried. None means 1 % of the axis.
    normalize : {"max", "area", "snv", "none"}, default="max"
        How every model scales each spectrum first. The chemometric recipes take the standard
        normal variate all the same, unless it is "none".
    full : bool, default=False
        Whether to add the published networks cnn2 and cnn6 (minutes to hours).
    search : bool, default=False
        Whether every model gets a grid of twelve candidates. The nearest neighbour at the best
        shift, which is slow for thousands of spectra, is among the models only then.
    networks : bool, default=True
        Whether the networks take part. False leaves torch unloaded.
    multilabel : bool, default=False
        Whether `y` will be a 0/1 matrix. Models that know single labels only are then fitted once
        per column.
    random_state : int, default=0
        Seed of the models.

    Returns
    -------
    models : dict of str to estimator or (estimator, grid)
        The argument `models` of :func:`compare`, from cheap to expensive.

    Raises
    ------
    ValueError
        If `band_width` is not a positive number, or if `x_axis` does not suit `n_points`.

    See Also
    --------
    default_pairs : The pairs to give a verdict on.
    skspectra.preprocessing.band_width : Find the width of the bands.

    Notes
    -----
    Baselines are subtracted only if pybaselines is installed. Without it, these candidates smooth
    instead.
    """
    step = 1.0 if x_axis is None else mean_step(check_axis(x_axis, n_points))
    if band_width is not None and not 0 < band_width < float("inf"):
        raise ValueError(f"band_width={band_width!r} must be a positive number or None.")
    width = USUAL_WIDTH * n_points if band_width is None else band_width / step
    table = Table(n_points, width, normalize, multilabel, random_state)
    models = table.chemometric() | table.raw() | table.pooled()
    if networks:
        models |= make_networks(full, normalize, window_sizes(n_points), random_state)
    guess = DummyClassifier(strategy="most_frequent", random_state=random_state)
    models[MAJORITY] = guess, None
    models = {name: models[name] for name in COST_ORDER if name in models}
    if search:
        return models
    del models[SHIFT_NN]
    return {name: model for name, (model, _) in models.items()}


def default_pairs(models):
    """Return the few pairs that answer what people ask.

    Parameters
    ----------
    models : collection of str
        Names of the models to compare.

    Returns
    -------
    pairs : list of (str, str)
        Is a network needed? The pooled SVC with shift copies, the ridge classifier and the pooled
        SVC against each network. Does pooling help? Pooled against raw machines, and the pooled
        SVC against the ridge classifier of chemometrics. Each network also meets the majority
        class, because a network that learnt nothing proves nothing.
    """
    nets = (POOLED_MLP, *PUBLISHED_NETS.values())
    pairs = [(name, net) for net in nets for name in (SHIFTED_SVC, POOLED_SVC, RIDGE)]
    pairs += [(POOLED_SVC, RAW_SVC), (POOLED_LR, RAW_LR), (POOLED_SVC, RIDGE)]
    pairs += [(net, MAJORITY) for net in nets]
    return [pair for pair in pairs if set(pair) <= set(models)]
