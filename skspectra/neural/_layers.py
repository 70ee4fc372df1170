"""Layers with the semantics of the published (Keras) networks, and the ablations' factories."""

import torch
from torch import nn

from skspectra.neural._convolution import SameConv1d
from skspectra.preprocessing._intensity import FEW, SCATTERS, level_rank


class _SpectraAsImages:
    """Batch normalisation of images one pixel high, the form that is fast with channels last."""

    def forward(self, x):
        image = x[..., None, :] if x.ndim == 3 else x[..., None, None]
        return super().forward(image).reshape(x.shape)


class BatchNorm(_SpectraAsImages, nn.BatchNorm2d):
    """Batch normalisation of channels or features."""

    def forward(self, x):
        if self.training and x.numel() == x.shape[1]:
            raise ValueError(
                "batch_size=1 leaves batch normalisation a single value per channel, which has no "
                "variance; use a batch_size of at least 2."
            )
        return super().forward(x)


class LazyBatchNorm(_SpectraAsImages, nn.LazyBatchNorm2d):
    """The same before it knows how many there are."""

    cls_to_become = BatchNorm


class Network(nn.Sequential):
    """Layers in sequence; on a CPU convolutions and pools take a few spectra at a time.

    What a part leaves in between fits into the cache and into memory that is used again. It is not
    done where a layer may see the whole batch: before a batch normalisation, and in networks that
    are not known to work `by_row`.
    """

    # Points in one part: 64 channels of them are 20 MB.
    part = 80_000

    def __init__(self, *layers, by_row):
        super().__init__(*layers)
        self.n_by_row = _count_by_row(layers) if by_row else 0

    def forward(self, x):
        if not self.n_by_row or x.device.type != "cpu":
            return super().forward(x)
        first, rest = list(self)[: self.n_by_row], list(self)[self.n_by_row :]
        parts = x.split(max(1, self.part // x.shape[1]))
        return _run(rest, torch.cat([_run(first, rows) for rows in parts]))


def _count_by_row(layers):
    """Count the layers before the dense part, if convolutions but no batch norm are among them."""
    kinds = [{type(part) for part in layer.modules()} for layer in layers]
    n_layers = next((n for n, kind in enumerate(kinds) if nn.Flatten in kind), 0)
    seen = set().union(*kinds[:n_layers])
    return n_layers if SameConv1d in seen and not seen & {BatchNorm, LazyBatchNorm} else 0


def _run(layers, x):
    for layer in layers:
        x = layer(x)
    return x


class Decimate(nn.Module):
    """First value of each window."""

    def __init__(self, size, stride):
        super().__init__()
        self.size = size
        self.stride = stride

    def forward(self, x):
        return x[..., : x.shape[-1] - self.size + 1 : self.stride]


class Center(nn.Module):
    """Subtract the mean of each feature, then divide all by one standard deviation.

    Smooth spectra differ by little from their mean, which a network learns slowly without
    this. One scale for all features: a scale of its own would blow up those that hold only noise.
    """

    def __init__(self, n_features):
        super().__init__()
        self.register_buffer("mean", torch.zeros(n_features))
        self.register_buffer("variance", torch.ones(()))
        self.register_buffer("n_batches", torch.zeros(()))

    def forward(self, x):
        if self.training:
            with torch.no_grad():
                self.n_batches += 1
                share = (1 / self.n_batches).clamp_min(0.01)
                self.mean.lerp_(x.mean(0), share)
                self.variance.lerp_((x - self.mean).square().mean(), share)
        return (x - self.mean) / (self.variance + 1e-8).sqrt()


class Compress(nn.Module):
    """The adaptive law of :func:`skspectra.preprocessing.compress`, of ordinary float32 values.

    Torch's square root differs from NumPy's in the last bit, from which training goes its own way;
    the committed figures of the pooled MLP rest on this one.
    """

    def forward(self, x):
        if x.shape[-1] < FEW:
            return x
        ordered = x.sort(-1).values
        level = ordered[..., level_rank(x.shape[-1]), None]
        above = x - level
        width = above.abs() + SCATTERS * (level - ordered[..., :1])
        return above / torch.where(width == 0, 1, width).sqrt()


class Steps(nn.Module):
    """Encode each value by how far it reaches through each of `n_steps` equal steps of [0, 1].

    The first step has no lower end and the last no upper one, so that no value is lost.

    Gorishniy et al., "On embeddings for numerical features in tabular deep learning", NeurIPS
    2022, doi 10.48550/arXiv.2203.05556.
    """

    def __init__(self, n_steps):
        super().__init__()
        self.n_steps = n_steps

    def forward(self, x):
        starts = torch.arange(self.n_steps, dtype=x.dtype, device=x.device)
        lowest, highest = torch.zeros_like(starts), torch.ones_like(starts)
        lowest[0], highest[-1] = -torch.inf, torch.inf
        return (self.n_steps * x[..., None] - starts).clamp(lowest, highest).flatten(-2)


def convolution(in_channels, out_channels, kernel_size, stride=1):
    """Convolution with learnt weights."""
    return SameConv1d(in_channels, out_channels, kernel_size, stride)


def frozen_convolution(in_channels, out_channels, kernel_size, stride=1):
    """Convolution that stays at its random initial weights."""
    return SameConv1d(in_channels, out_channels, kernel_size, stride).requires_grad_(False)


def no_convolution(in_channels, out_channels, kernel_size, stride=1):
    """No convolution: the input's one channel goes on, only pooling and dense layers remain."""
    return nn.Identity()


def max_pool(size, stride):
    """Largest value of each window; incomplete windows are dropped."""
    return nn.MaxPool1d(size, stride)


def mean_pool(size, stride):
    """Mean of each window; incomplete windows are dropped."""
    return nn.AvgPool1d(size, stride)


def decimation(size, stride):
    """First value of each window; incomplete windows are dropped."""
    return Decimate(size, stride)


def no_pool(size, stride):
    """No pooling: all values go on."""
    return nn.Identity()


def leaky_relu():
    """Leaky ReLU with the slope of the published networks."""
    return nn.LeakyReLU(0.1)


def no_norm():
    """No normalisation."""
    return nn.Identity()


def batch_norm():
    """Batch normalisation with the settings of Keras (its momentum of 0.99 is 0.01 here)."""
    return LazyBatchNorm(eps=1e-3, momentum=0.01)


def hidden(sizes, activation, dropout):
    """Hidden dense layers, with dropout before every dense layer but the first one.

    The output layer, which is no part of them, counts as a dense layer.
    """
    dense = [
        layer
        for number, units in enumerate(sizes)
        for layer in (*drop(dropout if number else 0), nn.LazyLinear(units), activation())
    ]
    return [*dense, *drop(dropout if sizes else 0)]


def drop(rate):
    """Dropout, or nothing at rate 0."""
    return [nn.Dropout(rate)] if rate else []


def initialize_like_keras(module):
    """Glorot-uniform weights and zero biases for every convolution and dense layer."""
    for layer in module.modules():
        if isinstance(layer, (nn.Conv1d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


ACTIVATIONS = {
    "linear": nn.Identity,
    "relu": nn.ReLU,
    "leaky_relu": leaky_relu,
    "tanh": nn.Tanh,
}
SWITCHES = {
    "convolution": {
        "learnt": convolution,
        "frozen": frozen_convolution,
        "none": no_convolution,
    },
    "pooling": {"max": max_pool, "mean": mean_pool, "decimate": decimation, "none": no_pool},
    "activation": ACTIVATIONS,
    "hidden_activation": ACTIVATIONS,
    "norm": {"none": no_norm, "batch": batch_norm},
}
