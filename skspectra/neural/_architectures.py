"""Networks by name: their switches, and the function that builds a network."""

import copy
import inspect
from bisect import bisect_left
from functools import partial

import torch
from torch import nn
from torch.nn.parameter import UninitializedBuffer

from skspectra.neural import _layers as layers
from skspectra.neural import _zoo as zoo

# This is the order in which error messages list the networks.
ZOO = {
    function.__name__: function
    for function in (
        *(zoo.cnn2, zoo.cnn3, zoo.cnn6, zoo.vgg, zoo.resnet, zoo.cnn_bn, zoo.inc3, zoo.inc6),
        *(zoo.cnn_bn_mod, zoo.cnn6_convdo, zoo.cnn6_bn, zoo.vgg_mod, zoo.resnet_mod),
        *(zoo.park, zoo.vecsei, zoo.fan, zoo.oviedo, zoo.sang, zoo.mozaffari, zoo.schuetzke),
    )
}
# These networks pool no windows, so hardly anything would be left without convolutions.
WITHOUT_WINDOWS = {"resnet", "resnet_mod", "oviedo", "mozaffari"}
# "auto" is the most accurate network or, for few points, the shortest, which fits any length.
BEST, SHORTEST = "cnn6", "mozaffari"
LONGEST = 2**16


def choose(architecture, n_points):
    """Return the network that `architecture` names for spectra of `n_points`, or raise."""
    if isinstance(architecture, nn.Module):
        raise ValueError(
            f"architecture={architecture!r} is a module; give a function of the number of points "
            "that returns a list of modules."
        )
    if not isinstance(architecture, str) or architecture in ZOO:
        return architecture
    if architecture == "auto":
        return BEST if _builds(n_points, ZOO[BEST]) else SHORTEST
    if architecture in ("poolnet", "poolnet_fine"):
        n_steps = 8 if architecture == "poolnet_fine" else ""
        raise ValueError(
            f"architecture={architecture!r} has no convolution, so it is not a SpectralCNN; use "
            f"PooledMLP({n_steps and f'n_steps={n_steps}'})."
        )
    raise ValueError(
        f"architecture={architecture!r} is not known; use 'auto', a function, or one of "
        f"{', '.join(map(repr, ZOO))}."
    )


def resolve(architecture, switches):
    """Return the function that makes the layers of an architecture for a number of points.

    `switches` maps names of switches to values. A missing switch has the architecture's own value.
    """
    function = ZOO[architecture] if isinstance(architecture, str) else architecture
    known = inspect.signature(function).parameters
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    for name, value in switches.items():
        if name not in known and not takes_all:
            names = {*layers.SWITCHES, "dropout"}
            own = ", ".join(sorted(set(known) & names)) or "none"
            raise ValueError(
                f"{name}={value!r} has no meaning for architecture={architecture!r}, which has no "
                f"such part; use {name}='auto'. Its switches are: {own}."
            )
    if isinstance(architecture, str) and switches.get("convolution") == "none":
        _check_without_convolution(architecture, switches)
    keywords = {
        name: layers.SWITCHES[name][value] if name in layers.SWITCHES else value
        for name, value in switches.items()
    }
    return partial(function, **keywords)


def _check_without_convolution(architecture, chosen):
    if architecture in WITHOUT_WINDOWS:
        raise ValueError(
            f"convolution='none' has no meaning for architecture={architecture!r}, which pools no "
            "windows: hardly more than dense layers would be left."
        )
    if chosen.get("pooling") == "none":
        raise ValueError(
            "convolution='none' has no meaning with pooling='none': only dense layers would be "
            "left."
        )
    for name in ("activation", "norm"):
        if name in chosen:
            raise ValueError(
                f"{name}={chosen[name]!r} has no meaning with convolution='none', because it "
                f"follows a convolution; use {name}='auto'."
            )


def _copied(modules):
    """Return copies of modules, lazy ones included."""
    try:
        modules = list(modules)
    except TypeError:
        raise ValueError(
            "architecture must be a function that returns a list of torch modules; it returned "
            f"{modules!r}."
        ) from None
    # Torch can copy parameters that have no size yet, but not buffers that have none.
    lazy = (b for m in modules for b in m.buffers() if isinstance(b, UninitializedBuffer))
    memo = {id(b): UninitializedBuffer(device=b.device, dtype=b.dtype) for b in lazy}
    return copy.deepcopy(modules, memo)


def build(layer_function, n_points, n_outputs, device="cpu"):
    """Build the network for spectra of `n_points`; on "meta" it has shapes but no values.

    `layer_function` maps the number of points to a list of modules. A user's function may return
    the same modules at every call, so its modules are copied.
    """
    function = getattr(layer_function, "func", layer_function)
    published = function in ZOO.values()
    with torch.device(device), torch.no_grad():
        modules = layer_function(n_points)
        network = layers.Network(
            nn.Unflatten(1, (1, n_points)),
            *(modules if published else _copied(modules)),
            nn.LazyLinear(n_outputs),
            by_row=published,
        )
        # Lazy layers take their sizes from one pass; in `eval` mode this pass learns nothing else.
        shape = tuple(network.eval()(torch.zeros(1, n_points)).shape)
    if shape != (1, n_outputs):
        raise ValueError(
            f"architecture with its output layer turns one spectrum into shape {shape} instead of "
            f"{(1, n_outputs)}; its last layer must give shape (n_spectra, n_values)."
        )
    if not all(parameter.numel() for parameter in network.parameters()):
        raise ValueError(f"architecture has an empty layer for spectra of {n_points} points.")
    return network


def _builds(n_points, layer_function):
    try:
        build(layer_function, n_points, 1, "meta")
    except Exception:
        return False
    return True


def check_length(architecture, n_points, switches):
    """Raise a ValueError that names the least number of points if `n_points` is too small.

    A user's function raises its own errors, because the lengths that it takes are not known.
    """
    function = resolve(architecture, switches)
    # If every length fails, the error is one of the architecture, and building it shows it.
    if (
        not isinstance(architecture, str)
        or _builds(n_points, function)
        or not _builds(LONGEST, function)
    ):
        return
    builds = partial(_builds, layer_function=function)
    least = bisect_left(range(LONGEST), True, lo=n_points, key=builds)
    # These are the switches that each alone cause the error.
    guilty = [
        name
        for name in switches
        if _builds(
            n_points,
            resolve(architecture, {k: v for k, v in switches.items() if k != name}),
        )
    ]
    changed = f" with another {', '.join(guilty)}" if guilty else ""
    raise ValueError(
        f"X has {n_points} points per spectrum, too short for architecture={architecture!r}"
        f"{changed}, which needs at least {least}."
    )
