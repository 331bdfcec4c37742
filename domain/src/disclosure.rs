//! Disclosure control: what leaves the association does not tell about a few people.
//!
//! A count of 1 to k − 1 is suppressed, totals too. Counts sum to totals in lines: rows, columns, branches of a tree. What
//! is hidden alone in a line could be had back by subtracting the rest, and so could some counts by adding and
//! subtracting whole lines; others are therefore hidden with it, until no hidden count follows from what is shown. Zeros
//! stay shown: they tell about nobody, and a hidden count that may not shrink would leave the others fewer values.

use std::collections::BTreeMap;

/// Numbers below this are not told (k), unless a higher one is set.
pub const K: u64 = 5;
/// The same for data on violence.
pub const K_VIOLENCE: u64 = 10;

/// The thresholds below which numbers of people are not told. They may be raised, and not below [`K`] and [`K_VIOLENCE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// For whatever is counted.
    pub people: u64,
    /// For data on violence.
    pub violence: u64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { people: K, violence: K_VIOLENCE }
    }
}

impl Thresholds {
    /// The threshold of a figure.
    pub fn of(self, is_about_violence: bool) -> u64 {
        if is_about_violence { self.people.max(self.violence) } else { self.people }
    }
}

/// A count that is the sum of others, by their places in the list of counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Where the sum stands.
    pub total: usize,
    /// Where its parts stand.
    pub parts: Vec<usize>,
}

impl Line {
    fn places(&self) -> impl Iterator<Item = usize> {
        self.parts.iter().copied().chain([self.total])
    }
}

/// The lines of a tree in which each count is the sum of those directly below it, by the place of each one's parent. What
/// a branch counts itself, beside the branches below it, is a count of its own below it.
pub fn tree(parents: &[Option<usize>]) -> Vec<Line> {
    let mut lines: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, parent) in parents.iter().enumerate() {
        if let Some(parent) = parent {
            lines.entry(*parent).or_default().push(place);
        }
    }
    lines.into_iter().map(|(total, parts)| Line { total, parts }).collect()
}

/// Which parts of a table may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The cells, row by row.
    pub cells: Vec<Vec<bool>>,
    /// The total of each row.
    pub rows: Vec<bool>,
    /// The total of each column.
    pub columns: Vec<bool>,
    /// The total of all.
    pub total: bool,
}

/// Which cells and totals of a table of counts may be shown. Every row has as many cells as the first.
pub fn shown_in_table(cells: &[Vec<u64>], k: u64) -> Table {
    let (height, width) = (cells.len(), cells.first().map_or(0, Vec::len));
    let (rows, columns, total) = (height * width, height * width + height, height * width + height + width);
    let mut counts: Vec<u64> = cells.iter().flatten().copied().collect();
    counts.extend(cells.iter().map(|row| row.iter().sum::<u64>()));
    counts.extend((0..width).map(|column| cells.iter().map(|row| row[column]).sum::<u64>()));
    counts.push(cells.iter().flatten().sum());

    let mut lines =
        vec![Line { total, parts: (rows..columns).collect() }, Line { total, parts: (columns..total).collect() }];
    lines.extend((0..height).map(|row| Line { total: rows + row, parts: (row * width..(row + 1) * width).collect() }));
    lines.extend(
        (0..width).map(|column| Line {
            total: columns + column,
            parts: (0..height).map(|row| row * width + column).collect(),
        }),
    );
    let shown = shown(&counts, &lines, k);
    Table {
        cells: (0..height).map(|row| shown[row * width..(row + 1) * width].to_vec()).collect(),
        rows: shown[rows..columns].to_vec(),
        columns: shown[columns..total].to_vec(),
        total: shown[total],
    }
}

/// Which counts may be shown, where each line's total is the sum of its parts. What is hidden cannot be computed from what
/// is shown, and under a total that is shown at least k people are hidden together.
pub fn shown(counts: &[u64], lines: &[Line], k: u64) -> Vec<bool> {
    let mut shown: Vec<bool> = counts.iter().map(|count| !(1..k).contains(count)).collect();
    // Each round hides one count more or ends, so there are at most as many rounds as counts.
    while let Some(place) = next_to_hide(counts, lines, &shown, k) {
        shown[place] = false;
    }
    shown
}

/// The count to hide next, if what is hidden could still be had back.
fn next_to_hide(counts: &[u64], lines: &[Line], shown: &[bool], k: u64) -> Option<usize> {
    let weak = lines.iter().filter(|line| is_weak(line, counts, shown, k));
    if let Some(place) = weak.filter_map(|line| companion(line, counts, shown)).next() {
        return Some(place);
    }
    let bare = determined(lines, shown);
    let near = |place: &usize| {
        lines
            .iter()
            .filter(|line| line.places().any(|other| other == *place))
            .find_map(|line| companion(line, counts, shown))
    };
    // A count whose own lines are hidden whole is kept company anywhere: where everything is hidden, nothing follows.
    let anywhere = || lines.iter().find_map(|line| companion(line, counts, shown)).filter(|_| !bare.is_empty());
    bare.iter().find_map(near).or_else(anywhere)
}

/// Whether a line gives back what it hides: a single count, or fewer than k people under a total that is shown.
fn is_weak(line: &Line, counts: &[u64], shown: &[bool], k: u64) -> bool {
    let hidden = line.places().filter(|place| !shown[*place]).count();
    let people: u64 = line.parts.iter().filter(|place| !shown[**place]).map(|place| counts[*place]).sum();
    hidden == 1 || (hidden > 0 && shown[line.total] && people < k)
}

/// What to hide with the hidden counts of a line: its smallest shown part that is not zero, else its total.
fn companion(line: &Line, counts: &[u64], shown: &[bool]) -> Option<usize> {
    let can_hide = |place: &usize| shown[*place] && counts[*place] > 0;
    let part = line.parts.iter().copied().filter(can_hide).min_by_key(|place| counts[*place]);
    part.or_else(|| Some(line.total).filter(can_hide))
}

/// The prime that lines are reckoned with: large enough that no sum of whole lines vanishes by chance.
const PRIME: u64 = (1 << 61) - 1;

fn times(one: u64, other: u64) -> u64 {
    u64::try_from(u128::from(one) * u128::from(other) % u128::from(PRIME)).expect("a remainder is below the prime")
}

/// The number by which `value` makes 1 (Fermat).
fn inverse(value: u64) -> u64 {
    let (mut base, mut exponent, mut result) = (value, PRIME - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

/// Coefficients of the hidden counts in a sum of lines, by place; none is zero.
type Equation = BTreeMap<usize, u64>;

/// The hidden counts that follow from what is shown: each line is an equation of its hidden counts, and after elimination
/// (Gauss–Jordan) exactly the determined ones stand alone in theirs.
fn determined(lines: &[Line], shown: &[bool]) -> Vec<usize> {
    let mut solved: BTreeMap<usize, Equation> = BTreeMap::new();
    for line in lines {
        let mut equation = Equation::new();
        line.parts.iter().filter(|place| !shown[**place]).for_each(|place| add(&mut equation, *place, 1));
        if !shown[line.total] {
            add(&mut equation, line.total, PRIME - 1);
        }
        for (pivot, known) in &solved {
            eliminate(&mut equation, *pivot, known);
        }
        let Some((pivot, first)) = equation.first_key_value().map(|(place, value)| (*place, *value)) else { continue };
        let scale = inverse(first);
        equation.values_mut().for_each(|value| *value = times(*value, scale));
        solved.values_mut().for_each(|other| eliminate(other, pivot, &equation));
        solved.insert(pivot, equation);
    }
    solved.into_iter().filter(|(_, equation)| equation.len() == 1).map(|(pivot, _)| pivot).collect()
}

/// Take the pivot out of an equation by subtracting a multiple of the one that is solved for it.
fn eliminate(equation: &mut Equation, pivot: usize, known: &Equation) {
    let Some(factor) = equation.get(&pivot).copied() else { return };
    known.iter().for_each(|(place, value)| add(equation, *place, PRIME - times(*value, factor)));
}

fn add(equation: &mut Equation, place: usize, value: u64) {
    let sum = (equation.get(&place).copied().unwrap_or(0) + value) % PRIME;
    if sum == 0 {
        equation.remove(&place);
    } else {
        equation.insert(place, sum);
    }
}

#[cfg(test)]
mod tests;
