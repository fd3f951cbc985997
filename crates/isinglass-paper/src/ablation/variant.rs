//! Variants of the formulation to compare.

use isinglass::formulation::{FormulationOptions, GateKind, PenaltyRule, Reductions};

/// Formulation variant with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Name in tables.
    pub name: String,
    /// Compiler options.
    pub options: FormulationOptions,
}

/// All variants: `compact`, without each reduction or with an alternative; `reference`, with each reduction.
///
/// Opposite rows can be merged only where equal ones are, so the switch of the one takes the other along.
#[must_use]
pub fn variants() -> Vec<Variant> {
    let (compact, reference) = (FormulationOptions::compact(), FormulationOptions::reference());
    let variant = |name: String, options| Variant { name, options };
    let mut variants = vec![variant("compact".to_owned(), compact)];
    for name in Reductions::NAMES {
        let options = FormulationOptions { reductions: switched(compact.reductions, name, false), ..compact };
        variants.push(variant(format!("compact without {name}"), options));
    }
    let lambda = FormulationOptions::PAPER_LAMBDA;
    let penalties = PenaltyRule::Uniform { lambda };
    variants.push(variant(format!("compact with lambda {lambda}"), FormulationOptions { penalties, ..compact }));
    let gate = GateKind::WideGap;
    variants.push(variant(format!("compact with {} gates", gate.name()), FormulationOptions { gate, ..compact }));
    variants.push(variant("reference".to_owned(), reference));
    for name in Reductions::NAMES {
        let options = FormulationOptions { reductions: switched(reference.reductions, name, true), ..reference };
        let name = if name == "merge-negated" { "merge-equal and merge-negated" } else { name };
        variants.push(variant(format!("reference with {name}"), options));
    }
    let options = FormulationOptions { penalties: compact.penalties, ..reference };
    variants.push(variant("reference with penalties per group".to_owned(), options));
    variants
}

fn switched(mut reductions: Reductions, name: &str, on: bool) -> Reductions {
    *reductions.switch(name).expect("a reduction by its name") = on;
    match (name, on) {
        ("merge-equal", false) => reductions.merge_negated = false,
        ("merge-negated", true) => reductions.merge_equal = true,
        _ => {}
    }
    reductions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reduction_is_switched_off_once_and_on_once() {
        let variants = variants();
        assert_eq!(variants.len(), 2 * Reductions::NAMES.len() + 5);
        for name in Reductions::NAMES {
            let of = |start: &str| {
                let found = variants.iter().find(|each| each.name.starts_with(start) && each.name.ends_with(name));
                let mut options = found.unwrap_or_else(|| panic!("{start} {name}")).options;
                *options.reductions.switch(name).unwrap()
            };
            assert!(!of("compact without") && of("reference with"), "{name}");
        }
        let mut distinct: Vec<String> = variants.iter().map(|variant| format!("{:?}", variant.options)).collect();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), variants.len());
    }
}
