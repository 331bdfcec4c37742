//! Disclosure control: what leaves the association does not tell about a few people.
//!
//! A cell of 1 to k − 1 is suppressed. A single suppressed cell could be had back by subtracting the others from their
//! total, so whatever is suppressed in a row or column is kept company until at least two cells, and at least k people
//! together, are hidden there.

/// Numbers below this are not told.
pub const K: u64 = 5;
/// The same for data on violence.
pub const K_VIOLENCE: u64 = 10;

/// A table of counts whose row, column and grand totals are told: which cells may be shown. Every row has as many
/// cells as the first.
pub fn shown(cells: &[Vec<u64>], k: u64) -> Vec<Vec<bool>> {
    let columns = cells.first().map_or(0, Vec::len);
    let mut shown: Vec<Vec<bool>> =
        cells.iter().map(|row| row.iter().map(|count| !(1..k).contains(count)).collect()).collect();
    // Each round hides one cell more or ends, so there are at most as many rounds as cells.
    loop {
        let rows = (0..cells.len()).map(|row| (0..columns).map(|column| (row, column)).collect::<Vec<_>>());
        let lines = rows.chain((0..columns).map(|column| (0..cells.len()).map(|row| (row, column)).collect()));
        let next = lines.into_iter().find_map(|line| companion(cells, &shown, &line, k));
        match next {
            Some((row, column)) => shown[row][column] = false,
            None => return shown,
        }
    }
}

/// The cell to hide next in a line whose hidden cells could be had back: the smallest shown one that is not zero, or a
/// zero if there is no other.
fn companion(cells: &[Vec<u64>], shown: &[Vec<bool>], line: &[(usize, usize)], k: u64) -> Option<(usize, usize)> {
    let hidden: Vec<u64> = line.iter().filter(|(r, c)| !shown[*r][*c]).map(|(r, c)| cells[*r][*c]).collect();
    if hidden.is_empty() || (hidden.len() > 1 && hidden.iter().sum::<u64>() >= k) {
        return None;
    }
    line.iter().copied().filter(|(r, c)| shown[*r][*c]).min_by_key(|(r, c)| (cells[*r][*c] == 0, cells[*r][*c]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_small_cell_is_not_alone_in_hiding() {
        let shown = shown(&[vec![3, 20, 30], vec![40, 50, 60]], K);
        assert!(!shown[0][0]);
        for line in [vec![shown[0][0], shown[0][1], shown[0][2]], vec![shown[0][0], shown[1][0]]] {
            assert!(line.iter().filter(|shown| !**shown).count() >= 2);
        }
    }

    #[test]
    fn a_table_without_small_cells_is_shown_whole() {
        assert_eq!(shown(&[vec![0, 5], vec![12, 0]], K), [[true, true], [true, true]]);
        assert_eq!(shown(&[], K), Vec::<Vec<bool>>::new());
    }

    proptest! {
        #[test]
        fn no_hidden_cell_can_be_had_back_by_subtraction(
            cells in (1_usize..5).prop_flat_map(|columns| proptest::collection::vec(proptest::collection::vec(0_u64..12, columns), 1..5))
        ) {
            let shown = shown(&cells, K);
            for (row, counts) in cells.iter().enumerate() {
                for (column, count) in counts.iter().enumerate() {
                    prop_assert!(!(1..K).contains(count) || !shown[row][column]);
                }
                let hidden = shown[row].iter().filter(|shown| !**shown).count();
                // A line of one cell has its total for a neighbour: then the table is too small to be told at all.
                prop_assert!(hidden != 1 || counts.len() == 1);
            }
        }
    }
}
