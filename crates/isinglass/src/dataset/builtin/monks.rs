//! The MONK's problems: 432 robots described by six attributes, and three rules.
//!
//! # References
//! S. B. Thrun et al., The MONK's problems: a performance comparison of different learning algorithms, CMU-CS-91-197,
//! 1991.

use crate::dataset::error::DatasetError;
use crate::dataset::table::{Column, ColumnValues, Table};

/// Number of values of each attribute; the values are 1, 2, and so on.
const NUM_VALUES: [u32; 6] = [3, 3, 2, 3, 4, 2];

/// The values of attributes 1 to 6.
pub(super) type Robot = [u32; 6];

/// Head and body have the same shape, or the jacket is red.
pub(super) fn first([a1, a2, _, _, a5, _]: &Robot) -> bool {
    a1 == a2 || *a5 == 1
}

/// Exactly two attributes have their first value.
pub(super) fn second(robot: &Robot) -> bool {
    robot.iter().filter(|&&value| value == 1).count() == 2
}

/// The jacket is green and a sword is held, or the jacket is not blue and the body not octagonal.
pub(super) fn third([_, a2, _, a4, a5, _]: &Robot) -> bool {
    (*a5 == 3 && *a4 == 1) || (*a5 != 4 && *a2 != 3)
}

/// All robots, the last attribute running fastest, labelled 1 where `rule` holds and 0 elsewhere.
pub(super) fn table(name: &str, rule: fn(&Robot) -> bool) -> Result<Table, DatasetError> {
    let num_robots = NUM_VALUES.iter().product();
    let robots: Vec<Robot> = (0..num_robots).map(robot).collect();
    let columns = NUM_VALUES.iter().enumerate().map(|(attribute, &num_values)| Column {
        name: format!("a{}", attribute + 1),
        values: ColumnValues::Categorical {
            codes: robots.iter().map(|robot| robot[attribute] - 1).collect(),
            categories: (1..=num_values).map(|value| value.to_string()).collect(),
        },
    });
    let labels = robots.iter().map(|robot| u8::from(rule(robot)).to_string()).collect();
    Table::new(columns.collect(), Some(labels), name)
}

/// The robot with this number, from 0.
fn robot(mut number: u32) -> Robot {
    let mut robot = [0; 6];
    for (value, num_values) in robot.iter_mut().zip(NUM_VALUES).rev() {
        *value = number % num_values + 1;
        number /= num_values;
    }
    robot
}
