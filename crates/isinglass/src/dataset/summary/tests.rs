use super::*;
use crate::dataset::{ReadOptions, builtin, read_bytes};

#[test]
fn a_summary_counts_rows_classes_and_values() {
    let text = "size,colour,label\n1,red,10\n-0,blue,9\n0,blue,10\n5,red,10\n";
    let table = read_bytes(text.as_bytes(), "a.csv", &ReadOptions::default()).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&summary(&table)).unwrap(), @r#"
    {
      "source": "a.csv",
      "sha256": "621ad4f89527958cfaa7d8e2d8b6966e517cd63fde7af8b51659556a909cac64",
      "num_rows": 4,
      "num_columns": 2,
      "num_distinct_rows": 3,
      "classes": [
        {
          "label": "9",
          "num_rows": 1
        },
        {
          "label": "10",
          "num_rows": 3
        }
      ],
      "image_shape": null,
      "columns": [
        {
          "name": "size",
          "num_distinct": 3,
          "kind": "numeric",
          "min": 0.0,
          "max": 5.0,
          "mean": 1.5
        },
        {
          "name": "colour",
          "num_distinct": 2,
          "kind": "categorical",
          "categories": [
            "blue",
            "red"
          ]
        }
      ]
    }
    "#);
}

#[test]
fn a_table_of_images_says_so() {
    assert_eq!(summary(&builtin("digits", 0).unwrap()).image_shape, Some((8, 8)));
}

#[test]
fn the_mean_of_huge_values_is_finite() {
    assert_eq!(mean(&[f64::MAX, f64::MAX]), f64::MAX);
    assert_eq!(mean(&[1.0, 2.0]), 1.5);
}
