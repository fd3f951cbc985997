//! The mathematics, checked by enumeration: every gadget by its truth table, every formulation by its minimum.

mod agreement;
mod elimination;
mod figures;
mod gadgets;
mod limits;
mod hard_constraints;
