//! Graphs as plain edge lists.

use super::graph::Graph;
use isinglass_qubo::io::Label;
use std::collections::{BTreeSet, HashMap, HashSet};

/// The largest label of a node: a short line cannot ask for more memory than this many nodes take.
const MAX_NODE: u32 = 9_999_999;

/// Error from parsing an edge list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EdgeListError {
    /// A line does not have exactly two words.
    #[error("line {line}: an edge is two nodes, such as `3 17`, but there are {num_words}")]
    NoEdge {
        /// Line number, from 1.
        line: usize,
        /// Number of words found.
        num_words: usize,
    },
    /// A word is not a qubit label.
    #[error("line {line}: `{word}` is not an integer from 0 to {MAX_NODE}")]
    NoNode {
        /// Line number, from 1.
        line: usize,
        /// The word.
        word: String,
    },
    /// An edge joins a node to itself.
    #[error("line {line}: node {node} is joined to itself")]
    Loop {
        /// Line number, from 1.
        line: usize,
        /// The node.
        node: String,
    },
}

/// Graph with node labels, read from an edge list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeList {
    /// Graph over the listed nodes: integers in ascending order, then texts in order of first appearance.
    pub graph: Graph,
    /// Node labels; `None` if they are the integers `0..num_nodes`.
    pub labels: Option<Vec<Label>>,
}

impl EdgeList {
    /// Parses a plain edge list: two nodes on each line, separated by blanks, commas or semicolons, in brackets or not, with comments
    /// after `#`. Node labels are integers or texts. The empty data that networkx writes after an edge, `{}`, are skipped.
    ///
    /// # Errors
    /// [`EdgeListError`] for the first line that is not an edge.
    ///
    /// # Panics
    /// Never: edges join different nodes that are counted.
    ///
    /// # Examples
    /// ```
    /// use isinglass_chip::hardware::EdgeList;
    /// use isinglass_qubo::io::Label;
    /// let pair = EdgeList::read("500 0 {}\n")?;
    /// assert_eq!((pair.graph.num_nodes(), pair.labels), (2, Some(vec![Label::Integer(0), Label::Integer(500)])));
    /// # Ok::<(), isinglass_chip::hardware::EdgeListError>(())
    /// ```
    pub fn read(text: &str) -> Result<Self, EdgeListError> {
        let mut edges: Vec<(usize, [Label; 2])> = Vec::new();
        for pair in pairs(text) {
            let (line, pair) = pair?;
            edges.push((line, pair.map(label)));
        }
        let mut integers = BTreeSet::new();
        let (mut texts, mut seen) = (Vec::new(), HashSet::new());
        for label in edges.iter().flat_map(|(_, edge)| edge) {
            match label {
                Label::Integer(integer) => _ = integers.insert(*integer),
                Label::Text(text) if seen.insert(text) => texts.push(label.clone()),
                Label::Text(_) => {}
            }
        }
        let labels: Vec<Label> = integers.into_iter().map(Label::Integer).chain(texts).collect();
        let node: HashMap<&Label, u32> = labels.iter().zip(0..).collect();
        for (line, [first, second]) in &edges {
            if first == second {
                return Err(EdgeListError::Loop { line: *line, node: first.to_string() });
            }
        }
        let edges = edges.iter().map(|(_, [first, second])| (node[first], node[second]));
        let graph = Graph::from_edges(labels.len(), edges).expect("edges join different nodes that are counted");
        let is_in_place = |(label, index): (&Label, i64)| *label == Label::Integer(index);
        let labels = (!labels.iter().zip(0..).all(is_in_place)).then_some(labels);
        Ok(Self { graph, labels })
    }
}

/// The name of a node: an integer as its writers spell it, else a text, without quotes.
fn label(word: &str) -> Label {
    let integer = word.parse().map(Label::Integer).ok().filter(|integer| integer.to_string() == word);
    let bare = |quote| word.strip_prefix(quote)?.strip_suffix(quote);
    integer.unwrap_or_else(|| Label::Text(bare('"').or_else(|| bare('\'')).unwrap_or(word).to_owned()))
}

/// The two words of each line that has any, with its number.
fn pairs(text: &str) -> impl Iterator<Item = Result<(usize, [&str; 2]), EdgeListError>> {
    text.trim_start_matches('\u{feff}').lines().enumerate().filter_map(|(index, content)| {
        let line = index + 1;
        let content = content.split('#').next().unwrap_or_default().trim_end();
        let content = content.strip_suffix("{}").unwrap_or(content);
        let separates = |character: char| character.is_whitespace() || ",;[]()".contains(character);
        let words: Vec<&str> = content.split(separates).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => None,
            [first, second] => Some(Ok((line, [*first, *second]))),
            words => Some(Err(EdgeListError::NoEdge { line, num_words: words.len() })),
        }
    })
}

impl Graph {
    /// Parses a plain edge list, in the format of [`EdgeList::read`], as a graph over all integers up to the largest qubit label.
    ///
    /// # Errors
    /// [`EdgeListError`] for the first line that is not an edge.
    ///
    /// # Panics
    /// Never: edges join different nodes that are counted.
    ///
    /// # Examples
    /// ```
    /// use isinglass_chip::hardware::Graph;
    /// let path = Graph::from_edge_list("0 1 # the first edge\n\n[1, 2]\n")?;
    /// assert_eq!((path.num_nodes(), path.num_edges()), (3, 2));
    /// # Ok::<(), isinglass_chip::hardware::EdgeListError>(())
    /// ```
    pub fn from_edge_list(text: &str) -> Result<Self, EdgeListError> {
        let mut edges = Vec::new();
        for pair in pairs(text) {
            let (line, [first, second]) = pair?;
            let node = |word: &str| {
                let label = word.parse().ok().filter(|&label: &u32| label <= MAX_NODE);
                label.ok_or_else(|| EdgeListError::NoNode { line, word: word.to_owned() })
            };
            match (node(first)?, node(second)?) {
                (node, other) if node == other => return Err(EdgeListError::Loop { line, node: node.to_string() }),
                edge => edges.push(edge),
            }
        }
        let num_nodes = edges.iter().map(|&(first, second)| first.max(second) as usize + 1).max().unwrap_or(0);
        Ok(Self::from_edges(num_nodes, edges).expect("edges join different nodes that are counted"))
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
        insta::assert_snapshot!(error("0 4000000000\n"), @"line 1: `4000000000` is not an integer from 0 to 9999999");
        insta::assert_snapshot!(error("\u{feff}2 2\n"), @"line 1: node 2 is joined to itself");
    }
    #[test]
    fn nodes_of_a_problem_keep_their_names() {
        let read = |text: &str| EdgeList::read(text).unwrap();
        let integers = |labels: &[i64]| Some(labels.iter().copied().map(Label::Integer).collect::<Vec<_>>());
        let gap = read("500 0\n0 -3\n");
        assert_eq!((gap.graph.num_nodes(), gap.labels), (3, integers(&[-3, 0, 500])));
        assert_eq!(gap.graph.edges().collect::<Vec<_>>(), [(0, 1), (1, 2)]);
        assert_eq!(read("2 1\n1 0\n").labels, None);
        let mixed = read("b 7 {}\n\"a\",b\n07 7\n");
        let text = |text: &str| Label::Text(text.to_owned());
        assert_eq!(mixed.labels, Some(vec![Label::Integer(7), text("b"), text("a"), text("07")]));
        assert_eq!(mixed.graph.edges().collect::<Vec<_>>(), [(0, 1), (0, 3), (1, 2)]);
        let error = |text: &str| EdgeList::read(text).unwrap_err().to_string();
        insta::assert_snapshot!(error("a b\nb b\n"), @"line 2: node b is joined to itself");
        insta::assert_snapshot!(error("a b 0.5\n"), @"line 1: an edge is two nodes, such as `3 17`, but there are 3");
    }
}
