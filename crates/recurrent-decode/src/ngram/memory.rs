//! Arrays that are either built in memory or lie in a mapped file; readers do not see which.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use bytemuck::Pod;
use memmap2::Mmap;

/// An array that does not change, and what keeps it alive. A copy is cheap and shares it.
pub(super) struct Section<T> {
    first: *const T,
    length: usize,
    owner: Arc<dyn Any + Send + Sync>,
}

// SAFETY: nothing writes the array while a section is alive, so threads may read it as they may a shared slice.
unsafe impl<T: Sync> Send for Section<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Section<T> {}

impl<T: Pod + Send + Sync> Section<T> {
    /// The bytes of `map` from `offset` on as `length` values; `None` where they are not all there or not aligned.
    pub(super) fn mapped(map: &Arc<Mmap>, offset: usize, length: usize) -> Option<Self> {
        let end = offset.checked_add(length.checked_mul(size_of::<T>())?)?;
        let values: &[T] = bytemuck::try_cast_slice(map.get(offset..end)?).ok()?;
        Some(Self {
            first: values.as_ptr(),
            length: values.len(),
            owner: map.clone(),
        })
    }
}

impl<T: Send + Sync + 'static> From<Vec<T>> for Section<T> {
    fn from(values: Vec<T>) -> Self {
        let owner = Arc::new(values);
        Self {
            first: owner.as_ptr(),
            length: owner.len(),
            owner,
        }
    }
}

impl<T> Deref for Section<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: `first` and `length` are those of a slice that `owner` holds, and neither a vector behind an `Arc` nor
        // a mapping moves. That nobody writes to a mapped file is what opening one asks of the caller.
        unsafe { std::slice::from_raw_parts(self.first, self.length) }
    }
}

impl<T> Clone for Section<T> {
    fn clone(&self) -> Self {
        Self {
            first: self.first,
            length: self.length,
            owner: self.owner.clone(),
        }
    }
}

impl<T> fmt::Debug for Section<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{}]", self.length)
    }
}
