"""The convolution of the published (Keras) networks, in the forms that are fast on a CPU."""

from functools import lru_cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class SameConv1d(nn.Conv1d):
    """Convolution with "same" padding: ``ceil(length / stride)`` outputs, odd zero on right.

    On a CPU one input channel is a product of its windows with the weights, long kernels are
    products of Fourier transforms, and for the others the channels come last in memory, where
    torch's convolution is faster.
    """

    def forward(self, x):
        length, kernel, stride = x.shape[-1], self.kernel_size[0], self.stride[0]
        n_zeros = max((-(-length // stride) - 1) * stride + kernel - length, 0)
        padding = (n_zeros // 2, n_zeros - n_zeros // 2)
        if x.device.type != "cpu":
            return super().forward(F.pad(x, padding))
        if self.in_channels == 1:
            windows = F.pad(x[:, 0], padding).unfold(-1, kernel, stride)
            return F.linear(windows, self.weight[:, 0], self.bias).transpose(1, 2)
        # Where it paid in training; most of the gain is in the gradient of the weights.
        if self.in_channels >= 32 and kernel >= 15 and length >= 300:
            return fourier_convolution(x, self.weight, self.bias, stride, padding)
        x = F.pad(x.unsqueeze(2), padding).contiguous(memory_format=torch.channels_last)
        return F.conv2d(x, self.weight.unsqueeze(2), self.bias, (1, stride)).squeeze(2)


def fourier_convolution(x, weight, bias, stride=1, padding=(0, 0)):
    """Compute ``torch.nn.functional.conv1d`` of padded spectra as products of Fourier transforms.

    `padding` zeros are put to the left and right; of the result the channels are last in memory.
    The input is cut into parts of up to three kernels. A part's transform, a matrix product, is
    multiplied by that of the kernels, channels by channels; transformed back, it reaches over
    into the next part by one point less than the kernel (overlap-add). That takes several times
    less arithmetic than sliding long kernels along. Errors of rounding are relative to the
    largest value within a few kernels, so windows of zeros give about zero.
    """
    n_points = x.shape[2] + sum(padding)
    n_out = (n_points - weight.shape[2]) // stride + 1
    if stride > 1:
        # Points that are a stride apart become one channel, and the stride is 1.
        weight = F.pad(weight, (0, -weight.shape[2] % stride))
        weight = weight.unflatten(2, (-1, stride)).permute(0, 3, 1, 2).flatten(1, 2)
    out_channels, in_channels, kernel = weight.shape
    part = min(3 * kernel, max(kernel, -(-n_points // stride)))
    transform, kernel_transform, inverse = (
        torch.from_numpy(matrix).to(x.dtype) for matrix in _transforms(kernel, part)
    )

    left, right = padding
    x = F.pad(x.transpose(1, 2), (0, 0, left, right - n_points % -(part * stride)))
    x = x.unflatten(1, (-1, part, stride)).flatten(3)
    n_parts = x.shape[1]
    waves = (transform @ x.flatten(0, 1)).unflatten(1, (-1, 2)).flatten(2)
    real, imaginary = (
        (kernel_transform @ weight.permute(2, 1, 0).flatten(1))
        .view(-1, 2, in_channels, out_channels)
        .unbind(1)
    )
    # The product of complex numbers, as one of real matrices for each frequency.
    kernels = torch.cat([torch.cat([real, imaginary], 2), torch.cat([-imaginary, real], 2)], 1)
    waves = torch.bmm(waves.transpose(0, 1), kernels).transpose(0, 1)
    waves = waves.unflatten(2, (2, -1)).flatten(1, 2)
    parts = (inverse @ waves).unflatten(0, (-1, n_parts))
    over = F.pad(parts[:, :-1, part:], (0, 0, 0, part - kernel + 1, 1, 0))
    result = (parts[:, :, :part] + over).flatten(1, 2)
    return (result[:, kernel - 1 : kernel - 1 + n_out] + bias).transpose(1, 2)


@lru_cache(maxsize=32)
def _transforms(kernel, part):
    """Return the matrices of the transforms of a part and of a mirrored kernel, and the inverse.

    Cosines and sines take turns along the frequencies. NumPy arrays, since a tensor made while
    predicting could not be used for training.
    """
    n_points = part + kernel - 1
    frequency = np.arange(n_points // 2 + 1)[:, None]
    angle = 2 * np.pi / n_points * (frequency * np.arange(n_points) % n_points)
    waves = np.stack([np.cos(angle), -np.sin(angle)], axis=1)
    # All frequencies stand for two, but for the mean and the highest of an even number.
    twice = np.where(2 * frequency % n_points == 0, 1, 2)[:, None]
    matrices = (
        waves[..., :part].reshape(-1, part),
        waves[..., kernel - 1 :: -1].reshape(-1, kernel),
        (waves * twice / n_points).reshape(-1, n_points).T,
    )
    return tuple(np.ascontiguousarray(matrix) for matrix in matrices)
