use std::io;

use tokio::runtime::{Builder, Runtime};

/// A runtime for simulated hosts: one thread, whose clock stands still while anything has work to do, and jumps to
/// the next timer when nothing has. So waiting takes no wall time, and every run takes the same steps.
///
/// It is exact as long as nothing waits on anything real, such as a socket.
///
/// # Errors
/// When the system gives no thread or descriptor for it.
///
/// ```
/// let runtime = scenario::virtual_time()?;
/// let waited = runtime.block_on(async {
///     let start = tokio::time::Instant::now();
///     tokio::time::sleep(std::time::Duration::from_secs(600)).await;
///     start.elapsed()
/// });
/// assert_eq!(waited.as_secs(), 600);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn virtual_time() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().start_paused(true).build()
}
