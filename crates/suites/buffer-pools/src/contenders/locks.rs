//! A lock around a value, as every crate has it.

/// One holder at a time.
pub(super) trait Exclusive<V>: Send + Sync + 'static {
    fn around(value: V) -> Self;
    fn with<R>(&self, body: impl FnOnce(&mut V) -> R) -> R;
}

impl<V: Send + 'static> Exclusive<V> for std::sync::Mutex<V> {
    fn around(value: V) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut V) -> R) -> R {
        body(&mut self.lock().expect("no holder panicked"))
    }
}

impl<V: Send + 'static> Exclusive<V> for parking_lot::Mutex<V> {
    fn around(value: V) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut V) -> R) -> R {
        body(&mut self.lock())
    }
}

/// As a writer.
impl<V: Send + Sync + 'static> Exclusive<V> for std::sync::RwLock<V> {
    fn around(value: V) -> Self {
        Self::new(value)
    }

    #[inline(always)]
    fn with<R>(&self, body: impl FnOnce(&mut V) -> R) -> R {
        body(&mut self.write().expect("no writer panicked"))
    }
}
