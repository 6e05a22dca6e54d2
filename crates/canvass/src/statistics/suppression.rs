//! Small cells, suppressed so that they cannot be subtracted back.
//!
//! # What is published
//! How many gave each answer and how many are in each group, whatever the numbers (the profile, the closed questions, the findings), and
//! cross-tables of two variables at a time. A cell of a cross-table with at least one and fewer than `k` respondents is suppressed, and so
//! is the base of a group if it is that small; percentages go with them. Some further cells are suppressed for their sake, the
//! *complements*; nothing tells which are which.
//!
//! # The rule, table by table
//! 1. **Bases.** If a group's base is small, and not known anyway (everyone answered), all of the group's row is suppressed. One base alone
//!    would follow from the sum of all bases: at least two are suppressed, and together they have `k` respondents, as far as there are groups.
//! 2. **One answer each** (single choice, a scale, a statement). The cells of a row sum to its base, those of a column to the answer's
//!    count. Draw rows and columns as nodes and suppressed cells as edges between them: what the sums say of a suppressed cell is its value
//!    if, and only if, its edge is a *bridge*, in no cycle (Gusfield 1988, SIAM J. Comput. 17: 552). So whatever is a bridge gets
//!    the cheapest rectangle of cells through it, until there is none. In every row and column what is suppressed has `k` respondents, as far as there are.
//! 3. **Any number of answers** (themes, multiple choice). Each answer is a variable of its own, and its column has one sum: in a column
//!    with suppressed cells at least two are, with `k` respondents between them, as far as there are.
//! 4. The two tables of a pair of closed questions, one by the other, have one pattern.
//!
//! # Why tables cannot be played off against each other
//! Each respondent is a point in the product of all variables; what is published are sums over respondents of functions on it. A
//! cell of the table A × B is the function 1\[A = a\]·1\[B = b\]. Functions of the two variables A and B are the direct sum of a constant,
//! functions of A alone, of B alone, and interactions of A and B; interactions of different pairs of variables are linearly independent. So a
//! combination of published numbers that gives the cell can be had from the table A × B and from counts of A and of B alone; and those
//! are published anyway. Within the table, rules 1 to 3 leave no such combination. A theme is a variable with the values "not in the base", "in the base
//! without it", "in it", and the themes of a question share the first: their tables share the bases, which rule 1 keeps together. The
//! test attacks whole sets of tables by the rank of that linear system.
//!
//! That respondents are no less than none tells an attacker bounds; that suppressed cells of a line have `k` respondents between them keeps those
//! wide. Themes counted once are left out of the tables, as they would be a second way to the same cells.

/// The counts of a table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Counts {
    /// Whether each respondent of the base gave just one of the answers.
    pub(super) is_partition: bool,
    /// For each group its respondents.
    pub(super) totals: Vec<u64>,
    /// For each group those who are in the base.
    pub(super) bases: Vec<u64>,
    /// For each answer those who gave it, in a group or in none.
    pub(super) answer_totals: Vec<u64>,
    /// For each group and answer those who gave it.
    pub(super) cells: Vec<Vec<u64>>,
}

/// What is suppressed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Pattern {
    /// The groups whose base is suppressed, and with it all of their cells.
    pub(super) groups: Vec<bool>,
    /// The answers whose base is, if they were the groups: the same table the other way round.
    answers: Vec<bool>,
    /// For each group and answer.
    pub(super) cells: Vec<Vec<bool>>,
}

impl Pattern {
    /// What to suppress so that cells with fewer than `k` respondents, but some, cannot be told; none if the table says no more than what is
    /// published without it.
    ///
    /// `both_ways`: whether the table is published the other way round, too, so that answers have bases.
    pub(super) fn new(counts: &Counts, k: u64, both_ways: bool) -> Option<Self> {
        let (n_groups, n_answers) = (counts.bases.len(), counts.cells.first().map_or(0, Vec::len));
        let columns: Vec<u64> = (0..n_answers).map(|answer| counts.cells.iter().map(|row| row[answer]).sum()).collect();
        let live = Live {
            rows: counts.bases.iter().map(|base| *base > 0).collect(),
            columns: columns.iter().map(|n| *n > 0).collect(),
        };
        let n_live = |lines: &[bool]| lines.iter().filter(|live| **live).count();
        // Of one group, or one answer that everybody gave, each cell is a count that is published.
        if n_live(&live.rows) < 2 || counts.is_partition && n_live(&live.columns) < 2 {
            return None;
        }
        let groups = small_bases(&counts.bases, &counts.totals, k);
        let answers = if both_ways { small_bases(&columns, &counts.answer_totals, k) } else { vec![false; n_answers] };
        let cells = (0..n_groups)
            .map(|g| (0..n_answers).map(|a| live.rows[g] && live.columns[a] && (groups[g] || answers[a])).collect())
            .collect();
        let mut pattern = Self { groups, answers, cells };
        for (group, row) in counts.cells.iter().enumerate() {
            for (answer, n) in row.iter().enumerate() {
                pattern.cells[group][answer] |= (1..k).contains(n);
            }
        }
        if counts.is_partition {
            pattern.protect_rows_and_columns(counts, k, &live);
        } else {
            for answer in 0..n_answers {
                pattern.protect_column(counts, k, answer, &live.rows);
            }
        }
        Some(pattern)
    }

    /// The pattern of the same table the other way round.
    pub(super) fn transposed(&self) -> Self {
        let n_answers = self.cells.first().map_or(0, Vec::len);
        let cells = (0..n_answers).map(|answer| self.cells.iter().map(|row| row[answer]).collect()).collect();
        Self { groups: self.answers.clone(), answers: self.groups.clone(), cells }
    }

    /// Suppresses further cells of a column until at least two are, with `k` respondents.
    fn protect_column(&mut self, counts: &Counts, k: u64, answer: usize, live: &[bool]) {
        loop {
            let suppressed: Vec<usize> = (0..self.cells.len()).filter(|group| self.cells[*group][answer]).collect();
            let sum: u64 = suppressed.iter().map(|group| counts.cells[*group][answer]).sum();
            if suppressed.is_empty() || suppressed.len() > 1 && sum >= k {
                return;
            }
            let free = (0..self.cells.len()).filter(|group| live[*group] && !self.cells[*group][answer]);
            let Some(group) = cheapest(free.map(|group| (counts.cells[group][answer], group)), k.saturating_sub(sum))
            else {
                return;
            };
            self.cells[group][answer] = true;
        }
    }

    /// Suppresses further cells until no sum of a row or a column tells one of them.
    fn protect_rows_and_columns(&mut self, counts: &Counts, k: u64, live: &Live) {
        loop {
            if let Some((group, answer)) = bridge(&self.cells, &self.groups, &self.answers) {
                let Some(corner) = self.corner(counts, live, group, answer) else { return };
                for (group, answer) in [(group, corner.1), (corner.0, answer), corner] {
                    self.cells[group][answer] = true;
                }
            } else if let Some((group, answer)) = self.thin_line(counts, k, live) {
                self.cells[group][answer] = true;
            } else {
                return;
            }
        }
    }

    /// The corner opposite to a cell, in the rectangle with the fewest respondents in cells that are not yet suppressed.
    fn corner(&self, counts: &Counts, live: &Live, group: usize, answer: usize) -> Option<(usize, usize)> {
        let cost = |cells: [(usize, usize); 3]| {
            let new = cells.into_iter().filter(|(group, answer)| !self.cells[*group][*answer]);
            new.fold((0, 0_u32), |(sum, n), (group, answer)| (sum + counts.cells[group][answer], n + 1))
        };
        let rows = (0..self.cells.len()).filter(|other| *other != group && live.rows[*other]);
        let corners = rows.flat_map(|row| {
            let columns = (0..self.answers.len()).filter(|other| *other != answer && live.columns[*other]);
            columns.map(move |column| (row, column))
        });
        corners.min_by_key(|corner| (cost([(group, corner.1), (corner.0, answer), *corner]), *corner))
    }

    /// A further cell of a line whose suppressed cells have fewer than `k` respondents; none if there is no such line, or no further cell.
    fn thin_line(&self, counts: &Counts, k: u64, live: &Live) -> Option<(usize, usize)> {
        let (n_groups, n_answers) = (self.cells.len(), self.answers.len());
        let rows = (0..n_groups)
            .filter(|group| live.rows[*group] && !self.groups[*group])
            .map(|group| (0..n_answers).filter(|a| live.columns[*a]).map(|a| (group, a)).collect::<Vec<_>>());
        let columns = (0..n_answers)
            .filter(|answer| live.columns[*answer] && !self.answers[*answer])
            .map(|answer| (0..n_groups).filter(|g| live.rows[*g]).map(|g| (g, answer)).collect::<Vec<_>>());
        rows.chain(columns).find_map(|line| {
            let count = |(group, answer): &(usize, usize)| counts.cells[*group][*answer];
            let (kept, free): (Vec<_>, Vec<_>) = line.into_iter().partition(|(g, a)| self.cells[*g][*a]);
            let sum: u64 = kept.iter().map(count).sum();
            if kept.is_empty() || sum >= k {
                return None;
            }
            // A cell of nobody adds nothing.
            let useful = free.iter().filter(|at| count(at) > 0);
            cheapest(useful.map(|at| (count(at), *at)), k - sum)
        })
    }
}

/// The rows and columns that have any respondents: what is empty is known to be.
struct Live {
    rows: Vec<bool>,
    columns: Vec<bool>,
}

/// The least that is enough; if none is, the most.
fn cheapest<A: Ord + Copy>(cells: impl Iterator<Item = (u64, A)>, enough: u64) -> Option<A> {
    let mut cells: Vec<(u64, A)> = cells.collect();
    cells.sort_unstable();
    let found = cells.iter().find(|(n, _)| *n >= enough).or(cells.last())?;
    Some(found.1)
}

/// The groups whose base is suppressed: those with a small one, and others for their sake. None where everybody is in the base, as
/// bases are then the sizes of the groups, which are published.
fn small_bases(bases: &[u64], totals: &[u64], k: u64) -> Vec<bool> {
    let mut suppressed = vec![false; bases.len()];
    if bases == totals {
        return suppressed;
    }
    for (suppressed, base) in suppressed.iter_mut().zip(bases) {
        *suppressed = (1..k).contains(base);
    }
    loop {
        let kept: Vec<u64> = bases.iter().zip(&suppressed).filter(|(_, s)| **s).map(|(base, _)| *base).collect();
        let sum: u64 = kept.iter().sum();
        if kept.is_empty() || kept.len() > 1 && sum >= k {
            return suppressed;
        }
        let free = bases.iter().enumerate().filter(|(group, base)| **base > 0 && !suppressed[*group]);
        let Some(group) = cheapest(free.map(|(group, base)| (*base, group)), k.saturating_sub(sum)) else {
            return suppressed;
        };
        suppressed[group] = true;
    }
}

/// The first suppressed cell whose edge is in no cycle. A suppressed base is an edge, too: to those who are not in the base.
fn bridge(cells: &[Vec<bool>], groups: &[bool], answers: &[bool]) -> Option<(usize, usize)> {
    let (n_groups, n_answers) = (groups.len(), answers.len());
    // Groups, answers, the answer of those who are not in the base, the group of those who are in none.
    let (outside, nowhere) = (n_groups + n_answers, n_groups + n_answers + 1);
    let mut graph: Vec<Vec<usize>> = vec![Vec::new(); n_groups + n_answers + 2];
    let mut join = |a: usize, b: usize| {
        graph[a].push(b);
        graph[b].push(a);
    };
    for (group, row) in cells.iter().enumerate() {
        for (answer, _) in row.iter().enumerate().filter(|(_, suppressed)| **suppressed) {
            join(group, n_groups + answer);
        }
        if groups[group] {
            join(group, outside);
        }
    }
    for (answer, _) in answers.iter().enumerate().filter(|(_, suppressed)| **suppressed) {
        join(nowhere, n_groups + answer);
    }
    let mut search =
        Search { graph: &graph, seen: vec![0; graph.len()], low: vec![0; graph.len()], bridges: Vec::new() };
    let mut clock = 0;
    for node in 0..graph.len() {
        if search.seen[node] == 0 {
            search.visit(node, None, &mut clock);
        }
    }
    let cell = |(a, b): &(usize, usize)| {
        let (group, answer) = (*a.min(b), *a.max(b));
        (group < n_groups && answer < outside).then(|| (group, answer - n_groups))
    };
    search.bridges.iter().filter_map(cell).min()
}

/// A depth-first search for bridges (Tarjan 1974).
struct Search<'g> {
    graph: &'g [Vec<usize>],
    /// When each node was first seen, from 1; 0: not yet.
    seen: Vec<usize>,
    /// The earliest node that can be reached from each without the edge that led to it.
    low: Vec<usize>,
    bridges: Vec<(usize, usize)>,
}

impl Search<'_> {
    /// No deeper than there are nodes: groups and answers of one table.
    fn visit(&mut self, node: usize, from: Option<usize>, clock: &mut usize) {
        *clock += 1;
        (self.seen[node], self.low[node]) = (*clock, *clock);
        let graph = self.graph;
        for next in graph[node].iter().copied().filter(|next| Some(*next) != from) {
            if self.seen[next] == 0 {
                self.visit(next, Some(node), clock);
                self.low[node] = self.low[node].min(self.low[next]);
                if self.low[next] > self.seen[node] {
                    self.bridges.push((node, next));
                }
            } else {
                self.low[node] = self.low[node].min(self.seen[next]);
            }
        }
    }
}

#[cfg(test)]
mod tests;
