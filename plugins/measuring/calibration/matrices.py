"""Sparse matrices, typed: scipy has no types of its own, so it is imported here and nowhere else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csgraph

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Sparse:
    """A matrix of which most is nothing, row by row."""

    def __init__(self, rows: Ints, columns: Ints, values: Floats, shape: tuple[int, int]) -> None:
        self._kept = sparse.csr_matrix((values, (rows, columns)), shape=shape)
        self._turned = self._kept.T.tocsr()
        self.shape = shape

    def times(self, dense: Floats) -> Floats:
        """This matrix times a dense one."""
        found: Floats = self._kept @ dense
        return found

    def turned_times(self, dense: Floats) -> Floats:
        """This matrix turned over, times a dense one."""
        found: Floats = self._turned @ dense
        return found

    def squared(self) -> Floats:
        """This matrix turned over, times itself, as a dense one: as wide as it has columns, both ways."""
        found: Floats = (self._turned @ self._kept).toarray()
        return found


def parts(one: Ints, other: Ints, ones: int, others: int) -> Ints:
    """The part of each of the `ones`, where pairs tie ones to others: what hangs together has the same number."""
    size = ones + others
    ties = sparse.coo_matrix((np.ones(len(one)), (one, other + ones)), shape=(size, size))
    _count, labels = csgraph.connected_components(ties, directed=False)
    return np.asarray(labels[:ones], dtype=np.int64)


def inverse(matrix: Floats) -> Floats:
    """The inverse of a matrix that is symmetric and positive; ValueError where it is not."""
    try:
        found: Floats = cho_solve(cho_factor(matrix, lower=True), np.eye(len(matrix)))
    except np.linalg.LinAlgError as error:
        raise ValueError("The answers do not hold enough to tell all difficulties apart.") from error
    return found
