#!/usr/bin/env python3
"""Writes vectors.tsv: a small matrix, its singular values and vectors by numpy, and its nearest neighbours by scikit-learn.

    python3 crates/analysis/testdata/vectors.py > crates/analysis/testdata/vectors.tsv

Made with numpy 2.4.6 and scikit-learn 1.9.1. The matrix holds rows of unit length, in six subjects that share some words;
rows 7 and 40 are empty. Lines: what, its number, and numbers or `column:number` pairs.
"""

import random

import numpy
from sklearn.neighbors import NearestNeighbors

N_ROWS, N_COLUMNS, N_NEIGHBOURS, N_VECTORS = 60, 48, 5, 5

draw = random.Random(7)
matrix = numpy.zeros((N_ROWS, N_COLUMNS))
for row in range(N_ROWS):
    subject = min(draw.choices(range(6), weights=[9, 6, 4, 3, 2, 2])[0], 5)
    words = draw.sample(range(subject * 7, subject * 7 + 7), 4) + draw.sample(range(42, 48), 2)
    matrix[row, words] = [draw.uniform(1, 4) for _ in words]
matrix[[7, 40]] = 0
norms = numpy.linalg.norm(matrix, axis=1, keepdims=True)
matrix = (matrix / numpy.where(norms > 0, norms, 1)).astype(numpy.float32).astype(numpy.float64)


def pairs(columns, values):
    return " ".join(f"{column}:{value:.9g}" for column, value in zip(columns, values))


def line(what, number, text):
    print(f"{what}\t{number}\t{text}")


for number, row in enumerate(matrix):
    columns = numpy.flatnonzero(row)
    line("row", number, pairs(columns, row[columns]))

_, singular, right = numpy.linalg.svd(matrix, full_matrices=False)
singular = singular[singular > 1e-9]
line("singular", 0, " ".join(f"{value:.12g}" for value in singular))
assert (singular[:N_VECTORS] - singular[1 : N_VECTORS + 1] > 0.02).all(), "the first vectors stand apart"
for number, vector in enumerate(right[:N_VECTORS]):
    largest = vector[numpy.abs(vector).argmax()]
    line("right", number, " ".join(f"{value:.9g}" for value in vector * numpy.sign(largest)))

filled = numpy.flatnonzero(matrix.any(axis=1))
nearest = NearestNeighbors(n_neighbors=N_NEIGHBOURS + 2, metric="cosine").fit(matrix[filled])
distances, found = nearest.kneighbors(matrix[filled])
for row, others, cosines in zip(filled, filled[found], 1 - distances):
    kept = [(other, cosine) for other, cosine in zip(others, cosines) if other != row]
    assert len(kept) == N_NEIGHBOURS + 1 and kept[-2][1] > max(kept[-1][1], 0) + 1e-5, "no ties for the last place"
    line("neighbours", row, pairs(*zip(*kept[:N_NEIGHBOURS])))
