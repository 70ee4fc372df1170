"""Layers that behave as in the published (Keras) networks, and the factories of ablations."""

import torch
from torch import nn

from skspectra.neural._convolution import SameConv1d
from skspectra.preprocessing._intensity import FEW, SCATTERS, level_rank


class _SpectraAsImages:
    """Batch normalisation of images one pixel high, which is fast with channels last."""

    def forward(self, x):
        image = x[..., None, :] if x.ndim == 3 else x[..., None, None]
        return super().forward(image).reshape(x.shape)


class BatchNorm(_SpectraAsImages, nn.BatchNorm2d):
    """Batch normalisation of channels or features."""

    def forward(self, x):
        if self.training and x.numel() == x.shape[1]:
            raise ValueError(
                "batch_size=1 gives batch normalisation a single value per channel, which has no "
                "variance; use a batch_size of at least 2."
            )
        return super().forward(x)


class LazyBatchNorm(_SpectraAsImages, nn.LazyBatchNorm2d):
    """Batch normalisation before the number of channels or features is known."""

    cls_to_become = BatchNorm


class Network(nn.Sequential):
    """Layers in sequence; on a CPU convolutions and pooling take a few spectra at a time.

    The intermediate values of so few spectra fit into the cache and into memory that is reused.
    Batches are not divided if a layer may need the whole batch: in networks with a batch
    normalisation before the dense part, and in networks that are not known to work `by_row`.
    """

    # The number of points in one part; 64 channels of so many points take 20 MB.
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
    """Count the layers before the dense part, or 0 without convolutions or with batch norm."""
    kinds = [{type(part) for part in layer.modules()} for layer in layers]
    n_layers = next((n for n, kind in enumerate(kinds) if nn.Flatten in kind), 0)
    seen = set().union(*kinds[:n_layers])
    return n_layers if SameConv1d in seen and not seen & {BatchNorm, LazyBatchNorm} else 0


def _run(layers, x):
    for layer in layers:
        x = layer(x)
    return x


class Decimate(nn.Module):
    """The first value of each window."""

    def __init__(self, size, stride):
        super().__init__()
        self.size = size
        self.stride = stride

    def forward(self, x):
        return x[..., : x.shape[-1] - self.size + 1 : self.stride]


class Center(nn.Module):
    """Subtract the mean of each feature, then divide all features by one standard deviation.

    Smooth spectra differ little from their mean, and without this layer a network learns from
    them slowly. One scale serves all features, because a separate scale for each would amplify
    those that hold only noise.
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
    """The adaptive law of :func:`skspectra.preprocessing.compress` for ordinary float32 values.

    Torch's square root differs from NumPy's in the last bit, which is enough to change training.
    The committed figures of the pooled MLP were measured with torch's.
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

    The first step has no lower end and the last step has no upper end, so that no value is lost.

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
    """Return a convolution with learnt weights."""
    return SameConv1d(in_channels, out_channels, kernel_size, stride)


def frozen_convolution(in_channels, out_channels, kernel_size, stride=1):
    """Return a convolution that keeps its random initial weights."""
    return SameConv1d(in_channels, out_channels, kernel_size, stride).requires_grad_(False)


def no_convolution(in_channels, out_channels, kernel_size, stride=1):
    """Return the identity instead of a convolution; the single input channel is passed on."""
    return nn.Identity()


def max_pool(size, stride):
    """Return the layer of the largest value of each window; incomplete windows are dropped."""
    return nn.MaxPool1d(size, stride)


def mean_pool(size, stride):
    """Return the layer of the mean of each window; incomplete windows are dropped."""
    return nn.AvgPool1d(size, stride)


def decimation(size, stride):
    """Return the layer of the first value of each window; incomplete windows are dropped."""
    return Decimate(size, stride)


def no_pool(size, stride):
    """Return the identity instead of pooling; all values are passed on."""
    return nn.Identity()


def leaky_relu():
    """Return a leaky ReLU with the slope of the published networks."""
    return nn.LeakyReLU(0.1)


def no_norm():
    """Return the identity instead of a normalisation."""
    return nn.Identity()


def batch_norm():
    """Return batch normalisation with the settings of Keras (momentum 0.99 is 0.01 in torch)."""
    return LazyBatchNorm(eps=1e-3, momentum=0.01)


def hidden(sizes, activation, dropout):
    """Return hidden dense layers, with dropout before every dense layer except the first.

    The output layer is not returned, but it counts as a dense layer.
    """
    dense = [
        layer
        for number, units in enumerate(sizes)
        for layer in (*drop(dropout if number else 0), nn.LazyLinear(units), activation())
    ]
    return [*dense, *drop(dropout if sizes else 0)]


def drop(rate):
    """Return a list with a dropout layer, or an empty list at rate 0."""
    return [nn.Dropout(rate)] if rate else []


def initialize_like_keras(module):
    """Give every convolution and dense layer Glorot-uniform weights and zero biases."""
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
