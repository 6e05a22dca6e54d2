//! linfa's k-means, DBSCAN and Gaussian mixture on reduced vectors.
