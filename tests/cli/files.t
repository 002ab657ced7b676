# Values from files, and answers into files.

$ printf 'x,y\n1,2\n2,4.5\n3,5.5\n' > points.csv; printf 'p00,p01,p10,p11,digit\n0,1,2,3,7\n4,5,6,7,1\n8,9,10,11,0\n' > digits.csv
$ edgewise eval 'e[n, k] = x[n, k]' x=@points.csv
> e = [[1,   2],
>      [2, 4.5],
>      [3, 5.5]]
$ edgewise eval 'e = sum(n: a[n] * b[n])' a=@points.csv:x b=@points.csv:y
> e = 27.5
$ edgewise eval 'input x[N, 4]; input y[N] : int; z[n] = sum(j: x[n, j]) + 100 * y[n]' x=@digits.csv:p00..p11 y=@digits.csv:digit
> z = [706, 122, 38]
$ edgewise eval 'z[n] = x[n]' x=@digits.csv:p11,p00
> z = [3, 0, 7, 4, 11, 8]
$ edgewise eval 'input x[N, 2, 2]; z[n, i, j] = x[n, i, j]' x=@digits.csv:p00..p11
> z[3, 2, 2] =
>   [0]  [[0, 1],
>         [2, 3]]
>   [1]  [[4, 5],
>         [6, 7]]
>   [2]  [[ 8,  9],
>         [10, 11]]
$ edgewise eval 'input x[N, 5]; z[n] = x[n, 0]' x=@digits.csv:p00..p11
! error[E413]: axis 2 of x has size 5, but 4 in its value
!   --> 1:12
!   |
! 1 | input x[N, 5]; z[n] = x[n, 0]
!   |            ^
? 4
# What was typed and clashes by itself is wrong use, beside a file too; what clashes with a file's sizes is the file's.

$ edgewise eval 'input x[N, 4]; param w[2]; z[n] = x[n, 0] * w[0]' x=@digits.csv:p00..p11 'w=[1,2,3]' > out 2>&1; echo $?; edgewise eval 'input x[N, 4]; param w[N]; z[n] = x[n, 0] * w[n]' x=@digits.csv:p00..p11 'w=[1,2]' > out 2>&1; echo $?; printf 'input x[N, 5]\nparam w = 1\nloss = w * sum(n: x[n, 0])\noutput loss\n' > five.ew; edgewise train five.ew --data x=digits.csv:p00..p11 -o five > out 2>&1; echo $?
> 2
> 4
> 4
$ edgewise eval 'input y[N, 1]; z[n] = y[n, 0]' y=@digits.csv:digit
> z = [7, 1, 0]
$ edgewise eval 'a + 1' a=@digits.csv:digit
! error[E138]: the file for 'a' does not fill it; its sizes: [3]
!   it is a single number
? 4
$ edgewise eval 'z[n] = x[n]' x=@digits.csv:pixel
! error[E301]: there is no column 'pixel'
!   --> digits.csv
!   the first column is 'p00'
? 2
$ edgewise eval 'z[n] = x[n]' x=@nothing.csv
! error[E200]: there is no file 'nothing.csv'
? 4
$ edgewise eval 'input y[N] : int; z[n] = y[n]' y=@points.csv:y
! error[E127]: 'y[1]' is an int: its value must be a whole number, not 4.5
? 4
$ printf 'a\n9007199254740991\n' > long.csv; edgewise eval 'input y[N] : int; z[n] = y[n]' y=@long.csv; printf 'a\n9007199254740993\n' > long.csv; edgewise eval 'input y[N] : int; z[n] = y[n]' y=@long.csv
> z = [9007199254740991]
! error[E194]: 'y[0]' cannot be 9007199254740992: beyond 2^53 not every whole number has an exact double
? 4
$ printf 'a\n1e300\n' > long.csv; edgewise eval 'input y[N] : int; z[n] = y[n]' y=@long.csv; edgewise eval 'input n : int; n' n=9223372036854775808; edgewise eval 'input n : int; n + 1' n=-9223372036854775808
> c = -9223372036854775807
! error[E196]: 'y[0]' is an int: 1e300 does not fit into its 64 bits
! error[E196]: 'n' is an int: 9223372036854775808 does not fit into its 64 bits
$ printf 'a\r1\r2\r' > old.csv; edgewise eval 'z[n] = x[n]' x=@old.csv; printf 'a\n1\0\n' > zero.csv; edgewise eval 'z[n] = x[n]' x=@zero.csv 2>&1 | head -n 2
> error[E305]: the character NUL cannot stand here
>   --> zero.csv:2:2
! error[E305]: the character CR cannot stand here
!   --> old.csv:1:2
!   |
! 1 | a
!   |  ^ lines end in LF or CRLF
$ edgewise eval 'y[i] = x[i]; z = 2; output y, z' x=[1,2] -o two.npz; edgewise eval 'z[n] = x[n]' x=@two.npz; edgewise eval 'z[n] = x[n]' x=@two.npz:Y1; edgewise eval 'y[i] = x[i]; longer = 2; output y, longer' x=[1,2] -o two.safetensors; edgewise eval 'z[n] = x[n]' x=@two.safetensors; edgewise eval 'x' x=@two.safetensors:lomger
! error[E207]: this file holds 2 arrays: the name of one is needed
!   --> two.npz
!   the first array is 'y'
! error[E206]: there is no array 'Y1' in this file
!   --> two.npz
!   the first array is 'y'
! error[E207]: this file holds 2 arrays: the name of one is needed
!   --> two.safetensors
!   the first array is 'longer'
! error[E206]: there is no array 'lomger' in this file
!   --> two.safetensors
!   did you mean 'longer'?
? 2
$ edgewise grad 'y[i] = w * x[i]^2' x=[1,2] w=3 -o grad.npz && edgewise eval 'z[i, j] = a[i, j]; s = sum(i: b[i]); v = sum(i: y[i]); output z, s, v' a='@grad.npz:diff(y, x)' b='@grad.npz:diff(y, w)' y=@grad.npz:y
> z = [[6,  0],
>      [0, 12]]
> s = 5
> v = 15
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 -o grad.csv && cat grad.csv
> e,"diff(e, a)","diff(e, b)"
> 6,2,5
$ edgewise eval --json 'z[n] = x[n]' x=@nothing.csv
> {"edgewise": 1, "error": {"code": "E200", "message": "there is no file 'nothing.csv'", "file": "nothing.csv"}}
? 4

# -o by its ending

$ edgewise eval 'y[i, j] = x[i, j] / 4; e = sum(i, j: y[i, j]); output y, e' x=@points.csv -o y.npz && edgewise eval 'z[i, j] = y[i, j] + e' y=@y.npz:y e=@y.npz:e
> z = [[4.75,     5],
>      [   5, 5.625],
>      [5.25, 5.875]]
$ edgewise eval 'y[i, j] = x[i, j] / 4' x=@points.csv -o y.npy && edgewise eval 'z[i, j] = 4 * y[i, j]' y=@y.npy
> z = [[1,   2],
>      [2, 4.5],
>      [3, 5.5]]
$ edgewise eval 'y[i, j] = x[i, j] / 4; b[i] = x[i, 0] > 1; output y, b' x=@points.csv -o y.safetensors && edgewise eval 'input b[N] : bool; z[i] = b[i]' b=@y.safetensors:b
> z = [false, true, true]
$ edgewise eval 'y[i, j] = x[i, j] / 4' x=@points.csv -o y.csv && cat y.csv
> y0,y1
> 0.25,0.5
> 0.5,1.125
> 0.75,1.375
$ edgewise eval 'y[i] = x[i, 0]; e = 2; output y, e' x=@points.csv -o y.npy
! error[E314]: an npy file holds one array, not 2
!   --> y.npy
? 2
$ edgewise eval 'a + 1' a=1 -o a.csv && cat a.csv
> c
> 2
$ edgewise eval 'y[i] = x[i, 0]' x=@points.csv -o y.txt && cat y.txt
> y = [1, 2, 3]
$ edgewise eval 'y[i] = x[i, 0]' x=@points.csv -o no/y.npy
! error[E310]: 'no/y.npy' cannot be written: there is no such file or folder
? 4
$ edgewise minimize 'e = sum(n: (w[0] + w[1] * x[n] - y[n])^2)' x=@points.csv:x y=@points.csv:y w=[0,0] --over w -q
> e = 0.375
> w = [0.5000000000027218, 1.7500000000103733]
> lbfgs, 5 steps: converged: the gradient is almost 0

# a file without its @ is told how to be given, unless its name is a number
$ printf 'x,y\n1,2\n3,4\n' > points.csv; printf '5\n' > 2; edgewise eval 's = sum(i: x[i])' x=points.csv
! error[E124]: the value of 'x' is not a number: 'points.csv'
!   a file is given with @: x=@points.csv
? 2
$ edgewise eval 's = sum(i: x[i])' x=points.csv:y
! error[E124]: the value of 'x' is not a number: 'points.csv:y'
!   a file is given with @: x=@points.csv:y
? 2
$ edgewise eval 's = sum(i: x[i])' x=none.npy --json
> {"edgewise": 1, "error": {"code": "E124", "message": "the value of 'x' is not a number: 'none.npy'", "hint": "a file is given with @: x=@none.npy"}}
? 2
$ edgewise eval 'y = x^2' x=2
> y = 4
$ edgewise eval 'y = x^2' x=.
! error[E124]: the value of 'x' is not a number: '.'
!   the character '.' (the point) means nothing here
? 2
$ edgewise eval 's = sum(i: x[i])' x=@points.csv:y
> s = 6
# of fields that something else separates
$ printf 'x;y\n1;2\n' > semi.csv; edgewise eval 's = sum(i: x[i])' x=@semi.csv:x
! error[E301]: there is no column 'x'
!   --> semi.csv
!   fields are separated by commas; this file has one column, 'x;y'
? 2

# IDX files are also called with a point before idx
$ printf '\000\000\010\001\000\000\000\002\005\007' > small.idx1-ubyte; edgewise eval 'input y[N] : int; z[i] = y[i]' y=@small.idx1-ubyte
> z = [5, 7]
