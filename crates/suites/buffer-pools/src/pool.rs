//! What a pool has to do.

/// What a pool is made for.
#[derive(Clone, Debug)]
pub struct Stock {
    buffers: usize,
    bytes: usize,
    threads: usize,
    out: usize,
}

/// Buffers that are used again.
pub trait Pool: Send + Sync + 'static {
    /// What one thread acquires and releases through; made outside the clock.
    type Handle<'a>
    where
        Self: 'a;

    /// It may find none although one is there, and then makes another one: it looks at its parts one after the other, or at what
    /// other threads keep not at all.
    const MISSES_WHAT_IS_THERE: bool = false;

    /// A full pool.
    fn new(stock: &Stock) -> Self;

    /// The handle of worker `worker`, a number below the threads. Called on the worker's own thread.
    fn handle(&self, worker: usize) -> Self::Handle<'_>;

    /// An empty buffer with room for `bytes` bytes or more. This is what is measured.
    fn acquire(handle: &mut Self::Handle<'_>, bytes: usize) -> Vec<u8>;

    /// A buffer of `bytes` bytes, all of them zero. This is what is measured.
    #[inline(always)]
    fn acquire_zeroed(handle: &mut Self::Handle<'_>, bytes: usize) -> Vec<u8> {
        let mut buffer = Self::acquire(handle, bytes);
        buffer.resize(bytes, 0);
        buffer
    }

    /// Takes a buffer back, with whatever is in it. This is what is measured.
    fn release(handle: &mut Self::Handle<'_>, buffer: Vec<u8>);

    /// Times that this handle had to allocate because the pool was empty.
    fn misses(_handle: &Self::Handle<'_>) -> u64 {
        0
    }

    /// Buffers that wait for this handle alone.
    fn kept(_handle: &Self::Handle<'_>) -> usize {
        0
    }

    /// Buffers that wait for any handle. Called when no handle is alive.
    fn pooled(&self) -> usize {
        0
    }

    /// Buffers that must wait in a pool for `stock`, in one way or the other, when none is out: all that it began with,
    /// since all come back, and no more.
    fn full(stock: &Stock) -> usize {
        stock.buffers
    }

    /// Most buffers that may wait in a pool for `stock` once more were out than it began with: no more than before, if it
    /// has a bound.
    fn most(stock: &Stock) -> usize {
        Self::full(stock)
    }

    /// Buffers that a pool for `stock` has made when its first handle is there.
    fn stocked(stock: &Stock) -> usize {
        stock.buffers
    }

    /// Why a buffer that grew in one slice is gone in the next, if so.
    fn forgets() -> Option<&'static str> {
        None
    }

    /// Why a buffer must be released on the thread that acquired it, if so.
    fn stays_on_its_thread() -> Option<&'static str> {
        None
    }
}

impl Stock {
    pub(crate) fn new(buffers: usize, bytes: usize, threads: usize) -> Self {
        Self { buffers, bytes, threads, out: buffers }
    }

    /// The same, but each thread holds `held` at once.
    pub(crate) fn for_bursts(self, held: usize) -> Self {
        Self { out: held * self.threads, ..self }
    }

    /// Buffers in the pool before the clock starts, and the most that it may keep.
    pub fn buffers(&self) -> usize {
        self.buffers
    }

    /// The most that are out at once: more than the pool began with only where threads hold many at a time.
    pub fn out(&self) -> usize {
        self.out
    }

    /// What each has room for.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Threads that use the pool.
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Makes one of them: empty, but with its pages mapped, and with something left in them.
    pub fn buffer(&self) -> Vec<u8> {
        let mut buffer = vec![0xA5; self.bytes];
        buffer.clear();
        buffer
    }
}
