//! All boards on which a game of tic-tac-toe can end, x moving first.

use std::collections::BTreeSet;

use crate::dataset::error::DatasetError;
use crate::dataset::table::{Column, ColumnValues, Table};

/// A square: an index into [`SIGNS`].
type Square = u8;
type Board = [Square; 9];

const SIGNS: [&str; 3] = ["x", "o", "b"];
const X: Square = 0;
const O: Square = 1;
const BLANK: Square = 2;

const LINES: [[usize; 3]; 8] = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]];

const SQUARES: [&str; 9] = [
    "top-left",
    "top-middle",
    "top-right",
    "middle-left",
    "middle-middle",
    "middle-right",
    "bottom-left",
    "bottom-middle",
    "bottom-right",
];

/// 958 boards in the order of their squares, x before o before blank; `positive` where x has won.
pub(super) fn table() -> Result<Table, DatasetError> {
    let mut ended = BTreeSet::new();
    play([BLANK; 9], X, &mut ended);
    let columns = SQUARES.iter().enumerate().map(|(square, name)| Column {
        name: (*name).to_owned(),
        values: ColumnValues::Categorical {
            codes: ended.iter().map(|board| u32::from(board[square])).collect(),
            categories: SIGNS.map(str::to_owned).to_vec(),
        },
    });
    let label = |board: &Board| if has_won(board, X) { "positive" } else { "negative" }.to_owned();
    Table::new(columns.collect(), Some(ended.iter().map(label).collect()), "tictactoe")
}

/// Plays every game on from `board`, on which it is the turn of `player`, and collects the boards on which they end.
fn play(board: Board, player: Square, ended: &mut BTreeSet<Board>) {
    let other = if player == X { O } else { X };
    if has_won(&board, other) || !board.contains(&BLANK) {
        ended.insert(board);
        return;
    }
    for square in (0..9).filter(|&square| board[square] == BLANK) {
        let mut next = board;
        next[square] = player;
        play(next, other, ended);
    }
}

fn has_won(board: &Board, player: Square) -> bool {
    LINES.iter().any(|line| line.iter().all(|&square| board[square] == player))
}
