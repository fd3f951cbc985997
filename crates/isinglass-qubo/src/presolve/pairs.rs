//! Pairs of variables whose rows tie them together.

use super::statistics::Statistics;
use super::units::Units;
use super::work::Work;

/// A set of joint states of two variables: bit `x_i + 2 x_j`.
type States = u8;

const EQUAL: States = 0b1001;
const OPPOSITE: States = 0b0110;
const FIRST: [States; 2] = [0b0101, 0b1010];
const SECOND: [States; 2] = [0b0011, 0b1100];

/// Fixes `variable` or a neighbour, or merges them, if moves that never raise the energy lead there from every joint state.
///
/// A move flips one of the two. It never raises the energy if the field of that variable, the other one given, has the right sign
/// for all values of its other neighbours. If from each of the four states of the two some sequence of such moves
/// leads into a set of states, then from any optimum it leads to an optimum in this set. The sets that count are: one variable
/// has a value, both are equal, both are opposite. Over ±1, `|J_ij| >= |h_i| + sum_{k != j} |J_ik|` is the case where both moves
/// flip `i`. With `strong_only` each move must lower the energy, and every optimum is in the set.
///
/// # References
/// F. Glover, M. Lewis, G. Kochenberger, *Logical and inequality implications for reducing the size and difficulty of quadratic
/// unconstrained binary optimization problems* (2018), whose rules are cases of this one.
pub(super) fn tie(work: &mut Work, variable: usize, strong_only: bool, statistics: &mut Statistics) -> bool {
    let own = work.field_range(variable);
    work.effort += work.row(variable).len() as u64 + 1;
    for place in 0..work.row(variable).len() {
        let (neighbor, bias) = work.row(variable)[place];
        let own_moves = Moves::new(own, bias, strong_only);
        // where both moves are the neighbour's, the neighbour finds them
        if !own_moves.any() {
            continue;
        }
        let neighbor = neighbor as usize;
        work.effort += work.row(neighbor).len() as u64;
        let other_moves = Moves::new(work.field_range(neighbor), bias, strong_only);
        let leads_to = |states| leads_to(states, own_moves, other_moves);
        for value in [false, true] {
            for (fixed, states) in [(variable, FIRST), (neighbor, SECOND)] {
                if leads_to(states[usize::from(value)]) {
                    work.fix(fixed, value);
                    statistics.pair_fixed += 1;
                    return true;
                }
            }
        }
        if leads_to(EQUAL) {
            work.merge(variable, neighbor, false);
            statistics.pair_equal += 1;
            return true;
        }
        if leads_to(OPPOSITE) {
            work.merge(variable, neighbor, true);
            statistics.pair_opposite += 1;
            return true;
        }
    }
    false
}

/// Whether a variable may move to 0 and to 1, by the value of the other one.
#[derive(Clone, Copy)]
struct Moves {
    to_zero: [bool; 2],
    to_one: [bool; 2],
}

impl Moves {
    /// From the range of the variable's field, and its coupling with the other one.
    fn new((least, most): (Units, Units), bias: Units, strong_only: bool) -> Self {
        let (below, above) = (bias.min(0), bias.max(0));
        let to_zero = [least - below, least + above].map(|least| if strong_only { least > 0 } else { least >= 0 });
        let to_one = [most - above, most + below].map(|most| if strong_only { most < 0 } else { most <= 0 });
        Self { to_zero, to_one }
    }

    fn any(self) -> bool {
        self.to_zero[0] || self.to_zero[1] || self.to_one[0] || self.to_one[1]
    }

    fn flips(self, value: usize, other: usize) -> bool {
        if value == 0 { self.to_one[other] } else { self.to_zero[other] }
    }
}

/// Whether moves lead from every state into `states`.
fn leads_to(mut states: States, first: Moves, second: Moves) -> bool {
    for _ in 0..3 {
        for state in 0..4 {
            let (own, other) = (state & 1, state >> 1);
            let enters = |flipped: usize| states >> flipped & 1 == 1;
            if first.flips(own, other) && enters(state ^ 1) || second.flips(other, own) && enters(state ^ 2) {
                states |= 1 << state;
            }
        }
    }
    states == 0b1111
}
