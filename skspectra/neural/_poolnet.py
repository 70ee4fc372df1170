"""Our own networks, chosen by benchmarks/network_design.py; architectures as in the zoo."""

from torch import nn

from skspectra.neural import _layers as layers


def poolnet(n_points, *, pooling=layers.max_pool, hidden_activation=nn.ReLU, dropout=0.3):
    """Ours: pool first, compress, two dense layers; no convolution.

    What the review learnt: windows of 4 % of the axis, a quarter of a window apart, absorb the
    shifts and still tell where a peak stands; the square root of what stands out of a spectrum
    makes minor peaks count, and noise that training spectra have not does little harm; centring
    helps smooth spectra; non-linear hidden layers weigh windows against each other.
    """
    return _pooled(n_points, pooling, hidden_activation, dropout)


def poolnet_fine(n_points, *, pooling=layers.max_pool, hidden_activation=nn.ReLU, dropout=0.3):
    """Ours, for simulated spectra: poolnet at half the stride, each value in eight steps.

    Each compressed value enters in eight steps of [0, 1], so that the first layer can bend at
    every one: classes that overlap in a height are told apart where their ranges end. Meant for
    spectra divided by their maximum, whose compressed values fill that range.
    """
    return _pooled(n_points, pooling, hidden_activation, dropout, overlap=8, n_steps=8)


def _pooled(n_points, pooling, hidden_activation, dropout, overlap=4, n_steps=1):
    if n_points < 50 and pooling is not layers.max_pool:
        raise ValueError("windows of one point, on which all kinds of pooling are the same")
    size = 1 if pooling is layers.no_pool else max(1, n_points // 25)
    stride = max(1, size // overlap)
    # The end of the axis is padded, so that no point is dropped.
    padding = (size - n_points) % stride
    return [
        *([nn.ReplicationPad1d((0, padding))] if padding else []),
        pooling(size, stride),
        layers.Compress(),
        *([layers.Steps(n_steps)] if n_steps > 1 else []),
        nn.Flatten(),
        layers.Center(n_steps * ((n_points + padding - size) // stride + 1)),
        nn.LazyLinear(512),
        hidden_activation(),
        *layers.hidden(256, hidden_activation, dropout),
        *layers.drop(dropout),
    ]
