//! Lower bounds on the width of every elimination order of a graph.

/// The least `k` for which a graph of `num_vertices` vertices and width `k` can have `num_edges` edges: `k n - k (k + 1) / 2` at most.
pub(super) fn edge_bound(num_vertices: usize, num_edges: usize) -> usize {
    let (n, m) = (num_vertices as u128, num_edges as u128);
    let fits = |k: u128| k * n - k * (k + 1) / 2 >= m;
    let (mut low, mut high) = (0, n.saturating_sub(1));
    while low < high {
        let middle = (low + high) / 2;
        (low, high) = if fits(middle) { (low, middle) } else { (middle + 1, high) };
    }
    low as usize
}

/// The largest of the least degrees met while vertices of least degree are contracted into that neighbour with which they have
/// the fewest neighbours in common; ended early after `most_work` list entries read, which leaves a weaker bound.
///
/// The width of a graph is at least its least degree and at least the width of each of its minors.
///
/// # References
/// V. Gogate, R. Dechter, *A complete anytime algorithm for treewidth*, UAI (2004): minor-min-width.
/// H. L. Bodlaender, A. M. C. A. Koster, *Treewidth computations II. Lower bounds*, Inf. Comput. 209 (2011): least-c contraction.
pub(super) fn minor_min_width(mut neighbors: Vec<Vec<u32>>, most_work: u64) -> usize {
    for list in &mut neighbors {
        list.sort_unstable();
    }
    let mut by_degree: Vec<Vec<u32>> = vec![Vec::new(); neighbors.len()];
    for (vertex, list) in neighbors.iter().enumerate() {
        by_degree[list.len()].push(vertex as u32);
    }
    let mut is_gone = vec![false; neighbors.len()];
    let (mut bound, mut degree, mut work) = (0, 0, 0);
    while degree < by_degree.len() && work < most_work {
        let Some(vertex) = by_degree[degree].pop() else {
            degree += 1;
            continue;
        };
        if is_gone[vertex as usize] || neighbors[vertex as usize].len() != degree {
            continue;
        }
        bound = bound.max(degree);
        is_gone[vertex as usize] = true;
        let list = std::mem::take(&mut neighbors[vertex as usize]);
        work += list.iter().map(|&other| (neighbors[other as usize].len() + degree + 1) as u64).sum::<u64>();
        let target = list.iter().copied().min_by_key(|&other| num_common(&list, &neighbors[other as usize]));
        for &other in &list {
            let of_other = &mut neighbors[other as usize];
            of_other.retain(|&third| third != vertex);
            if let Some(target) = target.filter(|&target| target != other)
                && let Err(place) = of_other.binary_search(&target)
            {
                of_other.insert(place, target);
                let of_target = &mut neighbors[target as usize];
                if let Err(place) = of_target.binary_search(&other) {
                    of_target.insert(place, other);
                }
            }
        }
        for other in list {
            by_degree[neighbors[other as usize].len()].push(other);
        }
        degree = degree.saturating_sub(1);
    }
    bound
}

/// How many numbers two ascending lists share.
fn num_common(first: &[u32], second: &[u32]) -> usize {
    let (mut left, mut right, mut common) = (0, 0, 0);
    while left < first.len() && right < second.len() {
        let (one, other) = (first[left], second[right]);
        left += usize::from(one <= other);
        right += usize::from(other <= one);
        common += usize::from(one == other);
    }
    common
}
