//! What each reduction buys.

use crate::program::Program;

#[test]
fn every_reduction_has_a_row_and_compact_is_the_smallest() {
    let rest = "--topology pegasus:6 --sweeps 20 --min-reads 64 --limit 2";
    let report = Program::new().json(&format!("ablate {rest}"));
    assert!(report["task"]["notice"].as_str().unwrap().starts_with("SUBSTITUTE"));
    assert_eq!((&report["network"]["widths"], &report["target_proven"]), (&vec![3, 3, 1].into(), &true.into()));
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 19);
    for row in rows {
        assert!(row["num_variables"].as_u64() >= rows[0]["num_variables"].as_u64(), "{}", row["name"]);
        assert!(row["num_qubits"].is_u64() && row["scaled_gap"].is_f64(), "{}", row["name"]);
        assert_eq!(row["scan"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_data_set_of_the_user_s_own_is_taken_and_the_text_is_a_table() {
    let rest = "--no-embedding --sweeps 20 --min-reads 64";
    let output = Program::new().run(&format!("ablate parity:2 --hidden 2 --bias {rest}"));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("parity:2: 4 rows, network 2-2-1+bias"), "{text}");
    for part in ["compact without gauge", "reference with half-step", "TTS99", "gap on chip"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("SUBSTITUTE"));
}
