"""The models that the command line compares or fits, and the windows that are searched."""

from skspectra._cli._shared import UserError


def make_models(n_points, options, spectra=None):
    """Return the models to compare."""
    from skspectra import comparison
    from skspectra.comparison._models import POOLED_MLP, PUBLISHED_NETS

    # Networks that nobody asked for are not made, because torch takes seconds to load.
    asked = options.models or getattr(options, "model", None)
    nets = [POOLED_MLP, *PUBLISHED_NETS.values()]
    networks = asked is None or any(name.lower() in asked.lower() for name in nets)
    search = not options.no_search and spectra is not None
    more = {}
    if spectra is not None:
        more = {"x_axis": spectra.x_axis, "band_width": _band_width(spectra)}
        more["multilabel"] = spectra.y.ndim == 2
    models = comparison.default_models(
        n_points,
        normalize=options.normalize,
        full=options.full,
        search=search,
        networks=networks and not options.no_net,
        random_state=options.seed,
        **more,
    )
    if spectra is not None and options.window is not None:
        models = with_window(
            models, length_in_points("--window", options.window, spectra), n_points
        )
    return models


def choose_models(models, names):
    """Return those models whose names are asked for, and the majority class."""
    if names is None:
        return models
    from skspectra.comparison._models import MAJORITY

    asked = [find_model(models, name, "--models") for name in names.split(",") if name.strip()]
    if not asked:
        raise UserError(f"--models: needs names of models: {', '.join(models)}")
    return {name: models[name] for name in models if name == MAJORITY or name in asked}


def find_model(models, asked, option):
    """Return the name of a model whatever its capitals; a UserError suggests the nearest one."""
    from difflib import get_close_matches

    from skspectra.comparison._models import COST_ORDER, PUBLISHED_NETS

    # Networks that nobody asked for are not among the models.
    known = {name.lower(): name for name in [*COST_ORDER, *models]}
    plain = asked.strip().lower()
    name = known.get(plain)
    if name in models:
        return name
    if name is not None:
        how = "--full" if name in PUBLISHED_NETS.values() else "other options"
        raise UserError(f"{option}: {name!r} takes part only with {how}")
    near = get_close_matches(plain, known, n=1)
    hint = f"did you mean {known[near[0]]!r}? There are" if near else "there are"
    raise UserError(f"{option}: no model {asked.strip()!r}; {hint} {', '.join(models)}")


def with_window(models, window, n_points):
    """Return models whose windows are searched around one size, as many of them as before."""
    factors = (0.25, 0.5, 0.75, 1, 1.5, 2)
    sizes = []
    for factor in factors:
        size = max(1, round(factor * window))
        sizes.append(min(max(size, sizes[-1] + 1 if sizes else 1), n_points))

    def changed(grid, places):
        if isinstance(grid, list):
            return [changed(one, places) for one in grid]
        return {
            # A single window of one point pools nothing, and stays.
            name: [places.get(value, value) for value in values]
            if name.endswith("pool_size") and list(values) != [1]
            else values
            for name, values in (grid or {}).items()
        }

    from skspectra.comparison._models import window_sizes

    places = dict(zip(window_sizes(n_points), sizes, strict=True))
    found = {}
    for name, model in models.items():
        estimator, grid = model if isinstance(model, tuple) else (model, None)
        for parameter, value in estimator.get_params().items():
            if parameter.endswith("pool_size") and value == "auto":
                estimator.set_params(**{parameter: min(max(1, window), n_points)})
        grid = changed(grid, places) if grid else grid
        found[name] = (estimator, grid) if isinstance(model, tuple) else estimator
    return found


def length_in_points(option, text, spectra):
    from skspectra.io import to_points

    try:
        return to_points(text, spectra.x_axis, spectra.unit)
    except ValueError as error:
        raise UserError(f"{option}: {error}") from None


def _band_width(spectra):
    """Return the width of the bands in units of the axis; None where it cannot be found."""
    from skspectra.preprocessing import band_width

    try:
        return band_width(spectra.X, spectra.x_axis)
    except ValueError:
        return None
