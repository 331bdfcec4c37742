//! What a reader could work out from the figures that she is shown.

use super::*;
use proptest::prelude::*;

/// Which hidden counts may have another value, for all that a reader knows. She knows what is shown, the lines, and that
/// no count is negative. Every change of the counts that are no total by −1, 0 or 1 is tried, whatever the rule itself
/// reckons.
fn movable(counts: &[u64], lines: &[Line], shown: &[bool]) -> Vec<bool> {
    let is_total = |place: &usize| lines.iter().any(|line| line.total == *place);
    let free: Vec<usize> = (0..counts.len()).filter(|place| !shown[*place] && !is_total(place)).collect();
    let mut moved = vec![false; counts.len()];
    for mut number in 0..3_usize.pow(u32::try_from(free.len()).unwrap()) {
        let mut change = vec![0_i64; counts.len()];
        for place in &free {
            change[*place] = [0, 1, -1][number % 3];
            number /= 3;
        }
        // A total of totals is reckoned again until all are settled.
        for _ in lines {
            for line in lines {
                change[line.total] = line.parts.iter().map(|part| change[*part]).sum();
            }
        }
        let is_possible = |place: usize| match shown[place] {
            true => change[place] == 0,
            false => counts[place].checked_add_signed(change[place]).is_some(),
        };
        if (0..counts.len()).all(is_possible) {
            moved.iter_mut().zip(&change).for_each(|(moved, change)| *moved |= *change != 0);
        }
    }
    moved
}

/// A table with its totals behind its cells, and its lines, written down apart from the rule's own.
fn flat(cells: &[Vec<u64>]) -> (Vec<u64>, Vec<Line>) {
    let (height, width) = (cells.len(), cells[0].len());
    let mut counts: Vec<u64> = cells.concat();
    let mut lines = Vec::new();
    let mut line = |counts: &mut Vec<u64>, parts: Vec<usize>| {
        counts.push(parts.iter().map(|part| counts[*part]).sum());
        lines.push(Line { total: counts.len() - 1, parts });
        counts.len() - 1
    };
    let rows: Vec<usize> =
        (0..height).map(|row| line(&mut counts, (0..width).map(|column| row * width + column).collect())).collect();
    let columns: Vec<usize> =
        (0..width).map(|column| line(&mut counts, (0..height).map(|row| row * width + column).collect())).collect();
    let total = line(&mut counts, rows);
    lines.push(Line { total, parts: columns });
    (counts, lines)
}

fn flags(table: &Table) -> Vec<bool> {
    let mut shown = table.cells.concat();
    shown.extend(&table.rows);
    shown.extend(&table.columns);
    shown.push(table.total);
    shown
}

#[test]
fn a_small_cell_is_not_alone_in_hiding() {
    let table = shown_in_table(&[vec![3, 20, 30], vec![40, 50, 60]], K);
    assert_eq!(table.cells, [[false, false, true], [false, false, true]]);
    assert!(table.rows.iter().chain(&table.columns).all(|shown| *shown) && table.total);
}

#[test]
fn a_table_without_small_cells_is_shown_whole() {
    let table = shown_in_table(&[vec![0, 5], vec![12, 0]], K);
    assert!(flags(&table).iter().all(|shown| *shown));
    assert_eq!(shown_in_table(&[], K).cells, Vec::<Vec<bool>>::new());
}

#[test]
fn a_small_total_is_as_small_as_a_small_cell() {
    let table = shown_in_table(&[vec![1, 2], vec![30, 40]], K);
    assert!(!table.rows[0] && !table.cells[0][0] && !table.cells[0][1]);
    assert!(!table.rows[1] || !table.total);
    // A single column is its own total.
    let table = shown_in_table(&[vec![3], vec![20]], K);
    assert!(!table.cells[0][0] && !table.rows[0]);
}

#[test]
fn a_cell_between_two_hidden_blocks_does_not_follow_from_whole_lines() {
    // Every line hides two cells or none. Yet the two upper rows less the two left columns are the cell between.
    let cells: Vec<Vec<u64>> = vec![vec![3, 3, 3, 50], vec![3, 3, 50, 50], vec![50, 50, 3, 3], vec![50, 50, 3, 3]];
    let (counts, lines) = flat(&cells);
    let mut small: Vec<bool> = counts.iter().map(|count| !(1..K).contains(count)).collect();
    assert_eq!((determined(&lines, &small), movable(&counts, &lines, &small)[2]), (vec![2], false));
    small[2] = true;
    assert_eq!(determined(&lines, &small), Vec::<usize>::new());

    let table = shown_in_table(&cells, K);
    let moved = movable(&counts, &lines, &flags(&table));
    assert!(flags(&table).iter().zip(&moved).all(|(shown, moved)| *shown || *moved));
    assert!(!table.cells[0][2]);
}

#[test]
fn a_small_branch_is_hidden_at_every_level_of_the_tree() {
    // The country; two regions; provinces 3 and 40 in the first, 30 alone in the second.
    let lines = tree(&[None, Some(0), Some(0), Some(1), Some(1), Some(2)]);
    assert_eq!(shown(&[73, 43, 30, 3, 40, 30], &lines, K), [true, true, true, false, false, true]);
    // A region whose provinces but one have none is as small as that province; its neighbour would give it back.
    assert_eq!(shown(&[33, 3, 30, 3, 0, 30], &lines, K), [true, false, false, false, true, false]);
}

#[test]
fn data_on_violence_are_told_from_ten_on() {
    assert!(!shown_in_table(&[vec![9, 50], vec![50, 50]], K_VIOLENCE).cells[0][0]);
    assert!(shown_in_table(&[vec![9, 50], vec![50, 50]], K).cells[0][0]);
}

fn any_table() -> impl Strategy<Value = Vec<Vec<u64>>> {
    (1_usize..=3).prop_flat_map(|width| proptest::collection::vec(proptest::collection::vec(0_u64..12, width), 1..=3))
}

proptest! {
    #[test]
    fn no_hidden_count_of_a_table_follows_from_what_is_shown(cells in any_table(), k in 2_u64..=10) {
        let shown = flags(&shown_in_table(&cells, k));
        let (counts, lines) = flat(&cells);
        let moved = movable(&counts, &lines, &shown);
        for (place, count) in counts.iter().enumerate() {
            prop_assert!(!(1..k).contains(count) || !shown[place], "{} is shown", count);
            prop_assert!(shown[place] || moved[place], "{} at {} follows: {:?}", count, place, shown);
            prop_assert!(*count > 0 || shown[place], "a zero is hidden");
        }
        for line in lines.iter().filter(|line| shown[line.total]) {
            let people: u64 = line.parts.iter().filter(|part| !shown[**part]).map(|part| counts[*part]).sum();
            prop_assert!(people == 0 || people >= k);
        }
    }

    #[test]
    fn no_hidden_count_of_a_tree_follows_from_what_is_shown(
        parents in proptest::collection::vec(any::<proptest::sample::Index>(), 0..9),
        leaves in proptest::collection::vec(0_u64..12, 10),
    ) {
        let parents: Vec<Option<usize>> =
            std::iter::once(None).chain(parents.iter().enumerate().map(|(place, at)| Some(at.index(place + 1)))).collect();
        let lines = tree(&parents);
        let mut counts = leaves[..parents.len()].to_vec();
        // A parent stands before its children, so the last lines are summed first.
        for line in lines.iter().rev() {
            counts[line.total] = line.parts.iter().map(|part| counts[*part]).sum();
        }
        let shown = shown(&counts, &lines, K);
        let moved = movable(&counts, &lines, &shown);
        for place in 0..counts.len() {
            prop_assert!(!(1..K).contains(&counts[place]) || !shown[place]);
            prop_assert!(shown[place] || moved[place], "{} of {:?} in {:?} follows: {:?}", place, counts, parents, shown);
        }
    }
}
