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

# A diff of a program with indices is shown as what it is made of, as in one of scalars
$ edgewise explain 'f[i] = x[i]^3; g[i] = diff(f[i], x[i]) + x[i]; s = sum(i: g[i])' x=[1,2,3] | sed -n '/^  level/p; /^  From/,/^$/p; /∂s\/∂.*=/p; /^  Path/p'
>   level 0   x[i] (3)
>   level 1   d[i] = x[i]^2 (3)
>   level 2   e[i] = 3 * d[i] (3)
>   level 3   g[i] = e[i] + x[i] (3)
>   level 4   s = sum(i: g[i])
>     ∂s/∂g[i] = 1
>   From x: two ways; with every index written out, six paths.
>     x[i] → d[i] → e[i] → g[i] → s
>     x[i] → g[i] → s
>     ∂s/∂x[i] = 3·(2·x[i]) + 1 = [7, 13, 19]
>     ∂s/∂x[i] = 3·(2·x[i]) + 1 = [7, 13, 19]
>
>   ∂s/∂s = 1
>   ∂s/∂g[i] = 1
>   ∂s/∂e[i] = ∂s/∂g[i]
>   ∂s/∂d[i] = ∂s/∂e[i]·3
>   ∂s/∂x[i] = ∂s/∂d[i]·(2·x[i]) + ∂s/∂g[i] = [7, 13, 19]
>   Path by path it would be six paths to each element of s.
$ edgewise explain --lang vi 'f[i] = x[i]^3; g[i] = diff(f[i], x[i]) + x[i]; s = sum(i: g[i])' x=[1,2,3] | grep 'level\|mức\|∂s/∂x'
>   cần những nút ở các mức thấp hơn.
>   mức 0   x[i] (3)
>   mức 1   d[i] = x[i]^2 (3)
>   mức 2   e[i] = 3 * d[i] (3)
>   mức 3   g[i] = e[i] + x[i] (3)
>   mức 4   s = sum(i: g[i])
>     ∂s/∂x[i] = 3·(2·x[i]) + 1 = [7, 13, 19]
>   ∂s/∂x[i] = ∂s/∂d[i]·(2·x[i]) + ∂s/∂g[i] = [7, 13, 19]
$ edgewise paths --from x 'f[i] = x[i]^3; g[i] = diff(f[i], x[i]) + x[i]; s = sum(i: g[i])' x=[1,2,3]
> 6 paths from x to s
>
>   x[i] → d[i] → e[i] → g[i] → s    ×3
>       (2 * x[i])·3·1·1
>   x[i] → g[i] → s    ×3
>       1·1
>
> ∂s/∂x = [7, 13, 19]
$ edgewise explain --json 'f[i] = x[i]^3; g[i] = diff(f[i], x[i]) + x[i]; s = sum(i: g[i])' x=[1,2,3] | sed 's/.*"reverse"/"reverse"/; s/, "cost.*//'
> "reverse": {"x": [7, 13, 19], "f": [0, 0, 0], "d": [3, 3, 3], "e": [1, 1, 1], "g": [1, 1, 1], "s": 1}
$ edgewise explain 'f = sum(i: x[i]^3); g[i] = diff(f, x[i]); e = sum(i: g[i]^2) + x[0]' x=[1,2] | grep -A 4 '^  From'
>   From x: two ways; with every index written out, three paths.
>     x[i] → j[i] → g[i] → d[i] → h → e
>     x[i] → e
>     ∂e/∂x[i] = (2·g[i])·3·(2·x[i]) + [i=0]·1 = [37, 288]
>
$ edgewise draw 'H[i, j] = diff(diff(sum(k: x[k]^3), x[i]), x[j])' x=[1,2] -o h.txt && cat h.txt
> H[i, j] = diff(diff(sum(k: x[k]^3), x[i]), x[j])
>
> H[i, j] = if h[i, j] then g[j] else 0  (2×2) = [[6, 0], [0, 12]]
> ├─┄ h[i, j] = i == j  (2×2) = [[true, false], [false, t…
> └─(if h[i, j] then 1 else 0)─ g[k] = 3 * f[k]  (2) = [6, 12]
>    └─(3)─ f[k] = 2 * x[k]  (2) = [2, 4]
>       └─(2)─ x[k]  (2) = [1, 2]
> d = sum(k: c[k]) = 9
> └─(1)─ c[k] = x[k]^3  (2) = [1, 8]
>    └─(3 * x[k]^2)─ x[k]  (2) = [1, 2]

# … its names are those that other verbs give too, and one that they give to the diff is nobody's here
$ edgewise eval --all 'f[i] = x[i]^3; g[i] = diff(f[i], x[i]) + x[i]; s = sum(i: g[i])' x=[1,2,3]
> x = [1, 2, 3]
> f = [1, 8, 27]
> c = [[3,  0,  0],
>      [0, 12,  0],
>      [0,  0, 27]]
> g = [4, 14, 30]
> s = 48

# What is scattered: by the places of what is added, in the sum of one place
$ edgewise explain 'input x[3]; input k[4] : int; L = sum(i: x[k[i]]^3); g[j] = diff(L, x[j]); s = sum(j: g[j]^2)' x=[1,2,3] k=[0,2,2,1] | grep '∂g\|^  g'
>   g[j] = sum(i: if k[i] == j then f[i] else 0) = [3, 12, 54]
>   g[j] = sum(i: if k[i] == j then f[i] else 0)
>     ∂g[k[i]]/∂f[i] = 1
>     ∂d[j]/∂g[j] = 2·g[j]
>   ∂g[j] = Σ_{i:k[i]=j} ∂f[i]
>   ∂d[j] = (2·g[j])·∂g[j]
>   ∂s/∂g[j] = ∂s/∂d[j]·(2·g[j]) = [6, 24, 108]
>   ∂s/∂f[i] = ∂s/∂g[k[i]] = [6, 108, 108, 24]

# Within a recurrence it stays a node, and what leads through it is no path that is told, and is not 0
$ edgewise explain 'm[0] = x; m[t in 1..3] = m[t-1] - diff(a * m[t-1]^2, m[t-1]); e = m[3]' x=2 a=0.25 | sed -n '/^5/,/^6/p; /^  Path/,/^  Forward/p; /∂e\/∂f/p'
> 5. The paths from each input to e
>
>   The chain rule: multiply the derivatives along each path, and add the products
>   of all paths. A sum over an index is a sum over parallel paths. Paths from
>   step to step of a recurrence are in the sweeps below.
>
>   From x: one way; with every index written out, one path.
>     one way asks for two places of an array at once: it is none.
>     … and the ways that go round the recurrence, from step to step.
>     … and what leads through a diff of the program, whose own ways are not told.
>     ∂e/∂x = … = 0.125
>
>   ∂e/∂a = … = -3
>     … and what leads through a diff of the program, whose own ways are not told.
>
> 6. Forward: ∂/∂x of every node, one sweep for each input x
>   ∂e/∂f[i, j] = [j=i]·∂e/∂m[i + 1]·(-1)
>   Path by path it would be one path to each element of e, those through earlier
>   steps and through a diff not counted.
>   Forward needs a sweep for every element of the inputs, reverse one for every

# Where all ways go round a recurrence there is none to count
$ edgewise explain 'a[0] = 1; b[0] = 1; a[t in 1..4] = b[t-1] + 1; b[t in 1..4] = a[t-1] * x; e = a[4]' x=2 | grep -A 1 '^  From'
>   From x: only ways that go round the recurrence, from step to step.
>     ∂e/∂x = … = 5

# By a node that needs a derivative
$ edgewise grad --wrt g,f --mode forward 'f[i] = x[i]^3; g[i] = diff(f[i], x[i]) + x[i]; s = sum(i: g[i])' x=[1,2,3]
> s = 48
> ∂s/∂g = [1, 1, 1]
> ∂s/∂f = [0, 0, 0]
> mode: forward
$ edgewise grad --wrt g,f --mode reverse 'f[i] = x[i]^3; g[i] = diff(f[i], x[i]) + x[i]; s = sum(i: g[i])' x=[1,2,3]
> s = 48
> ∂s/∂g = [1, 1, 1]
> ∂s/∂f = [0, 0, 0]
> mode: reverse
$ edgewise grad --wrt g,f --mode paths 'f[i] = x[i]^3; g[i] = diff(f[i], x[i]) + x[i]; s = sum(i: g[i])' x=[1,2,3]
> s = 48
> ∂s/∂g = [1, 1, 1]
> ∂s/∂f = [0, 0, 0]
> mode: path by path
