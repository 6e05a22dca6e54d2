#!/usr/bin/env python3
"""Writes kmeans.tsv: what scikit-learn's KMeans makes of a few rows, for the tests of crates/analysis/src/clusters/kmeans.

    python3 crates/analysis/src/clusters/testdata/kmeans.py > crates/analysis/src/clusters/testdata/kmeans.tsv

Made with scikit-learn 1.9.1 and numpy 2.4.6. The rows are generated: five overlapping clouds of 30 points in four dimensions,
far from 0 in one of them. The start is the first five rows. One run stops after three iterations, one runs to its end.
"""

import numpy
import sklearn
from sklearn.cluster import KMeans

draw = numpy.random.default_rng(20)
centres = draw.normal(0, 2, (5, 4)) + numpy.array([0, 0, 0, 40])
rows = (centres[draw.integers(0, 5, 150)] + draw.normal(0, 1, (150, 4))).round(3).astype(numpy.float32)


def line(*cells):
    print(*cells, sep="\t")


line("# scikit-learn", sklearn.__version__, "numpy", numpy.__version__)
for row in rows:
    line("row", *row)
for max_iter in [3, 300]:
    found = KMeans(n_clusters=5, init=rows[:5], n_init=1, max_iter=max_iter, tol=0, algorithm="lloyd").fit(rows)
    line("run", max_iter, found.n_iter_, float(found.inertia_))
    line("labels", *found.labels_)
    for centroid in found.cluster_centers_:
        line("centroid", *centroid)
