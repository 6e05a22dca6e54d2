//! How well two partitions of the same items agree.
