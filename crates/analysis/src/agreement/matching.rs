//! The best one-to-one matching of the rows of a table with its columns.

/// The largest sum of cells of which no two are in one row or in one column.
///
/// # Shape
/// As of [`best_columns`].
pub(super) fn best_sum(n_rows: usize, n_columns: usize, cells: &[u32]) -> u64 {
    let columns = best_columns(n_rows, n_columns, cells);
    (0..).zip(columns).map(|(row, column): (usize, usize)| u64::from(cells[row * n_columns + column])).sum()
}

/// For each row the column of its cell, so that no two are in one column and their sum is the largest.
///
/// # Shape
/// `cells` is `n_rows × n_columns`, row by row, with no more rows than columns; every row gets a column.
///
/// # Cost
/// `n_rows² · n_columns` steps: instant for a few hundred by a few hundred, or by some ten thousand.
///
/// # Source
/// The Hungarian method with potentials: Kuhn (1955), Munkres (1957); one shortest path a row, as Jonker & Volgenant (1987).
pub(super) fn best_columns(n_rows: usize, n_columns: usize, cells: &[u32]) -> Vec<usize> {
    assert!(n_rows <= n_columns, "a row without a column: {n_rows} rows, {n_columns} columns");
    assert_eq!(cells.len(), n_rows * n_columns, "a table of {n_rows} by {n_columns}");
    // Rows and columns count from 1; row 0 is none, and column 0 is where a path starts.
    let cost = |row: usize, column: usize| -i64::from(cells[(row - 1) * n_columns + column - 1]);
    let mut of_row = vec![0_i64; n_rows + 1];
    let mut of_column = vec![0_i64; n_columns + 1];
    let mut row_of = vec![0_usize; n_columns + 1];
    let mut came_from = vec![0_usize; n_columns + 1];
    for row in 1..=n_rows {
        row_of[0] = row;
        let mut distance = vec![i64::MAX; n_columns + 1];
        let mut is_done = vec![false; n_columns + 1];
        let mut at = 0;
        loop {
            is_done[at] = true;
            let (mut least, mut next) = (i64::MAX, 0);
            for column in 1..=n_columns {
                if is_done[column] {
                    continue;
                }
                let through = cost(row_of[at], column) - of_row[row_of[at]] - of_column[column];
                if through < distance[column] {
                    (distance[column], came_from[column]) = (through, at);
                }
                if distance[column] < least {
                    (least, next) = (distance[column], column);
                }
            }
            for column in 0..=n_columns {
                if is_done[column] {
                    of_row[row_of[column]] += least;
                    of_column[column] -= least;
                } else {
                    distance[column] -= least;
                }
            }
            at = next;
            if row_of[at] == 0 {
                break;
            }
        }
        while at != 0 {
            row_of[at] = row_of[came_from[at]];
            at = came_from[at];
        }
    }
    let mut columns = vec![0; n_rows];
    for column in 1..=n_columns {
        if row_of[column] != 0 {
            columns[row_of[column] - 1] = column - 1;
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_best_for_each_row_alone_need_not_be_best_for_all() {
        assert_eq!(best_sum(2, 2, &[9, 8, 8, 1]), 16);
        assert_eq!(best_sum(2, 3, &[9, 8, 0, 9, 0, 0]), 17);
        assert_eq!(best_sum(1, 3, &[2, 5, 3]), 5);
        assert_eq!(best_sum(0, 0, &[]), 0);
        assert_eq!(best_sum(0, 3, &[]), 0);
    }

    /// The best by trying all.
    fn tried(cells: &[u32], n_columns: usize, taken: &mut Vec<usize>) -> u64 {
        let Some(row) = cells.get(..n_columns) else { return 0 };
        let mut best = 0;
        for (column, cell) in row.iter().enumerate() {
            if !taken.contains(&column) {
                taken.push(column);
                best = best.max(u64::from(*cell) + tried(&cells[n_columns..], n_columns, taken));
                taken.pop();
            }
        }
        best
    }

    proptest! {
        #[test]
        fn no_matching_is_better(
            (n_rows, n_columns, cells) in (1_usize..=5, 0_usize..=2).prop_flat_map(|(n_rows, more)| {
                let n_columns = n_rows + more;
                (Just(n_rows), Just(n_columns), proptest::collection::vec(0_u32..20, n_rows * n_columns))
            })
        ) {
            prop_assert_eq!(best_sum(n_rows, n_columns, &cells), tried(&cells, n_columns, &mut Vec::new()));
        }
    }
}
