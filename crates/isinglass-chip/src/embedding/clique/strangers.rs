//! Which lines to leave out where some that cross are not coupled.

/// Lines of the two directions, columns first, that leave no pair of `strangers` behind: those in most pairs first; of equal ones that
/// of the direction with more to spare. `spare` goes down by one for each.
pub(super) fn cover(mut strangers: Vec<(usize, usize)>, spare: &mut [i64; 2]) -> [Vec<usize>; 2] {
    let mut cover = [Vec::new(), Vec::new()];
    while !strangers.is_empty() {
        let worst = |pick: fn(&(usize, usize)) -> usize| {
            let mut lines: Vec<usize> = strangers.iter().map(pick).collect();
            lines.sort_unstable();
            let runs = lines.chunk_by(|one, next| one == next).map(|same| (same.len(), same[0]));
            runs.max().expect("there are strangers")
        };
        let (column, row) = (worst(|pair| pair.0), worst(|pair| pair.1));
        let direction = usize::from((row.0, spare[1]) >= (column.0, spare[0]));
        let line = [column, row][direction].1;
        spare[direction] -= 1;
        cover[direction].push(line);
        strangers.retain(|&(column, row)| [column, row][direction] != line);
    }
    cover
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_in_most_pairs_goes_first() {
        let mut spare = [0, 0];
        assert_eq!(cover(vec![(1, 7), (2, 7), (3, 8)], &mut spare), [vec![3], vec![7]]);
        assert_eq!(spare, [-1, -1]);
    }
}
