//! Products of a weight and an activation: `z = XNOR(w, a)`, in three forms.

use super::affine::{Affine, Bit};
use super::draft::Draft;
use super::layout::{Place, Role};
use super::options::Reductions;
use super::penalty::Penalties;

/// The strength of a product's penalties.
#[derive(Clone, Copy)]
pub(super) struct ProductPenalty {
    /// Minimum cost of a wrong product.
    pub(super) strength: f64,
    /// Minimum cost of a wrong ancilla, relative to the state with the correct one.
    pub(super) ancilla_gap: f64,
}

/// Adds the product of a weight and an activation and returns `z` as an affine expression. A wrong product must cost at
/// least `need`.
///
/// | operands | reduction | variables | penalty | least cost of a wrong state |
/// |---|---|---|---|---|
/// | one known | `substitute_inputs` | 0 | | |
/// | one known | off | 1 (`z`) | `mu (l + z - 2 l z)`, `l` the literal that `z` copies | `mu` |
/// | both unknown | `and_products` | 1 (`p = w AND a`, `z = 1 - w - a + 2p`) | `mu (3p + wa - 2wp - 2ap)` | `mu` |
/// | both unknown | off | 2 (`z`, `y = w AND a`) | `mu (1 - w - a - z + 2wa + 2wz + 2az - 4yz) + nu (3y + wa - 2wy - 2ay)` | `mu`; ancilla `nu - 4 mu` |
///
/// # References
/// AND by penalty: I. G. Rosenberg, *Reduction of bivalent maximization to the quadratic case*, 1975. The last row is the
/// notebook of arXiv 2107.02751 (`nu = 4 mu + 1`).
pub(super) fn add_product(
    draft: &mut Draft,
    reductions: &Reductions,
    (penalties, need): (&mut Penalties, f64),
    place: Place,
    weight: Bit,
    activation: Bit,
) -> Affine {
    match (weight, activation) {
        (Bit::Known(known), other) | (other, Bit::Known(known)) => {
            let copied = other.xnor(known);
            if reductions.substitute_inputs || matches!(copied, Bit::Known(_)) {
                copied.affine()
            } else {
                add_copy(draft, penalties.product(need).strength, Role::Product(place), copied).affine()
            }
        }
        _ if reductions.and_products => {
            let and = draft.add_variable(Role::And(place));
            let (weight, activation) = (weight.affine(), activation.affine());
            add_and_penalty(draft, penalties.product(need).strength, &weight, &activation, and);
            let mut product = Affine::constant(1.0);
            product.add_scaled(&weight, -1.0);
            product.add_scaled(&activation, -1.0);
            product.push(and, 2.0);
            product
        }
        _ => {
            let product = draft.add_variable(Role::Product(place));
            let ancilla = draft.add_variable(Role::Ancilla(place));
            add_xnor_penalty(draft, penalties.product(need), &weight.affine(), &activation.affine(), product, ancilla);
            Bit::variable(product).affine()
        }
    }
}

/// Adds a variable that copies `copied`, at the price `strength` for a wrong copy: BUFFER or NOT.
pub(super) fn add_copy(draft: &mut Draft, strength: f64, role: Role, copied: Bit) -> Bit {
    let copy = Bit::variable(draft.add_variable(role));
    let (source, target) = (copied.affine(), copy.affine());
    draft.add_affine(&source, strength);
    draft.add_affine(&target, strength);
    draft.add_product(&source, &target, -2.0 * strength);
    copy
}

/// `strength * (3p + wa - 2wp - 2ap)`: zero iff `p = w AND a`, else at least `strength`.
fn add_and_penalty(draft: &mut Draft, strength: f64, weight: &Affine, activation: &Affine, and: usize) {
    let and = Bit::variable(and).affine();
    draft.add_affine(&and, 3.0 * strength);
    draft.add_product(weight, activation, strength);
    draft.add_product(weight, &and, -2.0 * strength);
    draft.add_product(activation, &and, -2.0 * strength);
}

/// `strength` times the parity check of `(w, a, z)`, its cubic term through the ancilla `y = w AND a`.
fn add_xnor_penalty(
    draft: &mut Draft,
    penalty: ProductPenalty,
    weight: &Affine,
    activation: &Affine,
    product: usize,
    ancilla: usize,
) {
    let strength = penalty.strength;
    let (product, y) = (Bit::variable(product).affine(), Bit::variable(ancilla).affine());
    draft.add_offset(strength);
    for bit in [weight, activation, &product] {
        draft.add_affine(bit, -strength);
    }
    for (left, right) in [(weight, activation), (weight, &product), (activation, &product)] {
        draft.add_product(left, right, 2.0 * strength);
    }
    draft.add_product(&y, &product, -4.0 * strength);
    add_and_penalty(draft, 4.0 * strength + penalty.ancilla_gap, weight, activation, ancilla);
}
