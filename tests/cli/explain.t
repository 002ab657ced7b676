# explain: the options reach the lesson. What the lesson says is tested in tests/explain.

$ edgewise explain '(a+b)*(b+1)' a=2 b=1 | grep -c . | sed 's/[1-9][0-9]*/lines/'
> lines
$ edgewise explain '(a+b)*(b+1)' | grep -c . | sed 's/[1-9][0-9]*/lines/'
> lines
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --step > stepped; edgewise explain '(a+b)*(b+1)' a=2 b=1 | cmp - stepped
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --nudge b=0.1 | grep 'e = c \* d'
>   e = c * d        6    6.51         0.5     0.51   0.01
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --nudge 'b=0.1, a=1/5' | grep 'e = c \* d'
>   e = c * d        6    6.93         0.9     0.93   0.03
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --plan | head -n 1
> How e and its derivatives would be computed
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --of c --wrt b | head -n 1
> 1. What c is made of
$ edgewise explain '(a+b)*(b+1)' a=2
! error[E120]: 'b' has no value
!   give it one after the program: b=1
? 2
$ edgewise explain '(a+b)*(b+1)' --nudge b=0.1
! error[E120]: 'a' has no value
!   give it one after the program: a=1
? 2
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --nudge b
! error[E147]: 'b' is no change: write NAME=CHANGE, such as b=0.1
? 2
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --nudge ''
! error[E147]: '' is no change: write NAME=CHANGE, such as b=0.1
? 2
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --nudge q=1
! error[E129]: nothing is called 'q' in this program
? 2
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --nudge c=1
! error[E130]: 'c' is no input: its value is computed
? 2
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --nudge b=x
! error[E124]: the value of '--nudge' is not a number: 'x'
!   nothing is called 'x'
? 2
$ edgewise explain 'input t : bool; y = if t then 1 else 2' t=1 --nudge t=1
! error[E148]: 't' is a bool: it cannot change a little
? 2
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --lang vi | head -n 1
> 1. e gồm những phép toán nào
