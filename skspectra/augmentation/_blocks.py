"""Spectra worked on block by block, and what several augmenters measure or draw in a block."""

import numpy as np

# Values worked on at a time, so that the temporary arrays stay in the processor's cache.
_BLOCK = 2**17


def blocks(n_rows, n_values):
    """Yield slices of consecutive rows, where `n_values` of each row are worked on."""
    step = max(1, _BLOCK // n_values)
    for start in range(0, n_rows, step):
        yield slice(start, min(start + step, n_rows))


def in_blocks(kernel, X):
    """Return ``kernel(block)`` of consecutive blocks of rows of `X` as one new array."""
    variants = np.empty_like(X, order="C")
    for rows in blocks(*X.shape):
        variants[rows] = kernel(X[rows])
    return variants


class _Words(np.random.bit_generator.ISeedSequence):
    """Words that are random already: hashing them takes longer than what most rows draw."""

    def __init__(self, words):
        self._words = words

    def generate_state(self, n_words, dtype=np.uint32):
        """Return the words, all of them and as they are."""
        if (n_words, dtype) != (len(self._words), self._words.dtype):
            raise ValueError(
                f"{n_words} words of {dtype} were asked for, {len(self._words)} of "
                f"{self._words.dtype} are there."
            )
        return self._words


def row_generators(rng, n_rows):
    """Yield a generator for each row.

    Where the number of draws depends on the values of a row (its peaks, its counts), draws from
    one common generator would let the rows before it decide what it gets.
    """
    for words in rng.integers(2**64, size=(n_rows, 3), dtype=np.uint64):
        yield np.random.Generator(np.random.SFC64(_Words(words)))


def check_order(augmenter, low, high):
    """Raise a ValueError where the parameter `low` is larger than the parameter `high`."""
    smallest, largest = getattr(augmenter, low), getattr(augmenter, high)
    if smallest > largest:
        raise ValueError(f"{low}={smallest} is larger than {high}={largest}.")


def uniform(rng, low, high, shape, dtype):
    """Draw as float64, so that both dtypes get the same numbers, and return `dtype`."""
    return rng.uniform(low, high, shape).astype(dtype)


def heights(X):
    """Maximum minus minimum of each row, as a column."""
    return X.max(axis=1, keepdims=True) - X.min(axis=1, keepdims=True)
