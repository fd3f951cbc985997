//! The part of HiGHS's C interface that is used, with its own numbers for what ended how.
//!
//! # References
//! Q. Huangfu, J. A. J. Hall, *Parallelizing the dual revised simplex method*, Mathematical Programming Computation 10 (2018).

#![allow(unsafe_code)]

use std::ffi::{CStr, OsStr, c_char, c_double, c_int, c_void};

/// `kHighsModelStatus...`
pub(super) const MODEL_EMPTY: c_int = 6;
pub(super) const OPTIMAL: c_int = 7;
pub(super) const INFEASIBLE: c_int = 8;
pub(super) const TIME_LIMIT: c_int = 13;
pub(super) const INTERRUPT: c_int = 17;
/// `kHighsSolutionStatusFeasible`
pub(super) const FEASIBLE: c_int = 2;
/// `kHighsCallbackSimplexInterrupt`, `kHighsCallbackMipInterrupt`
const INTERRUPTS: [c_int; 2] = [1, 6];
/// `kHighsStatusError`
const ERROR: c_int = -1;
/// `kHighsMatrixFormatRowwise`
const ROW_WISE: c_int = 2;
/// `kHighsObjSenseMinimize`
const MINIMIZE: c_int = 1;

/// A callback: kind, message, data out, data in (whose first field is an int), the user's data.
pub(super) type Callback = extern "C" fn(c_int, *const c_char, *const c_void, *mut c_int, *mut c_void);

type SetInt = unsafe extern "C" fn(*mut c_void, *const c_char, c_int) -> c_int;
type SetDouble = unsafe extern "C" fn(*mut c_void, *const c_char, c_double) -> c_int;
type GetInt = unsafe extern "C" fn(*const c_void, *const c_char, *mut c_int) -> c_int;
type GetDouble = unsafe extern "C" fn(*const c_void, *const c_char, *mut c_double) -> c_int;
type PassMip = unsafe extern "C" fn(
    *mut c_void,
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    c_double,
    *const c_double,
    *const c_double,
    *const c_double,
    *const c_double,
    *const c_double,
    *const c_int,
    *const c_int,
    *const c_double,
    *const c_int,
) -> c_int;
type GetSolution =
    unsafe extern "C" fn(*const c_void, *mut c_double, *mut c_double, *mut c_double, *mut c_double) -> c_int;

/// The functions, which live as long as the library beside them.
pub(super) struct Api {
    pub(super) version: unsafe extern "C" fn() -> *const c_char,
    create: unsafe extern "C" fn() -> *mut c_void,
    destroy: unsafe extern "C" fn(*mut c_void),
    set_bool: SetInt,
    set_int: SetInt,
    set_double: SetDouble,
    pass_mip: PassMip,
    set_callback: unsafe extern "C" fn(*mut c_void, Callback, *mut c_void) -> c_int,
    start_callback: unsafe extern "C" fn(*mut c_void, c_int) -> c_int,
    run: unsafe extern "C" fn(*mut c_void) -> c_int,
    model_status: unsafe extern "C" fn(*const c_void) -> c_int,
    int_info: GetInt,
    double_info: GetDouble,
    solution: GetSolution,
    _library: libloading::Library,
}

/// A program in HiGHS's form: rows between bounds, stored row by row.
pub(super) struct Program<'a> {
    pub(super) offset: f64,
    pub(super) costs: &'a [f64],
    pub(super) column_lower: &'a [f64],
    pub(super) column_upper: &'a [f64],
    pub(super) row_lower: &'a [f64],
    pub(super) row_upper: &'a [f64],
    /// One more than rows.
    pub(super) starts: &'a [c_int],
    pub(super) columns: &'a [c_int],
    pub(super) coefficients: &'a [f64],
    pub(super) integrality: &'a [c_int],
}

impl Api {
    pub(super) fn load(path: &OsStr) -> Result<Self, String> {
        // SAFETY: loading runs the library's own initializers; the user asked for this library by name.
        let library = unsafe { libloading::Library::new(path) }.map_err(|error| error.to_string())?;
        macro_rules! function {
            ($name:literal) => {
                // SAFETY: the signature is that of HiGHS's C interface, unchanged since version 1.6, with 32-bit HighsInt (checked below).
                *unsafe { library.get($name.to_bytes_with_nul()) }.map_err(|error| error.to_string())?
            };
        }
        let size_of_int: unsafe extern "C" fn(*const c_void) -> c_int = function!(c"Highs_getSizeofHighsInt");
        // SAFETY: the function does not dereference its argument, so a null pointer is valid.
        let size = unsafe { size_of_int(std::ptr::null()) };
        if size != size_of::<c_int>() as c_int {
            return Err(format!("its integers have {size} bytes, but {} are wanted", size_of::<c_int>()));
        }
        Ok(Self {
            version: function!(c"Highs_version"),
            create: function!(c"Highs_create"),
            destroy: function!(c"Highs_destroy"),
            set_bool: function!(c"Highs_setBoolOptionValue"),
            set_int: function!(c"Highs_setIntOptionValue"),
            set_double: function!(c"Highs_setDoubleOptionValue"),
            pass_mip: function!(c"Highs_passMip"),
            set_callback: function!(c"Highs_setCallback"),
            start_callback: function!(c"Highs_startCallback"),
            run: function!(c"Highs_run"),
            model_status: function!(c"Highs_getModelStatus"),
            int_info: function!(c"Highs_getIntInfoValue"),
            double_info: function!(c"Highs_getDoubleInfoValue"),
            solution: function!(c"Highs_getSolution"),
            _library: library,
        })
    }
}

/// One instance of the solver.
pub(super) struct Handle<'a> {
    api: &'a Api,
    highs: *mut c_void,
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        // SAFETY: the instance was made by `create`, and this is its end.
        unsafe { (self.api.destroy)(self.highs) }
    }
}

fn succeeded(status: c_int, what: &str) -> Result<(), String> {
    if status == ERROR { Err(format!("it refuses {what}")) } else { Ok(()) }
}

impl<'a> Handle<'a> {
    pub(super) fn new(api: &'a Api) -> Result<Self, String> {
        // SAFETY: the function takes nothing.
        let highs = unsafe { (api.create)() };
        if highs.is_null() { Err("it does not start".to_owned()) } else { Ok(Self { api, highs }) }
    }

    pub(super) fn set_bool(&self, option: &CStr, value: bool) -> Result<(), String> {
        // SAFETY: a live instance and a text that ends.
        let status = unsafe { (self.api.set_bool)(self.highs, option.as_ptr(), c_int::from(value)) };
        succeeded(status, &option.to_string_lossy())
    }

    pub(super) fn set_int(&self, option: &CStr, value: c_int) -> Result<(), String> {
        // SAFETY: a live instance and a text that ends.
        let status = unsafe { (self.api.set_int)(self.highs, option.as_ptr(), value) };
        succeeded(status, &option.to_string_lossy())
    }

    pub(super) fn set_double(&self, option: &CStr, value: f64) -> Result<(), String> {
        // SAFETY: a live instance and a text that ends.
        let status = unsafe { (self.api.set_double)(self.highs, option.as_ptr(), value) };
        succeeded(status, &option.to_string_lossy())
    }

    pub(super) fn pass_mip(&self, program: &Program<'_>) -> Result<(), String> {
        let (columns, rows, nonzeros) = (program.costs.len(), program.row_lower.len(), program.columns.len());
        assert!(program.column_lower.len() == columns && program.column_upper.len() == columns);
        assert!(program.integrality.len() == columns && program.row_upper.len() == rows);
        assert!(program.starts.len() == rows + 1 && program.coefficients.len() == nonzeros);
        let count = |number: usize| c_int::try_from(number).map_err(|_| "the program is too large".to_owned());
        // SAFETY: a live instance; every array has the length that the counts say, asserted above, and is copied by the call.
        let status = unsafe {
            (self.api.pass_mip)(
                self.highs,
                count(columns)?,
                count(rows)?,
                count(nonzeros)?,
                ROW_WISE,
                MINIMIZE,
                program.offset,
                program.costs.as_ptr(),
                program.column_lower.as_ptr(),
                program.column_upper.as_ptr(),
                program.row_lower.as_ptr(),
                program.row_upper.as_ptr(),
                program.starts.as_ptr(),
                program.columns.as_ptr(),
                program.coefficients.as_ptr(),
                program.integrality.as_ptr(),
            )
        };
        succeeded(status, "the program")
    }

    /// Runs, and returns the status of the model. `data` goes to the callback.
    pub(super) fn run(&self, callback: Callback, data: *mut c_void) -> Result<c_int, String> {
        // SAFETY: a live instance; the callback and its data outlive the run, which is over when this returns.
        unsafe {
            succeeded((self.api.set_callback)(self.highs, callback, data), "a callback")?;
            for kind in INTERRUPTS {
                succeeded((self.api.start_callback)(self.highs, kind), "a callback")?;
            }
            succeeded((self.api.run)(self.highs), "to run")?;
            Ok((self.api.model_status)(self.highs))
        }
    }

    pub(super) fn int_info(&self, name: &CStr) -> Result<c_int, String> {
        let mut value = 0;
        // SAFETY: a live instance, a text that ends, and room for one number.
        let status = unsafe { (self.api.int_info)(self.highs, name.as_ptr(), &raw mut value) };
        succeeded(status, &name.to_string_lossy()).map(|()| value)
    }

    pub(super) fn double_info(&self, name: &CStr) -> Result<f64, String> {
        let mut value = 0.0;
        // SAFETY: a live instance, a text that ends, and room for one number.
        let status = unsafe { (self.api.double_info)(self.highs, name.as_ptr(), &raw mut value) };
        succeeded(status, &name.to_string_lossy()).map(|()| value)
    }

    /// Values of all columns of the program, which has this number of columns and rows.
    pub(super) fn solution(&self, columns: usize, rows: usize) -> Result<Vec<f64>, String> {
        let (mut values, mut duals) = (vec![0.0; columns], vec![0.0; columns]);
        let (mut row_values, mut row_duals) = (vec![0.0; rows], vec![0.0; rows]);
        // SAFETY: a live instance; two arrays have room for all columns, two for all rows.
        let status = unsafe {
            (self.api.solution)(
                self.highs,
                values.as_mut_ptr(),
                duals.as_mut_ptr(),
                row_values.as_mut_ptr(),
                row_duals.as_mut_ptr(),
            )
        };
        succeeded(status, "to tell its point").map(|()| values)
    }
}
