# The verb check: agreement, kinks, what is held fixed, status 1.

$ edgewise check '(a+b)*(b+1)' a=2 b=1
>                derivative         differences     error
> ∂e/∂a                   2                   2   1.1e-16  agrees
> ∂e/∂b                   5                   5   3.7e-15  agrees
>
> modes: forward, reverse, paths
> 2 derivatives agree
> largest error: 3.7e-15, of ∂e/∂b
$ edgewise check '(a+b)*(b+1)' a=2 b=1 --json | sed 's/"error": [^}]*/"error": …/'
> {"edgewise": 1, "checked": 2, "worst": {"of": "e", "wrt": "b", "error": …}, "kinks": 0, "passed": true}
$ edgewise check 'abs(x) + floor(y) + cbrt(z) + sqrt(w)' x=0 y=1 z=0 w=0
>                derivative         differences     error
> ∂i/∂x                   0                   –            kink
>   from the left -1, from the right 1
> ∂i/∂y                   0                   –            kink
>   it jumps there, or rises without limit
> ∂i/∂z                 inf                   –            kink
>   it jumps there, or rises without limit
> ∂i/∂w                 inf                   –            kink
>   at the edge of where it is defined
>
> modes: forward, reverse, paths
> 4 are at a kink, where differences say nothing
$ edgewise check 'abs(x)' x=0 --json
> {"edgewise": 1, "checked": 1, "kinks": 1, "passed": true}
$ edgewise check 'log(x)' x=-1
>                derivative         differences     error
> ∂c/∂x                 nan                   –            kink
>   there is no value here
>
> modes: forward, reverse, paths
> 1 is at a kink, where differences say nothing
$ edgewise check 'e = stop(x) * x' x=3 --json | sed 's/"error": [^}]*/"error": …/'
> {"edgewise": 1, "checked": 1, "worst": {"of": "e", "wrt": "x", "error": …}, "kinks": 0, "passed": true}
# a branch that one point only takes: the derivative is the branch's, the differences are the function's
$ edgewise check 'if x == 1 then 2 else 2*x' x=1
>                derivative         differences     error
> ∂e/∂x                   0                   2         1  disagrees
>   forward   0
>   reverse   0
>   paths     0
>
> modes: forward, reverse, paths
> 1 derivative disagrees
> largest error: 1, of ∂e/∂x
? 1
$ edgewise check 'if x == 1 then 2 else 2*x' x=1 --json
> {"edgewise": 1, "checked": 1, "worst": {"of": "e", "wrt": "x", "error": 1}, "kinks": 0, "passed": false}
? 1
# a node in the middle is varied by itself
$ edgewise check 'c = a*b; e = c*c + a' a=2 b=3 --wrt c | head -n 2 | cut -c1-25
>                derivative
> ∂e/∂c                
$ edgewise check '1 + 2'
> there is nothing to check: the program has no real input, or empty ones alone
$ edgewise check 'a*b' a=1
! error[E120]: 'b' has no value
!   give it one after the program: b=1
? 2
$ edgewise check 'input n : int = 1; e = n*n' --wrt n
! error[E133]: there is no derivative by 'n': it is int
? 2
# rounding inside the program is no disagreement; nor are f32, ints and bools
$ edgewise check '(1e8 + x) - 1e8' x=1 --json | sed 's/"error": [^}]*/"error": …/'
> {"edgewise": 1, "checked": 1, "worst": {"of": "d", "wrt": "x", "error": …}, "kinks": 0, "passed": true}
$ edgewise check 'tanh(1e9*x) + abs(y)' x=0 y=1e-8 --json | sed 's/"error": [^}]*/"error": …/'
> {"edgewise": 1, "checked": 2, "worst": {"of": "f", "wrt": "x", "error": …}, "kinks": 0, "passed": true}
$ edgewise check 'input x : f32 = 1.5; y = sin(x)*x^3' --json | sed 's/"error": [^}]*/"error": …/'
> {"edgewise": 1, "checked": 1, "worst": {"of": "y", "wrt": "x", "error": …}, "kinks": 0, "passed": true}
$ edgewise check 'input n : int = 3; input k : bool = 1; input x = 2; y = (if k and x > 1 then x^n else 0) * mod(n, 2)' --json | sed 's/"error": [^}]*/"error": …/'
> {"edgewise": 1, "checked": 1, "worst": {"of": "y", "wrt": "x", "error": …}, "kinks": 0, "passed": true}
$ edgewise check 'h = 0.5; y = x^3; g = diff(y, x); e = g*x + h*max(x, y, 1)' x=2 --json | sed 's/"error": [^}]*/"error": …/'
> {"edgewise": 1, "checked": 1, "worst": {"of": "e", "wrt": "x", "error": …}, "kinks": 0, "passed": true}
$ edgewise check 'x + 1e-3*sin(1e17*x)' x=1 --json
> {"edgewise": 1, "checked": 1, "kinks": 0, "unclear": 1, "passed": true}

$ edgewise check 'y = sum(i: x[i]^2)' x=[]
> there is nothing to check: the program has no real input, or empty ones alone

# --finite: no kink, but status 6, where the value or a derivative is not finite; differences never count
$ edgewise check 'y = sqrt(x)' x=0
>                derivative         differences     error
> ∂y/∂x                 inf                   –            kink
>   at the edge of where it is defined
>
> modes: forward, reverse, paths
> 1 is at a kink, where differences say nothing
$ edgewise check 'y = sqrt(x)' x=0 --finite
! error[E145]: '∂y/∂x' is inf
? 6
$ edgewise check 'log(x)' x=0 --finite
! error[E145]: 'c' is -inf
!   c = log(x)
? 6
$ edgewise check 'x^0.5 + x' x=0 --finite --json
> {"edgewise": 1, "error": {"code": "E145", "message": "'∂d/∂x' is inf", "hint": "d = x^0.5 + x"}}
? 6
$ edgewise check 'y[i] = sqrt(x[i])' x=[1,0] --finite
! error[E145]: '∂y[1]/∂x[1]' is inf
? 6
$ edgewise check 'y = abs(x)' x=0 --finite
>                derivative         differences     error
> ∂y/∂x                   0                   –            kink
>   from the left -1, from the right 1
>
> modes: forward, reverse, paths
> 1 is at a kink, where differences say nothing
$ edgewise check 'y[i in 1000] = sum(j: sqrt(x[j] * (i + 1)))' x=[1,2,0] --finite
! error[E145]: '∂y/∂x (1)' is nan
? 6
