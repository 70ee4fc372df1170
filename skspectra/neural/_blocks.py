"""Building blocks that the published networks share."""

import torch
from torch import nn

from skspectra.neural import _layers as layers
from skspectra.neural._layers import drop


def published(
    *,
    units,
    dropout,
    pooling=layers.max_pool,
    activation=nn.ReLU,
    hidden_activation=nn.ReLU,
    norm=layers.no_norm,
    dense_norm=layers.no_norm,
):
    """Turn a feature extractor into an architecture with these defaults and hidden layers.

    The extractor is ``f(conv, pool) -> list of modules``. `conv` returns a convolution, its
    normalisation and its activation. If convolutions are left out, it returns nothing, and the
    dropout of the extractor is left out too.
    """

    def decorate(extractor):
        def architecture(
            n_points,
            *,
            convolution=layers.convolution,
            pooling=pooling,
            activation=activation,
            hidden_activation=hidden_activation,
            norm=norm,
            dropout=dropout,
        ):
            absent = convolution is layers.no_convolution

            def conv(*sizes):
                return [] if absent else [convolution(*sizes), norm(), activation()]

            features = [
                layer
                for layer in extractor(conv, pooling)
                if not (absent and isinstance(layer, nn.Dropout))
            ]
            return [*features, *head(units, hidden_activation, dropout, dense_norm)]

        architecture.__name__ = extractor.__name__
        architecture.__doc__ = extractor.__doc__
        return architecture

    return decorate


def head(units, activation, dropout, norm=layers.no_norm):
    """Return the hidden dense layers and the dropout before the output layer."""
    dense = [
        layer
        for n_units in units
        for layer in (*drop(dropout), nn.LazyLinear(n_units), norm(), activation())
    ]
    return [nn.Flatten(), *dense, *drop(dropout)]


def stack(conv, in_channels, out_channels, kernel_size, n_layers):
    """Return several convolutions of one size in a row."""
    inputs = [in_channels, *[out_channels] * (n_layers - 1)]
    return [layer for channels in inputs for layer in conv(channels, out_channels, kernel_size)]


class Residual(nn.Module):
    """Sum of the outputs of two paths."""

    def __init__(self, body, shortcut):
        super().__init__()
        self.body = nn.Sequential(*body)
        self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x):
        return self.body(x) + self.shortcut(x)


def residual_stages(convolution, norm, activation):
    """Return six stages of two residual blocks of 100 channels; each stage halves the length."""
    blocks = []
    for in_channels, stride in [(64, 2), (100, 1), *[(100, 2), (100, 1)] * 5]:
        body = [
            *(convolution(in_channels, 100, 5, stride), norm(), activation()),
            *(convolution(100, 100, 5), norm()),
        ]
        shortcut = [convolution(in_channels, 100, 1, stride), norm()] if stride > 1 else []
        blocks += [Residual(body, shortcut), activation()]
    return blocks


class Parallel(nn.Module):
    """Concatenated channels of several paths."""

    def __init__(self, paths):
        super().__init__()
        self.paths = nn.ModuleList(nn.Sequential(*path) for path in paths)

    def forward(self, x):
        return torch.cat([path(x) for path in self.paths], 1)


def inception(conv, pool, in_channels, sizes):
    """Return an inception block of the sizes [a, b, c, d, e, f], with a + c + e + f channels.

    Without convolutions only its average remains. The average keeps the length, so the other
    kinds of pooling do not replace it.
    """
    a, b, c, d, e, f = sizes
    average = [nn.AvgPool1d(3, 1, padding=1, count_include_pad=False)]
    paths = [
        conv(in_channels, a, 1),
        [*conv(in_channels, b, 1), *conv(b, c, 3)],
        [*conv(in_channels, d, 1), *conv(d, e, 5)],
        [*([] if pool is layers.no_pool else average), *conv(in_channels, f, 1)],
    ]
    return Parallel(path for path in paths if path)
