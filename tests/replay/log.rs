//! Requests in order of arrival, over all servers.

use std::sync::Mutex;

use serde_json::Value;

use crate::recording::Request;

#[derive(Default)]
pub(crate) struct Log(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    requests: Vec<Request>,
    step: usize,
}

impl Log {
    pub(crate) fn begin_step(&self, step: usize) {
        self.0.lock().unwrap().step = step;
    }

    /// Notes a request that came, and returns its place.
    pub(crate) fn add(&self, mut request: Request) -> usize {
        let mut inner = self.0.lock().unwrap();
        request.step = Some(inner.step);
        inner.requests.push(request);
        inner.requests.len() - 1
    }

    /// Notes what was answered.
    pub(crate) fn answered(&self, place: usize, status: impl Into<Value>) {
        self.0.lock().unwrap().requests[place].status = status.into();
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.0.lock().unwrap().requests.clone()
    }
}
