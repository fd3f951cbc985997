//! Embedding cache for problems with the same interaction graph, in memory and in a directory.

use super::{EmbedMethod, Embedder, Embedding, EmbeddingFile, EmbeddingResult, FindError, min_qubits};
use crate::hardware::{Chip, Graph};
use isinglass_qubo::io::write_atomically;
use isinglass_qubo::rng::mix;
use isinglass_qubo::sampler::RunControl;
use serde::Serialize;
use std::collections::HashMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Cache of embeddings by problem graph, chip graph and embedder parameters. Clones share their entries.
///
/// In the cache directory each embedding is a file `KEY.METHOD.json` that [`EmbeddingFile`] reads. It is verified against problem and
/// chip: a damaged or mismatched file is ignored and overwritten. Embeddings of interrupted runs are not stored, since a run with more
/// time would find better ones.
///
/// # Examples
/// ```
/// use isinglass_qubo::RunControl;
/// use isinglass_chip::embedding::{Embedder, EmbeddingCache, EmbeddingOrigin};
/// use isinglass_chip::hardware::{Chip, Graph, Topology};
/// let cache = EmbeddingCache::default();
/// let (chip, triangle) = (Chip::ideal("chimera:1".parse::<Topology>()?), Graph::from_edges(3, [(0, 1), (1, 2), (2, 0)])?);
/// let first = cache.find(&Embedder::default(), &triangle, &chip, &RunControl::default())?;
/// let again = cache.find(&Embedder::default(), &triangle, &chip, &RunControl::default())?;
/// assert_eq!((first.origin, again.origin), (EmbeddingOrigin::EmbeddingResult, EmbeddingOrigin::Memory));
/// assert_eq!(first.found, again.found);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct EmbeddingCache {
    memory: Arc<Mutex<HashMap<Key, EmbeddingResult>>>,
    folder: Option<PathBuf>,
}

/// Source of an embedding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EmbeddingOrigin {
    /// Found by the embedder in this call.
    EmbeddingResult,
    /// Reused from an earlier problem of this run with the same graph.
    Memory,
    /// Read from the cache directory.
    Disk,
    /// Supplied by the caller.
    Given,
}

/// Embedding with its origin and, if it could not be stored, the error.
#[derive(Debug)]
pub struct CachedEmbedding {
    /// The embedding.
    pub found: EmbeddingResult,
    /// Source of the embedding.
    pub origin: EmbeddingOrigin,
    /// Error from writing the embedding to the cache directory, if any.
    pub unsaved: Option<io::Error>,
}

/// Fingerprint of problem, chip and parameters. Cached embeddings are verified, so it need not be cryptographic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key([u64; 2]);

impl Key {
    fn of(embedder: &Embedder, problem: &Graph, chip: &Chip) -> Self {
        let mut key = Self([0, 1]);
        key.text(env!("CARGO_PKG_VERSION"));
        // every parameter that there is, and that there will be
        key.text(&format!("{embedder:?} {:?}", chip.topology()));
        key.graph(problem);
        key.graph(chip.graph());
        key.word(chip.qubits().len() as u64);
        chip.qubits().iter().for_each(|&qubit| key.word(qubit.into()));
        key
    }

    fn word(&mut self, word: u64) {
        self.0 = [mix(self.0[0] ^ word), mix(self.0[1].wrapping_add(word)).rotate_left(23)];
    }

    fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        text.bytes().for_each(|byte| self.word(byte.into()));
    }

    fn graph(&mut self, graph: &Graph) {
        self.word(graph.num_nodes() as u64);
        self.word(graph.num_edges() as u64);
        graph.edges().for_each(|(first, second)| self.word(u64::from(first) << 32 | u64::from(second)));
    }

    fn name(self) -> String {
        format!("{:016x}{:016x}", self.0[0], self.0[1])
    }
}

impl EmbeddingCache {
    /// Creates a cache that also stores embeddings in this directory, which is created on the first write.
    #[must_use]
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()), ..Self::default() }
    }

    /// Returns the cached embedding of `problem` on `chip`, or runs `embedder`.
    ///
    /// # Errors
    /// [`FindError`] if no embedding exists or none was found.
    pub fn find(
        &self,
        embedder: &Embedder,
        problem: &Graph,
        chip: &Chip,
        control: &RunControl<'_>,
    ) -> Result<CachedEmbedding, FindError> {
        let key = Key::of(embedder, problem, chip);
        let known = self.memory.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        // two graphs may have the same key, if only by accident
        if let Some(found) = known
            && Embedding::new(found.embedding.chains().to_vec(), problem, chip).is_ok()
        {
            return Ok(CachedEmbedding { found, origin: EmbeddingOrigin::Memory, unsaved: None });
        }
        if let Some(found) = self.folder.as_deref().and_then(|folder| read(folder, key, problem, chip)) {
            self.keep(key, &found);
            return Ok(CachedEmbedding { found, origin: EmbeddingOrigin::Disk, unsaved: None });
        }
        let found = embedder.find(problem, chip, control)?;
        let mut unsaved = None;
        if control.should_stop(None).is_none() {
            self.keep(key, &found);
            unsaved = self.folder.as_deref().and_then(|folder| write(folder, key, &found).err());
        }
        Ok(CachedEmbedding { found, origin: EmbeddingOrigin::EmbeddingResult, unsaved })
    }

    fn keep(&self, key: Key, found: &EmbeddingResult) {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).insert(key, found.clone());
    }
}

/// The first file of this key that holds an embedding of `problem` on `chip`.
fn read(folder: &Path, key: Key, problem: &Graph, chip: &Chip) -> Option<EmbeddingResult> {
    let name = key.name();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.into_iter().find_map(|path| {
        let rest = path.file_name()?.to_str()?.strip_prefix(&name)?.strip_prefix('.')?.strip_suffix(".json")?;
        let method: EmbedMethod = serde_json::from_value(rest.into()).ok()?;
        let file = EmbeddingFile::from_json(&fs::read_to_string(&path).ok()?).ok()?;
        let embedding = Embedding::new(file.chains(problem.num_nodes(), None).ok()?, problem, chip).ok()?;
        Some(EmbeddingResult { embedding, method, lower_bound: min_qubits(problem, chip)? })
    })
}

fn write(folder: &Path, key: Key, found: &EmbeddingResult) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let method = serde_json::to_value(found.method)?;
    let method = method.as_str().ok_or_else(|| io::Error::other("a method without a name"))?;
    let text = EmbeddingFile::new(found.embedding.chains(), None).to_json();
    write_atomically(&folder.join(format!("{}.{method}.json", key.name())), |file| file.write_all(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::Topology;
    use std::sync::atomic::AtomicBool;

    const CHIMERA: Topology = Topology::Chimera { rows: 2, columns: 2, shore: 4 };

    fn complete(size: u32) -> Graph {
        Graph::from_edges(size as usize, (0..size).flat_map(|i| (0..i).map(move |j| (i, j)))).unwrap()
    }

    fn find(cache: &EmbeddingCache, problem: &Graph, chip: &Chip) -> CachedEmbedding {
        cache.find(&Embedder::default(), problem, chip, &RunControl::default()).unwrap()
    }

    #[test]
    fn another_graph_chip_or_seed_is_looked_for_anew() {
        let (cache, chip) = (EmbeddingCache::default(), Chip::ideal(CHIMERA));
        assert_eq!(find(&cache, &complete(5), &chip).origin, EmbeddingOrigin::EmbeddingResult);
        assert_eq!(find(&cache.clone(), &complete(5), &chip).origin, EmbeddingOrigin::Memory);
        assert_eq!(find(&cache, &complete(6), &chip).origin, EmbeddingOrigin::EmbeddingResult);
        let faulty = Chip::with_faults(CHIMERA, &[3], &[]).unwrap();
        assert_eq!(find(&cache, &complete(5), &faulty).origin, EmbeddingOrigin::EmbeddingResult);
        let mut embedder = Embedder::default();
        embedder.router.seed = 1;
        let other = cache.find(&embedder, &complete(5), &chip, &RunControl::default()).unwrap();
        assert_eq!(other.origin, EmbeddingOrigin::EmbeddingResult);
    }

    #[test]
    fn a_folder_outlives_the_run_and_a_bad_file_is_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("embeddings");
        let (problem, chip) = (complete(5), Chip::ideal(CHIMERA));
        let first = find(&EmbeddingCache::in_folder(&folder), &problem, &chip);
        assert!(first.origin == EmbeddingOrigin::EmbeddingResult && first.unsaved.is_none());
        let second = find(&EmbeddingCache::in_folder(&folder), &problem, &chip);
        assert_eq!((second.origin, &second.found), (EmbeddingOrigin::Disk, &first.found));
        let path = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
        let good = fs::read_to_string(&path).unwrap();
        // damaged, of another problem, and with a chain that is none
        for bad in ["{", "{\"0\": [1]}", &good.replacen('[', "[31, ", 1)] {
            fs::write(&path, bad).unwrap();
            let again = find(&EmbeddingCache::in_folder(&folder), &problem, &chip);
            assert_eq!((again.origin, &again.found), (EmbeddingOrigin::EmbeddingResult, &first.found));
            assert_eq!(fs::read_to_string(&path).unwrap(), good);
        }
    }

    #[test]
    fn a_folder_that_takes_no_files_is_reported_and_no_failure() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("file");
        fs::write(&place, "in the way").unwrap();
        let found = find(&EmbeddingCache::in_folder(&place), &complete(5), &Chip::ideal(CHIMERA));
        assert!(found.unsaved.is_some());
    }

    #[test]
    fn what_a_stopped_run_found_is_not_kept() {
        let (cancel, cache, chip) = (AtomicBool::new(true), EmbeddingCache::default(), Chip::ideal(CHIMERA));
        let pair = Graph::from_edges(5, [(0, 4)]).unwrap();
        let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
        assert!(cache.find(&Embedder::default(), &pair, &chip, &control).is_ok());
        assert_eq!(find(&cache, &pair, &chip).origin, EmbeddingOrigin::EmbeddingResult);
    }
}
