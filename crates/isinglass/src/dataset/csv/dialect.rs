//! CSV dialect: the separator, and whether the file has a header row.

use std::collections::HashSet;

use csv::{ByteRecord, ReaderBuilder};

use super::is_missing;
use crate::dataset::read::ReadOptions;

/// Cells of a first row, in lower case, that only a row of names has.
const LABEL_NAMES: [&str; 3] = ["label", "class", "target"];

/// Rows looked at for a cell that is not missing.
const ROWS_COMPARED: usize = 1000;

/// The separator and whether there is a row of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) separator: u8,
    pub(super) header: bool,
}

impl Dialect {
    /// Takes the dialect from the options and detects the rest.
    pub(super) fn find(content: &[u8], options: &ReadOptions) -> Self {
        let separator = options.separator.unwrap_or_else(|| most_frequent_separator(content));
        let header = options.header.unwrap_or_else(|| has_header(content, separator));
        Self { separator, header }
    }

    /// The names of the columns: the first row, or positions from 1.
    pub(super) fn names(&self, content: &[u8]) -> Vec<String> {
        let Some(first) = rows(content, self.separator).next() else { return Vec::new() };
        if self.header { first } else { (1..=first.len()).map(|position| position.to_string()).collect() }
    }
}

/// The most frequent separator in the first line with any text, outside quotes; a comma if there is none.
fn most_frequent_separator(content: &[u8]) -> u8 {
    let line = content.split(|&byte| byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let count = |separator: u8| {
        let mut quoted = false;
        line.iter()
            .filter(|&&byte| {
                quoted ^= byte == b'"';
                byte == separator && !quoted
            })
            .count()
    };
    // Of equals, `max_by_key` takes the last.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|&separator| count(separator)).unwrap_or(b',')
}

/// Parses the rows into cells; invalid UTF-8 is tolerated here and rejected when the cell is read.
fn rows(content: &[u8], separator: u8) -> impl Iterator<Item = Vec<String>> {
    let mut reader = ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(content);
    let mut record = ByteRecord::new();
    std::iter::from_fn(move || {
        let more = reader.read_byte_record(&mut record).unwrap_or(false);
        more.then(|| record.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect())
    })
}

/// Whether the first row differs from the others as names differ from values: a text stands over a number or a number
/// over a text; or it has a cell `label`, `class` or `target`; or all its cells are text and none occurs again below.
/// A number or text is compared with the first cell below it that is not missing.
fn has_header(content: &[u8], separator: u8) -> bool {
    let is_number = |cell: &String| cell.parse::<f64>().is_ok();
    let is_there = |cell: &String| !is_missing(cell);
    let Some(first) = rows(content, separator).next() else { return false };
    if first.iter().any(|cell| LABEL_NAMES.contains(&cell.to_ascii_lowercase().as_str())) {
        return true;
    }
    let mut below: Vec<Option<String>> = vec![None; first.len()];
    for row in rows(content, separator).skip(1).take(ROWS_COMPARED) {
        for (below, cell) in below.iter_mut().zip(row) {
            if below.is_none() && is_there(&cell) {
                *below = Some(cell);
            }
        }
        if below.iter().all(Option::is_some) {
            break;
        }
    }
    if below.iter().all(Option::is_none) {
        return false;
    }
    let differs = |above: &String, below: &Option<String>| {
        below.as_ref().is_some_and(|below| is_there(above) && is_number(above) != is_number(below))
    };
    if first.iter().zip(&below).any(|(above, below)| differs(above, below)) {
        return true;
    }
    if first.iter().any(is_number) || first.iter().collect::<HashSet<_>>().len() != first.len() {
        return false;
    }
    rows(content, separator).skip(1).all(|row| first.iter().zip(&row).all(|(above, below)| above != below))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(content: &str) -> (char, bool) {
        let dialect = Dialect::find(content.as_bytes(), &ReadOptions::default());
        (char::from(dialect.separator), dialect.header)
    }

    #[test]
    fn each_separator_is_found_by_its_number() {
        for separator in [',', ';', '\t', '|'] {
            assert_eq!(find(&"a,b,c\n1,2,3\n".replace(',', &separator.to_string())), (separator, true));
        }
        assert_eq!(find("a|b,c,d\n1,2,3\n").0, ',');
    }

    #[test]
    fn a_text_over_a_number_or_a_number_over_a_text_is_a_header() {
        assert_eq!(find("a,b\n1,x\n"), (',', true));
        assert_eq!(find("1;2\nx;y\n"), (';', true));
    }

    #[test]
    fn a_missing_cell_makes_no_header_and_hides_none() {
        assert_eq!(find("1,NA,3\n4,5,6\n"), (',', false));
        assert_eq!(find("1,,3\n4,5,6\n"), (',', false));
        assert_eq!(find("size,colour\n,red\n1,red\n"), (',', true));
        assert_eq!(find(",size\n0,1.5\n1,2\n"), (',', true));
    }

    #[test]
    fn a_first_row_like_the_others_is_no_header() {
        assert_eq!(find("1\t2\n3\t4\n"), ('\t', false));
        assert_eq!(find("x,o,b\no,x,b\n"), (',', false));
        assert_eq!(find("5.1,3.5,setosa\n4.9,3.0,versicolor\n"), (',', false));
    }

    #[test]
    fn texts_that_never_come_again_are_a_header() {
        assert_eq!(find("colour,size\nred,big\nblue,small\n"), (',', true));
    }

    #[test]
    fn a_cell_called_label_makes_a_header() {
        assert_eq!(find("1,2,Label\n5.1,3.5,setosa\n"), (',', true));
    }

    #[test]
    fn a_separator_inside_quotes_does_not_count() {
        assert_eq!(find("\"a;b;c;d\",e\n1,2\n").0, ',');
    }
}
