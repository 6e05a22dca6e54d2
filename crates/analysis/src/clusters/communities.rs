//! Communities of a graph of neighbours: how many clusters there are.
