//! Room beside the chains of hubs.
//!
//! A variable with more neighbours than a qubit has couplers needs a chain that enough qubits touch. A chain that is placed
//! only by the neighbours that already have chains does not allow for that: it is one qubit, all qubits around it are taken, and every
//! further neighbour must share one of them, at any price. So chains of hubs are lengthened until there is a qubit beside them for every
//! neighbour, and are not cut back below that as long as qubits are shared.

use super::attempt::Attempt;

/// Qubits beside a chain that its neighbours can have.
pub(super) struct Room {
    /// By qubit: how many qubits of the chain it touches.
    touched: Vec<u16>,
    /// By qubit: whether it is free, or used by neighbours of the variable only.
    is_open: Vec<bool>,
    is_member: Vec<bool>,
    /// Open qubits beside the chain.
    size: usize,
    needed: usize,
}

impl Attempt<'_> {
    /// The room beside a chain of a variable that has more neighbours than any qubit has couplers; nothing for others, and once no qubit
    /// may be shared.
    pub(super) fn room(&self, variable: usize, chain: &[u16]) -> Option<Room> {
        let needed = self.problem.degree(variable as u32);
        if self.is_strict || needed <= self.max_couplers {
            return None;
        }
        let mut strangers = self.usage.clone();
        let own = self.neighbors(variable).flat_map(|other| &self.chains[other]).chain(&self.chains[variable]);
        own.for_each(|&qubit| strangers[usize::from(qubit)] -= 1);
        let num_qubits = strangers.len();
        let mut room = Room {
            touched: vec![0; num_qubits],
            is_open: strangers.into_iter().map(|others| others == 0).collect(),
            is_member: vec![false; num_qubits],
            size: 0,
            needed,
        };
        for &qubit in chain {
            room.add(qubit, self.search.near(qubit));
        }
        Some(room)
    }

    /// Lengthens the chain of a hub that is not in use yet until there is room for all neighbours, by the qubits that add most of it
    /// for their price; as far as there are such.
    pub(super) fn make_room(&self, variable: usize, chain: &mut Vec<u16>) {
        let Some(mut room) = self.room(variable, chain).filter(|_| !chain.is_empty()) else { return };
        while room.size < room.needed {
            let beside = chain.iter().flat_map(|&qubit| self.search.near(qubit)).copied();
            let candidates = beside.filter(|&qubit| !room.is_member[usize::from(qubit)]).filter_map(|qubit| {
                let gain = room.gain(qubit, self.search.near(qubit));
                (gain > 0).then(|| (gain * i64::from(u16::MAX) / i64::from(self.price[usize::from(qubit)]), qubit))
            });
            let Some((_, best)) = candidates.max() else { return };
            room.add(best, self.search.near(best));
            chain.push(best);
        }
    }
}

impl Room {
    fn is_beside(&self, qubit: u16) -> bool {
        let place = usize::from(qubit);
        self.touched[place] > 0 && self.is_open[place] && !self.is_member[place]
    }

    /// By how much the room grows with a qubit beside the chain.
    fn gain(&self, qubit: u16, near: &[u16]) -> i64 {
        let new = |&&other: &&u16| {
            let place = usize::from(other);
            self.touched[place] == 0 && self.is_open[place] && !self.is_member[place]
        };
        near.iter().filter(new).count() as i64 - i64::from(self.is_beside(qubit))
    }

    fn add(&mut self, qubit: u16, near: &[u16]) {
        self.size -= usize::from(self.is_beside(qubit));
        self.is_member[usize::from(qubit)] = true;
        for &other in near {
            let was_beside = self.is_beside(other);
            self.touched[usize::from(other)] += 1;
            self.size += usize::from(!was_beside && self.is_beside(other));
        }
    }

    /// Removes a qubit from the chain if enough room is left; returns whether it did.
    pub(super) fn remove(&mut self, qubit: u16, near: &[u16]) -> bool {
        let is_last = |&&other: &&u16| self.touched[usize::from(other)] == 1 && self.is_beside(other);
        let (lost, won) = (near.iter().filter(is_last).count(), usize::from(self.is_open[usize::from(qubit)]));
        if self.size + won < self.needed + lost {
            return false;
        }
        self.is_member[usize::from(qubit)] = false;
        near.iter().for_each(|&other| self.touched[usize::from(other)] -= 1);
        self.size = self.size + won - lost;
        true
    }
}
