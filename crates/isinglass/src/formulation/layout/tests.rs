use super::super::{FormulationOptions, WeightTerms, compile};
use super::*;
use crate::bits::BitMatrix;
use crate::task::Task;

fn layout(options: &FormulationOptions) -> Layout {
    let inputs = BitMatrix::from_fn(3, 3, |row, column| row == column);
    let targets = BitMatrix::from_fn(3, 2, |row, output| row == output);
    let task = Task::new(inputs, targets).unwrap();
    let architecture = Architecture::new(vec![3, 3, 2], true).unwrap();
    compile(&task, &architecture, options, &WeightTerms::default()).unwrap().layout
}

#[test]
fn every_label_names_its_role_again() {
    for options in [FormulationOptions::compact(), FormulationOptions::reference()] {
        for role in layout(&options).roles() {
            assert_eq!(role.to_string().parse(), Ok(*role), "{role}");
        }
    }
    for label in
        ["", "weight", "weight_1_2", "weight_1_2_3_4", "weight_-1_0_0", "error_0_0", "spin_0", "output_loss_0_0"]
    {
        assert!(label.parse::<Role>().is_err(), "{label}");
    }
}

#[test]
fn a_layout_survives_its_file() {
    for options in [FormulationOptions::compact(), FormulationOptions::reference()] {
        let layout = layout(&options);
        let text = serde_json::to_string(&layout).unwrap();
        assert_eq!(serde_json::from_str::<Layout>(&text).unwrap(), layout);
    }
}

#[test]
fn damaged_layouts_are_refused_with_the_variable() {
    let message = |weights: &str, known: &str| {
        let text = format!(
            r#"{{"architecture":{{"widths":[2,1],"bias":false}},"merge":"equal","known_weights":[{known}],"variables":[{weights}]}}"#
        );
        serde_json::from_str::<Layout>(&text).unwrap_err().to_string()
    };
    insta::assert_snapshot!(message(r#""weight_0_0_0""#, ""), @"1 weights are given, as variables or as known weights, but a 2-1 network has 2");
    insta::assert_snapshot!(message(r#""weight_0_0_0","weight_0_0_0""#, ""), @"`weight_0_0_0` labels two variables");
    insta::assert_snapshot!(message(r#""weight_0_0_0""#, "[0,0,0,1]"), @"weight_0_0_0 is given 2 times, but must be given once, as a variable or as a known weight");
    insta::assert_snapshot!(message(r#""weight_0_0_0","weight_0_0_2""#, ""), @"weight_0_0_2 is not in a 2-1 network");
    insta::assert_snapshot!(message(r#""weight_0_0_0","wieght_0_0_1""#, ""), @"`wieght_0_0_1` is not a variable label of isinglass, such as weight_0_2_1 or slack_4_0_2_0");
}
