//! Graphs as plain edge lists.

use super::graph::{Graph, GraphError};

/// The largest label of a node: a short line cannot ask for more memory than this many nodes take.
const MAX_NODE: u32 = 9_999_999;

/// Why a text is no edge list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EdgeListError {
    /// Not two words in a line.
    #[error("line {line}: an edge is two nodes, such as `3 17`, but there are {num_words}")]
    NoEdge {
        /// The line, counted from 1.
        line: usize,
        /// What there is instead.
        num_words: usize,
    },
    /// A word that names no node.
    #[error("line {line}: `{word}` is no whole number from 0 to {MAX_NODE}")]
    NoNode {
        /// The line, counted from 1.
        line: usize,
        /// The word.
        word: String,
    },
    /// Edges that make no graph.
    #[error("line {line}: {source}")]
    Graph {
        /// The line, counted from 1.
        line: usize,
        /// Why not.
        source: GraphError,
    },
}

impl Graph {
    /// The graph of a plain edge list: two nodes in each line, separated by blanks, commas or semicolons, in brackets or not,
    /// with comments after `#`. Its nodes are the numbers up to the largest one that is named.
    ///
    /// # Errors
    /// [`EdgeListError`] with the first line that is no edge.
    ///
    /// # Examples
    /// ```
    /// use isinglass_qubo::hardware::Graph;
    /// let path = Graph::from_edge_list("0 1 # the first edge\n\n[1, 2]\n")?;
    /// assert_eq!((path.num_nodes(), path.num_edges()), (3, 2));
    /// # Ok::<(), isinglass_qubo::hardware::EdgeListError>(())
    /// ```
    pub fn from_edge_list(text: &str) -> Result<Self, EdgeListError> {
        let mut edges = Vec::new();
        for (index, content) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = index + 1;
            let content = content.split('#').next().unwrap_or_default();
            let separates = |character: char| character.is_whitespace() || ",;[]".contains(character);
            let words: Vec<&str> = content.split(separates).filter(|word| !word.is_empty()).collect();
            let node = |word: &str| {
                let label = word.parse().ok().filter(|&label: &u32| label <= MAX_NODE);
                label.ok_or_else(|| EdgeListError::NoNode { line, word: word.to_owned() })
            };
            match words.as_slice() {
                [] => {}
                [first, second] => match (node(first)?, node(second)?) {
                    (node, other) if node == other => {
                        return Err(EdgeListError::Graph { line, source: GraphError::Loop { node } });
                    }
                    edge => edges.push(edge),
                },
                words => return Err(EdgeListError::NoEdge { line, num_words: words.len() }),
            }
        }
        let num_nodes = edges.iter().map(|&(first, second)| first.max(second) as usize + 1).max().unwrap_or(0);
        let line = text.lines().count();
        Self::from_edges(num_nodes, edges).map_err(|source| EdgeListError::Graph { line, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_in_an_edge_list_names_its_line() {
        let error = |text: &str| Graph::from_edge_list(text).unwrap_err().to_string();
        assert_eq!(Graph::from_edge_list("0 1\n1;2 # two\n").unwrap().num_edges(), 2);
        assert_eq!(Graph::from_edge_list("# nothing\n").unwrap().num_nodes(), 0);
        insta::assert_snapshot!(error("0 1\n1 2 3\n"), @"line 2: an edge is two nodes, such as `3 17`, but there are 3");
        insta::assert_snapshot!(error("0 4000000000\n"), @"line 1: `4000000000` is no whole number from 0 to 9999999");
        insta::assert_snapshot!(error("\u{feff}2 2\n"), @"line 1: node 2 is joined to itself");
    }
}
