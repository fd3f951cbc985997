//! Rust source reduced to what rules look at: code without comments, literals and tests, line by line as it was.

/// The source with comments, and what stands inside string and character literals, replaced by blanks.
pub(super) fn code_only(source: &str) -> String {
    let characters: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let mut position = 0;
    while position < characters.len() {
        let end = match skipped_until(&characters, position) {
            Some(end) => end.min(characters.len()),
            None => {
                code.push(characters[position]);
                position += 1;
                continue;
            }
        };
        code.extend(characters[position..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
        position = end;
    }
    code
}

/// Where the comment or literal that begins at `start` ends; `None` where neither begins.
fn skipped_until(characters: &[char], start: usize) -> Option<usize> {
    let at = |position: usize| characters.get(position).copied();
    match (characters[start], at(start + 1)) {
        ('/', Some('/')) => Some(find(characters, start, |position| at(position) == Some('\n'))),
        ('/', Some('*')) => Some(end_of_block_comment(characters, start)),
        ('"', _) => Some(end_of_text(characters, start + 1)),
        ('r', Some('"' | '#')) if !continues_word(characters, start) => end_of_raw_text(characters, start + 1),
        // a character, not a lifetime: its quote closes after one character, or it is escaped
        ('\'', Some('\\')) => Some(find(characters, start + 3, |position| at(position) == Some('\'')) + 1),
        ('\'', Some(_)) if at(start + 2) == Some('\'') => Some(start + 3),
        _ => None,
    }
}

fn find(characters: &[char], from: usize, found: impl Fn(usize) -> bool) -> usize {
    (from..characters.len()).find(|&position| found(position)).unwrap_or(characters.len())
}

fn end_of_block_comment(characters: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut position = start;
    while position < characters.len() {
        match (characters[position], characters.get(position + 1)) {
            ('/', Some('*')) => depth += 1,
            ('*', Some('/')) => depth -= 1,
            _ => {
                position += 1;
                continue;
            }
        }
        position += 2;
        if depth == 0 {
            break;
        }
    }
    position
}

fn end_of_text(characters: &[char], start: usize) -> usize {
    let mut position = start;
    while position < characters.len() {
        match characters[position] {
            '\\' => position += 2,
            '"' => return position + 1,
            _ => position += 1,
        }
    }
    characters.len()
}

/// The end of `#"..."#` with any number of `#`; `None` for a raw identifier.
fn end_of_raw_text(characters: &[char], start: usize) -> Option<usize> {
    let hashes = characters[start..].iter().take_while(|&&c| c == '#').count();
    if characters.get(start + hashes) != Some(&'"') {
        return None;
    }
    let closes = |position: usize| {
        let tail = characters.get(position + 1..position + 1 + hashes);
        characters[position] == '"' && tail.is_some_and(|tail| tail.iter().all(|&c| c == '#'))
    };
    Some(find(characters, start + hashes + 1, closes) + 1 + hashes)
}

/// Whether the character at `position` is the later part of a word; the `b` of a byte string is not.
fn continues_word(characters: &[char], position: usize) -> bool {
    let is_word = |index: usize| characters.get(index).is_some_and(|&c| c.is_alphanumeric() || c == '_');
    let Some(before) = position.checked_sub(1) else { return false };
    let is_byte_prefix = characters[before] == 'b' && before.checked_sub(1).is_none_or(|index| !is_word(index));
    is_word(before) && !is_byte_prefix
}

/// Code, as [`code_only`] leaves it, with every item under `#[cfg(test)]` replaced by blanks.
pub(super) fn without_tests(code: &str) -> String {
    const ATTRIBUTE: &str = "#[cfg(test)]";
    let mut rest = code;
    let mut kept = String::with_capacity(code.len());
    while let Some(start) = rest.find(ATTRIBUTE) {
        let after = start + ATTRIBUTE.len();
        let end = after + end_of_item(&rest[after..]);
        kept.push_str(&rest[..start]);
        kept.extend(rest[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        rest = &rest[end..];
    }
    kept + rest
}

/// The length of the item: up to its `;`, or to the brace that closes its first one.
fn end_of_item(code: &str) -> usize {
    let mut depth = 0;
    for (position, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return position + 1,
            '}' => depth -= 1,
            ';' if depth == 0 => return position + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_become_blanks_and_lines_stay() {
        let source = "a(\"x \\\" y\", 'q', '\\'', b\"z\"); // c\n/* d /* e */\n */ r#\"f \" g\"# &'l h r#in";
        let code = code_only(source);
        assert_eq!(code.split_whitespace().collect::<String>(), "a(,,,b);&'lhr#in");
        assert_eq!(code.lines().count(), source.lines().count());
        assert_eq!(code.lines().next().unwrap().find(';'), source.lines().next().unwrap().find(';'));
    }

    #[test]
    fn what_is_not_closed_goes_on_to_the_end() {
        for source in ["\"open", "/* open", "r#\"open\"", "'\\", "\"\\"] {
            assert_eq!(code_only(source).trim(), "", "{source}");
        }
    }

    #[test]
    fn items_under_cfg_test_are_left_out() {
        let code = "use a;\n#[cfg(test)]\nmod tests;\nfn b() {}\n#[cfg(test)]\nmod c {\n fn d() { {} }\n}\nfn e() {}\n";
        let words: Vec<&str> = code.split("#[cfg(test)]").collect();
        assert_eq!(words.len(), 3);
        let kept = without_tests(code);
        assert_eq!(kept.split_whitespace().collect::<Vec<_>>().join(" "), "use a; fn b() {} fn e() {}");
        assert_eq!(kept.lines().count(), code.lines().count());
    }
}
