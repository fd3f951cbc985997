NAME small
ROWS
 N  obj
COLUMNS
    a  obj  -1
    b  obj  0
RHS
    RHS  obj  -0.5
BOUNDS
 BV BND  a
 BV BND  b
QUADOBJ
    a  b  2.5
ENDATA
