//! Solvers that happen to be installed, held against enumeration; and programs that are none, to see them stopped.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use isinglass_qubo::mip::{Mip, MipBuilder, RowSense, VariableKind};
use isinglass_qubo::mip_solver::{MipSampler, MipSolveError, MipSolver};
use isinglass_qubo::sampler::{Exhaustive, SampleStatus};
use isinglass_qubo::testing::{Enumeration, random_integers};
use isinglass_qubo::{RunControl, Sampler, Vartype};

use crate::{InstalledSolver, SearchLocations, SolverKind};

fn surroundings() -> SearchLocations {
    let path = std::env::var_os("PATH").unwrap_or_default();
    SearchLocations {
        path: std::env::split_paths(&path).collect(),
        environments: std::env::var_os("VIRTUAL_ENV").map(PathBuf::from).into_iter().collect(),
        highs: std::env::var_os("ISINGLASS_HIGHS").map(PathBuf::from),
        scratch: std::env::temp_dir(),
    }
}

/// The solvers that are here; none is a valid answer.
fn installed() -> Vec<InstalledSolver> {
    let all = SolverKind::ALL.into_iter();
    all.filter_map(|kind| InstalledSolver::find(Some(kind), &surroundings(), 1).ok()).collect()
}

/// A small program with every kind of row, whole and continuous variables, and an offset.
fn program() -> Mip {
    let mut builder = MipBuilder::new();
    let x: Vec<usize> = (0..6).map(|index| builder.add_binary(format!("x{index}"))).collect();
    let k = builder.add_variable("k", VariableKind::Integer, -3.0, 4.0);
    let p = builder.add_variable("p", VariableKind::Continuous, -1.0, 2.0);
    for (index, weight) in [4.0, -3.0, 2.5, 1.0, -1.0, 0.5].into_iter().enumerate() {
        builder.add_linear(x[index], weight);
    }
    builder.add_linear(k, 0.75);
    builder.add_linear(p, -2.0);
    builder.add_offset(10.25);
    builder.add_row(x.iter().map(|&x| (x, 1.0)), RowSense::Equal, 3.0);
    builder.add_row([(k, 1.0), (x[1], 2.0), (x[2], -1.0)], RowSense::GreaterEqual, -0.5);
    builder.add_row([(p, 1.0), (k, -0.5), (x[0], 1.0)], RowSense::LessEqual, 0.25);
    builder.build().unwrap()
}

#[test]
fn installed_solvers_find_the_optimum_and_say_so() {
    let mip = program();
    let expected = Enumeration.solve(&mip, 0, &RunControl::default()).unwrap();
    let least = expected.bound.unwrap();
    for solver in installed() {
        let solution = solver.solve(&mip, 7, &RunControl::default()).unwrap();
        let objective = mip.objective(&solution.values.unwrap());
        assert!((objective - least).abs() < 1e-6, "{}: {objective} instead of {least}", solver.name());
        assert!((solution.bound.unwrap() - least).abs() < 1e-3, "{}: {:?}", solver.name(), solution.bound);
        assert_eq!(solution.status, SampleStatus::Optimal, "{}", solver.name());
    }
}

#[test]
fn installed_solvers_minimise_qubos() {
    let bqm = random_integers(Vartype::Spin, 10, 4, 4, 3);
    let least = Exhaustive::default().sample(&bqm, &RunControl::default()).unwrap().lower_bound;
    for solver in installed() {
        let name = solver.name();
        let sampler = MipSampler { solver: std::sync::Arc::new(solver), seed: 0 };
        let (sampling, claim) = sampler.sample_with_claim(&bqm, &RunControl::default()).unwrap();
        assert_eq!(sampling.best().map(|row| row.energy), least, "{name}");
        assert!(claim.optimal, "{name}");
    }
}

#[test]
fn a_program_without_points_is_called_infeasible() {
    let mut builder = MipBuilder::new();
    let (x, y) = (builder.add_binary("x"), builder.add_binary("y"));
    builder.add_row([(x, 2.0), (y, 2.0)], RowSense::Equal, 3.0);
    let mip = builder.build().unwrap();
    for solver in installed() {
        let error = solver.solve(&mip, 0, &RunControl::default()).unwrap_err();
        assert!(matches!(error, MipSolveError::Infeasible { .. }), "{error}");
    }
}

#[test]
fn a_deadline_in_the_past_and_an_empty_program_need_no_solver() {
    for solver in installed() {
        let control = RunControl { deadline: Some(Instant::now()), ..RunControl::default() };
        let solution = solver.solve(&program(), 0, &control).unwrap();
        assert_eq!((solution.values, solution.status), (None, SampleStatus::TimeLimit));
        let mut builder = MipBuilder::new();
        builder.add_offset(1.5);
        let solution = solver.solve(&builder.build().unwrap(), 0, &RunControl::default()).unwrap();
        assert_eq!((solution.bound, solution.status), (Some(1.5), SampleStatus::Optimal));
    }
}

/// An executable called `cbc` in a temporary directory: it prints a version, and runs `script` when it is to solve.
#[cfg(unix)]
fn pretender(script: &str) -> (tempfile::TempDir, InstalledSolver) {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("cbc");
    let text = format!("#!/bin/sh\nif [ \"$1\" = -quit ]; then echo 'Version: 9.9'; exit; fi\n{script}\n");
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let surroundings = SearchLocations {
        path: vec![folder.path().to_owned()],
        scratch: folder.path().to_owned(),
        ..SearchLocations::default()
    };
    let solver = InstalledSolver::find(Some(SolverKind::Cbc), &surroundings, 1).unwrap();
    (folder, solver)
}

#[cfg(unix)]
#[test]
fn a_program_is_stopped_when_the_user_says_so_and_what_it_wrote_is_kept() {
    // on Ctrl-C it writes the best that it has, as solvers do
    let lines =
        ["Stopped on iterations - objective value 4", "0 x1 1 0", "1 x3 1 0", "2 x4 1 0", "3 k -2 0", "4 p -1 0"];
    let writes: String = lines.map(|line| format!("echo '{line}' >> solution.txt; ")).concat();
    let script = &format!("trap \"{writes} exit 0\" INT\nwhile :; do sleep 0.05; done");
    let (folder, solver) = pretender(script);
    assert_eq!((solver.name(), solver.program().is_some()), ("CBC 9.9".to_owned(), true));
    let cancel = AtomicBool::new(false);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let solution = std::thread::scope(|scope| {
        let run = scope.spawn(|| solver.solve(&program(), 0, &control));
        std::thread::sleep(Duration::from_millis(300));
        cancel.store(true, std::sync::atomic::Ordering::Relaxed);
        run.join().unwrap().unwrap()
    });
    assert_eq!(solution.status, SampleStatus::Interrupted);
    assert_eq!(solution.values.unwrap()[..7], [0.0, 1.0, 0.0, 1.0, 1.0, 0.0, -2.0]);
    // its files are gone, the program is left
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_program_that_does_not_listen_is_killed() {
    let (_folder, solver) = pretender("trap '' INT\nwhile :; do sleep 0.05; done");
    let cancel = AtomicBool::new(false);
    let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
    let start = Instant::now();
    let solution = std::thread::scope(|scope| {
        let run = scope.spawn(|| solver.solve(&program(), 0, &control));
        std::thread::sleep(Duration::from_millis(100));
        cancel.store(true, std::sync::atomic::Ordering::Relaxed);
        run.join().unwrap().unwrap()
    });
    assert_eq!((solution.values, solution.status), (None, SampleStatus::Interrupted));
    assert!(start.elapsed() < Duration::from_secs(3));
}

#[cfg(unix)]
#[test]
fn a_program_that_fails_or_lies_is_not_believed() {
    let (_folder, solver) = pretender("echo 'licence expired' >&2; exit 3");
    let error = solver.solve(&program(), 0, &RunControl::default()).unwrap_err();
    insta::assert_snapshot!(error, @"CBC 9.9: it ended with exit status: 3: licence expired");
    // a point that misses a row, and is called optimal
    let (_folder, solver) =
        pretender("echo 'Optimal - objective value -1' > solution.txt; echo '0 x1 1 0' >> solution.txt");
    let error = solver.solve(&program(), 0, &RunControl::default()).unwrap_err();
    insta::assert_snapshot!(error, @"the point that CBC 9.9 returned violates the program: row c0 is missed by 2");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_no_library_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("libhighs.so");
    std::fs::write(&path, "no library").unwrap();
    let surroundings =
        SearchLocations { highs: Some(path), scratch: folder.path().to_owned(), ..SearchLocations::default() };
    let error = InstalledSolver::find(None, &surroundings, 1).unwrap_err().to_string();
    assert!(error.contains("libhighs.so is not HiGHS: "), "{error}");
}

/// HiGHS in every Python there that imports highspy; none is a valid answer.
fn pythons_with_highspy() -> Vec<InstalledSolver> {
    let surroundings = surroundings();
    let folders = surroundings.environments.iter().map(|folder| folder.join("bin")).chain(surroundings.path.clone());
    let pythons = folders.map(|folder| folder.join("python3")).filter(|path| path.is_file());
    let of = |path| {
        let named = SearchLocations { highs: Some(path), ..surroundings.clone() };
        InstalledSolver::find(Some(SolverKind::Highs), &named, 1).ok()
    };
    pythons.filter_map(of).collect()
}

#[test]
fn highspy_finds_the_optimum_and_says_what_is_infeasible() {
    let mip = program();
    let least = Enumeration.solve(&mip, 0, &RunControl::default()).unwrap().bound.unwrap();
    let mut builder = MipBuilder::new();
    let (x, y) = (builder.add_binary("x"), builder.add_binary("y"));
    builder.add_row([(x, 2.0), (y, 2.0)], RowSense::Equal, 3.0);
    let infeasible = builder.build().unwrap();
    for solver in pythons_with_highspy() {
        let solution = solver.solve(&mip, 7, &RunControl::default()).unwrap();
        assert!((mip.objective(&solution.values.unwrap()) - least).abs() < 1e-6, "{}", solver.name());
        assert_eq!(solution.status, SampleStatus::Optimal, "{}", solver.name());
        assert!((solution.bound.unwrap() - least).abs() < 1e-6, "{}", solver.name());
        let error = solver.solve(&infeasible, 0, &RunControl::default()).unwrap_err();
        assert!(matches!(error, MipSolveError::Infeasible { .. }), "{error}");
    }
}

#[test]
fn highspy_keeps_the_time_limit_and_its_best_point_when_it_is_stopped() {
    let mip = Mip::linearized_of(&random_integers(Vartype::Binary, 70, 60, 9, 1)).unwrap();
    for solver in pythons_with_highspy() {
        let limit = Duration::from_millis(1500);
        let start = Instant::now();
        let control = RunControl { deadline: Some(start + limit), ..RunControl::default() };
        let solution = solver.solve(&mip, 0, &control).unwrap();
        let (status, seconds) = (solution.status, start.elapsed().as_secs_f64());
        assert_eq!((status, solution.values.is_some()), (SampleStatus::TimeLimit, true), "{}", solver.name());
        assert!(seconds < 1.5 * limit.as_secs_f64(), "{}: {seconds} s", solver.name());
        let cancel = AtomicBool::new(false);
        let control = RunControl { cancel: Some(&cancel), ..RunControl::default() };
        let (solution, waited) = std::thread::scope(|scope| {
            let run = scope.spawn(|| solver.solve(&mip, 0, &control));
            std::thread::sleep(limit);
            cancel.store(true, std::sync::atomic::Ordering::Relaxed);
            let start = Instant::now();
            (run.join().unwrap().unwrap(), start.elapsed())
        });
        assert_eq!(
            (solution.status, solution.values.is_some()),
            (SampleStatus::Interrupted, true),
            "{}",
            solver.name()
        );
        assert!(waited < Duration::from_millis(1500), "{}: {waited:?}", solver.name());
    }
}

#[cfg(unix)]
#[test]
fn a_python_that_is_named_runs_highspy() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let python = folder.path().join("python3");
    let script = r#"#!/bin/sh
for last in "$@"; do :; done
if [ "$last" = --version ]; then echo 'HiGHS version 9.9'; exit; fi
[ "$1" = -c ] && [ "$3 $4 $5 $6 $7" = 'model.mps solution.txt 5 1 none' ] || exit 3
printf '%s\n' 'Model status' 'Optimal' '' '# Primal solution values' 'Feasible' 'Objective 1' '# Columns 1' 'x 1' > solution.txt
echo 'Status  Optimal'; echo 'Dual bound 1.0'
"#;
    std::fs::write(&python, script).unwrap();
    std::fs::set_permissions(&python, std::fs::Permissions::from_mode(0o755)).unwrap();
    let named = SearchLocations {
        highs: Some(python.clone()),
        scratch: folder.path().to_owned(),
        ..SearchLocations::default()
    };
    let solver = InstalledSolver::find(None, &named, 1).unwrap();
    assert_eq!((solver.name().as_str(), solver.program()), ("HiGHS 9.9", Some(python.as_path())));
    let mut builder = MipBuilder::new();
    let x = builder.add_binary("x");
    builder.add_linear(x, 1.0);
    builder.add_row([(x, 1.0)], RowSense::Equal, 1.0);
    let solution = solver.solve(&builder.build().unwrap(), 5, &RunControl::default()).unwrap();
    assert_eq!((solution.values, solution.status), (Some(vec![1.0]), SampleStatus::Optimal));
    std::fs::write(&python, "#!/bin/sh\necho 'ModuleNotFoundError' >&2; exit 1\n").unwrap();
    let error = InstalledSolver::find(None, &named, 1).unwrap_err().to_string();
    assert!(error.ends_with("python3 is not HiGHS: this Python does not import the package highspy"), "{error}");
}
