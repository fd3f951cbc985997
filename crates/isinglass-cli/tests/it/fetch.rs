//! Data files over the network, from a server of the test's own.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Output;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::program::Program;

/// How the server answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// With the file, or the part that was asked for.
    Whole,
    /// The first time with so many bytes, and then nothing.
    CutAfter(usize),
    /// With the file, whatever part was asked for.
    WithoutRanges,
    /// That there is no such file.
    Missing,
}

/// A server on a port of its own, which ends with the test.
struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(content: Vec<u8>, manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &content, manner, &seen);
            }
        });
        Self { port, requests }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/a1a", self.port)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Answers what comes on one connection; what breaks off is the matter of the other side.
fn answer(stream: TcpStream, content: &[u8], manner: Manner, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let mut head = String::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if line == "\r\n" {
                break;
            }
            head.push_str(&line);
        }
        let is_first = {
            let mut seen = seen.lock().unwrap();
            seen.push(head.clone());
            seen.iter().filter(|head| head.starts_with("GET")).count() == 1
        };
        if head.starts_with("CONNECT") {
            // as a proxy: what follows is for the server behind it, which is this one too
            if writer.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_err() {
                return;
            }
            continue;
        }
        let range = head.lines().find_map(|line| {
            let value = line.to_ascii_lowercase().strip_prefix("range: bytes=")?.to_owned();
            value.trim().strip_suffix('-')?.parse::<usize>().ok()
        });
        let from = if manner == Manner::WithoutRanges { 0 } else { range.unwrap_or(0) };
        let all = content.len();
        let (status, body) = match manner {
            Manner::Missing => ("404 Not Found".to_owned(), &b"no"[..]),
            _ if from >= all => ("416 Range Not Satisfiable".to_owned(), &b""[..]),
            _ if from > 0 => {
                let range = format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{all}", all - 1);
                (range, &content[from..])
            }
            _ => ("200 OK".to_owned(), content),
        };
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        let body = match manner {
            Manner::CutAfter(number) if is_first => &body[..number.min(body.len())],
            _ => body,
        };
        let _ = writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body));
        return;
    }
}

fn content() -> Vec<u8> {
    (0..300_000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

const PROXIES: [&str; 8] =
    ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "all_proxy", "no_proxy"];

/// Fetches `a1a` from this address, in an environment without proxies but the one given.
fn fetch(program: &Program, url: &str, rest: &str, proxy: Option<&str>) -> Output {
    let sha256 = sha256(&content());
    let mut command = program.command(&format!("data fetch a1a --url {url} --sha256 {sha256} --json {rest}"));
    PROXIES.iter().for_each(|name| {
        command.env_remove(name);
    });
    if let Some(proxy) = proxy {
        command.env("HTTP_PROXY", proxy);
    }
    command.output().unwrap()
}

fn file_of(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    crate::program::json(output)["files"][0].clone()
}

fn place(program: &Program) -> std::path::PathBuf {
    program.path().join("data/isinglass/data/a1a")
}

#[test]
fn a_file_is_fetched_once_and_found_from_then_on() {
    let (program, server) = (Program::new(), Server::start(content(), Manner::Whole));
    let file = file_of(&fetch(&program, &server.url(), "", None));
    assert_eq!((&file["num_bytes"], &file["was_there"]), (&300_000.into(), &false.into()));
    assert_eq!(std::fs::read(place(&program)).unwrap(), content());
    assert_eq!(std::fs::read_dir(place(&program).parent().unwrap()).unwrap().count(), 1, "nothing else is left");
    let again = file_of(&fetch(&program, &server.url(), "", None));
    assert_eq!(again["was_there"], true);
    assert_eq!(server.requests().len(), 1);
    file_of(&fetch(&program, &server.url(), "--force", None));
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_connection_that_is_cut_is_taken_up_where_it_ended() {
    let (program, server) = (Program::new(), Server::start(content(), Manner::CutAfter(100_000)));
    let file = file_of(&fetch(&program, &server.url(), "", None));
    assert_eq!(file["resumed_from"], 0);
    assert_eq!(std::fs::read(place(&program)).unwrap(), content());
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].to_ascii_lowercase().contains("range: bytes=100000-"), "{}", requests[1]);
}

#[test]
fn what_an_earlier_run_left_is_not_fetched_again() {
    for (manner, resumed_from) in [(Manner::Whole, 120_000), (Manner::WithoutRanges, 0)] {
        let (program, server) = (Program::new(), Server::start(content(), manner));
        std::fs::create_dir_all(place(&program).parent().unwrap()).unwrap();
        std::fs::write(place(&program).with_file_name("a1a.part"), &content()[..120_000]).unwrap();
        let file = file_of(&fetch(&program, &server.url(), "", None));
        assert_eq!(file["resumed_from"], resumed_from);
        assert_eq!(std::fs::read(place(&program)).unwrap(), content());
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn a_beginning_of_another_file_is_thrown_away() {
    for length in [1000, 300_000, 400_000] {
        let (program, server) = (Program::new(), Server::start(content(), Manner::Whole));
        std::fs::create_dir_all(place(&program).parent().unwrap()).unwrap();
        std::fs::write(place(&program).with_file_name("a1a.part"), vec![b'x'; length]).unwrap();
        let file = file_of(&fetch(&program, &server.url(), "", None));
        assert_eq!(file["resumed_from"], 0, "{length}");
        assert_eq!(std::fs::read(place(&program)).unwrap(), content());
    }
}

#[test]
fn a_file_with_another_sum_is_refused_and_leaves_nothing() {
    let mut other = content();
    other[5] ^= 1;
    let (program, server) = (Program::new(), Server::start(other, Manner::Whole));
    let output = fetch(&program, &server.url(), "", None);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("cannot fetch a1a") && error.contains(&sha256(&content())), "{error}");
    assert_eq!(std::fs::read_dir(place(&program).parent().unwrap()).unwrap().count(), 0);
    // what is there already and is another file is not overwritten unless that is asked for
    std::fs::write(place(&program), "mine").unwrap();
    let output = fetch(&program, &server.url(), "", None);
    assert!(String::from_utf8_lossy(&output.stderr).contains("--force"));
    assert_eq!(std::fs::read_to_string(place(&program)).unwrap(), "mine");
}

#[test]
fn a_missing_file_and_a_missing_server_are_said() {
    let (program, server) = (Program::new(), Server::start(content(), Manner::Missing));
    let output = fetch(&program, &server.url(), "", None);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(error.contains("answered 404 Not Found") && error.contains("--url"), "{error}");
    // a port that was free a moment ago
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let output = fetch(&program, &format!("http://127.0.0.1:{port}/a1a"), "", None);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("cannot reach http://127.0.0.1") && error.contains("4 attempts"), "{error}");
}

#[test]
fn a_proxy_of_the_environment_is_asked() {
    let (program, server) = (Program::new(), Server::start(content(), Manner::Whole));
    let proxy = format!("http://127.0.0.1:{}", server.port);
    let output = fetch(&program, "http://data.example.invalid/a1a", "", Some(&proxy));
    let file = file_of(&output);
    assert_eq!(file["num_bytes"], 300_000);
    let requests = server.requests();
    assert!(requests[0].contains("data.example.invalid"), "{requests:?}");
}

#[test]
fn what_is_too_large_is_not_fetched() {
    let (program, server) = (Program::new(), Server::start(content(), Manner::Whole));
    // without --sha256 the size of the known file is the limit
    let output = program.command(&format!("data fetch a1a --url {}", server.url())).env("NO_PROXY", "*").output();
    let output = output.unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(error.contains("300000 bytes or more; the file has at most 114818"), "{error}");
}

#[test]
fn addresses_and_names_that_make_no_sense_are_refused() {
    let program = Program::new();
    insta::assert_snapshot!(program.transcript("data fetch --url http://127.0.0.1/a1a"));
    insta::assert_snapshot!(program.transcript("data fetch a1a --url ftp://127.0.0.1/a1a"));
    insta::assert_snapshot!(program.transcript("data show a1a"));
}

#[test]
fn a_fetched_file_is_a_data_set_by_its_name() {
    let program = Program::new();
    std::fs::create_dir_all(place(&program).parent().unwrap()).unwrap();
    std::fs::write(place(&program), "+1 1:1\n-1 2:1\n+1 1:1 2:1\n").unwrap();
    std::fs::write(place(&program).with_file_name("a1a.t"), "+1 1:1\n-1 2:1\n").unwrap();
    assert_eq!(program.json("data show a1a")["num_rows"], 3);
    let trained = program.json("train a1a --test a1a.t --no-baselines");
    assert_eq!(trained["dataset"]["num_test_rows"], 2);
    let files = program.json("data list")["files"].clone();
    assert_eq!((&files[0]["name"], files[0]["path"].is_string()), (&"a1a".into(), true));
}
