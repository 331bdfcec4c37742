//! The program: read the settings, run the command, end with one clear sentence if it cannot.

use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = unfm::config::Cli::parse();
    match unfm::command::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            // Nowhere to say it is no reason not to end.
            let _ = writeln!(std::io::stderr(), "unfm: {fault}");
            ExitCode::FAILURE
        }
    }
}
