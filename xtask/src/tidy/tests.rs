//! Each rule on a small tree that breaks it, and on one that does not.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::tree::Tree;
use super::{Fault, crates, files, links, modules, words};

/// A temporary directory for one test, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(contents: &[(&str, &str)]) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("isinglass-tidy-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        for (path, text) in contents {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // what the test found out matters more than a folder left behind
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The faults that `rule` finds in these files, as `path:line: message`.
fn faults<F: IntoIterator<Item = Fault>>(contents: &[(&str, &str)], rule: impl FnOnce(&Tree) -> F) -> Vec<String> {
    let scratch = Scratch::new(contents);
    let found = rule(&Tree::walked(&scratch.0));
    found.into_iter().map(|fault| format!("{}:{}: {}", fault.path, fault.line, fault.message)).collect()
}

#[test]
fn a_fault_is_shown_with_its_place_and_a_hint() {
    let fault = Fault::new("a/b.rs", 3, "it is wrong", "make it right");
    assert_eq!(fault.to_string(), "a/b.rs:3: it is wrong\n    hint: make it right");
}

#[test]
fn a_crate_must_not_depend_on_one_above_it() {
    let manifest = "[package]\nname = \"isinglass-qubo\"\n\n[dependencies]\nisinglass.workspace = true\n";
    assert_eq!(
        faults(&[("crates/isinglass-qubo/Cargo.toml", manifest)], crates::check),
        ["crates/isinglass-qubo/Cargo.toml:5: `isinglass-qubo` must not depend on `isinglass`"]
    );
}

#[test]
fn a_crate_must_not_depend_on_one_above_it_in_tests_either() {
    let manifest = "[package]\nname = \"isinglass\"\n[dev-dependencies]\nisinglass-cli = { path = \"../cli\" }\n";
    assert_eq!(
        faults(&[("crates/isinglass/Cargo.toml", manifest)], crates::check),
        ["crates/isinglass/Cargo.toml:4: `isinglass` must not depend on `isinglass-cli`"]
    );
}

#[test]
fn a_crate_may_depend_on_itself_in_tests() {
    let manifest = "[package]\nname = \"isinglass-qubo\"\n[dev-dependencies]\nisinglass-qubo = { path = \".\" }\n";
    assert!(faults(&[("crates/isinglass-qubo/Cargo.toml", manifest)], crates::check).is_empty());
}

#[test]
fn a_crate_without_a_layer_is_found() {
    let manifest = "[package]\nname = \"isinglass-new\"\n";
    assert_eq!(
        faults(&[("crates/new/Cargo.toml", manifest)], crates::check),
        ["crates/new/Cargo.toml:1: the crate `isinglass-new` has no layer"]
    );
}

#[test]
fn versions_are_named_in_the_workspace_only() {
    let manifest = "[package]\nname = \"isinglass\"\n[dependencies]\nserde = \"1.0\"\nrayon.workspace = true\n\
                    csv = { workspace = true }\n[dependencies.zip]\nversion = \"9\"\n\
                    [target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"\n[dev-dependencies]\ninsta = \"1\"\n";
    assert_eq!(
        faults(&[("crates/isinglass/Cargo.toml", manifest)], crates::check),
        [4, 7, 10]
            .into_iter()
            .zip(["serde", "zip", "libc"])
            .map(|(line, name)| {
                format!("crates/isinglass/Cargo.toml:{line}: the version of `{name}` is not that of the workspace")
            })
            .collect::<Vec<_>>()
    );
}

const LIB: &str = "//! Doc.\npub mod low;\nmod middle;\n#[cfg(feature = \"high\")]\npub mod high;\n#[cfg(test)]\nmod trial;\n\npub use high::{High, Higher};\n";

fn module_faults(path: &str, text: &str) -> Vec<String> {
    faults(&[("crates/isinglass/src/lib.rs", LIB), (path, text)], modules::check)
}

#[test]
fn a_module_must_not_use_one_below_it_in_the_list() {
    let text = "use crate::high::Thing;\n\nfn f() { crate::low::g() }\n";
    assert_eq!(
        module_faults("crates/isinglass/src/middle.rs", text),
        ["crates/isinglass/src/middle.rs:1: `middle` uses `high`, which is below it in crates/isinglass/src/lib.rs"]
    );
}

#[test]
fn groups_exports_and_steps_up_lead_to_modules_too() {
    let text = "use crate::{\n    low::{self, high},\n    middle,\n    Higher,\n};\nuse super::super::high::Thing;\nuse super::high;\n";
    assert_eq!(
        module_faults("crates/isinglass/src/low/part.rs", text),
        [
            "crates/isinglass/src/low/part.rs:3: `low` uses `middle`, which is below it in crates/isinglass/src/lib.rs",
            "crates/isinglass/src/low/part.rs:4: `low` uses `high`, which is below it in crates/isinglass/src/lib.rs",
            "crates/isinglass/src/low/part.rs:6: `low` uses `high`, which is below it in crates/isinglass/src/lib.rs",
        ]
    );
}

#[test]
fn comments_texts_and_tests_may_name_any_module() {
    let text = "//! [`crate::high`]\nconst A: &str = \"crate::high\";\n#[cfg(test)]\nmod tests {\n    use crate::high::B;\n}\n";
    assert!(module_faults("crates/isinglass/src/low.rs", text).is_empty());
    assert!(module_faults("crates/isinglass/src/trial.rs", "use crate::high;").is_empty());
    assert!(module_faults("crates/isinglass/src/low/tests.rs", "use crate::high;").is_empty());
    assert!(module_faults("crates/isinglass/src/low/tests/more.rs", "use crate::high;").is_empty());
}

#[test]
fn a_file_of_no_module_is_found() {
    assert_eq!(
        module_faults("crates/isinglass/src/lost.rs", ""),
        ["crates/isinglass/src/lost.rs:1: `lost` is not a module of crates/isinglass/src/lib.rs"]
    );
}

#[test]
fn a_long_file_needs_a_reason_and_loses_it_when_it_is_short_again() {
    let long = "\n".repeat(801);
    let contents = [("a.rs", long.as_str()), ("b.rs", long.as_str()), ("c.rs", ""), ("d.md", long.as_str())];
    assert_eq!(
        faults(&contents, |tree| files::check_with(tree, &[("b.rs", "a table"), ("c.rs", "once long")])),
        [
            "a.rs:801: the file has 801 lines; at most 800 are read with pleasure",
            "c.rs:1: the file is listed as long, but no longer is",
        ]
    );
}

#[test]
fn names_that_say_nothing_are_refused() {
    let contents =
        [("src/a/mod.rs", ""), ("src/utils.rs", ""), ("tests/common/b.rs", ""), ("src/common_ground.rs", "")];
    assert_eq!(
        faults(&contents, files::check),
        [
            "src/a/mod.rs:1: a module file named after the module is easier to find than a mod.rs",
            "src/utils.rs:1: `utils` does not say what is in it",
            "tests/common/b.rs:1: `common` does not say what is in it",
        ]
    );
}

#[test]
fn a_file_over_a_mebibyte_is_refused() {
    let large = "x".repeat((1 << 20) + 1);
    assert_eq!(
        faults(&[("data/large.csv", &large), ("data/just.csv", &large[1..])], files::check),
        ["data/large.csv:1: the file has 1048577 bytes; at most 1048576 are kept in the repository"]
    );
}

#[test]
fn macros_of_unfinished_code_are_found_in_code_only() {
    let [dbg, todo] = ["dbg", "todo"].map(|name| format!("{name}!"));
    let text = format!("//! No {dbg} here.\nfn f() {{\n    {dbg}(1);\n    my_{todo}();\n    std::{todo}()\n}}\n");
    assert_eq!(
        faults(&[("a.rs", &text), ("b.md", &format!("no `{todo}`"))], words::check),
        ["a.rs:3: `dbg!` was left in the code", "a.rs:5: `todo!` was left in the code"]
    );
}

#[test]
fn marks_of_work_put_off_are_found_in_every_text() {
    let mark = format!("FIX{}", "ME");
    let text = format!("one\n# {mark}: later\n{mark}D is a word\n");
    assert_eq!(faults(&[("a.toml", &text)], words::check), [format!("a.toml:2: `{mark}` was left in the file")]);
}

#[test]
fn paths_of_one_machine_are_found() {
    let home = format!("/{}/", "home");
    let text = format!("see {home}me/data\nhttps://example.org{home}page\n\"{home}me\"\n../my{home}\n");
    assert_eq!(
        faults(&[("a.md", &text)], words::check),
        [1, 3].map(|line| format!("a.md:{line}: `{home}` is a path of one machine"))
    );
}

#[test]
fn links_must_lead_to_files() {
    let text = "[a](other.md#top) [b](../README.md) [c](../docs) [d](https://example.org/x.md) [e](#here)\n\
                [f](gone.md) `[g](gone.md)` [h](../gone/)\n```\n[i](gone.md)\n```\n";
    assert_eq!(
        faults(&[("docs/a.md", text), ("docs/other.md", ""), ("README.md", "")], links::check),
        ["docs/a.md:2: the link `gone.md` leads to no file", "docs/a.md:2: the link `../gone/` leads to no file"]
    );
}

#[test]
fn what_git_ignores_is_no_part_of_a_tree_without_git() {
    let scratch = Scratch::new(&[(".gitignore", "/shared\n"), ("shared/a", ""), ("target/b", ""), ("src/c", "")]);
    let tree = Tree::walked(&scratch.0);
    assert_eq!(tree.files().iter().collect::<Vec<_>>(), [".gitignore", "src/c"]);
}
