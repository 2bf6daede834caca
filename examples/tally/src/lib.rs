//! Counts words.

use pyo3::prelude::*;

/// Count the words of a text.
#[pyfunction]
fn count(text: &str) -> usize {
    text.split_whitespace().count()
}

#[pymodule]
fn _tally(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(count, module)?)
}
