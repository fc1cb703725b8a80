//! Tables, as documents take them.

use super::organization::Row;

pub fn print(columns: &[&str], lines: &[Vec<String>]) {
    println!("\n| {} |", columns.join(" | "));
    println!("|{}", "---:|".repeat(columns.len()));
    for line in lines {
        println!("| {} |", line.join(" | "));
    }
}

pub fn seconds(seconds: f64) -> String {
    format!("{seconds:.1}")
}

/// The slowest budgets.
pub fn budgets(rows: &[Row], factor: u32, most: usize) {
    let lines: Vec<Vec<String>> = rows
        .iter()
        .take(most)
        .map(|row| {
            vec![
                row.call.clone(),
                row.calls.to_string(),
                row.buckets.to_string(),
                row.most.to_string(),
                format!("{}", row.rate * f64::from(factor)),
                seconds(row.seconds / f64::from(factor)),
            ]
        })
        .collect();
    print(
        &[
            "call",
            "calls",
            "accounts × Regions",
            "most in one",
            "a second",
            "takes (s)",
        ],
        &lines,
    );
}
