"""Models as archives of skops, which hold only types that are read without running code."""

import copy

from skspectra.io._archive import check_archive
from skspectra.io._trusted import TRUSTED_TYPES


def import_skops():
    """Import the module that reads and writes models.

    Returns
    -------
    module : module
        ``skops.io``.

    Raises
    ------
    ImportError
        If skops is not installed.
    """
    try:
        import skops.io
    except ImportError as error:
        raise ImportError(
            f'model files need skops: pip install "skspectra[files]" ({error})'
        ) from error
    return skops.io


def dump(skops_io, model):
    """Return the model as an archive, or raise a ValueError that says what cannot be stored."""
    try:
        # A copy keeps the order of arrays in memory, which decides the last bits of products;
        # a view of another array would be stored row by row.
        model = copy.deepcopy(model)
        _forget_requests(model, set())
        archive = skops_io.dumps(model)
    except Exception as error:
        raise ValueError(f"{type(model).__name__} cannot be stored: {error}") from error
    unsafe = set(skops_io.get_untrusted_types(data=archive)) - set(TRUSTED_TYPES)
    if unsafe:
        raise ValueError(
            f"{type(model).__name__} cannot be stored: it holds {', '.join(sorted(unsafe))}, "
            "which is not on the list of types that are read without running code "
            "(skspectra.io.trusted_types); pickle and joblib can store it, but such files must "
            "come from people you trust"
        )
    check_archive(archive)
    skops_io.loads(archive, trusted=list(TRUSTED_TYPES))
    return archive


def _forget_requests(value, seen):
    """Remove what estimators requested for ``fit`` by metadata routing: skops cannot store it."""
    # Reading files must not load scikit-learn.
    from sklearn.base import BaseEstimator

    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, (list, tuple)):
        parts = value
    elif isinstance(value, dict):
        parts = list(value.values())
    elif isinstance(value, BaseEstimator):
        vars(value).pop("_metadata_request", None)
        parts = list(vars(value).values())
    else:
        return
    for part in parts:
        _forget_requests(part, seen)
