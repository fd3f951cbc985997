//! Gradient-trained binary neural networks (straight-through estimator).

mod latent;

use super::{BaselineError, Counted, LabelledBits, check_equal};
use crate::network::{Architecture, Codebook, Network};
use isinglass_qubo::rng;
use isinglass_qubo::sampler::{RunControl, SampleStatus, Watch};
use latent::{Adam, Gradient, Latent};
use rand_core::Rng;
use rayon::prelude::*;

/// Trains binary neural networks with a straight-through estimator (STE), from several seeds, keeping the best epoch of
/// each.
///
/// Each weight has a latent value in `[-1, 1]`, whose sign (`+1` for zero) is the weight. In the backward pass a hard tanh
/// of the pre-activation over `sqrt(2 n)`, `n` the fan-in, stands in for the sign of a hidden neuron. The division matters:
/// without it hardly any gradient would reach the first layer, as sums of an odd number of spins lie where the hard tanh is
/// flat; and with a division by `n` wide layers learn nothing. Either would make the baseline a straw man. The loss is
/// `log(1 + exp(-s y p))` for each output, with target spin `y`, scaled pre-activation `p` and sharpness `s`. Adam takes a
/// step for each batch and the latent values are clipped. After each epoch the ±1 network is evaluated on the training
/// rows; the best of these (and the initial one, epoch 0), by training accuracy, is kept. Test rows play no part in it.
///
/// # References
/// I. Hubara, M. Courbariaux, D. Soudry, R. El-Yaniv, Y. Bengio, "Binarized Neural Networks", 2016; D. P. Kingma and J. Ba,
/// "Adam: A Method for Stochastic Optimization", 2015.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GradientTrainer {
    /// Number of independent runs. \[default: 5\] \[range: 1..\]
    pub num_seeds: usize,
    /// Minimum number of epochs. \[default: 60\]
    pub num_epochs: usize,
    /// Minimum number of optimizer steps: small data sets get more epochs, so that the latent weights have time to
    /// move. \[default: 1500\]
    pub min_steps: usize,
    /// Minibatch size. \[default: 64\] \[range: 1..\]
    pub batch_size: usize,
    /// Learning rate of Adam. \[default: 0.01\] \[range: above 0\]
    pub learning_rate: f64,
    /// `s`, the sharpness of the loss. \[default: 2\] \[range: above 0\]
    pub sharpness: f64,
    /// Run `k` draws from stream `k` of this seed. \[default: 0\]
    pub seed: u64,
}

impl Default for GradientTrainer {
    fn default() -> Self {
        Self {
            num_seeds: 5,
            num_epochs: 60,
            min_steps: 1500,
            batch_size: 64,
            learning_rate: 0.01,
            sharpness: 2.0,
            seed: 0,
        }
    }
}

/// One run of the gradient trainer.
#[derive(Clone, Debug, PartialEq)]
pub struct GradientRun {
    /// The network of the best epoch.
    pub network: Network,
    /// Its training accuracy, 0 to 1.
    pub train_accuracy: f64,
    /// The best epoch, from 1; 0 is the network before training.
    pub best_epoch: usize,
    /// Why training stopped early, if it did.
    pub stopped: Option<SampleStatus>,
}

impl GradientTrainer {
    /// Trains one network for each seed, in the order of the seeds.
    ///
    /// # Errors
    /// [`BaselineError`] without rows, for parameters outside their ranges, or when data, architecture and codebook do not
    /// fit each other.
    pub fn fit(
        &self,
        train: &LabelledBits<'_>,
        architecture: &Architecture,
        codebook: &Codebook,
        control: &RunControl<'_>,
    ) -> Result<Vec<GradientRun>, BaselineError> {
        self.check(train, architecture, codebook)?;
        let counted = train.count();
        let watch = Watch::new(control, (self.num_seeds * self.num_epochs(train.labels().len())) as u64);
        let runs = (0..self.num_seeds as u64).into_par_iter();
        Ok(runs.map(|run| self.run(run, train, &counted, architecture, codebook, (control, &watch))).collect())
    }

    /// Number of epochs: more for small data sets.
    fn num_epochs(&self, num_rows: usize) -> usize {
        self.num_epochs.max(self.min_steps.div_ceil(num_rows.div_ceil(self.batch_size)))
    }

    fn check(
        &self,
        train: &LabelledBits<'_>,
        architecture: &Architecture,
        codebook: &Codebook,
    ) -> Result<(), BaselineError> {
        for (name, value) in [("num_seeds", self.num_seeds), ("batch_size", self.batch_size)] {
            if value == 0 {
                return Err(BaselineError::Parameter { name, value: 0.0, allowed: "at least 1" });
            }
        }
        for (name, value) in [("learning_rate", self.learning_rate), ("sharpness", self.sharpness)] {
            if !(value.is_finite() && value > 0.0) {
                return Err(BaselineError::Parameter { name, value, allowed: "above 0" });
            }
        }
        if train.labels().is_empty() {
            return Err(BaselineError::NoTrainingRows);
        }
        check_equal("the number of inputs of the rows", train.inputs().num_columns(), architecture.num_inputs())?;
        check_equal("the number of outputs of the codebook", codebook.num_outputs(), architecture.num_outputs())?;
        check_equal("the number of classes of the codebook", codebook.num_classes(), train.num_classes())
    }

    /// One run.
    fn run(
        &self,
        run: u64,
        train: &LabelledBits<'_>,
        counted: &Counted,
        architecture: &Architecture,
        codebook: &Codebook,
        (control, watch): (&RunControl<'_>, &Watch<'_>),
    ) -> GradientRun {
        let mut stream = rng::stream(self.seed, run);
        let targets = codebook.targets(train.labels());
        let mut latent = Latent::random(architecture.clone(), &mut stream);
        let mut gradient = Gradient::zero(&latent);
        let mut adam = Adam::new(&latent, self.learning_rate as f32);
        let network = latent.network();
        let train_accuracy = accuracy(&network, counted, codebook);
        let mut best = GradientRun { network, train_accuracy, best_epoch: 0, stopped: None };
        let mut order: Vec<usize> = (0..train.labels().len()).collect();
        for epoch in 1..=self.num_epochs(order.len()) {
            shuffle(&mut order, &mut stream);
            for batch in order.chunks(self.batch_size) {
                best.stopped = control.should_stop(None);
                if best.stopped.is_some() {
                    return best;
                }
                gradient.clear();
                for &row in batch {
                    latent.add_gradient(
                        &mut gradient,
                        train.inputs().row(row),
                        targets.row(row),
                        self.sharpness as f32,
                    );
                }
                adam.step(&mut latent, &gradient, batch.len());
            }
            let network = latent.network();
            let train_accuracy = accuracy(&network, counted, codebook);
            if train_accuracy > best.train_accuracy {
                best = GradientRun { network, train_accuracy, best_epoch: epoch, stopped: None };
            }
            watch.advance(1);
        }
        best
    }
}

/// The accuracy of the network on these rows.
fn accuracy(network: &Network, rows: &Counted, codebook: &Codebook) -> f64 {
    let preactivations = network.output_preactivations(&rows.inputs);
    let predicted = preactivations.chunks_exact(codebook.num_outputs()).map(|row| codebook.predict(row));
    let right: u32 = predicted.enumerate().map(|(row, class)| rows.classes(row)[class as usize]).sum();
    f64::from(right) / rows.num_rows as f64
}

/// Shuffles the rows (Fisher-Yates).
fn shuffle(order: &mut [usize], stream: &mut rng::Stream) {
    for last in (1..order.len()).rev() {
        let chosen = (u128::from(stream.next_u64()) * (last as u128 + 1)) >> 64;
        order.swap(last, chosen as usize);
    }
}
