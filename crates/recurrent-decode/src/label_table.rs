//! A map from a node of a tree and a label to the child there: open addressing with linear probing, its slots a power of
//! two in number and at most half of them taken. A removal moves the entries after it back, so that no marks are left
//! (Knuth, *The Art of Computer Programming*, volume 3, 6.4, algorithm R).

const EMPTY: u64 = u64::MAX;
const FEWEST: usize = 64;

/// Children by node and label. Node and label may not both be `u32::MAX`.
#[derive(Debug, Clone)]
pub(crate) struct LabelTable {
    keys: Vec<u64>,
    children: Vec<u32>,
    count: usize,
    shift: u32,
}

fn key_of(node: u32, label: u32) -> u64 {
    u64::from(node) << 32 | u64::from(label)
}

impl LabelTable {
    pub fn new() -> Self {
        Self::with_slots(FEWEST)
    }

    fn with_slots(slots: usize) -> Self {
        Self {
            keys: vec![EMPTY; slots],
            children: vec![0; slots],
            count: 0,
            shift: 64 - slots.trailing_zeros(),
        }
    }

    /// The slot where a search for `key` begins: Fibonacci hashing.
    #[inline]
    fn home(&self, key: u64) -> usize {
        (key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize
    }

    /// The slot that has `key`, or the empty one that ends the search for it.
    #[inline]
    fn slot(&self, key: u64) -> usize {
        let mask = self.keys.len() - 1;
        let mut slot = self.home(key);
        while self.keys[slot] != key && self.keys[slot] != EMPTY {
            slot = (slot + 1) & mask;
        }
        slot
    }

    #[inline]
    pub fn get(&self, node: u32, label: u32) -> Option<u32> {
        let slot = self.slot(key_of(node, label));
        (self.keys[slot] != EMPTY).then(|| self.children[slot])
    }

    /// Adds a child where there is none.
    pub fn insert(&mut self, node: u32, label: u32, child: u32) {
        if 2 * (self.count + 1) > self.keys.len() {
            self.grow();
        }
        let slot = self.slot(key_of(node, label));
        self.keys[slot] = key_of(node, label);
        self.children[slot] = child;
        self.count += 1;
    }

    fn grow(&mut self) {
        let mut larger = Self::with_slots(2 * self.keys.len());
        for (&key, &child) in self.keys.iter().zip(&self.children) {
            if key != EMPTY {
                let slot = larger.slot(key);
                larger.keys[slot] = key;
                larger.children[slot] = child;
            }
        }
        larger.count = self.count;
        *self = larger;
    }

    /// Removes a child that is there.
    pub fn remove(&mut self, node: u32, label: u32) {
        let mask = self.keys.len() - 1;
        let mut hole = self.slot(key_of(node, label));
        if self.keys[hole] == EMPTY {
            return;
        }
        self.count -= 1;
        let mut slot = hole;
        loop {
            slot = (slot + 1) & mask;
            let key = self.keys[slot];
            if key == EMPTY {
                break;
            }
            // An entry may move back where the hole is not before its home.
            let home = self.home(key);
            if (slot.wrapping_sub(home) & mask) >= (slot.wrapping_sub(hole) & mask) {
                self.keys[hole] = key;
                self.children[hole] = self.children[slot];
                hole = slot;
            }
        }
        self.keys[hole] = EMPTY;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::ngram::testing::Numbers;

    #[test]
    fn it_holds_what_a_map_holds() {
        let mut numbers = Numbers(3);
        let mut table = LabelTable::new();
        let mut map = HashMap::new();
        for step in 0..20_000 {
            let (node, label) = (numbers.next() % 40, numbers.next() % 20);
            match map.contains_key(&(node, label)) {
                true => {
                    map.remove(&(node, label));
                    table.remove(node, label);
                }
                false => {
                    map.insert((node, label), step);
                    table.insert(node, label, step);
                }
            }
            let (node, label) = (numbers.next() % 40, numbers.next() % 20);
            assert_eq!(table.get(node, label), map.get(&(node, label)).copied());
        }
        assert!(table.count == map.len() && table.keys.len() < 4096);
    }
}
