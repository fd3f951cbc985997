use super::*;
use crate::network::Network;

fn picture(widths: &[usize], bias: bool, names: &[String]) -> String {
    let architecture = Architecture::new(widths.to_vec(), bias).unwrap();
    weights_picture(&Network::from_fn(architecture, |layer, neuron, input| (layer + neuron + input) % 2 == 0), names)
}

#[test]
fn weights_are_rows_unless_the_inputs_are_pixels() {
    let names: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
    insta::assert_snapshot!(picture(&[3, 2, 1], true, &names), @r"
      hidden  1  █·█  bias -
      hidden  2  ·█·  bias +
      output  ·█  bias -
    ");
}

#[test]
fn pixels_make_images_with_gaps_where_the_network_does_not_see() {
    let names: Vec<String> = ["r1c1", "r1c2", "r2c2", "r3c1"].map(str::to_owned).to_vec();
    insta::assert_snapshot!(picture(&[4, 2, 2], false, &names), @r"
      hidden 1     hidden 2
      ██··         ··██
        ██           ··
      ··           ██
      output  1  ·█
      output  2  █·
    ");
}

#[test]
fn a_perceptron_has_one_row_and_a_large_network_no_picture() {
    let names: Vec<String> = (0..5).map(|input| format!("x{input}")).collect();
    insta::assert_snapshot!(picture(&[5, 1], false, &names), @"  output  █·█·█");
    assert_eq!(picture(&[3000, 1], false, &[]), "");
}
