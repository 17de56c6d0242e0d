use std::io;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::task::spawn_blocking;

use super::Activity;

/// How long nothing must move on any socket before nothing is on its way. Between two sockets of one machine that
/// is some hundred times what a packet needs.
const STILLNESS: Duration = Duration::from_millis(5);

/// A runtime for hosts on sockets in virtual time: the clock stands still while bytes are on their way, and leaps to
/// the next timer when nothing has moved for a moment. So a dial that times out after 30 s takes 5 ms of wall time,
/// and what waits for a socket is never overtaken by a timer.
///
/// Its clock must be kept by [`SocketWorld::keep_time`](super::SocketWorld::keep_time).
///
/// # Errors
/// When the system gives no thread or descriptor for it.
pub fn socket_time() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().start_paused(true).build()
}

/// Holds the clock while something moves.
///
/// A paused clock of tokio leaps as soon as no task has anything to do, and it knows nothing of bytes in a socket.
/// But it does not leap while a blocking task runs (tokio 1.54 `runtime/blocking/schedule.rs`), so there runs one
/// until nothing has moved for [`STILLNESS`].
pub(super) async fn keep(activity: Activity) {
    loop {
        let seen = activity.count();
        let _ = spawn_blocking(rest).await;
        if activity.count() == seen {
            activity.beyond(seen).await;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "sockets do not follow tokio's clock: this is what waits for them"
)]
fn rest() {
    std::thread::sleep(STILLNESS);
}
