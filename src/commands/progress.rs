//! A line on the terminal while a long run goes on, so that whoever waits sees that it does. It is gone at the end.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// Shorter runs need none.
const BEGINS: Duration = Duration::from_secs(1);
const BETWEEN: Duration = Duration::from_millis(250);
/// Back to the beginning of the line, and what stands there away.
const CLEAR: &str = "\r\u{1b}[K";

/// Writes to a terminal at once, from any thread.
pub type Terminal<'a> = dyn Fn(&str) + Sync + 'a;

/// Does some work; `what` is being done is said at the terminal, where there is one.
pub(super) fn during<T>(terminal: Option<&Terminal<'_>>, what: &str, work: impl FnOnce() -> T) -> T {
    let Some(say) = terminal else { return work() };
    thread::scope(|scope| {
        let (is_done, done) = channel::<()>();
        scope.spawn(move || {
            let begun = Instant::now();
            let mut wait = BEGINS;
            while done.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                say(&format!("{CLEAR}planlint: {what}, {} s", begun.elapsed().as_secs()));
                wait = BETWEEN;
            }
            if wait == BETWEEN {
                say(CLEAR);
            }
        });
        // Dropped also when the work panics: the line must not stay.
        let _is_done = is_done;
        work()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[test]
    fn only_long_work_is_spoken_of_and_nothing_of_it_stays() {
        let said = Mutex::new(String::new());
        let say = |text: &str| said.lock().unwrap().push_str(text);
        assert_eq!(during(Some(&say), "checking", || 1), 1);
        assert_eq!(*said.lock().unwrap(), "");
        during(Some(&say), "checking 2 files", || thread::sleep(Duration::from_millis(1200)));
        let said = said.into_inner().unwrap();
        assert!(said.starts_with("\r\u{1b}[Kplanlint: checking 2 files, 1 s"), "{said:?}");
        assert!(said.ends_with(CLEAR), "{said:?}");
    }
}
