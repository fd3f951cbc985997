//! Samples as a table: what `SampleSet.to_pandas_dataframe().to_csv()` writes in Python, byte for byte.
//!
//! A header of an empty cell, the labels, `energy` and `num_occurrences`; then for each read its index, its values, its energy
//! and one occurrence. Cells with a comma, a quote or a line break are quoted, quotes doubled.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::Write;

use crate::io::problem::Label;
use crate::io::report::WriteError;
use crate::sample_set::SampleSet;

/// The columns after the variables.
const COLUMNS: [&str; 2] = ["energy", "num_occurrences"];

pub(super) fn write(samples: &SampleSet, labels: Option<&[Label]>, out: &mut dyn Write) -> Result<(), WriteError> {
    if let Some(row) = samples.energies().iter().position(|energy| !energy.is_finite()) {
        return Err(WriteError::EnergyNotFinite { row, energy: samples.energies()[row] });
    }
    let names: Vec<String> = match labels {
        Some(labels) => labels.iter().map(ToString::to_string).collect(),
        None => (0..samples.num_variables()).map(|variable| variable.to_string()).collect(),
    };
    check_names(&names)?;
    for name in &names {
        write!(out, ",{}", cell(name))?;
    }
    writeln!(out, ",{}", COLUMNS.join(","))?;
    for (index, row) in samples.rows().enumerate() {
        write!(out, "{index}")?;
        for value in row.sample {
            write!(out, ",{value}")?;
        }
        writeln!(out, ",{},1", python_float(row.energy))?;
    }
    Ok(())
}

/// Refuses columns that could not be told apart: the label `1` beside the integer 1, or a variable called `energy`.
fn check_names(names: &[String]) -> Result<(), WriteError> {
    let mut seen = HashSet::with_capacity(names.len());
    for name in names {
        let label = || Label::Text(name.clone());
        if COLUMNS.contains(&name.as_str()) {
            return Err(WriteError::ColumnName { label: label() });
        }
        if !seen.insert(name) {
            return Err(WriteError::DuplicateLabel { label: label() });
        }
    }
    Ok(())
}

fn cell(text: &str) -> Cow<'_, str> {
    if text.contains([',', '"', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

/// The shortest text that reads back as the same number, with a point or an exponent, as Python's `repr` has it.
fn python_float(value: f64) -> String {
    let scientific = format!("{value:e}");
    match scientific.split_once('e').and_then(|(digits, exponent)| Some((digits, exponent.parse::<i32>().ok()?))) {
        Some((digits, exponent)) if !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{value:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BqmBuilder, Vartype};

    fn table(labels: Option<&[Label]>) -> Result<String, WriteError> {
        let mut builder = BqmBuilder::new(Vartype::Spin, 2);
        builder.add_linear(0, 0.5);
        builder.add_quadratic(0, 1, 1.0);
        let samples = SampleSet::from_samples(&builder.build()?, [[1, -1], [-1, -1]]).unwrap();
        let mut out = Vec::new();
        write(&samples, labels, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_table_is_the_one_that_pandas_writes() {
        insta::assert_snapshot!(table(None).unwrap(), @r"
        ,0,1,energy,num_occurrences
        0,1,-1,-0.5,1
        1,-1,-1,0.5,1
        ");
    }

    #[test]
    fn labels_with_separators_are_quoted() {
        let labels = [Label::Text("a,\"b".to_owned()), Label::Integer(-7)];
        assert!(table(Some(&labels)).unwrap().starts_with(",\"a,\"\"b\",-7,energy,num_occurrences\n0,1,-1,"));
    }

    #[test]
    fn a_variable_with_the_name_of_another_column_is_refused() {
        let labels = [Label::Text("a".to_owned()), Label::Text("energy".to_owned())];
        insta::assert_snapshot!(table(Some(&labels)).unwrap_err(), @"a variable is called `energy`, which is the name of another column of the table");
    }

    #[test]
    fn an_integer_and_its_digits_cannot_both_be_columns() {
        let labels = [Label::Integer(1), Label::Text("1".to_owned())];
        insta::assert_snapshot!(table(Some(&labels)).unwrap_err(), @"two variables are called `1`");
    }

    #[test]
    fn energies_are_written_as_python_writes_them() {
        // each beside what pandas 3.1 wrote
        let cases = [
            (-2.0, "-2.0"),
            (-0.0, "-0.0"),
            (1e15, "1000000000000000.0"),
            (9_999_999_999_999_998.0, "9999999999999998.0"),
            (1e16, "1e+16"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (1e300, "1e+300"),
            (0.0001, "0.0001"),
            (1e-5, "1e-05"),
            (5e-324, "5e-324"),
            (1.0 / 3.0, "0.3333333333333333"),
        ];
        for (value, text) in cases {
            assert_eq!(python_float(value), text);
        }
    }
}
