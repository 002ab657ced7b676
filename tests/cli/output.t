# Where results go: whole, or not at all; failures are seen.

$ edgewise eval '(a+b)*(b+1)' a=2 b=1 -o out.txt; cat out.txt; ls -A
> e = 6
> out.txt
$ echo old > out.txt; edgewise eval 'log(x)' x=-1 --finite -o out.txt; echo $?; cat out.txt; ls -A
> 6
> old
> out.txt
! error[E145]: 'c' is nan
!   c = log(x)
$ edgewise eval 'x' x=1 --output=out.txt; cat out.txt
> c = 1
$ edgewise eval 'x' x=1 -oout.txt; cat out.txt
> c = 1
$ ln -s out.txt link; edgewise eval 'x' x=2 -o link; cat out.txt; test -L link
> c = 2
$ chmod 640 out.txt; edgewise eval 'x' x=3 -o out.txt; ls -l out.txt | cut -c1-10
> -rw-r-----
$ edgewise eval 'x' x=1 -o nofolder/out.txt
! error[E161]: 'nofolder/out.txt' cannot be written: there is no such file or folder
? 4
$ mkdir folder; edgewise eval 'x' x=1 -o folder
! error[E161]: 'folder' cannot be written: it is a folder
? 4
$ edgewise eval 'x' x=1 -o -
> c = 1
$ edgewise eval 'x' x=1 -o /dev/full
! error[E161]: '/dev/full' cannot be written: the disk is full
? 4
$ (edgewise eval 'x' x=1 > /dev/full)
! error[E162]: standard output cannot be written: the disk is full
? 4
$ (edgewise eval --json 'x' x=1 > /dev/full)
! error[E162]: standard output cannot be written: the disk is full
? 4
$ (edgewise eval 'x' x=1 >&-)
! error[E162]: standard output cannot be written: it is closed
? 4
$ (edgewise eval 'x' x=1 -o out.txt >&- 2>&-); cat out.txt
> c = 1
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 | head -n 1
> 1. What e is made of
$ { sleep 0.2; edgewise ops --json; echo "status $?" >&2; } | true
! error[E162]: standard output cannot be written: nobody reads it any more
! status 4
$ edgewise ops | head -n 1
>   add        x + y                      the sum of x and y
$ echo keep > e.c; mkdir e.h; edgewise emit c 'a*b' -o e; cat e.c; ls -A
> keep
> e.c
> e.h
> folder
> link
> out.txt
! error[E161]: 'e.h' cannot be written: it is a folder

# A signal takes what was begun with it.

$ mkdir bin killed; printf '#!/bin/sh\nhead -c 4\nexec sleep 2\n' > bin/rsvg-convert; chmod +x bin/rsvg-convert
$ (PATH=$PWD/bin:$PATH; edgewise draw 'a*b' -o killed/x.png & sleep 0.3; ls -A killed | wc -l; kill $!; wait $!; echo $?) 2>/dev/null; ls -A killed
> 1
> 143
$ edgewise eval 'x' x=1 -v
> c = 1
! nodes: 2, inputs and params: 1
! operations in one run: 0
$ edgewise eval 'x' x=1 -q
> c = 1
$ LC_ALL=de_DE.UTF-8 LC_NUMERIC=de_DE.UTF-8 edgewise eval 'a/2' a=1.5 2>&1
> c = 0.75
$ edgewise 'a*b' a=2 b=3 --color always | od -c | grep -c 033 | sed 's/[1-9][0-9]*/coloured/'
> coloured
$ edgewise 'a*b' a=2 b=3 --color auto | od -c | grep -c 033
> 0
? 1
$ edgewise 'a*b' a=2 b=3 --color never | od -c | grep -c 033
> 0
? 1
$ NO_COLOR=1 edgewise 'a*b' a=2 b=3 --color always | od -c | grep -c 033 | sed 's/[1-9][0-9]*/coloured/'
> coloured
