#!/usr/bin/env python3
"""Makes agreement.tsv: pairs of partitions with their NMI, ARI and accuracy, as scikit-learn and SciPy have them.

usage: agreement.py > agreement.tsv
Made with scikit-learn 1.9.1 and SciPy 1.17.1.
"""

import random

import numpy as np
import scipy
import sklearn
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.metrics.cluster import contingency_matrix


def accuracy(a, b):
    """The share of items in cells of the best one-to-one matching; 1 without items."""
    if not a:
        return 1.0
    table = contingency_matrix(a, b)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return table[rows, columns].sum() / len(a)


def noisy(rng, n, n_labels, n_clusters, share):
    """Labels, and clusters that follow them for this share of the items."""
    labels = [rng.randrange(n_labels) for _ in range(n)]
    clusters = [label % n_clusters if rng.random() < share else rng.randrange(n_clusters) for label in labels]
    return labels, clusters


def uneven(rng, n, n_labels):
    """As many labels as may be, most items in the first few."""
    return [min(int(rng.expovariate(0.5)), n_labels - 1) for _ in range(n)]


def pairs():
    yield "nothing", [], []
    yield "one item", [0], [3]
    yield "one cluster on both sides", [0] * 5, [7] * 5
    yield "one cluster on one side", [0] * 6, [0, 0, 1, 1, 2, 2]
    yield "one cluster on the other", [0, 0, 1, 1, 2, 2], [4] * 6
    yield "each its own on both sides", [0, 1, 2, 3], [3, 2, 1, 0]
    yield "each its own on one side", [0, 0, 1, 1], [0, 1, 2, 3]
    yield "the same", [0, 0, 1, 2, 2], [0, 0, 1, 2, 2]
    yield "the same under other names", [0, 0, 1, 2, 2], [9, 9, 4, 1, 1]
    yield "independent", [0, 0, 1, 1], [0, 1, 0, 1]
    yield "worse than chance", [0, 0, 0, 1, 1, 1], [0, 1, 2, 0, 1, 2]
    yield "scikit-learn's example", [0, 0, 1, 2], [0, 0, 1, 1]
    rng = random.Random(1)
    for n, n_labels, n_clusters, share in [
        (30, 3, 3, 0.9),
        (60, 4, 6, 0.7),
        (60, 6, 4, 0.7),
        (100, 10, 10, 0.0),
        (150, 5, 40, 0.5),
        (150, 40, 5, 0.5),
        (400, 60, 60, 0.6),
    ]:
        yield f"{n_labels} labels, {n_clusters} clusters", *noisy(rng, n, n_labels, n_clusters, share)
    yield "uneven", uneven(rng, 200, 12), uneven(rng, 200, 9)


def main():
    print(f"# scikit-learn {sklearn.__version__}, scipy {scipy.__version__}; made by agreement.py")
    print("# what\tnmi\tari\taccuracy\ta\tb")
    for what, a, b in pairs():
        a, b = [int(x) for x in a], [int(x) for x in b]
        scores = (normalized_mutual_info_score(a, b), adjusted_rand_score(a, b), accuracy(a, b))
        print(what, *(repr(float(np.float64(score))) for score in scores), " ".join(map(str, a)), " ".join(map(str, b)), sep="\t")


if __name__ == "__main__":
    main()
