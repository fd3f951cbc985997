//! The main job: what `isinglass train` does when no data are named.

use isinglass::dataset::{Order, TestSource};

use super::TrainArguments;
use crate::arguments::network::Hidden;

/// The arguments with the main job's choices where the user made none, if no data are named: the digits 3 and 8 as images of
/// 4x4 pixels, a quarter of them for testing, and three hidden neurons with bias.
pub(super) fn with_main_job(mut arguments: TrainArguments) -> TrainArguments {
    let data = &mut arguments.data;
    if data.table.dataset.is_some() || data.table.data.is_some() {
        return arguments;
    }
    data.table.dataset = Some("digits".to_owned());
    data.rows.classes.get_or_insert_with(|| vec!["3".to_owned(), "8".to_owned()]);
    if data.pool.is_none() && data.features.is_none() {
        data.pool = Some((2, 2));
    }
    if data.rows.shuffle == Order::None {
        data.rows.shuffle = Order::Seeded(1);
    }
    if data.test == TestSource::None {
        data.test = TestSource::Fraction(0.25);
    }
    if arguments.network.hidden.is_none() {
        arguments.network.hidden = Some(Hidden(vec![3]));
        arguments.network.bias = true;
    }
    arguments
}
