# The short form, eval, grad: programs, values, defaults, draws.

$ edgewise '(a+b)*(b+1)' a=2 b=1
> c = a + b = 3    ∂e/∂c = 2
> d = b + 1 = 2    ∂e/∂d = 3
> e = c * d = 6    ∂e/∂a = 2    ∂e/∂b = 5 = 1·2 + 1·3
>
> Next: explain shows every step, draw -o graph.svg makes a picture.
$ edgewise a=2 b=1 '(a+b)*(b+1)'
! error[E123]: this program has no inputs, so 'b' cannot have a value
? 2
$ edgewise eval '(a+b)*(b+1)' a=2 b=1
> e = 6
$ edgewise eval '(a+b)*(b+1)' a=2 b=1 --all
> a = 2
> b = 1
> c = 3
> d = 2
> e = 6
$ edgewise eval '(a+b)*(b+1)' a=2 b=1 --outputs 'e,  diff(e,   b), a < b'
> e = 6
> diff(e, b) = 5
> a < b = false
$ edgewise eval '(a+b)*(b+1)' a=2 b=1 --outputs 'c, d'
> c = 3
> d = 2
$ edgewise eval 'x + y' x=pi/4 y=-1e-3
> c = 0.7843981633974483
$ edgewise eval 'x' x=0.1 x2=3
! error[E122]: this program has no input 'x2'
!   did you mean 'x'?
? 2
$ edgewise eval 'x / 3' x=1 --precision f32
> c = 0.3333333432674408
$ edgewise eval 'x / 3' x=1 --precision f64
> c = 0.3333333333333333
$ edgewise eval 'k = a < b; r = if k then a else b' a=1 b=2
> r = 1
$ edgewise eval 'k = a < b; r = if k then a else b' a=1 b=2 --all
> a = 1
> b = 2
> k = true
> r = 1
$ edgewise eval 'input n : int; input t : bool = true; y = if t then n * 2 else 0' n=21
> y = 42
$ edgewise eval 'input n : int; input t : bool = true; y = if t then n * 2 else 0' n=21 t=false
> y = 0
$ edgewise eval 'input a = 2; param b = 1; e = (a + b) * (b + 1)'
> e = 6
$ edgewise eval 'input a = 2; param b = 1; e = (a + b) * (b + 1)' b=2
> e = 12
$ edgewise eval 'input a ~ uniform(0, 1); e = a < 1 and a >= 0' --seed 7
> e = true
$ edgewise eval 'input a ~ normal(0, 1); e = a' --seed 7 > one; edgewise eval 'input a ~ normal(0, 1); e = a' --seed=7 > two; cmp one two
$ edgewise eval 'input a ~ normal(0, 1); e = a' --seed 8 > two; cmp -s one two
? 1
$ edgewise eval '1 + 2'
> c = 3
$ edgewise eval 'output p, q; p = x + 1; q = x - 1' x=1
> p = 2
> q = 0
$ edgewise eval 'điểm = θ * 2' θ=4
> điểm = 8
$ printf 'e = (a + b) * (b + 1)\n' | edgewise eval - a=2 b=1
> e = 6
$ printf 'e = (a + b) * (b + 1)\n' > m.ew; edgewise eval m.ew a=2 b=1
> e = 6
$ edgewise eval -- -x^2 x=3
> d = -9
$ edgewise --threads 2 eval '(a+b)*(b+1)' a=2 b=1
> e = 6
$ edgewise eval '1/x' x=0
> c = inf
$ edgewise eval 'log(x)' x=-1
> c = nan

# Derivatives

$ edgewise grad '(a+b)*(b+1)' a=2 b=1
> e = 6
> ∂e/∂a = 2
> ∂e/∂b = 5
> mode: reverse
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 --wrt b
> e = 6
> ∂e/∂b = 5
> mode: reverse
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 --wrt 'c, d'
> e = 6
> ∂e/∂c = 2
> ∂e/∂d = 3
> mode: reverse
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 --of c
> c = 3
> ∂c/∂a = 1
> ∂c/∂b = 1
> mode: reverse
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 --mode forward
> e = 6
> ∂e/∂a = 2
> ∂e/∂b = 5
> mode: forward
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 --mode reverse
> e = 6
> ∂e/∂a = 2
> ∂e/∂b = 5
> mode: reverse
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 --mode auto
> e = 6
> ∂e/∂a = 2
> ∂e/∂b = 5
> mode: reverse
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 --mode paths
> e = 6
> ∂e/∂a = 2
> ∂e/∂b = 5
> mode: path by path
$ edgewise grad 'b*b*b' b=2 --mode paths
> d = 8
> ∂d/∂b = 12
> mode: path by path
$ edgewise grad 'sqrt(x*x)' x=0 --mode paths
> d = 0
> ∂d/∂x = 0
> mode: path by path
$ edgewise grad 'sqrt(x*x)' x=0
> d = 0
> ∂d/∂x = 0
> mode: reverse
$ edgewise grad 'x' x=3 --mode paths
> c = 3
> ∂c/∂x = 1
> mode: path by path
$ edgewise grad 'input n : int = 3; input x; y = n * x' x=2
> y = 6
> ∂y/∂x = 3
> mode: reverse
$ edgewise grad 'input n : int = 3; input x; y = n * x' x=2 --wrt n
! error[E133]: there is no derivative by 'n': it is int
? 2
$ edgewise grad '1 + 2'
> c = 3
> mode: reverse
$ (echo 'x0 = a'; i=0; while [ $i -lt 30 ]; do echo "x$((i+1)) = x$i * x$i"; i=$((i+1)); done) > deep.ew; edgewise grad deep.ew a=1 --mode paths
! error[E144]: there are 1073741824 paths from 'a', too many to multiply one by one: at most 10^7 are
? 5
$ edgewise grad deep.ew a=1
> x30 = 1
> ∂x30/∂a = 1073741824
> mode: reverse
$ edgewise '(a+b)*(b+1)' a=2 b=1 --of c --wrt a
> c = a + b = 3    ∂c/∂a = 1
> d = b + 1 = 2
> e = c * d = 6
>
> Next: explain shows every step, draw -o graph.svg makes a picture.

# --finite

$ edgewise eval 'log(x)' x=-1 --finite
! error[E145]: 'c' is nan
!   c = log(x)
? 6
$ edgewise grad 'sqrt(x)' x=0 --finite
! error[E145]: '∂c/∂x' is inf
!   c = sqrt(x)
? 6
$ edgewise eval 'log(x)' x=1 --finite
> c = 0
$ edgewise 'log(x)' x=0 --finite
! error[E145]: 'c' is -inf
!   c = log(x)
? 6
$ edgewise explain 'log(x)' x=0 --finite
! error[E145]: 'c' is -inf
!   c = log(x)
? 6

# An int holds 64 bits, a value on this line goes through a double: what that would change is told.

$ edgewise eval 'input n : int; y = mod(n, 10)' n=9007199254740993
! error[E194]: 'n' cannot be 9007199254740993: beyond 2^53 not every whole number has an exact double
? 2
$ edgewise eval 'input n[N] : int; y = mod(n[1], 10)' 'n=[1, -9223372036854775807]'
! error[E194]: 'n' cannot be -9223372036854775807: beyond 2^53 not every whole number has an exact double
? 2
$ edgewise eval 'input n : int; y = mod(n, 10)' n=9007199254740994
> y = 4
$ edgewise eval 'input n : int; y = mod(n, 10)' n=1e18
> y = 0
$ edgewise eval 'y = n' n=9007199254740993
> y = 9007199254740992

# Parts without a name are told in messages by what they are; the name that an output was given is explained.
$ edgewise eval 'input n : int = 5000000000; e = (n*n) * 0.5'
! error[E084]: the int 'n * n' overflows: 5000000000 * 5000000000
? 5
$ edgewise eval 'input n : int = 0; e = 3 * div(7, n)'
! error[E085]: in 'div(7, n)' an int is divided by zero: div(7, 0)
? 5
$ edgewise eval 'input k[2] : int = [1, 5000000000]; s = sum(i: (k[i]*k[i] - 1) * 0.5)'
! error[E084]: the int 'k[i] * k[i]' overflows: 5000000000 * 5000000000
? 5
$ edgewise eval 'log(x)*2' x=0 --finite
! error[E145]: 'd' is -inf
!   d = log(x) * 2
? 6
$ edgewise eval 'log(x[0])*2' 'x=[0]' --finite --json
> {"edgewise": 1, "error": {"code": "E145", "message": "'d' is -inf", "hint": "d = log(x[0]) * 2"}}
? 6
$ edgewise grad 'sqrt(x)*2' x=0 --finite
! error[E145]: '∂d/∂x' is inf
!   d = sqrt(x) * 2
? 6
$ edgewise eval 'y = log(x)*2' x=0 --finite
! error[E145]: 'y' is -inf
? 6
$ edgewise minimize 'log(x)' x=-1 --finite 2>&1 | tail -2
> error[E145]: 'c' is nan
>   c = log(x)
$ edgewise eval 'f(a) = diff(a, a); y = f(x > 2); z = f(x < 2)' x=1
! error[E031]: there is no derivative by 'a': it is bool
!   --> 1:16
!   |
! 1 | f(a) = diff(a, a); y = f(x > 2); z = f(x < 2)
!   |                ^
? 3
