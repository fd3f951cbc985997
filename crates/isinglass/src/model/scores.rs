//! Class scores of a model.

use super::Model;
use crate::dataset::{DatasetError, Table};
use crate::network::ClassScore;
use serde::Serialize;

/// The predicted class of a row, with the scores of all classes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowScores {
    /// Index of the predicted class: the least distance, among those the largest margin, then the smallest index.
    pub class: u32,
    /// One score for each class, in their order.
    pub scores: Vec<ClassScore>,
}

impl Model {
    /// Predicts the class of each raw row, with the scores of all classes.
    ///
    /// # Errors
    /// [`DatasetError`] when the rows lack a column that the pipeline needs.
    pub fn scores(&self, table: &Table) -> Result<Vec<RowScores>, DatasetError> {
        let preactivations = self.network.output_preactivations(&self.pipeline.apply(table)?);
        let row = |outputs: &[i64]| RowScores {
            class: self.codebook.predict(outputs),
            scores: (0..self.codebook.num_classes()).map(|class| self.codebook.score(class, outputs)).collect(),
        };
        Ok(preactivations.chunks_exact(self.codebook.num_outputs()).map(row).collect())
    }

    /// Writes scores as CSV: the name of the predicted class, then `distance_NAME` and `margin_NAME` for each class.
    ///
    /// # Panics
    /// When a row has not one score for each class.
    #[must_use]
    pub fn scores_to_csv(&self, rows: &[RowScores]) -> String {
        let names = self.classes.names();
        let mut writer = csv::Writer::from_writer(Vec::new());
        let columns = names.iter().flat_map(|name| [format!("distance_{name}"), format!("margin_{name}")]);
        let header: Vec<String> = std::iter::once("class".to_owned()).chain(columns).collect();
        let line = |row: &RowScores| -> Vec<String> {
            assert_eq!(row.scores.len(), names.len(), "one score for each class");
            let scores = row.scores.iter().flat_map(|score| [score.distance.to_string(), score.margin.to_string()]);
            std::iter::once(names[row.class as usize].clone()).chain(scores).collect()
        };
        for record in std::iter::once(header).chain(rows.iter().map(line)) {
            writer.write_record(&record).expect("all records have a cell for each column, and memory takes them");
        }
        let bytes = writer.into_inner().expect("memory takes all records");
        String::from_utf8(bytes).expect("names and numbers are text")
    }
}
