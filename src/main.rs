//! The program: gives the library its streams, environment, folder and date, and sets the exit code.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::process::ExitCode;

use planlint::cli;
use planlint::commands::Io;

/// Many small allocations from several threads: where much of the time of a check would go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[expect(clippy::disallowed_methods, reason = "the one place where environment and folder come in")]
fn main() -> ExitCode {
    let (stdout, stderr) = (io::stdout(), io::stderr());
    let is_terminal = stdout.is_terminal();
    // Written to from other threads too, so it is not locked for good.
    let say = |text: &str| drop(io::stderr().write_all(text.as_bytes()));
    let now = || {
        let now = jiff::ZonedDateTime::now();
        (now.date(), now.time())
    };
    let exit = cli::run(
        std::env::args_os().collect(),
        &mut Io {
            stdin: &mut io::stdin().lock(),
            stdout: &mut BufWriter::with_capacity(1 << 16, stdout.lock()),
            stderr: &mut &stderr,
            stdout_is_terminal: is_terminal,
            terminal_width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            terminal_has_links: supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
            terminal: stderr.is_terminal().then_some(&say),
            env: &|name| std::env::var(name).ok(),
            cwd: std::env::current_dir().unwrap_or_default(),
            today: now().0,
            now: &now,
        },
    );
    ExitCode::from(exit as u8)
}
