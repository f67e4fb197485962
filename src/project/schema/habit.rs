//! What all tables of a schema do alike was decided once, and is told once.

/// So many tables do not make a habit.
const FEW: usize = 3;

/// What was found in each table: all of it together where it is the habit of the schema, else as it
/// is. `mixed`: some table does it otherwise.
pub(super) fn once<T>(found: Vec<Vec<T>>, mixed: bool) -> Vec<Vec<T>> {
    if mixed || found.len() <= FEW {
        found
    } else {
        vec![found.into_iter().flatten().collect()]
    }
}
