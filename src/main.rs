//! The program: gives the library its streams, environment, folder and date, and sets the exit code.

use std::io::{self, BufWriter, IsTerminal as _};
use std::process::ExitCode;

use planlint::cli;
use planlint::commands::Io;

/// Many small allocations from several threads: where much of the time of a check would go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::disallowed_methods, reason = "the one place where environment and folder come in")]
fn main() -> ExitCode {
    let stdout = io::stdout();
    let is_terminal = stdout.is_terminal();
    let exit = cli::run(
        std::env::args_os().collect(),
        &mut Io {
            stdin: &mut io::stdin().lock(),
            stdout: &mut BufWriter::with_capacity(1 << 16, stdout.lock()),
            stderr: &mut io::stderr().lock(),
            stdout_is_terminal: is_terminal,
            terminal_width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            env: &|name| std::env::var(name).ok(),
            cwd: std::env::current_dir().unwrap_or_default(),
            today: jiff::ZonedDateTime::now().date(),
        },
    );
    ExitCode::from(exit as u8)
}
