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

# Kinds are told by the names that a reader knows, once each, and a product is never cut off.

$ edgewise explain 'd = diff(max(if x > 1 then x^2 else -x, x), x); output d' x=3 | sed -n 3,5p
>   d is made of one comparison, one power, two negations, three choices, two
>   helpers of derivatives, four products and two sums.
>   It has one input: x = 3.
$ edgewise explain 'y = tanh(x*w); z = tanh(y*y*w + x); q = tanh(z*y+z); q*z + y' x=0.7 w=1.3 | sed -n '/^  From x/,/^    ∂/p'
>   From x there are 11 paths to j. Those with the largest products:
>     x → c → y → j
>         1·0.479968·1.3 = 0.623959
>     x → f → z → i → j
>         1·0.90777·0.225491·1 = 0.204694
>     x → c → y → d → e → f → z → i → j
>         1·0.90777·0.225491·1·1.3·0.721132·0.479968·1.3 = 0.119735
>     x → c → y → d → e → f → z → i → j
>         1·0.90777·0.225491·1·1.3·0.721132·0.479968·1.3 = 0.119735
>     x → c → y → g → h → q → i → j
>         1·0.880062·0.175954·1·0.880062·0.479968·1.3 = 0.0850316
>     x → f → z → h → q → i → j
>         1·0.880062·0.175954·1·0.225491·1 = 0.0349173
>     ∂j/∂x = 1.28356, the sum over all of them, found by the reverse sweep below
$ edgewise explain '(a+b)*(b+1)' a=2 b=1 --nudge b=0.1,b=0.2
! error[E132]: 'b' stands twice in 'b=0.1,b=0.2'
? 2
$ edgewise explain 's = sum(i: x[i])' x=[1,2] --nudge 'x[0]=0.1,x[1]=1' | tail -n 1; edgewise explain 's = sum(i: x[i])' x=[1,2] --nudge 'x[0]=0.1,x=1'
> There is no gap: along this nudge s changes in a straight line.
! error[E132]: 'x' stands twice in 'x[0]=0.1,x=1'
? 2

# --plan has its place in the object, too: without sizes of arrays the mode alone
$ edgewise explain --plan --json '(a+b)*(b+1)' a=2 b=1 | sed 's/.*"cost"/"cost"/'
> "cost": {"edges": 5, "paths": "3", "forward_sweeps": 2, "reverse_sweeps": 1}, "plan": {"mode": "reverse", "value": {"instructions": 3, "operations": 3, "batches": 2, "bytes": 48}, "gradient": {"instructions": 4, "operations": 4, "batches": 3, "bytes": 56}}}
$ edgewise explain --plan --json 'y[n] = sum(j: x[n, j] * W[j]); s = sum(n: y[n]^2)' --of s | sed 's/.*"plan"/"plan"/'
> "plan": {"mode": "reverse"}}
$ edgewise explain --plan --json 'x[0] = a; x[t in 1..4] = x[t-1] * sin(a)' a=1 --of x | sed 's/.*"plan"/"plan"/; s/"bytes": [0-9]*/"bytes": N/g'
> "plan": {"mode": "forward", "value": {"instructions": 3, "operations": 5, "bytes": N}, "steps": [{"operations": 1, "depth": 0, "text": "c = map 1: sin"}, {"operations": 0, "depth": 0, "text": "x[t] = map 1: store"}, {"depth": 0, "text": "loop from 0 to 3"}, {"operations": 4, "depth": 1, "text": "x[t] = map 1: mul"}]}}
$ edgewise explain --json '(a+b)*(b+1)' a=2 b=1 | grep -c plan
> 0
? 1

# Orders inside one another: a grid has the edges that its equation has; rows of array literals are parts of them
$ edgewise explain 'n[i, j] = n[i-1, j else 0] + n[i, j-1 else 0] + x[i, j]; e = n[1, 1]' x=[[1,2],[3,4]] | grep -A 1 'It has\|From x'
>   It has one input: x (2×2).
>
> --
>   It has five edges: c → f, d → f, f → n, x → n, n → e.
>   A node with indices is written once and stands for a scalar node at each
> --
>   From x: one way; with every index written out, one path.
>     x[i, j] → n[i, j] → e
$ edgewise explain --json 'n[i, j] = n[i-1, j else 0] + n[i, j-1 else 0] + x[i, j]; e = n[1, 1]' x=[[1,2],[3,4]] | sed 's/.*"edges": \(\[.*\]\), "forward.*"reverse": \(.*\), "cost.*/\1\n\2/'
> [{"from": "n", "to": "c", "arg": 1, "rule": "if h[i] then 1 else 0"}, {"from": "n", "to": "d", "arg": 1, "rule": "if h[j] then 1 else 0"}, {"from": "c", "to": "f", "arg": 0, "rule": "1"}, {"from": "d", "to": "f", "arg": 1, "rule": "1"}, {"from": "f", "to": "n", "arg": 0, "rule": "1"}, {"from": "x", "to": "n", "arg": 1, "rule": "1"}, {"from": "n", "to": "e", "arg": 0, "rule": "1"}]
> {"x": [[2, 1], [1, 1]], "g": [0, 0], "h": [0, 0], "c": [[2, 1], [1, 1]], "d": [[2, 1], [1, 1]], "f": [[2, 1], [1, 1]], "n": [[2, 1], [1, 1]], "e": 1}
$ edgewise explain --json 'e = sum(k, i, j: [[t[k], -t[k]], [2, t[k]]][i, j])' t=[3,4] | sed 's/.*"edges": \(\[.*\]\), "forward.*/\1/'
> [{"from": "t", "to": "c", "arg": 0, "rule": "1"}, {"from": "t", "to": "c", "arg": 0, "rule": "-1"}, {"from": "t", "to": "c", "arg": 1, "rule": "1"}, {"from": "c", "to": "e", "arg": 0, "rule": "1"}]

# What cannot be derived is said, not shown
$ edgewise explain 'h[m in 0..4, l in 0..2] = h[l, l - 1 else -0.14] * (diff(h[m - 2, l else -0.1], z[l, l]) * x[m])' x=[1,2,3,4,5] z=[[1,2,3],[1,2,3],[1,2,3]]
! error[E451]: inside its circle of equations the derivative by 'z' needs, step after step, one derivative by 'z' more: at most 7 are carried along
!   --> 1:53
!   |
! 1 | h[m in 0..4, l in 0..2] = h[l, l - 1 else -0.14] * (diff(h[m - 2, l else -0.1], z[l, l]) * x[m])
!   |                                                     ^^^^ stop(diff(…)) needs one order alone
? 3

# What leads through a diff that the program asks for is no path that is told, and is not 0
$ edgewise explain 'f = sum(i: x[i]^3); g[i] = diff(f, x[i]); e = sum(i: g[i]^2)' x=[1,2] | grep -A 2 '∂e/∂x'
>   ∂e/∂x[i] = … = [36, 288]
>     … and what leads through a diff of the program, whose own ways are not told.
>
> --
>   ∂e/∂x[i] = … = [36, 288]
>
> 8. What each way costs
$ edgewise explain 'f = sum(i: x[i]^3); g[i] = diff(f, x[i]); e = sum(i: g[i]^2) + x[0]' x=[1,2] | grep -B 1 '∂e/∂x'
>       ∂(u+v)/∂v = ∂u/∂v + ∂v/∂v = 1
>     ∂e/∂x[0] = 1
> --
>     … and what leads through a diff of the program, whose own ways are not told.
>     ∂e/∂x[i] = [i=0]·1 + … = [37, 288]
> --
>   ∂e/∂c[i] = …
>   ∂e/∂x[i] = ∂e/∂c[i]·(3·x[i]^2) + [i=0]·1 + … = [37, 288]
