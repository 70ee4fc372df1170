"""Layers with the semantics of the published (Keras) networks, and the ablations' factories."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class SameConv1d(nn.Conv1d):
    """Convolution with "same" padding: ``ceil(length / stride)`` outputs, odd zero on right."""

    def forward(self, x):
        length, kernel, stride = x.shape[-1], self.kernel_size[0], self.stride[0]
        padding = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        return super().forward(F.pad(x, (padding // 2, padding - padding // 2)))


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
    """``log1p(|x| / floor)`` with the sign of x, so that minor peaks count; 1 stays 1."""

    def __init__(self, floor):
        super().__init__()
        self.floor = floor

    def forward(self, x):
        return x.sign() * torch.log1p(x.abs() / self.floor) / math.log1p(1 / self.floor)


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


def no_norm():
    """No normalisation."""
    return nn.Identity()


def batch_norm():
    """Batch normalisation with the settings of Keras (its momentum of 0.99 is 0.01 here)."""
    return nn.LazyBatchNorm1d(eps=1e-3, momentum=0.01)


def hidden(units, activation, dropout):
    """One hidden dense layer with its dropout before it."""
    return [*drop(dropout), nn.LazyLinear(units), activation()]


def drop(rate):
    """Dropout, or nothing at rate 0."""
    return [nn.Dropout(rate)] if rate else []


def initialize_like_keras(module):
    """Glorot-uniform weights and zero biases for every convolution and dense layer."""
    for layer in module.modules():
        if isinstance(layer, (nn.Conv1d, nn.Linear)):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)


ACTIVATIONS = {
    "linear": nn.Identity,
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "tanh": nn.Tanh,
}
SWITCHES = {
    "convolution": {
        "learnt": convolution,
        "frozen": frozen_convolution,
        "none": no_convolution,
    },
    "pooling": {"max": max_pool, "mean": mean_pool, "decimate": decimation},
    "activation": ACTIVATIONS,
    "hidden_activation": ACTIVATIONS,
    "norm": {"none": no_norm, "batch": batch_norm},
}
