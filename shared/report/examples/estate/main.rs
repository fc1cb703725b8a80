//! Writes the report of a made-up organization to standard output, for working on the page:
//! `cargo run -p sv0-report --example estate > report.html`, with a number of paths for a large one.

mod estate;

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let estate = match std::env::args().nth(1).as_deref() {
        None => estate::whole(),
        Some("empty") => estate::Estate::default(),
        Some(number) => estate::bulk(number.parse()?),
    };
    print!("{}", sv0_report::render(&estate.input(&estate.digest()))?);
    Ok(())
}
