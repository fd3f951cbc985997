//! A sample as lines of text.

use isinglass_qubo::Vartype;
use isinglass_qubo::io::Label;

use crate::output::number::thousands;

/// The most variables of a sample that is shown whole.
const SHOWN_VARIABLES: usize = 64;
/// The longest line of values with labels; values alone are 64 in a line.
const WIDTH: usize = 70;

/// The sample: signs or digits in the order of the variables, with the labels where there are any. A long one is cut after its first
/// line, unless `is_whole`.
pub(super) fn lines(sample: &[i8], vartype: Vartype, labels: Option<&[Label]>, is_whole: bool) -> Vec<String> {
    let value = |value: i8| match (vartype, value) {
        (Vartype::Spin, 1) => '+',
        (Vartype::Spin, _) => '-',
        (Vartype::Binary, 1) => '1',
        (Vartype::Binary, _) => '0',
    };
    let num_lines = if is_whole || sample.len() <= SHOWN_VARIABLES { usize::MAX } else { 1 };
    let (mut lines, num_shown) = match labels {
        None => {
            let lines = sample
                .chunks(SHOWN_VARIABLES)
                .take(num_lines)
                .map(|part| part.iter().map(|&spin| value(spin)).collect());
            (lines.collect(), sample.len().min(SHOWN_VARIABLES.saturating_mul(num_lines)))
        }
        Some(labels) => wrapped(
            labels.iter().zip(sample).map(|(label, &spin)| format!("{}={}", clean(label), value(spin))),
            num_lines,
        ),
    };
    if num_shown < sample.len() {
        let (shown, all) = (thousands(num_shown as u64), thousands(sample.len() as u64));
        lines.push(format!("... {shown} of {all} values; --print-sample prints all"));
    }
    lines
}

/// Words in at most `num_lines` lines, and how many there are in them.
fn wrapped(words: impl Iterator<Item = String>, num_lines: usize) -> (Vec<String>, usize) {
    let mut lines: Vec<String> = Vec::new();
    let mut num_shown = 0;
    for word in words {
        let has_room = |line: &String| line.chars().count() + 1 + word.chars().count() <= WIDTH;
        if lines.last().is_some_and(has_room) {
            let line = lines.last_mut().expect("there is a last line, which has room");
            line.push(' ');
            line.push_str(&word);
        } else if lines.len() == num_lines {
            break;
        } else {
            lines.push(word);
        }
        num_shown += 1;
    }
    (lines, num_shown)
}

/// A label without what would move the cursor of a terminal.
fn clean(label: &Label) -> String {
    label.to_string().replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(count: usize) -> Vec<Label> {
        (0..count).map(|index| Label::Text(format!("x_{index}"))).collect()
    }

    #[test]
    fn a_short_sample_is_one_line() {
        assert_eq!(lines(&[1, -1, 1], Vartype::Spin, None, false), ["+-+"]);
        assert_eq!(lines(&[1, 0], Vartype::Binary, Some(&labels(2)), false), ["x_0=1 x_1=0"]);
        assert_eq!(lines(&[], Vartype::Binary, None, false), Vec::<String>::new());
        let strange = [Label::Text("a\x1b[2J".to_owned())];
        assert_eq!(lines(&[1], Vartype::Binary, Some(&strange), false), ["a\u{fffd}[2J=1"]);
    }

    #[test]
    fn a_long_sample_is_cut_and_says_how_to_see_the_rest() {
        let sample = [1; 1000];
        let shown = lines(&sample, Vartype::Binary, None, false);
        assert_eq!(shown, ["1".repeat(64), "... 64 of 1,000 values; --print-sample prints all".to_owned()]);
        let shown = lines(&sample, Vartype::Binary, Some(&labels(1000)), false);
        assert_eq!(shown[0], "x_0=1 x_1=1 x_2=1 x_3=1 x_4=1 x_5=1 x_6=1 x_7=1 x_8=1 x_9=1 x_10=1");
        assert_eq!(shown[1..], ["... 11 of 1,000 values; --print-sample prints all"]);
    }

    #[test]
    fn a_whole_sample_has_every_value_once_and_in_order() {
        let sample: Vec<i8> = (0..1000).map(|index| if index % 3 == 0 { 1 } else { 0 }).collect();
        let bare = lines(&sample, Vartype::Binary, None, true);
        assert!(bare.iter().all(|line| line.len() <= 64));
        let digits: String = sample.iter().map(ToString::to_string).collect();
        assert_eq!(bare.concat(), digits);
        let labelled = lines(&sample, Vartype::Binary, Some(&labels(1000)), true);
        assert!(labelled.iter().all(|line| line.len() <= WIDTH));
        let values: String =
            labelled.iter().flat_map(|line| line.split(' ')).map(|pair| pair.split_once('=').unwrap().1).collect();
        assert_eq!(values, digits);
    }
}
