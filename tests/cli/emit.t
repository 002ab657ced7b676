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
