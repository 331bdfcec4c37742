//! The program: read the settings, run the command, end with one clear sentence if it cannot.

use mimalloc::MiMalloc;
use std::io::Write;
use std::process::ExitCode;
use unfm::config::{Cli, sentence};
use zeroizing_alloc::ZeroAlloc;

/// The system's allocator costs up to a third more CPU for an answer of many small values. What is given back is overwritten: of
/// what a woman wrote to the bot, and of any secret, nothing is left in memory.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<MiMalloc> = ZeroAlloc(MiMalloc);

/// What a start ends with when a flag, a variable or their combination cannot be used.
const MISUSED: u8 = 2;

/// The stack of a thread. The fields of the deepest document are resolved within each other: they take up to 0.6 MiB as the
/// program ships, and up to 6 MiB without optimisation. A page of it that is not used takes no memory.
const STACK: usize = 16 * 1024 * 1024;
/// Threads that may wait for the system; each has such a stack as well.
const BLOCKING: usize = 64;

fn main() -> ExitCode {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    match threads.enable_all().thread_stack_size(STACK).max_blocking_threads(BLOCKING).build() {
        Ok(threads) => threads.block_on(run()),
        Err(error) => end(ExitCode::FAILURE, &format!("The system gives no threads: {error}.")),
    }
}

async fn run() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => return end(ExitCode::from(MISUSED), &sentence(&error)),
        Err(help) => {
            // Nobody reading it is no failure.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    if let Err(fault) = cli.check() {
        return end(ExitCode::from(MISUSED), &fault.0);
    }
    match unfm::command::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => end(ExitCode::FAILURE, &fault.0),
    }
}

fn end(code: ExitCode, sentence: &str) -> ExitCode {
    // Nowhere to say it is no reason not to end.
    let _ = writeln!(std::io::stderr(), "unfm: {sentence}");
    code
}
