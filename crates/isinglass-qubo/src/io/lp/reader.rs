//! Reading LP text, one function for each section.

use std::collections::HashMap;

use super::Section;
use super::tokens::{Kind, Token, tokenize};
use crate::io::error::{Fault, Feature, ReadCause, excerpt};
use crate::io::problem::{Label, MAX_VARIABLES, ProblemFile, ReadOptions};
use crate::io::text::{Word, utf8};
use crate::model::{BqmBuilder, Vartype};

/// What the sections say, variables still by name.
#[derive(Default)]
struct Sections<'a> {
    maximized: bool,
    constant: f64,
    linear: Vec<(Word<'a>, f64)>,
    quadratic: Vec<(Word<'a>, Word<'a>, f64)>,
    bounded: Vec<Word<'a>>,
    binary: Vec<Word<'a>>,
}

/// The tokens from a position on.
struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    position: usize,
}

pub(in crate::io) fn read(bytes: &[u8], options: &ReadOptions) -> Result<ProblemFile, Fault> {
    let text = utf8(bytes)?;
    let vartype = options.settle_vartype(Some(Vartype::Binary)).map_err(Fault::in_file)?;
    let mut parser = Parser { tokens: tokenize(text)?, position: 0 };
    let mut sections = Sections::default();
    loop {
        let Some(token) = parser.next() else {
            return Err(Fault::in_file(ReadCause::Truncated { expected: "`End`" }));
        };
        let first = parser.position == 1;
        match section_of(&token) {
            Some(Section::Minimize) if first => parser.read_objective(&mut sections)?,
            Some(Section::Maximize) if first => {
                sections.maximized = true;
                parser.read_objective(&mut sections)?;
            }
            Some(Section::Constraints) => parser.read_constraints(&token)?,
            Some(Section::Bounds) => parser.read_bounds(&mut sections)?,
            Some(Section::Binary) => parser.read_names(&mut sections.binary),
            Some(Section::General) => parser.refuse_names()?,
            Some(Section::End) => break,
            Some(Section::Other) => return Err(unsupported(&token.word, Feature::Section)),
            _ if first => return Err(token.word.unexpected("`Minimize`, `Maximize` or `Subject To`")),
            _ => return Err(token.word.unexpected("a section")),
        }
    }
    match parser.next() {
        Some(extra) => Err(extra.word.fault(ReadCause::Trailing { found: excerpt(extra.word.text) })),
        None => build(&sections, vartype),
    }
}

fn section_of(token: &Token<'_>) -> Option<Section> {
    if token.opens_line && token.kind == Kind::Name { Section::from_word(token.word.text) } else { None }
}

fn unsupported(word: &Word<'_>, feature: Feature) -> Fault {
    word.fault(ReadCause::Unsupported { feature, found: excerpt(word.text) })
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.tokens.get(self.position).copied();
        self.position += usize::from(token.is_some());
        token
    }

    /// The next token, unless it begins a section.
    fn next_in_section(&mut self) -> Option<Token<'a>> {
        let token = *self.tokens.get(self.position)?;
        if section_of(&token).is_some() {
            return None;
        }
        self.position += 1;
        Some(token)
    }

    fn take_if(&mut self, kind: Kind) -> bool {
        let found = self.tokens.get(self.position).is_some_and(|token| token.kind == kind);
        self.position += usize::from(found);
        found
    }

    fn take_number(&mut self) -> Option<f64> {
        match self.tokens.get(self.position)?.kind {
            Kind::Number(number) => {
                self.position += 1;
                Some(number)
            }
            _ => None,
        }
    }

    fn take_name(&mut self) -> Option<Word<'a>> {
        let token = self.tokens.get(self.position)?;
        if token.kind != Kind::Name || section_of(token).is_some() {
            return None;
        }
        self.position += 1;
        Some(token.word)
    }

    fn name(&mut self) -> Result<Word<'a>, Fault> {
        self.take_name().ok_or_else(|| self.unexpected("a variable"))
    }

    /// A fault at the next token, or at the end of the file.
    fn unexpected(&self, expected: &'static str) -> Fault {
        match self.tokens.get(self.position) {
            Some(token) => token.word.unexpected(expected),
            None => Fault::in_file(ReadCause::Truncated { expected }),
        }
    }

    /// The sign of a term, from any number of `+` and `-`; `None` without any.
    fn take_sign(&mut self) -> Option<f64> {
        let mut sign = None;
        loop {
            if self.take_if(Kind::Sign('+')) {
                sign = sign.or(Some(1.0));
            } else if self.take_if(Kind::Sign('-')) {
                sign = Some(-sign.unwrap_or(1.0));
            } else {
                return sign;
            }
        }
    }

    fn read_objective(&mut self, sections: &mut Sections<'a>) -> Result<(), Fault> {
        let named = self.tokens.get(self.position + 1).is_some_and(|token| token.kind == Kind::Sign(':'));
        if named && self.take_name().is_some() {
            self.position += 1;
        }
        let mut first = true;
        while self.tokens.get(self.position).is_some_and(|token| section_of(token).is_none()) {
            let sign = match self.take_sign() {
                Some(sign) => sign,
                None if first => 1.0,
                None => return Err(self.unexpected("`+`, `-` or a section")),
            };
            first = false;
            if self.take_if(Kind::Sign('[')) {
                self.read_bracket(sign, sections)?;
                continue;
            }
            match (self.take_number(), self.take_name()) {
                (Some(constant), None) => sections.constant += sign * constant,
                (coefficient, Some(name)) => sections.linear.push((name, sign * coefficient.unwrap_or(1.0))),
                (None, None) => return Err(self.unexpected("a term")),
            }
        }
        Ok(())
    }

    /// Terms up to `] / 2`; a square of a 0/1 variable is the variable.
    fn read_bracket(&mut self, outer: f64, sections: &mut Sections<'a>) -> Result<(), Fault> {
        let open = self.tokens[self.position - 1].word;
        let mut first = true;
        while !self.take_if(Kind::Sign(']')) {
            let sign = match self.take_sign() {
                Some(sign) => sign,
                None if first => 1.0,
                None => return Err(self.unexpected("`+`, `-` or `]`")),
            };
            first = false;
            let half = outer * sign * self.take_number().unwrap_or(1.0) / 2.0;
            let name = self.name()?;
            if self.take_if(Kind::Sign('^')) {
                match self.take_number() {
                    Some(2.0) => sections.linear.push((name, half)),
                    Some(_) => return Err(unsupported(&self.tokens[self.position - 1].word, Feature::Power)),
                    None => return Err(self.unexpected("the power 2")),
                }
            } else if self.take_if(Kind::Sign('*')) {
                let second = self.name()?;
                sections.quadratic.push((name, second, half));
            } else {
                return Err(self.unexpected("`*` or `^ 2`"));
            }
        }
        match self.take_if(Kind::Sign('/')).then(|| self.take_number()) {
            Some(Some(2.0)) => Ok(()),
            _ => Err(unsupported(&open, Feature::BracketWithoutHalf)),
        }
    }

    /// An empty section: anything in it is a constraint.
    fn read_constraints(&mut self, keyword: &Token<'a>) -> Result<(), Fault> {
        for (word, follower) in [("subject", "to"), ("such", "that")] {
            if keyword.word.text.eq_ignore_ascii_case(word) {
                match self.next_in_section() {
                    Some(token) if token.word.text.eq_ignore_ascii_case(follower) => {}
                    Some(token) => return Err(token.word.unexpected("`Subject To`")),
                    None => return Err(self.unexpected("`Subject To`")),
                }
            }
        }
        match self.next_in_section() {
            Some(token) => Err(unsupported(&token.word, Feature::Constraint)),
            None => Ok(()),
        }
    }

    /// `0 <= x <= 1` or a part of it.
    fn read_bounds(&mut self, sections: &mut Sections<'a>) -> Result<(), Fault> {
        while self.tokens.get(self.position).is_some_and(|token| section_of(token).is_none()) {
            let before = match self.take_signed_number() {
                Some(number) => Some((number, self.relation()?)),
                None => None,
            };
            let name = self.name()?;
            let mut fits = match before {
                Some((number, Kind::LessOrEqual)) => number == 0.0,
                Some((number, Kind::GreaterOrEqual)) => number == 1.0,
                Some(_) => false,
                None => true,
            };
            let bounded_after = matches!(
                self.tokens.get(self.position).map(|token| token.kind),
                Some(Kind::LessOrEqual | Kind::GreaterOrEqual | Kind::Equal)
            );
            if bounded_after {
                let relation = self.relation()?;
                fits &= match (relation, self.take_signed_number()) {
                    (Kind::LessOrEqual, Some(number)) => number == 1.0,
                    (Kind::GreaterOrEqual, Some(number)) => number == 0.0,
                    _ => false,
                };
            } else if before.is_none() {
                // `x free`
                fits = false;
            }
            if !fits {
                return Err(unsupported(&name, Feature::Bound));
            }
            sections.bounded.push(name);
        }
        Ok(())
    }

    fn take_signed_number(&mut self) -> Option<f64> {
        let sign = self.take_sign().unwrap_or(1.0);
        self.take_number().map(|number| sign * number)
    }

    fn relation(&mut self) -> Result<Kind, Fault> {
        match self.tokens.get(self.position).map(|token| token.kind) {
            Some(kind @ (Kind::LessOrEqual | Kind::GreaterOrEqual | Kind::Equal)) => {
                self.position += 1;
                Ok(kind)
            }
            _ => Err(self.unexpected("`<=`, `>=` or `=`")),
        }
    }

    fn read_names(&mut self, names: &mut Vec<Word<'a>>) {
        while let Some(name) = self.take_name() {
            names.push(name);
        }
    }

    fn refuse_names(&mut self) -> Result<(), Fault> {
        match self.next_in_section() {
            Some(token) => Err(unsupported(&token.word, Feature::OtherVariable)),
            None => Ok(()),
        }
    }
}

fn build(sections: &Sections<'_>, vartype: Vartype) -> Result<ProblemFile, Fault> {
    let mut indices = HashMap::new();
    let mut labels = Vec::new();
    for word in &sections.binary {
        // naming a variable twice does no harm
        if !indices.contains_key(word.text) {
            indices.insert(word.text, labels.len());
            labels.push(Label::Text(word.text.to_owned()));
        }
    }
    if labels.len() > MAX_VARIABLES {
        let cause = ReadCause::TooManyVariables { found: labels.len().to_string(), limit: MAX_VARIABLES };
        return Err(Fault::in_file(cause));
    }
    let index = |word: &Word<'_>| {
        let not_binary = || word.fault(ReadCause::NotBinary { name: excerpt(word.text) });
        indices.get(word.text).copied().ok_or_else(not_binary)
    };
    let sense = if sections.maximized { -1.0 } else { 1.0 };
    let mut builder = BqmBuilder::new(vartype, labels.len());
    builder.add_offset(sense * sections.constant);
    for (name, bias) in &sections.linear {
        builder.add_linear(index(name)?, sense * bias);
    }
    for (first, second, bias) in &sections.quadratic {
        builder.add_quadratic(index(first)?, index(second)?, sense * bias);
    }
    for name in &sections.bounded {
        index(name)?;
    }
    let labels = (!labels.is_empty()).then_some(labels);
    Ok(ProblemFile { maximized: sections.maximized, ..ProblemFile::new(builder.build()?, labels) })
}
