"""The types that a model file may hold beside what skops trusts by itself.

skops trusts scikit-learn's estimators, NumPy and SciPy. An estimator that is moved to another
module keeps its old name here, too, because the names are those in files.
"""

import numpy as np

TRUSTED_TYPES = (
    "skspectra.augmentation._background.BackgroundAugmenter",
    "skspectra.augmentation._broadening.BroadeningAugmenter",
    "skspectra.augmentation._calibration.CalibrationAugmenter",
    "skspectra.augmentation._classifier.AugmentedClassifier",
    "skspectra.augmentation._crystallite_size.CrystalliteSizeAugmenter",
    "skspectra.augmentation._diffraction_shift.DiffractionShiftAugmenter",
    "skspectra.augmentation._extra_peaks.ExtraPeakAugmenter",
    "skspectra.augmentation._intensity.IntensityAugmenter",
    "skspectra.augmentation._noise.NoiseAugmenter",
    "skspectra.augmentation._peak_shift.PeakShiftAugmenter",
    "skspectra.comparison._best_of._choose_candidate",
    "skspectra.comparison._pls_classifier.PLSClassifier",
    "skspectra.comparison._shift_neighbor.ShiftNeighborClassifier",
    # UnmixingClassifier and the parts of its fitted state.
    "skspectra.mixtures._components.DenseComponents",
    "skspectra.mixtures._components.LineComponents",
    "skspectra.mixtures._results.Known",
    "skspectra.mixtures._screening.DenseScreen",
    "skspectra.mixtures._screening.LineScreen",
    "skspectra.mixtures._solver.Solver",
    "skspectra.mixtures._unmixing.UnmixingClassifier",
    "skspectra.neural._pooled_mlp.PooledMLP",
    "skspectra.neural._spectral_cnn.SpectralCNN",
    "skspectra.preprocessing._axis_resampler.AxisResampler",
    "skspectra.preprocessing._baseline_corrector.BaselineCorrector",
    "skspectra.preprocessing._intensity_compressor.IntensityCompressor",
    "skspectra.preprocessing._max_pool.MaxPoolDownsampler",
    "skspectra.preprocessing._savitzky_golay_filter.SavitzkyGolayFilter",
    "skspectra.preprocessing._spectrum_normalizer.SpectrumNormalizer",
    "skspectra.preprocessing._spike_remover.SpikeRemover",
    "skspectra.svm._pooled_svc.PooledSVC",
    "skspectra.uncertainty._conformal_classifier.ConformalClassifier",
    # A function with arguments, which is safe if the function is.
    "functools.partial",
    "numpy.dtype",
    # What scikit-learn's estimators hold; trees are checked after they are read.
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.metrics._classification.accuracy_score",
    "sklearn.metrics._classification.balanced_accuracy_score",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._Scorer",
    "sklearn.model_selection._split.GroupKFold",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.LeaveOneGroupOut",
    "sklearn.model_selection._split.StratifiedGroupKFold",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.tree._tree.Tree",
)


def trusted_types():
    """Return the names of the types that a model file may hold, beside those that skops trusts.

    skops trusts scikit-learn's estimators and the types of NumPy and SciPy by itself.

    Returns
    -------
    names : tuple of str
        Names of classes and functions with their modules.

    Examples
    --------
    >>> from skspectra.io import trusted_types
    >>> "skspectra.svm._pooled_svc.PooledSVC" in trusted_types()
    True
    """
    return TRUSTED_TYPES


def check_trees(model):
    """Check that the nodes of decision trees point to nodes and points that exist.

    scikit-learn follows these numbers without a check, so wrong ones would end the process.

    Parameters
    ----------
    model : object
        A model; its attributes are searched for trees.

    Raises
    ------
    ValueError
        If a node points elsewhere.
    """
    left, seen = [model], set()
    while left:
        thing = left.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if f"{type(thing).__module__}.{type(thing).__name__}" == "sklearn.tree._tree.Tree":
            _check_tree(thing)
        elif isinstance(thing, dict):
            left += thing.values()
        elif isinstance(thing, np.ndarray):
            left += thing.ravel().tolist() if thing.dtype.hasobject else []
        elif isinstance(thing, (list, tuple)):
            left += thing
        else:
            left += getattr(thing, "__dict__", {}).values()


def _check_tree(tree):
    inner = tree.children_left != -1
    parents = inner.nonzero()[0]
    for children in (tree.children_left[inner], tree.children_right[inner]):
        # A child comes after its parent, so nothing turns in a circle.
        if not ((children > parents) & (children < tree.node_count)).all():
            raise ValueError("a decision tree is damaged")
    features = tree.feature[inner]
    if not ((features >= 0) & (features < tree.n_features)).all():
        raise ValueError("a decision tree is damaged")
