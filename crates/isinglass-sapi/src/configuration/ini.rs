//! Files `dwave.conf`: sections with keys and values, as Python's configparser reads them.

use super::ConfigFile;
use crate::error::SapiError;
use std::collections::BTreeMap;

/// The section whose keys all others have, too.
const DEFAULTS: &str = "defaults";

/// All sections of all files.
#[derive(Default)]
pub(super) struct Profiles {
    /// In the order in which they first come.
    sections: Vec<(String, BTreeMap<String, String>)>,
}

/// Settings of one profile.
pub(super) struct Profile<'a> {
    own: Option<&'a BTreeMap<String, String>>,
    defaults: Option<&'a BTreeMap<String, String>>,
}

impl Profile<'_> {
    pub(super) fn get(&self, key: &str) -> Option<String> {
        self.own.and_then(|own| own.get(key)).or_else(|| self.defaults.and_then(|defaults| defaults.get(key))).cloned()
    }
}

impl Profiles {
    /// Adds the keys of a file, which win over those that are there.
    pub(super) fn read(&mut self, file: &ConfigFile) -> Result<(), SapiError> {
        let mut section: Option<usize> = None;
        let mut key: Option<String> = None;
        // how far the line of the last section or key is indented
        let mut indent = 0;
        for (index, line) in file.text.lines().enumerate() {
            let fault = |reason| SapiError::Configuration { file: file.name.clone(), line: index + 1, reason };
            let text = line.trim();
            if text.is_empty() || text.starts_with(['#', ';']) {
                continue;
            }
            let indented = line.chars().take_while(|letter| letter.is_whitespace()).count();
            if indented > indent
                && let (Some(section), Some(key)) = (section, &key)
            {
                let value = self.sections[section].1.entry(key.clone()).or_default();
                value.push('\n');
                value.push_str(&unescaped(text).ok_or_else(|| fault("a `%` stands alone"))?);
                continue;
            }
            indent = indented;
            if let Some(rest) = text.strip_prefix('[') {
                let name = rest.split_once(']').ok_or_else(|| fault("a section without `]`"))?.0;
                section = Some(self.place(name));
                key = None;
                continue;
            }
            let (name, value) =
                text.split_once(['=', ':']).ok_or_else(|| fault("neither a section nor a key with its value"))?;
            let section = section.ok_or_else(|| fault("a key before the first section"))?;
            let name = name.trim().to_lowercase();
            let value = unescaped(value.trim()).ok_or_else(|| fault("a `%` stands alone"))?;
            self.sections[section].1.insert(name.clone(), value);
            key = Some(name);
        }
        Ok(())
    }

    /// The profile: the one named, else that of the defaults, else the first.
    pub(super) fn chosen(&self, named: Option<String>) -> Result<Profile<'_>, SapiError> {
        let find = |name: &str| self.sections.iter().find(|(known, _)| known == name).map(|(_, keys)| keys);
        let defaults = find(DEFAULTS);
        let of_defaults = || defaults?.get("profile").filter(|name| !name.is_empty()).cloned();
        let own = match named.or_else(of_defaults) {
            Some(profile) => match find(&profile) {
                Some(own) => Some(own),
                None => return Err(SapiError::Profile { profile }),
            },
            None => self.sections.iter().find(|(name, _)| name != DEFAULTS).map(|(_, keys)| keys),
        };
        Ok(Profile { own, defaults })
    }

    fn place(&mut self, name: &str) -> usize {
        self.sections.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
            self.sections.push((name.to_owned(), BTreeMap::new()));
            self.sections.len() - 1
        })
    }
}

/// The value with `%` for `%%`; nothing if a `%` stands alone or begins a reference to another key.
fn unescaped(value: &str) -> Option<String> {
    let mut text = String::new();
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        if letter == '%' && letters.next() != Some('%') {
            return None;
        }
        text.push(letter);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Profiles, SapiError> {
        let mut profiles = Profiles::default();
        profiles.read(&ConfigFile { name: "dwave.conf".to_owned(), text: text.to_owned() })?;
        Ok(profiles)
    }

    #[test]
    fn sections_keys_comments_and_continued_lines_are_read() {
        let text = "# one\n[defaults]\nEndpoint: http://a:1/b\n; two\n[work]\ntoken = a=b%%\nheaders = K: v\n  L: w\n\n[other]\n";
        let profiles = read(text).unwrap();
        let work = profiles.chosen(None).unwrap();
        assert_eq!(work.get("endpoint").as_deref(), Some("http://a:1/b"));
        assert_eq!(work.get("token").as_deref(), Some("a=b%"));
        assert_eq!(work.get("headers").as_deref(), Some("K: v\nL: w"));
        assert_eq!(profiles.chosen(Some("other".to_owned())).unwrap().get("token"), None);
        assert_eq!(profiles.chosen(Some("defaults".to_owned())).unwrap().get("token"), None);
    }

    #[test]
    fn a_line_goes_on_only_where_it_is_indented_more_than_its_key() {
        let profiles = read("[work]\n  endpoint = https://a/\n  token = b\n    c\n  solver = d\ntoken2 = e\n").unwrap();
        let work = profiles.chosen(None).unwrap();
        let get = |key: &str| work.get(key).unwrap();
        assert_eq!([get("endpoint"), get("token"), get("solver"), get("token2")], ["https://a/", "b\nc", "d", "e"]);
    }

    #[test]
    fn lines_that_are_not_understood_are_named_but_not_shown() {
        let error = |text: &str| read(text).err().expect("an error").to_string();
        insta::assert_snapshot!(error("[a]\ntoken secret\n"), @"dwave.conf line 2: neither a section nor a key with its value");
        insta::assert_snapshot!(error("token = secret\n"), @"dwave.conf line 1: a key before the first section");
        insta::assert_snapshot!(error("[a]\n\ntoken = sec%ret\n"), @"dwave.conf line 3: a `%` stands alone");
        insta::assert_snapshot!(error("[a\n"), @"dwave.conf line 1: a section without `]`");
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "([\\[\\]=:%# \na-c]){0,80}") {
            if let Ok(profiles) = read(&text) {
                let _ = profiles.chosen(None).map(|profile| profile.get("a"));
            }
        }

        #[test]
        fn a_value_that_is_escaped_comes_back(value in "[!-~]{1,20}") {
            let profiles = read(&format!("[a]\ntoken = {}\n", value.replace('%', "%%"))).unwrap();
            prop_assert_eq!(profiles.chosen(None).unwrap().get("token"), Some(value));
        }
    }
}
