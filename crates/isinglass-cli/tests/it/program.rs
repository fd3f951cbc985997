//! Runs the program in a directory of its own.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A directory for one test, and the program in it.
pub(crate) struct Program {
    directory: TempDir,
}

impl Program {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path().join(name), content).unwrap();
        self
    }

    /// The program with these arguments, separated by blanks, not yet started.
    pub(crate) fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_isinglass"));
        command.args(arguments.split_whitespace()).current_dir(self.path()).stdin(Stdio::null());
        // Help is as wide as the terminal says, and colour is a matter of taste.
        // embeddings are kept with the test, not with the user
        command.env("XDG_CACHE_HOME", self.path().join("caches")).env("XDG_DATA_HOME", self.path().join("data"));
        // no test uses the chip of whoever runs it
        command.env("XDG_CONFIG_HOME", self.path().join("config")).env("XDG_CONFIG_DIRS", self.path().join("config"));
        for name in ["TOKEN", "ENDPOINT", "REGION", "SOLVER", "PROXY"] {
            command.env_remove(format!("DWAVE_API_{name}"));
        }
        command.env_remove("DWAVE_CONFIG_FILE").env_remove("DWAVE_PROFILE");
        command.env_remove("COLUMNS").env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR");
        command
    }

    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn run_with_input(&self, arguments: &str, input: &[u8]) -> Output {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Exit code and both streams, for snapshots.
    pub(crate) fn transcript(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        let mut text = format!("exit {}\n", output.status.code().unwrap());
        for (name, stream) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            write!(text, "--- {name}\n{}", String::from_utf8_lossy(stream)).unwrap();
        }
        text
    }

    /// The one JSON object that a successful command prints.
    pub(crate) fn json(&self, arguments: &str) -> Value {
        let output = self.run(&format!("{arguments} --json"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        json(&output)
    }
}

/// The one JSON object on standard output.
pub(crate) fn json(output: &Output) -> Value {
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["schema"], 1);
    value
}
