# emit c: two files or none. What is in them is tested in tests/emit.

$ edgewise emit c '(a+b)*(b+1)' -o e; ls; grep -c 'void e(const double' e.h
> e.c
> e.h
> 1
$ edgewise emit c '(a+b)*(b+1)' --outputs 'e, diff(e, b)' -o model --name fun --main; grep '^#include "' model.c; grep -c 'void fun(const double' model.h; grep -c main model.c | sed 's/[1-9][0-9]*/some/'
> #include "model.h"
> 1
> some
$ edgewise emit c '(a+b)*(b+1)' -o f.c --float; ls f.*; grep -c 'float' f.h | sed 's/[1-9][0-9]*/some/'
> f.c
> f.h
> some
$ edgewise emit c '(a+b)*(b+1)' -o g
$ edgewise emit c '(a+b)*(b+1)'
! error[E140]: 'emit' needs the option -o BASE
? 2
$ edgewise emit '(a+b)*(b+1)' -o e
! error[E143]: '(a+b)*(b+1)' is no language to emit; there is: c
!   the language goes before the program: edgewise emit c PROGRAM -o BASE
? 2
$ edgewise emit rust '(a+b)*(b+1)' -o e
! error[E143]: 'rust' is no language to emit; there is: c
? 2
$ edgewise emit
! error[E149]: emit needs a language: edgewise emit c PROGRAM -o BASE
? 2
$ edgewise emit c -o e
! error[E101]: there is no program: give a formula, a file that ends in .ew, or - for standard input
!   try edgewise '(a+b)*(b+1)' a=2 b=1, or edgewise help
? 2
$ edgewise emit c '(a+b)*(b+1)' -o no/e
! error[E161]: 'no/e.c' cannot be written: there is no such file or folder
? 4
$ edgewise emit c '(a+b)*(b+1)' -o e --name 2x
! error[E067]: '2x' cannot be the name of a C function
? 2
$ edgewise emit c '(a+b)*(b+1)' -o e --outputs 'q'
! error[E012]: nothing is called 'q'
!   --> 1:1
!   |
! 1 | q
!   | ^
? 2
$ edgewise emit c '(a+b)*(b+' -o h; echo $?; ls
> 3
> e.c
> e.h
> f.c
> f.h
> g.c
> g.h
> model.c
> model.h
! error[E010]: this bracket is never closed
!   --> 1:7
!   |
! 1 | (a+b)*(b+
!   |       ^

# the test main begins with the defaults
$ (echo 'input a = 2'; echo 'param b = 3'; echo 'e = a * b') > start.ew; edgewise emit c start.ew --main -o start && cc -std=c11 start.c -lm -o start && ./start && ./start b=4
> e = 6
> e = 8
$ edgewise emit c start.ew b=7 --main -o given && cc -std=c11 given.c -lm -o given && ./given && ./given b=4
> e = 14
> e = 8
$ edgewise emit c 'input k = 3; input v[2] = [5,6]; input w[3]; y = k + sum(i: v[i]) + sum(i: w[i])' 'w=[10,20,30]' k=1 --main -o lists && cc -std=c11 -Wall -Wextra -Werror lists.c -lm -o lists && ./lists && ./lists 'v=[0,0]'
> y = 72
> y = 61

# Arrays: their places in `in` and `out`, and a main that reads and prints them.

$ printf 'input x[N, M]\nparam w[M] = 0.5\ny[i] = sum(j: x[i,j] * w[j])\ntotal = sum(i: y[i]^2)\n' > row.ew
$ edgewise emit c row.ew 'x=[[1,2],[3,4],[5,6]]' --outputs 'total, y, diff(total, w)' -o row --main; grep define row.h
> #define ROW_H
> #define ROW_IN 8
> #define ROW_OUT 6
> #define ROW_WORK 8
> #define ROW_IN_x 0 /* x[3, 2] */
> #define ROW_IN_w 6 /* w[2] */
> #define ROW_OUT_total 0
> #define ROW_OUT_y 1 /* y[3] */
> #define ROW_OUT_dtotal_dw 4 /* diff(total, w)[2] */
$ ${CC:-cc} -std=c11 row.c -o row -lm && ./row 'x=[[1,2],[3,4],[0.5,-6]]' w='[1, -0.25]'; ./row 'x=[[1,2],[3,4],[5,6]]'
> total = 8.25
> y = [0.5, 2, 2]
> diff(total, w) = [15, -6]
> total = 44.75
> y = [1.5, 3.5, 5.5]
> diff(total, w) = [79, 100]
$ ./row 'x=[1,2]'
! [1,2]: this is no such array
? 2
$ edgewise emit c row.ew -o open
! error[E462]: no data give the sizes of 'x[i, j]' (N×M)
!   --> row.ew
!   a value for 'x' has them
? 2

# … which begins with lists and draws too, those of the seed 0

$ printf 'input v[3] = [1, 2, 4]\nparam w[3] ~ normal(0.5, 2)\nparam q[3] : f32 ~ uniform(-1, 1)\ny = sum(i: v[i] * w[i] + q[i])\n' > draws.ew
$ edgewise emit c draws.ew --main -o draws && ${CC:-cc} -std=c11 -Wall -Wextra -Werror draws.c -o draws -lm && ./draws | cut -c 1-14; edgewise eval draws.ew | cut -c 1-14; ./draws v='[0,0,0]' q='[1,2,4]'
> y = 0.24876361
> y = 0.24876361
> y = 7

# Values need not be complete: a dimension alone gives the sizes. Wrong ones are refused all the same. An output that has
# axes is called by its name.

$ edgewise emit c 'input x[N]; param w[2] = 1; y[n, k] = x[n] * w[k]; output y' N=3 -o sized && grep 'define.*_IN_\|define.*_OUT_' sized.h
> #define SIZED_IN_x 0 /* x[3] */
> #define SIZED_IN_w 3 /* w[2] */
> #define SIZED_OUT_y 0 /* y[3, 2] */
$ edgewise emit c 'input n : int; y = n * 2' n=2.5 -o whole
! error[E127]: 'n' is an int: its value must be a whole number, not 2.5
? 2
