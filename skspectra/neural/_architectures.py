"""The zoo: one short function a network.

An architecture is ``f(n_points, *, ...) -> list of modules`` from ``(n, 1, n_points)`` to whatever
the output layer takes. Its keywords are the ablation switches; their defaults are the published
values. The factories it is handed are those of :mod:`skspectra.neural._layers`.
"""

import inspect
from bisect import bisect_left
from functools import partial
from typing import NamedTuple

import torch
from torch import nn

from skspectra.neural import _layers as layers
from skspectra.neural._layers import drop, hidden


def cnn2(
    n_points,
    *,
    convolution=layers.convolution,
    pooling=layers.max_pool,
    activation=nn.ReLU,
    hidden_activation=nn.Identity,
    norm=layers.no_norm,
    dropout=0.3,
):
    """Lee et al., Nat. Commun. 11, 86 (2020), doi 10.1038/s41467-019-13749-3, two convolutions."""
    return [
        *(convolution(1, 64, 50, 2), norm(), activation(), pooling(3, 2)),
        *(convolution(64, 64, 25, 3), norm(), activation(), pooling(2, 3)),
        nn.Flatten(),
        *hidden(2000, hidden_activation, dropout),
        *hidden(500, hidden_activation, dropout),
        *drop(dropout),
    ]


def cnn6(
    n_points,
    *,
    convolution=layers.convolution,
    pooling=layers.max_pool,
    activation=nn.ReLU,
    hidden_activation=nn.ReLU,
    norm=layers.no_norm,
    dropout=0.7,
):
    """Szymanski et al., Chem. Mater. 33, 4204 (2021), doi 10.1021/acs.chemmater.1c01071."""
    return [
        *(convolution(1, 64, 35), norm(), activation(), pooling(3, 2)),
        *(convolution(64, 64, 30), norm(), activation(), pooling(3, 2)),
        *(convolution(64, 64, 25), norm(), activation(), pooling(2, 2)),
        *(convolution(64, 64, 20), norm(), activation(), pooling(1, 2)),
        *(convolution(64, 64, 15), norm(), activation(), pooling(1, 2)),
        *(convolution(64, 64, 10), norm(), activation(), pooling(1, 2)),
        nn.Flatten(),
        *hidden(3100, hidden_activation, dropout),
        *hidden(1200, hidden_activation, dropout),
        *drop(dropout),
    ]


def poolnet(n_points, *, pooling=layers.max_pool, hidden_activation=nn.ReLU, dropout=0.3):
    """Ours: what the review learnt. Pool first, compress, two dense layers; no convolution.

    Windows of 4 % of the axis, a quarter of a window apart, absorb the shifts and still tell
    where a peak stands; the logarithm makes minor peaks count; centring helps smooth spectra;
    non-linear hidden layers weigh windows against each other.
    """
    size = max(1, n_points // 25)
    stride = max(1, size // 4)
    # The end of the axis is padded, so that no point is dropped.
    padding = (size - n_points) % stride
    return [
        *([nn.ReplicationPad1d((0, padding))] if padding else []),
        pooling(size, stride),
        layers.Compress(1e-2),
        nn.Flatten(),
        layers.Center((n_points + padding - size) // stride + 1),
        nn.LazyLinear(512),
        hidden_activation(),
        *hidden(256, hidden_activation, dropout),
        *drop(dropout),
    ]


class Architecture(NamedTuple):
    """A network and how it is trained unless the user says otherwise."""

    layers: callable
    max_epochs: int = 500
    batch_size: int = 128
    lr: float = 3e-4
    n_iter_no_change: int = 25


ZOO = {
    "poolnet": Architecture(poolnet, lr=2e-3, n_iter_no_change=50),
    "cnn2": Architecture(cnn2),
    "cnn6": Architecture(cnn6),
}


def resolve(architecture, switches):
    """Return the `Architecture` and the keywords that `switches` stand for.

    `switches` maps the name of a switch to its value, "auto" meaning the architecture's own.
    """
    found = ZOO[architecture] if isinstance(architecture, str) else Architecture(architecture)
    known = inspect.signature(found.layers).parameters
    chosen = {name: value for name, value in switches.items() if value != "auto"}
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    for name, value in chosen.items():
        if name not in known and not takes_all:
            own = ", ".join(sorted(set(known) & set(switches))) or "none"
            raise ValueError(
                f"{name}={value!r} has no meaning for architecture={architecture!r}, which has no "
                f"such part; use {name}='auto'. Its switches are: {own}."
            )
    return found, {
        name: layers.SWITCHES[name][value] if name in layers.SWITCHES else value
        for name, value in chosen.items()
    }


def build(layer_function, n_points, n_outputs, keywords, device="cpu"):
    """Build the network for spectra of `n_points`; on "meta" it has shapes but no values."""
    with torch.device(device), torch.no_grad():
        network = nn.Sequential(
            nn.Unflatten(1, (1, n_points)),
            *layer_function(n_points, **keywords),
            nn.LazyLinear(n_outputs),
        )
        # The lazy layers take their sizes from one pass; in `eval` mode nothing else is learnt.
        network.eval()(torch.zeros(1, n_points))
    if not all(parameter.numel() for parameter in network.parameters()):
        raise RuntimeError("a layer is empty")
    return network


def _builds(n_points, layer_function, keywords):
    try:
        build(layer_function, n_points, 1, keywords, "meta")
    except (RuntimeError, ValueError):
        return False
    return True


def check_length(architecture, layer_function, n_points, keywords):
    """Raise a ValueError where `n_points` is too short, naming the least that works."""
    longest = 2**16
    builds = partial(_builds, layer_function=layer_function, keywords=keywords)
    # Anything that fails at every length too is an error of the architecture: let it show itself.
    if builds(n_points) or not builds(longest):
        return
    least = bisect_left(range(longest), True, lo=n_points, key=builds)
    raise ValueError(
        f"X has {n_points} points per spectrum, too short for architecture={architecture!r}, "
        f"which needs at least {least}."
    )
