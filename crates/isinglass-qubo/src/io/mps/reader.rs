//! Reading MPS line by line: a line that begins in the first column names a section, all others are its entries.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::io::error::{Fault, Feature, ReadCause, excerpt};
use crate::io::problem::{Label, MAX_VARIABLES, ProblemFile, ReadOptions};
use crate::io::text::{Word, lines, utf8, words};
use crate::model::{BqmBuilder, Vartype};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Start,
    Sense,
    Rows,
    Columns,
    RightHandSide,
    Ranges,
    Bounds,
    Triangle,
    Matrix,
}

/// What is known about a column.
struct Column<'a> {
    name: Word<'a>,
    cost: f64,
    /// Between markers, so an integer.
    integer: bool,
    /// Declared `BV`.
    binary: bool,
    upper_is_one: bool,
}

/// The file so far.
struct Reader<'a> {
    section: Section,
    maximized: Option<bool>,
    objective: Option<&'a str>,
    in_markers: bool,
    columns: Vec<Column<'a>>,
    indices: HashMap<&'a str, usize>,
    constant: f64,
    triangle: Vec<(usize, usize, f64)>,
    /// Entries of the full matrix by position; the second number is that of the line.
    matrix: BTreeMap<(usize, usize), (f64, usize)>,
}

pub(in crate::io) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    let vartype = options.settle_vartype(Some(Vartype::Binary)).map_err(Fault::in_file)?;
    let mut reader = Reader {
        section: Section::Start,
        maximized: None,
        objective: None,
        in_markers: false,
        columns: Vec::new(),
        indices: HashMap::new(),
        constant: 0.0,
        triangle: Vec::new(),
        matrix: BTreeMap::new(),
    };
    let mut ended = false;
    for (number, line) in lines(text) {
        let fields: Vec<Word<'_>> = words(number, line).take(MOST_FIELDS + 1).collect();
        let Some(first) = fields.first() else { continue };
        if first.text.starts_with('*') {
            continue;
        }
        if ended {
            return Err(first.fault(ReadCause::Trailing { found: excerpt(first.text) }));
        }
        if first.column > 1 {
            reader.read_entry(&fields)?;
        } else if first.text == "ENDATA" {
            check_end(&fields, 1)?;
            ended = true;
        } else {
            reader.open_section(&fields)?;
        }
    }
    if ended { reader.build(vartype) } else { Err(Fault::in_file(ReadCause::Truncated { expected: "`ENDATA`" })) }
}

/// The most fields that an entry has: a set, and two pairs of name and number.
const MOST_FIELDS: usize = 5;

fn unsupported(word: &Word<'_>, feature: Feature) -> Fault {
    word.fault(ReadCause::Unsupported { feature, found: excerpt(word.text) })
}

fn wrong_fields(fields: &[Word<'_>], expected: &'static str) -> Fault {
    fields[0].unexpected(expected)
}

/// Refuses words after the allowed number of words of a line: a reader that skips them would skip what it does not know.
fn check_end(fields: &[Word<'_>], known: usize) -> Result<(), Fault> {
    fields.get(known).map_or(Ok(()), |extra| Err(extra.unexpected("the end of the line")))
}

impl<'a> Reader<'a> {
    fn open_section(&mut self, fields: &[Word<'a>]) -> Result<(), Fault> {
        let keyword = fields[0];
        self.section = match keyword.text {
            "NAME" => Section::Start,
            "OBJSENSE" => {
                if let Some(sense) = fields.get(1) {
                    self.set_sense(sense)?;
                }
                Section::Sense
            }
            "ROWS" => Section::Rows,
            "COLUMNS" => Section::Columns,
            "RHS" => Section::RightHandSide,
            "RANGES" => Section::Ranges,
            "BOUNDS" => Section::Bounds,
            "QUADOBJ" => Section::Triangle,
            "QMATRIX" => Section::Matrix,
            _ => return Err(unsupported(&keyword, Feature::Section)),
        };
        match keyword.text {
            // a name may have blanks, and `FREE` after it
            "NAME" => Ok(()),
            "OBJSENSE" => check_end(fields, 2),
            _ => check_end(fields, 1),
        }
    }

    fn read_entry(&mut self, fields: &[Word<'a>]) -> Result<(), Fault> {
        check_end(fields, MOST_FIELDS)?;
        match self.section {
            Section::Start => Err(fields[0].unexpected("a section")),
            Section::Sense => {
                check_end(fields, 1)?;
                self.set_sense(&fields[0])
            }
            Section::Rows => self.read_row(fields),
            Section::Columns => self.read_column(fields),
            Section::RightHandSide => self.read_right_hand_side(fields),
            Section::Ranges => Err(unsupported(&fields[0], Feature::Constraint)),
            Section::Bounds => self.read_bound(fields),
            Section::Triangle | Section::Matrix => self.read_quadratic(fields),
        }
    }

    fn set_sense(&mut self, word: &Word<'_>) -> Result<(), Fault> {
        let maximized = match word.text.to_ascii_uppercase().as_str() {
            "MAX" | "MAXIMIZE" => true,
            "MIN" | "MINIMIZE" => false,
            _ => return Err(word.unexpected("MAX or MIN")),
        };
        if *self.maximized.get_or_insert(maximized) == maximized {
            Ok(())
        } else {
            Err(word.fault(ReadCause::Conflict { what: "OBJSENSE" }))
        }
    }

    fn read_row(&mut self, fields: &[Word<'a>]) -> Result<(), Fault> {
        match fields {
            [kind, name] if kind.text == "N" && self.objective.is_none() => {
                self.objective = Some(name.text);
                Ok(())
            }
            [_, name] => Err(unsupported(name, Feature::Constraint)),
            _ => Err(wrong_fields(fields, "a type and a name of a row")),
        }
    }

    fn check_objective(&self, row: &Word<'_>) -> Result<(), Fault> {
        if self.objective == Some(row.text) {
            Ok(())
        } else {
            Err(row.fault(ReadCause::Undeclared { name: excerpt(row.text) }))
        }
    }

    fn read_column(&mut self, fields: &[Word<'a>]) -> Result<(), Fault> {
        if let [_, marker, kind] = fields
            && marker.text == "'MARKER'"
        {
            self.in_markers = match kind.text {
                "'INTORG'" => true,
                "'INTEND'" => false,
                _ => return Err(kind.unexpected("'INTORG' or 'INTEND'")),
            };
            return Ok(());
        }
        let [name, pairs @ ..] = fields else { return Ok(()) };
        if pairs.is_empty() || pairs.len() % 2 == 1 {
            return Err(wrong_fields(fields, "a column, rows and numbers"));
        }
        let index = match self.indices.get(name.text) {
            Some(&index) => index,
            None => self.add_column(name)?,
        };
        for pair in pairs.chunks_exact(2) {
            self.check_objective(&pair[0])?;
            self.columns[index].cost += pair[1].float()?;
        }
        Ok(())
    }

    fn add_column(&mut self, name: &Word<'a>) -> Result<usize, Fault> {
        let index = self.columns.len();
        if index == MAX_VARIABLES {
            let found = format!("more than {MAX_VARIABLES}");
            return Err(name.fault(ReadCause::TooManyVariables { found, limit: MAX_VARIABLES }));
        }
        self.indices.insert(name.text, index);
        self.columns.push(Column {
            name: *name,
            cost: 0.0,
            integer: self.in_markers,
            binary: false,
            upper_is_one: false,
        });
        Ok(index)
    }

    fn column(&self, name: &Word<'_>) -> Result<usize, Fault> {
        let undeclared = || name.fault(ReadCause::Undeclared { name: excerpt(name.text) });
        self.indices.get(name.text).copied().ok_or_else(undeclared)
    }

    /// The name of the set may be missing.
    fn read_right_hand_side(&mut self, fields: &[Word<'a>]) -> Result<(), Fault> {
        let pairs = if fields.len() % 2 == 1 { &fields[1..] } else { fields };
        if pairs.is_empty() {
            return Err(wrong_fields(fields, "a row and a number"));
        }
        for pair in pairs.chunks_exact(2) {
            self.check_objective(&pair[0])?;
            self.constant -= pair[1].float()?;
        }
        Ok(())
    }

    /// The name of the set may be missing, so the number of fields tells what each one is.
    fn read_bound(&mut self, fields: &[Word<'a>]) -> Result<(), Fault> {
        let kind = &fields[0];
        if kind.text == "BV" {
            // some writers add the bound, which says nothing new
            let name = match fields {
                [_, name] | [_, _, name] | [_, _, name, _] => name,
                _ => return Err(wrong_fields(fields, "`BV`, a set and a column")),
            };
            let index = self.column(name)?;
            self.columns[index].binary = true;
            return Ok(());
        }
        let (name, value) = match fields {
            [_, name, value] | [_, _, name, value] => (name, value),
            _ => return Err(unsupported(kind, Feature::Bound)),
        };
        let index = self.column(name)?;
        let column = &mut self.columns[index];
        match (kind.text, value.float()?) {
            ("UP" | "UI", 1.0) => column.upper_is_one = true,
            // the lower bound of a column without one
            ("LO" | "LI", 0.0) => {}
            _ => return Err(unsupported(name, Feature::Bound)),
        }
        column.integer |= matches!(kind.text, "UI" | "LI");
        Ok(())
    }

    fn read_quadratic(&mut self, fields: &[Word<'a>]) -> Result<(), Fault> {
        let [first, second, value] = fields else {
            return Err(wrong_fields(fields, "two columns and a number"));
        };
        let (i, j, entry) = (self.column(first)?, self.column(second)?, value.float()?);
        if self.section == Section::Triangle {
            self.triangle.push((i, j, entry));
        } else if self.matrix.insert((i, j), (entry, first.line)).is_some() {
            return Err(first.fault(ReadCause::GivenTwice { what: "an entry of QMATRIX" }));
        }
        Ok(())
    }

    fn build(self, vartype: Vartype) -> Result<ProblemFile, Fault> {
        if self.objective.is_none() {
            return Err(Fault::in_file(ReadCause::Truncated { expected: "a row of type N" }));
        }
        let maximized = self.maximized == Some(true);
        let sense = if maximized { -1.0 } else { 1.0 };
        let mut builder = BqmBuilder::new(vartype, self.columns.len());
        builder.add_offset(sense * self.constant);
        for (index, column) in self.columns.iter().enumerate() {
            let is_binary = column.binary || (column.integer && column.upper_is_one);
            if !is_binary {
                return Err(column.name.fault(ReadCause::NotBinary { name: excerpt(column.name.text) }));
            }
            builder.add_linear(index, sense * column.cost);
        }
        for (i, j, coefficient) in self.quadratic_terms()? {
            builder.add_quadratic(i, j, sense * coefficient);
        }
        let labels: Vec<Label> = self.columns.iter().map(|column| Label::Text(column.name.text.to_owned())).collect();
        let labels = (!labels.is_empty()).then_some(labels);
        Ok(ProblemFile { maximized, ..ProblemFile::new(builder.build()?, labels) })
    }

    /// The coefficients of `x_i x_j` in `1/2 x'Qx`, in the order of the columns.
    fn quadratic_terms(&self) -> Result<Vec<(usize, usize, f64)>, Fault> {
        let name = |index: usize| excerpt(self.columns[index].name.text);
        let not_symmetric = |i, j| ReadCause::NotSymmetric { first: name(i), second: name(j) };
        let mut terms = Vec::with_capacity(self.triangle.len() + self.matrix.len());
        let mut listed = HashSet::new();
        for &(i, j, entry) in &self.triangle {
            // an entry on both sides: nobody can say whether it counts once or twice
            if i != j && listed.contains(&(j, i)) {
                return Err(Fault::in_file(not_symmetric(i, j)));
            }
            listed.insert((i, j));
            terms.push((i, j, if i == j { entry / 2.0 } else { entry }));
        }
        for (&(i, j), &(entry, line)) in &self.matrix {
            if self.matrix.get(&(j, i)).is_none_or(|&(twin, _)| twin != entry) {
                return Err(Fault::at_line(line, not_symmetric(i, j)));
            }
            if i <= j {
                terms.push((i, j, if i == j { entry / 2.0 } else { entry }));
            }
        }
        terms.sort_by_key(|&(i, j, _)| (i, j));
        Ok(terms)
    }
}
