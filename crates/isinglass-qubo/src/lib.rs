//! The annealing half of isinglass: QUBO and Ising models, files, samplers. Knows no data set and no network.
