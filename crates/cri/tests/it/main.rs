//! The client of a live runtime, against a server whose bytes are written by hand.

mod live;
