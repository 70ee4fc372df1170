"""Networks by name: which switches each has, and building one."""

import inspect
from bisect import bisect_left
from functools import partial
from typing import NamedTuple

import torch
from torch import nn

from skspectra.neural import _layers as layers
from skspectra.neural import _poolnet
from skspectra.neural import _zoo as zoo


class Architecture(NamedTuple):
    """A network and how it is trained unless the user says otherwise."""

    layers: callable
    max_epochs: int = 500
    batch_size: int = 128
    lr: float = 3e-4
    n_iter_no_change: int = 25
    # Whether windows are pooled, so that something is left without the convolutions.
    has_windows: bool = True


ZOO = {
    "poolnet": Architecture(_poolnet.poolnet, lr=2e-3, n_iter_no_change=50),
    "poolnet_fine": Architecture(_poolnet.poolnet_fine, lr=2e-3, n_iter_no_change=50),
    "cnn2": Architecture(zoo.cnn2),
    "cnn3": Architecture(zoo.cnn3),
    "cnn6": Architecture(zoo.cnn6),
    "vgg": Architecture(zoo.vgg),
    "resnet": Architecture(zoo.resnet, has_windows=False),
    "cnn_bn": Architecture(zoo.cnn_bn),
    "inc3": Architecture(zoo.inc3),
    "inc6": Architecture(zoo.inc6),
    "cnn_bn_mod": Architecture(zoo.cnn_bn_mod),
    "cnn6_convdo": Architecture(zoo.cnn6_convdo),
    "cnn6_bn": Architecture(zoo.cnn6_bn),
    "vgg_mod": Architecture(zoo.vgg_mod),
    "resnet_mod": Architecture(zoo.resnet_mod, has_windows=False),
    "park": Architecture(zoo.park),
    "vecsei": Architecture(zoo.vecsei),
    "fan": Architecture(zoo.fan),
    "oviedo": Architecture(zoo.oviedo, has_windows=False),
    "sang": Architecture(zoo.sang),
    "mozaffari": Architecture(zoo.mozaffari, has_windows=False),
    "schuetzke": Architecture(zoo.schuetzke),
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
    if isinstance(architecture, str) and chosen.get("convolution") == "none":
        _check_without_convolution(architecture, found, chosen)
    return found, {
        name: layers.SWITCHES[name][value] if name in layers.SWITCHES else value
        for name, value in chosen.items()
    }


def _check_without_convolution(architecture, found, chosen):
    if not found.has_windows:
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
                f"{name}={chosen[name]!r} has no meaning with convolution='none', for it follows "
                f"a convolution; use {name}='auto'."
            )


def build(layer_function, n_points, n_outputs, keywords, device="cpu"):
    """Build the network for spectra of `n_points`; on "meta" it has shapes but no values."""
    with torch.device(device), torch.no_grad():
        network = layers.Network(
            nn.Unflatten(1, (1, n_points)),
            *layer_function(n_points, **keywords),
            nn.LazyLinear(n_outputs),
            ours=any(layer_function is architecture.layers for architecture in ZOO.values()),
        )
        # The lazy layers take their sizes from one pass; in `eval` mode nothing else is learnt.
        shape = tuple(network.eval()(torch.zeros(1, n_points)).shape)
    if shape != (1, n_outputs):
        raise ValueError(
            f"architecture with its output layer makes shape {shape} of one spectrum instead of "
            f"{(1, n_outputs)}; its last layer must give shape (n_spectra, n_values)."
        )
    if not all(parameter.numel() for parameter in network.parameters()):
        raise ValueError(f"architecture has an empty layer for spectra of {n_points} points.")
    return network


def _builds(n_points, layer_function, keywords):
    try:
        build(layer_function, n_points, 1, keywords, "meta")
    except Exception:
        return False
    return True


def check_length(architecture, layer_function, n_points, keywords):
    """Raise a ValueError where `n_points` is too short, naming the least that works.

    A user's function shows its own errors: who knows which lengths it takes.
    """
    if not isinstance(architecture, str):
        return
    longest = 2**16
    builds = partial(_builds, layer_function=layer_function, keywords=keywords)
    # Anything that fails at every length too is an error of the architecture: let it show itself.
    if builds(n_points) or not builds(longest):
        return
    least = bisect_left(range(longest), True, lo=n_points, key=builds)
    # Each switch that alone is to blame.
    guilty = [
        name
        for name in keywords
        if builds(n_points, keywords={k: v for k, v in keywords.items() if k != name})
    ]
    changed = f" with another {', '.join(guilty)}" if guilty else ""
    raise ValueError(
        f"X has {n_points} points per spectrum, too short for architecture={architecture!r}"
        f"{changed}, which needs at least {least}."
    )
