//! What programs print and write, as they were seen to (HiGHS 1.15.1, SCIP 10.0.2, CBC 2.10.8) or as their manual shows (Gurobi).

use super::*;

fn answer(kind: SolverKind, log: &str, solution: &str) -> Answer {
    Dialect::of(kind).answer(&HashMap::from([("x0", 0), ("x1", 1), ("weight_0", 2)]), log, solution)
}

fn values(numbers: [f64; 3]) -> Option<Vec<f64>> {
    Some(numbers.to_vec())
}

#[test]
fn highs_is_understood() {
    let log = "Solving report\n  Model             hard\n  Status            Time limit reached\n  Primal bound      -387\n  Dual bound        -507.5\n  Gap               31.01%\n";
    let solution = "Model status\nTime limit reached\n\n# Primal solution values\nFeasible\nObjective -387\n# Columns 3\nx0 0\nx1 1\nweight_0 -2.5e-07\n# Rows 1\nc0 3\n";
    let expected = Answer { status: AnswerStatus::TimeLimit, values: values([0.0, 1.0, -2.5e-7]), bound: Some(-507.5) };
    assert_eq!(answer(SolverKind::Highs, log, solution), expected);
    let none = "Model status\nInfeasible\n\n# Primal solution values\nNone\n";
    let expected = Answer { status: AnswerStatus::Infeasible, values: None, bound: None };
    assert_eq!(answer(SolverKind::Highs, "  Status            Infeasible\n  Dual bound        inf\n", none), expected);
    let printed = "HiGHS version 1.15.1 Githash 04024d7. Copyright";
    assert_eq!(Dialect::of(SolverKind::Highs).version_in(printed).as_deref(), Some("1.15.1"));
}

#[test]
fn scip_is_understood() {
    let log = "SCIP Status        : problem is solved [optimal solution found]\nPrimal Bound       : -4.01000000000000e+02 (21 solutions)\nDual Bound         : -4.01000000000000e+02\n";
    let solution = "solution status: optimal solution found\nobjective value:                                 -401\nx1                                                  1 \t(obj:4)\n";
    let expected = Answer { status: AnswerStatus::Optimal, values: values([0.0, 1.0, 0.0]), bound: Some(-401.0) };
    assert_eq!(answer(SolverKind::Scip, log, solution), expected);
    let log =
        "SCIP Status        : solving was interrupted [user interrupt]\nDual Bound         : -1.00000000000000e+20\n";
    let none = "solution status: user interrupt\nno solution available\n";
    let expected = Answer { status: AnswerStatus::Interrupted, values: None, bound: None };
    assert_eq!(answer(SolverKind::Scip, log, none), expected);
    let printed = "SCIP version 10.0.2 [precision: 8 byte]";
    assert_eq!(Dialect::of(SolverKind::Scip).version_in(printed).as_deref(), Some("10.0.2"));
}

#[test]
fn cbc_is_understood() {
    let log = "Result - User ctrl-cuser ctrl-c\n\nObjective value:                -401.00000000\nLower bound:                    -492.000\n";
    let solution = "Stopped on iterations - objective value -401.00000000\n      1 x1                     1                       4\n";
    let expected =
        Answer { status: AnswerStatus::Interrupted, values: values([0.0, 1.0, 0.0]), bound: Some(-492.0005) };
    assert_eq!(answer(SolverKind::Cbc, log, solution), expected);
    let solution =
        "Optimal - objective value -401.00000000\n      2 weight_0               1                       4\n";
    let expected = Answer { status: AnswerStatus::Optimal, values: values([0.0, 0.0, 1.0]), bound: None };
    assert_eq!(answer(SolverKind::Cbc, "Result - Optimal solution found\n", solution), expected);
    let infeasible =
        "Infeasible - objective value 2.00000000\n**       0 x0                     2                       0\n";
    let expected = Answer { status: AnswerStatus::Infeasible, values: None, bound: None };
    assert_eq!(answer(SolverKind::Cbc, "", infeasible), expected);
    let printed = "Welcome to the CBC MILP Solver \nVersion: 2.10.8 \n";
    assert_eq!(Dialect::of(SolverKind::Cbc).version_in(printed).as_deref(), Some("2.10.8"));
}

#[test]
fn gurobi_is_understood() {
    let log = "Time limit reached\nBest objective -3.870000000000e+02, best bound -5.070000000000e+02, gap 31.0078%\n\nWrote result file 'solution.sol'\n";
    let solution = "# Solution for model isinglass\n# Objective value = -387\nx0 0\nx1 1\nweight_0 1\n";
    let expected = Answer { status: AnswerStatus::TimeLimit, values: values([0.0, 1.0, 1.0]), bound: Some(-507.0) };
    assert_eq!(answer(SolverKind::Gurobi, log, solution), expected);
    let refused = "ERROR 10010: Model too large for size-limited license\n";
    let expected = Answer { status: AnswerStatus::Other("it found no solution".to_owned()), values: None, bound: None };
    assert_eq!(answer(SolverKind::Gurobi, refused, ""), expected);
    let printed = "Gurobi Optimizer version 13.0.3 build v13.0.3rc0 (linux64)";
    assert_eq!(Dialect::of(SolverKind::Gurobi).version_in(printed).as_deref(), Some("13.0.3"));
}

#[test]
fn what_a_program_says_last_is_told() {
    assert_eq!(excerpt("it ended", "a\nb\n\n c\nd\n"), "it ended: b | c | d");
    assert_eq!(excerpt("it ended", "\n"), "it ended");
}
