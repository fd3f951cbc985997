//! The main job: what `isinglass train` does when no data are named.

use isinglass::dataset::{Order, TestOrder, TestSource};

use super::TrainArguments;
use crate::arguments::network::Hidden;

/// The arguments with the main job's choices where the user made none, if no data are named: the digits 4 and 9 as images of
/// 4x4 pixels, those pixels left out that are nearly always dark or bright, the last quarter of the shuffled rows for testing, and three
/// hidden neurons with bias. Small enough for the optimum to be proven.
pub(super) fn with_main_job(mut arguments: TrainArguments) -> TrainArguments {
    let data = &mut arguments.data;
    if data.table.dataset.is_some() || data.table.data.is_some() {
        return arguments;
    }
    data.table.dataset = Some("digits".to_owned());
    data.rows.classes.get_or_insert_with(|| vec!["4".to_owned(), "9".to_owned()]);
    if data.pool.is_none() && data.features.is_none() && data.feature_mean.is_none() {
        data.pool = Some((2, 2));
        // the mean of a block of pixels is from 0 to 16
        data.feature_mean = Some((3.0, 12.0));
    }
    data.rows.shuffle.get_or_insert(Order::Seeded(1));
    if data.test.is_none() {
        data.test = Some(TestSource::Fraction(0.25));
        data.test_order.get_or_insert(TestOrder::Last);
    }
    if arguments.network.hidden.is_none() {
        arguments.network.hidden = Some(Hidden(vec![3]));
        arguments.network.bias = true;
    }
    arguments
}
