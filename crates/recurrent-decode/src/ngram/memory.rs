//! Arrays that are either built in memory or lie in a mapped file; readers do not see which. And arrays in large pages,
//! for reads all over them: with small ones most reads would wait for the address of their page too.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use bytemuck::Pod;
use memmap2::{Mmap, MmapMut};

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

impl<T: Pod + Send + Sync> Section<T> {
    /// `length` times `value`, then what `fill` makes of them, in pages as large as the system gives.
    pub(super) fn large(length: usize, value: T, fill: impl FnOnce(&mut [T])) -> Self {
        let layout = std::alloc::Layout::array::<T>(length.max(1));
        let layout = layout.unwrap_or(std::alloc::Layout::new::<T>());
        // As for a vector, memory that is not there is the end.
        let mut map = MmapMut::map_anon(layout.size())
            .unwrap_or_else(|_| std::alloc::handle_alloc_error(layout));
        // Only faster if it is granted.
        #[cfg(target_os = "linux")]
        let _ = map.advise(memmap2::Advice::HugePage);
        let values: &mut [T] = &mut bytemuck::cast_slice_mut(&mut map)[..length];
        values.fill(value);
        fill(values);
        Self {
            first: values.as_ptr(),
            length,
            owner: Arc::new(map),
        }
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
