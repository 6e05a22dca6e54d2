//! The one thread that works on the code frame: it owns everything, and does one thing after the other, so that no two decisions meet.

use crate::Review;
use crate::error::ReviewError;
use crate::work::Work;
use std::sync::mpsc;
use tokio::sync::oneshot;

type Job = Box<dyn for<'w, 'r> FnOnce(&'w mut Work<'r>) + Send>;

/// Hands work to the thread.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    jobs: mpsc::Sender<Job>,
}

impl Worker {
    /// Starts the thread. It ends when nobody can hand it work any more.
    ///
    /// # Errors
    /// [`ReviewError`] if the code frame cannot be used.
    pub(crate) fn start(review: Review) -> Result<Self, ReviewError> {
        let (jobs, todo) = mpsc::channel::<Job>();
        let (tell, told) = mpsc::channel::<Result<(), ReviewError>>();
        std::thread::spawn(move || {
            let begun = review.work(|work| {
                // Nobody listens any more: then nobody sends work either.
                let _ = tell.send(Ok(()));
                for job in todo {
                    job(work);
                }
            });
            if let Err(error) = begun {
                let _ = tell.send(Err(error));
            }
        });
        let broke_off = || ReviewError::Serve(std::io::Error::other("its thread ended"));
        told.recv().map_err(|_| broke_off())??;
        Ok(Self { jobs })
    }

    /// Has something done. None if the thread has ended: by a fault of this program.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        job: impl for<'w, 'r> FnOnce(&'w mut Work<'r>) -> T + Send + 'static,
    ) -> Option<T> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |work| {
            // Whoever asked may have gone away; what was done stays done.
            let _ = tell.send(job(work));
        });
        self.jobs.send(job).ok()?;
        told.await.ok()
    }
}
