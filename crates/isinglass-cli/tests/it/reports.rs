//! Reports for people: one page, Markdown with figures, JSON.

use std::fs;

use serde_json::Value;

use crate::program::Program;

const TRAIN: &str = "train majority:3 --hidden 3 --topology chimera:4 --solver sa --num-reads 8 --num-sweeps 50";

fn read(program: &Program, name: &str) -> String {
    fs::read_to_string(program.path().join(name)).unwrap()
}

fn success(program: &Program, arguments: &str) {
    let output = program.run(arguments);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_page_has_the_command_the_figures_and_nothing_from_elsewhere() {
    let program = Program::new();
    success(&program, &format!("{TRAIN} --report report.html"));
    let page = read(&program, "report.html");
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert!(page.contains(&format!("isinglass {TRAIN} --report report.html")));
    for part in ["gradients", "majority class", "Share of wrong rows", "weights, hidden", "qubits of chimera:4", "seed"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("How this figure was made").count(), page.matches("<figure").count());
    let own = page.replace("http://www.w3.org/2000/svg", "");
    for foreign in ["http://", "https://", "<script", "<link", "@import"] {
        assert!(!own.contains(foreign), "{foreign}");
    }
    assert_eq!(fs::read_dir(program.path()).unwrap().flatten().filter(|entry| entry.path().is_file()).count(), 1);
}

#[test]
fn markdown_has_its_figures_in_a_folder_beside_it() {
    let program = Program::new();
    success(&program, &format!("{TRAIN} --report report.md"));
    let page = read(&program, "report.md");
    let figures: Vec<&str> =
        page.lines().filter_map(|line| line.strip_prefix("![")?.split_once("](")?.1.strip_suffix(')')).collect();
    assert!(figures.len() >= 3, "{page}");
    for figure in figures {
        assert!(read(&program, figure).starts_with("<svg "), "{figure}");
    }
}

#[test]
fn json_has_every_figure_with_its_numbers() {
    let program = Program::new();
    success(&program, "ablate --sweeps 30 --min-reads 32 --seconds 10ms --no-embedding --report report.json");
    let report: Value = serde_json::from_str(&read(&program, "report.json")).unwrap();
    assert_eq!((report["format"].as_str(), report["version"].as_u64()), (Some("isinglass-report"), Some(1)));
    let blocks = report["document"]["sections"][0]["blocks"].as_array().unwrap();
    let of = |kind: &str| blocks.iter().filter(|block| block.get(kind).is_some()).count();
    assert_eq!(of("table"), 1);
    let sizes = blocks.iter().find(|block| block["figure"]["id"] == "ablation-compact-size").unwrap();
    let bars = &sizes["figure"]["picture"]["chart"]["marks"]["bars"];
    assert_eq!(bars["categories"][0], "compact");
    let table = &blocks.iter().find(|block| block.get("table").is_some()).unwrap()["table"];
    assert_eq!(
        bars["series"][0]["values"][0].as_f64().unwrap().to_string(),
        table["rows"][0][1].as_str().unwrap(),
        "the figure shows what the table says"
    );
}

#[test]
fn the_same_run_gives_the_same_page_but_for_times() {
    let pages = [1, 2].map(|_| {
        let program = Program::new();
        success(&program, &format!("{TRAIN} --report report.html"));
        let page = read(&program, "report.html");
        // what was timed stands in running text only
        let lines =
            page.lines().filter(|line| !line.contains(" µs") && !line.contains(" ms") && !line.contains(" s, "));
        lines.map(str::to_owned).collect::<Vec<String>>()
    });
    assert_eq!(pages[0], pages[1]);
    assert!(pages[0].len() > 100);
}

#[test]
fn a_report_of_the_papers_experiments_has_every_part() {
    let program = Program::new();
    success(
        &program,
        "reproduce --quick --experiments exp0 --max-inputs 3 --topology pegasus:8 --num-reads 32 --qpu-reads 5 --no-mip --report report.html",
    );
    let page = read(&program, "report.html");
    for part in [
        "SUBSTITUTE",
        "no quantum computer took part",
        "training errors above the optimum",
        "energies of all reads",
        "reads at the minimum against sweeps",
        "time to the minimum with 99 % certainty",
        "reads with a broken chain",
        "an optimal network of the first batch: weights, hidden",
        "qubits of advantage6",
        "Whole training set",
        "logistic regression",
        "compact: guaranteed gap",
        "reference: time of annealing",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn an_ending_without_a_format() {
    insta::assert_snapshot!(Program::new().transcript("train parity:2 --report report.pdf"), @r"
    exit 2
    --- stdout
    --- stderr
    error: `report.pdf` does not end in .html, .md or .json

    hint: the ending names the format of a report
    ");
}

#[test]
fn a_place_where_no_report_can_be_is_found_out_before_the_work() {
    let output = Program::new().run("reproduce --report no/such/folder/report.html");
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(message.starts_with("error: cannot write no/such/folder/report.html"), "{message}");
}
