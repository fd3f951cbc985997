//! Problem files: readers that name the line of a fault, writers that keep offset and labels where the format can.
