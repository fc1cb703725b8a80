//! The table as a table. What its rows may grant is tested in `permissions`.

use std::collections::BTreeSet;

use super::ALL;

#[test]
fn every_call_stands_once() {
    let names: BTreeSet<String> = ALL.iter().map(|call| call.name()).collect();
    assert_eq!(names.len(), ALL.len());
}
