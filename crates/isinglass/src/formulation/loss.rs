//! The loss of one output bit of one group.

use super::affine::Bit;
use super::draft::Draft;
use super::layout::Role;
use super::penalty::Penalties;
use super::product::add_copy;

/// Adds `delta * [out != target]`.
///
/// Linear in the output bit itself if `error_bit`; otherwise through a separate variable that copies the error, as in
/// the paper.
pub(super) fn add_loss(
    draft: &mut Draft,
    penalties: &mut Penalties,
    error_bit: bool,
    (group, output): (usize, usize),
    delta: f64,
    error: Bit,
) {
    let counted = if error_bit || matches!(error, Bit::Known(_)) {
        error
    } else {
        let strength = penalties.product(delta).strength;
        add_copy(draft, strength, Role::Loss { group, output }, error)
    };
    draft.add_affine(&counted.affine(), delta);
}
