"""The size, the work and the receptive field of a published network, from shapes alone."""

from typing import NamedTuple

import torch
from torch import nn

from skspectra.neural._architectures import ZOO, build
from skspectra.neural._blocks import Parallel, Residual


class Cost(NamedTuple):
    """Size of a network, its work per spectrum, and the receptive field before its dense part."""

    parameters: int
    multiply_adds: int
    receptive_field: int


def cost(architecture, n_points=5000, n_outputs=500):
    """Return the `Cost` of a published network."""
    network = build(ZOO[architecture], n_points, n_outputs, "meta")
    return Cost(
        sum(parameter.numel() for parameter in network.parameters()),
        _count_multiply_adds(network, n_points),
        min(_widen(network, 1, 1)[0], n_points),
    )


def _count_multiply_adds(network, n_points):
    counts = []

    def count(layer, inputs, output):
        counts.append(layer.weight.numel() * output.shape[2:].numel())

    for layer in network.modules():
        if isinstance(layer, (nn.Conv1d, nn.Linear)):
            layer.register_forward_hook(count)
    network(torch.zeros(1, n_points, device="meta"))
    return sum(counts)


def _widen(layer, points, step):
    """Return the points that a value sees and the step between values, after `layer`."""
    if isinstance(layer, Residual):
        return max(_widen(path, points, step) for path in (layer.body, layer.shortcut))
    if isinstance(layer, Parallel):
        return max(_widen(path, points, step) for path in layer.paths)
    if isinstance(layer, nn.Sequential):
        for part in layer:
            points, step = _widen(part, points, step)
    elif isinstance(layer, (nn.Conv1d, nn.MaxPool1d, nn.AvgPool1d)):
        size, stride = (
            value[0] if isinstance(value, tuple) else value
            for value in (layer.kernel_size, layer.stride)
        )
        return points + (size - 1) * step, step * stride
    return points, step
