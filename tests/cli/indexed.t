# Programs with indices: values as literals, every verb, JSON.

$ edgewise eval 'e = sum(i: x[i]^2)' x=[1,2,3]
> e = 14
$ edgewise eval 'y[i] = 2 * x[i]; e = sum(i: y[i])' x=[1,2,3] --all
> x = [1, 2, 3]
> y = [2, 4, 6]
> e = 12
$ edgewise eval 'z[n, k] = sum(j: x[n, j] * W[j, k]) + b[k]' x=[[1,2],[3,4]] W=[[1,0,-1],[2,0.5,1]] b=[0,1,10]
> z = [[ 5, 2, 11],
>      [11, 3, 11]]
$ edgewise eval 'y[i] = x[i] > 1' x=[1,2,3]
> y = [false, true, true]
$ edgewise eval 'y[i] = x[i]' x='[pi/4, min(1, 2), (1 + 2)^2]'
> y = [0.7853981633974483, 1, 9]
$ edgewise eval 'y[i] = x[i]' x=[]
> y[0] = []
$ edgewise eval 'y[i, j] = x[i, j]' x=[[],[]]
> y[2, 0] = []
$ edgewise eval 'y[i, j, k] = x[i, j, k]' x=[[[1,2],[3,4]],[[5,6],[7,8]]]
> y[2, 2, 2] =
>   [0]  [[1, 2],
>         [3, 4]]
>   [1]  [[5, 6],
>         [7, 8]]
$ edgewise eval 'y[i in 1000] = i / 8' | cut -c -60
> y[1000] = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1
$ edgewise eval 'y[i in 40, j in 50] = i * j / 3'
> y[40, 50] = [[0,        0,        0, 0,       0,       0,  0,       0, …],
>              [0, 0.333333, 0.666667, 1, 1.33333, 1.66667,  2, 2.33333, …],
>              [0, 0.666667,  1.33333, 2, 2.66667, 3.33333,  4, 4.66667, …],
>              [0,        1,        2, 3,       4,       5,  6,       7, …],
>              [0,  1.33333,  2.66667, 4, 5.33333, 6.66667,  8, 9.33333, …],
>              [0,  1.66667,  3.33333, 5, 6.66667, 8.33333, 10, 11.6667, …],
>              …]
$ edgewise eval 'y[i in 3] = i' --lang vi
> y = [0, 1, 2]
$ edgewise eval 'e = sum(i: x[i]^2)' x=[1,2,3] --outputs 'e, diff(e, x[i]), x[0], x'
> e = 14
> diff(e, x[i]) = [2, 4, 6]
> x[0] = 1
> x = [1, 2, 3]
$ edgewise eval --json 'y[i] = 2 * x[i]; t[i] = y[i] > 3; e = sum(i: y[i])' x=[1,2,3] --all
> {"edgewise": 1, "values": {"x": [1, 2, 3], "y": [2, 4, 6], "t": [false, true, true], "e": 12}}
$ edgewise eval --json 'y[i, j] = x[i, j]' x=[[],[]]
> {"edgewise": 1, "values": {"y": [[], []]}}
$ edgewise eval 'y[i] = 1/x[i]' x=[1,0] --finite
! error[E145]: 'y[1]' is inf
? 6
$ edgewise eval --threads 3 'e = sum(i: x[i]^2)' x=[1,2,3]
> e = 14

# Dimensions

$ edgewise eval 'input x[N]; e = sum(i: x[i]) / N' x=[1,2,3]
> e = 2
$ edgewise eval 'input x[N]; input y[N]; e = sum(i: x[i] * y[i])' x=[1,2,3] y=[1,2]
! error[E411]: the sizes disagree about N: 3 in x (1:7), but 2 in y (1:21)
!   --> 1:21
!   |
! 1 | input x[N]; input y[N]; e = sum(i: x[i] * y[i])
!   |                     ^
? 2
$ edgewise eval 'input x[N] = 2; e = sum(i: x[i])' N=5
> e = 10
$ edgewise eval 'input x[N] = 2; e = sum(i: x[i])'
! error[E120]: 'N' has no value
!   give it one after the program: N=1
? 2
$ edgewise eval 'input x[N] = 2; e = sum(i: x[i])' N=2.5
! error[E139]: 'N' is a dimension: its value must be a whole number from 0 on, not 2.5
? 2
$ edgewise eval 'input x[N] = 2; e = sum(i: x[i])' N=-1
! error[E139]: 'N' is a dimension: its value must be a whole number from 0 on, not -1
? 2
$ edgewise eval 'input x[N] = 2; e = sum(i: x[i])' M=3
! error[E122]: this program has no input 'M'
? 2
$ edgewise eval 'input H : int = 3; param W[H] = 0.5; e = sum(i: W[i])'
> e = 1.5
$ edgewise eval 'input H : int = 3; param W[H] = 0.5; e = sum(i: W[i])' H=10
> e = 5
$ edgewise eval 'input x[N] ~ uniform(0, 1); e = min(i: x[i]) >= 0 and max(i: x[i]) < 1' N=100
> e = true

# What is wrong with a value

$ edgewise eval 'input n[K] : int; e = sum(i: n[i])' n=[1,2.5]
! error[E127]: 'n[1]' is an int: its value must be a whole number, not 2.5
? 2
$ edgewise eval 'input t[K, L] : bool; e = any(i, j: t[i, j])' t=[[0,1],[1,2]]
! error[E128]: 't[1, 1]' is a bool: its value must be true or false, not 2
? 2
$ edgewise eval 'e = sum(i: x[i])'
! error[E120]: 'x' has no value
!   give it one after the program: x=[1,2,3], or x=@FILE
? 2
$ edgewise eval 'e = sum(i: x[i])' x=3
! error[E137]: the value of 'x' has other axes than the input; its sizes: a single number
!   the input is x[?]
? 2
$ edgewise eval 'e = sum(i: x[i])' x=[[1,2]]
! error[E137]: the value of 'x' has other axes than the input; its sizes: [1, 2]
!   the input is x[?]
? 2
$ edgewise eval 'input x[N, 2]; e = sum(i: x[i, 0])' x=[1,2]
! error[E137]: the value of 'x' has other axes than the input; its sizes: [2]
!   the input is x[N, 2]
? 2
$ edgewise eval 'e = x' x=[1,2]
! error[E126]: 'x' is a single number, and its value is an array of sizes [2]
? 2
$ edgewise eval 'e = sum(i: x[i])' x=[1,[2]]
! error[E136]: the array given for 'x' cannot be read: numbers stand at different depths
? 2
$ edgewise eval 'e = sum(i: x[i])' x=[[1,2],[3]]
! error[E135]: the array given for 'x' is ragged: its first part there has 2 entries
!   here there are: 1
? 2
$ edgewise eval 'e = sum(i: x[i])' x=[1,2
! error[E136]: the array given for 'x' cannot be read: a ] is due
? 2
$ edgewise eval 'e = sum(i: x[i])' x=[1,2]]
! error[E136]: the array given for 'x' cannot be read: something stands after its last bracket
? 2
$ edgewise eval 'e = sum(i: x[i])' x=[1,a]
! error[E124]: the value of 'x' is not a number: 'a'
!   nothing is called 'a'
? 2
$ edgewise eval 'e = sum(i: x[i])' x=[1,2] x=[3]
! error[E121]: 'x' is given a value twice
? 2
$ edgewise eval --lang vi 'e = sum(i: x[i])' x=[[1,2],[3]]
! error[E135]: mảng cho 'x' không đều: phần đầu tiên ở đó có số phần tử là 2
!   ở đây có: 1
? 2

# Derivatives

$ edgewise grad 'e = sum(i: x[i]^2)' x=[1,2,3]
> e = 14
> ∂e/∂x = [2, 4, 6]
> mode: reverse
$ edgewise grad 'e = sum(i: x[i]^2)' x=[1,2,3] --mode forward
> e = 14
> ∂e/∂x = [2, 4, 6]
> mode: forward
$ edgewise grad 'y[j in 0..4] = sum(k in 0..j: x[mod(k, 4)]); z[0, 1] = y[1] + y[2]; z[p in 0..0, q in 0..0] = 0.5; t = z[0, 0] + z[0, 1]' --of t x=[1,2,3,4] --mode forward
> t = 9.5
> ∂t/∂x = [2, 2, 1, 0]
> mode: forward
$ edgewise grad 'y[i] = x[i]^2 * a' x=[1,2,3] a=2
> y = [2, 8, 18]
> ∂y/∂x = [[4, 0,  0],
>          [0, 8,  0],
>          [0, 0, 12]]
> ∂y/∂a = [1, 4, 9]
> mode: reverse
$ edgewise grad 'y[i] = sum(j: A[i, j] * x[j])' A=[[1,2],[3,4],[5,6]] x=[1,1] --wrt x
> y = [3, 7, 11]
> ∂y/∂x = [[1, 2],
>          [3, 4],
>          [5, 6]]
> mode: forward
$ edgewise grad --json 'e = sum(i, k: (W[i, k] * a)^2)' W=[[1,2],[3,4]] a=2
> {"edgewise": 1, "of": "e", "value": 120, "gradient": {"W": [[8, 16], [24, 32]], "a": 120}, "mode": "reverse"}
$ edgewise grad --json 'y[i] = x[i]^2' x=[1,2]
> {"edgewise": 1, "of": "y", "value": [1, 4], "gradient": {"x": [[2, 0], [0, 4]]}, "mode": "reverse"}
$ edgewise grad 'e = sum(i: x[i]^2)' x=[1,2,3] --mode paths
> e = 14
> ∂e/∂x = [2, 4, 6]
> mode: path by path
$ edgewise grad 'input n : int; e = sum(i: x[i]^n)' x=[1,2,3] n=2 --wrt n
! error[E012]: nothing is called 'x'
!   --> 1:27
!   |
! 1 | input n : int; e = sum(i: x[i]^n)
!   |                           ^
? 3

# The short form

$ edgewise 'z[n, k] = sum(j: x[n, j] * W[j, k]); e = sum(n, k: z[n, k]^2)' x=[[1,2],[3,4]] W=[[1,0],[2,0.5]]
> c[n, j, k] = x[n, j] * W[j, k]    [2, 2, 2]
>     = [[[1, 0], [4, 1]], [[3, 0], [8, 2]]]
>     ∂e/∂c = [[[10, 2], [10, 2]], [[22, 4], [22, 4]]]
> z[n, k] = sum(j: c[n, j, k])    [2, 2]
>     = [[5, 1], [11, 2]]
>     ∂e/∂z = [[10, 2], [22, 4]]
> d[n, k] = z[n, k]^2    [2, 2]
>     = [[25, 1], [121, 4]]
>     ∂e/∂d = [[1, 1], [1, 1]]
> e = sum(n, k: d[n, k]) = 151
> ∂e/∂x[2, 2] = [[10, 21], [22, 46]]
> ∂e/∂W[2, 2] = [[76, 14], [108, 20]]
>
> Next: eval and grad show all numbers, -o FILE.npz keeps them.
$ edgewise 'y[i] = sum(j: A[i, j] * x[j])' A=[[1,2],[3,4],[5,6]] x=[1,1]
> c[i, j] = A[i, j] * x[j]    [3, 2]
>     = [[1, 2], [3, 4], [5, 6]]
> y[i] = sum(j: c[i, j])    [3]
>     = [3, 7, 11]
> ∂y/∂A[3, 3, 2] = [[[1, 1], …], …]
> ∂y/∂x[3, 2] = [[1, 2], [3, 4], [5, 6]]
>
> Next: eval and grad show all numbers, -o FILE.npz keeps them.

# JSON of the whole

$ edgewise explain --json 'y[i] = w * x[i]; e = sum(i: y[i]^2)' x=[1,2] w=3
> {"edgewise": 1, "of": "e", "inputs": {"w": 3, "x": [1, 2]}, "operations": {"mul": 1, "pow": 1, "sum": 1}, "nodes": [{"name": "w", "op": "input", "args": [], "text": "w", "value": 3}, {"name": "x", "op": "input", "args": [], "text": "x[i]", "indices": ["i"], "shape": [2], "value": [1, 2]}, {"name": "y", "op": "mul", "args": ["w", "x"], "text": "w * x[i]", "indices": ["i"], "shape": [2], "value": [3, 6]}, {"name": "c", "op": "pow", "args": ["y", 2], "text": "y[i]^2", "indices": ["i"], "shape": [2], "value": [9, 36]}, {"name": "e", "op": "sum", "args": ["c"], "text": "sum(i: c[i])", "value": 45}], "edges": [{"from": "w", "to": "y", "arg": 0, "rule": "x[i]"}, {"from": "x", "to": "y", "arg": 1, "rule": "w"}, {"from": "y", "to": "c", "arg": 0, "rule": "2 * y[i]"}, {"from": "c", "to": "e", "arg": 0, "rule": "1"}], "forward": {"w": {"w": 1, "x": [0, 0], "y": [1, 2], "c": [6, 24], "e": 30}, "x": {"w": [0, 0], "x": [[1, 0], [0, 1]], "y": [[3, 0], [0, 3]], "c": [[18, 0], [0, 36]], "e": [18, 36]}}, "reverse": {"w": 30, "x": [18, 36], "y": [6, 12], "c": [1, 1], "e": 1}, "cost": {"edges": 4, "forward_sweeps": 3, "reverse_sweeps": 1}, "omitted": ["paths"]}
$ edgewise explain --json 'y[i] = w * x[i]; e = sum(i: y[i]^2)'
> {"edgewise": 1, "of": "e", "operations": {"mul": 1, "pow": 1, "sum": 1}, "nodes": [{"name": "w", "op": "input", "args": [], "text": "w"}, {"name": "x", "op": "input", "args": [], "text": "x[i]", "indices": ["i"], "shape": [null]}, {"name": "y", "op": "mul", "args": ["w", "x"], "text": "w * x[i]", "indices": ["i"], "shape": [null]}, {"name": "c", "op": "pow", "args": ["y", 2], "text": "y[i]^2", "indices": ["i"], "shape": [null]}, {"name": "e", "op": "sum", "args": ["c"], "text": "sum(i: c[i])"}], "edges": [{"from": "w", "to": "y", "arg": 0, "rule": "x[i]"}, {"from": "x", "to": "y", "arg": 1, "rule": "w"}, {"from": "y", "to": "c", "arg": 0, "rule": "2 * y[i]"}, {"from": "c", "to": "e", "arg": 0, "rule": "1"}], "cost": {"edges": 4, "reverse_sweeps": 1}, "omitted": ["paths"]}
$ edgewise explain --json 'y[i in 1001] = w * i; e = sum(i: y[i])' w=3
> {"edgewise": 1, "of": "e", "inputs": {"w": 3}, "operations": {"mul": 1, "sum": 1}, "nodes": [{"name": "w", "op": "input", "args": [], "text": "w", "value": 3}, {"name": "y", "op": "mul", "args": ["w", "i"], "text": "w * i", "indices": ["i"], "shape": [1001]}, {"name": "e", "op": "sum", "args": ["y"], "text": "sum(i: y[i])", "value": 1501500}], "edges": [{"from": "w", "to": "y", "arg": 0, "rule": "i"}, {"from": "y", "to": "e", "arg": 0, "rule": "1"}], "forward": {"w": {"w": 1, "e": 500500}}, "reverse": {"w": 500500, "e": 1}, "cost": {"edges": 2, "forward_sweeps": 1, "reverse_sweeps": 1}, "omitted": ["paths"]}

# A number in an array literal is no node: no edge comes from it, though it stands at every place of an index

$ edgewise explain --json 'y[i in 2] = [x[i], 1, x[0]][i]; e = sum(i in 2: y[i])' x=[2,3] | sed 's/.*\("edges": .*\), "forward": .*/\1/'
> "edges": [{"from": "x", "to": "c", "arg": 0, "rule": "1"}, {"from": "x", "to": "c", "arg": 2, "rule": "1"}, {"from": "c", "to": "y", "arg": 0, "rule": "1"}, {"from": "y", "to": "e", "arg": 0, "rule": "1"}]
$ edgewise explain 'y[i in 2] = [x[i], 1][i]; e = sum(i in 2: y[i])' x=[2,3] | grep '∂c\|edges:'
>   It has three edges: x → c, c → y, y → e.
>     ∂c[i, 0]/∂x[i] = 1
>     ∂y[i]/∂c[i, i] = 1
>   ∂c[i, 0] = ∂x[i]
>   ∂y[i] = ∂c[i, i]
>   ∂e/∂c[i, j] = [j=i]·∂e/∂y[i] = [[1, 0], [0, 1]]
>   ∂e/∂x[i] = ∂e/∂c[i, 0] = [1, 0]

# A circle in a circle: what its equations use is used by the array that they make

$ edgewise paths 'h[i, j] = x[i, j] + 0.5 * h[i-1, j else 1] * h[i, j-1 else 2]; e = sum(i, j: h[i, j])' x=[[1,2],[3,4]] --from x
> 4 paths from x to e
>
>   x[i, j] → h[i, j] → e    ×4
>       1·1
>
> ∂e/∂x = [[5.25, 3.5],
>          [ 2.5,   1]]
$ edgewise explain 'h[i, j] = x[i, j] + 0.5 * h[i-1, j else 1] * h[i, j-1 else 2]; e = sum(i, j: h[i, j])' x=[[1,2],[3,4]] | grep -A3 'has one input\|From x\|edges:'
>   It has one input: x (2×2).
>
> 2. The graph
>
> --
>   It has six edges: c → d, d → g, f → g, x → h, g → h, h → e.
>   A node with indices is written once and stands for a scalar node at each
>   place: 29 of them in all, with 32 edges.
>   h is a recurrence: each of its steps uses what earlier ones have made.
> --
>   From x: one way; with every index written out, four paths.
>     x[i, j] → h[i, j] → e
>     … and the ways that go round the recurrence, from step to step.
>     ∂e/∂x[i, j] = 1 + … = [[5.25, 3.5], [2.5, 1]]
$ edgewise explain --json 'h[i, j] = x[i, j] + 0.5 * h[i-1, j else 1] * h[i, j-1 else 2]; e = sum(i, j: h[i, j])' x=[[1,2],[3,4]] | sed 's/.*\("edges": .*\), "forward": .*/\1/'
> "edges": [{"from": "h", "to": "c", "arg": 1, "rule": "if l[i] then 1 else 0"}, {"from": "c", "to": "d", "arg": 1, "rule": "0.5"}, {"from": "h", "to": "f", "arg": 1, "rule": "if l[j] then 1 else 0"}, {"from": "d", "to": "g", "arg": 0, "rule": "f[j, i]"}, {"from": "f", "to": "g", "arg": 1, "rule": "d[i, j]"}, {"from": "x", "to": "h", "arg": 0, "rule": "1"}, {"from": "g", "to": "h", "arg": 1, "rule": "1"}, {"from": "h", "to": "e", "arg": 0, "rule": "1"}]
$ edgewise draw 'input x[3]; u[0, j] = x[j]; u[i in 1..2 until sum(q in 3: u[i, q]) > 9, j in 0..2] = u[i-1, j] + u[i, j-1 else 0]; e = u[2, 2]' x=[1,2,3] -o u.txt; cat u.txt
> e = u[2, 2]
>
> e = u[2, 2] = 6
> └─(1)─ u[0, j] = x[j]; u[i + 1, j] = if …[i - 1] then u[i, j]…  (3×3) = [[1, 2, 3], [1, 3, 6], [1…
>    ├─(1)─ x[j]  (3) = [1, 2, 3]
>    ├─(if …[i - 1] then 1 else…)─ u[i, j]: steps so far
>    ├─(if …[i - 1] then 0 else…)─ d[i, j] = u[i, j] + c[j, i]  (2×3) = [[1, 3, 6], [1, 4, 9]]
>    │  ├─(1)─ u[i, j]: steps so far
>    │  └─(1)─ c[j, i] = if k[j] then u[i + 1, j - 1…  (3×2) = [[0, 0], [1, 1], [3, 3]]
>    │     ├─┄ k[j] = h[j] >= 0  (3) = [false, true, true]
>    │     │  └─┄ h[j] = j - 1  (3) = [-1, 0, 1]
>    │     └─(if k[j] then 1 else 0)─ u[i, j]: steps so far
>    ├─┄ g[i] = f[i] > 9  (2) = [true, true]
>    │  └─┄ f[i] = sum(q: u[i + 1, q])  (2) = [10, 10]
>    │     └─(1)─ u[i, j]: steps so far
>    └─↺ u[i, j]: steps so far
$ edgewise explain 'g[i, j in 3] = x[i] * f[i, j-1 else 1]; f[i, j in 3] = g[i, j] + f[i-1, j else 0]; s[i] = sum(j in 3: f[i, j]); e = sum(i: s[i])' x=[2,3] | grep 'level [3-6]\|edges:'
>   level 3   g[i, j] = x[i] * c[j, i] (2×3)
>   level 4   f[i, j] = g[i, j] + d[i, j] (2×3)
>   level 5   s[i] = sum(j: f[i, j]) (2)
>   level 6   e = sum(i: s[i])
>   It has six edges: x → g, c → g, g → f, d → f, f → s, s → e.
$ edgewise explain 'g[i, j in 3] = x[i] * f[i, j-1 else 1]; f[i, j in 3] = g[i, j] + t[i-1 else 0]; t[i] = sum(j in 3: f[i, j]); e = t[1]' x=[2,3] | grep 'level [3-6]\|edges:'
>   level 3   g[i, j] = x[i] * c[j, i] (2×3)
>   level 4   f[i, j] = g[i, j] + d[i] (2×3)
>   level 5   t[i] = sum(j: f[i, j]) (2)
>   level 6   e = t[1]
>   It has six edges: x → g, c → g, g → f, d → f, f → t, t → e.

# What leads on by earlier steps alone has a derivative too

$ edgewise explain 'a[0] = 1; b[0] = 1; a[t+1] = b[t]; b[t+1] = x[t] * a[t]; e = sum(t: a[t])' x=[2,3,4] | grep -A2 'From x\|^  ∂e/∂'
>   From x: only ways that go round the recurrence, from step to step.
>     ∂e/∂x[t] = … = [1, 1, 0]
>
> --
>   ∂e/∂e = 1
>   ∂e/∂b[t] = ∂e/∂a[t + 1] = [4, 1, 1, 0]
>   ∂e/∂a[t] = ∂e/∂b[t + 1]·x[t] + 1 = [3, 4, 1, 1]
>   ∂e/∂x[t] = ∂e/∂b[t + 1]·a[t] = [1, 1, 0]
>
> 8. What each way costs
$ edgewise paths 'a[0] = 1; b[0] = 1; a[t+1] = b[t]; b[t+1] = x[t] * a[t]; e = sum(t: a[t])' x=[2,3,4] --from x
> no path from x to e but those that go round a recurrence, from step to step
> ∂e/∂x = [1, 1, 0]
$ edgewise paths 'a[0] = 1; b[0] = 1; a[t+1] = b[t]; b[t+1] = x[t] * a[t]; e = sum(t: a[t])' x=[2,3,4] --from x --lang vi
> không có đường đi từ x đến e ngoài những đường đi vòng theo truy hồi, từ bước này sang bước khác
> ∂e/∂x = [1, 1, 0]

# Paths: an index sum is parallel paths

$ edgewise paths 'z[n, k] = sum(j: x[n, j] * W[j, k]); e = sum(n, k: z[n, k]^2)' x=[[1,2],[3,4]] W=[[1,0],[2,0.5]] --from W
> 8 paths from W to e
>
>   W[j, k] → c[n, j, k] → z[n, k] → d[n, k] → e    ×8
>       (x[n, j])·1·(2 * z[n, k])·1
>
> ∂e/∂W = [[ 76, 14],
>          [108, 20]]
$ edgewise paths 'e = sum(i: x[i]^2)' --from x
>   x[i] → c[i] → e
>       (2 * x[i])·1
$ edgewise paths 'y[i] = x[i]; e = a * 2' --from x --to e x=[1] a=1
> no path from x to e
> ∂e/∂x = [0]
$ edgewise paths --json 'e = sum(i: x[i]^2)' x=[1,2] --from x
> {"edgewise": 1, "from": "x", "to": "e", "count": "2", "sum": [2, 4], "listed": [{"nodes": ["x", "c", "e"], "times": 2}]}

# What is to come says so

$ edgewise explain 'e = sum(i: x[i]^2)' x=[1,2] --nudge x=0.1
> What happens if every element of x changes by 0.1?
>
>   node               before   after   predicted   change    gap
>   x[0]                    1    1.1          0.1     0.1    0
>   c[1]                    4    4.41         0.4     0.41   0.01
>   e = sum(i: c[i])        5    5.62         0.6     0.62   0.02
>
> Of an array the element is shown that changes most.
> The derivatives predict a change of 0.6; it is 0.62, a gap of 0.02.
> The gap shrinks with the square of the nudge: a tenth of this nudge leaves
> 0.0002 instead of 0.02, about a hundredth.

# check

$ edgewise check 'e = sum(i: sin(x[i]) * x[i])' x=[1,2,3]
>                   derivative         differences     error
> ∂e/∂x[0]       1.38177329068       1.38177329068   3.6e-14  agrees
> ∂e/∂x[1]     0.0770037537314     0.0770037537314   2.1e-14  agrees
> ∂e/∂x[2]      -2.82885748174      -2.82885748174   2.4e-15  agrees
>
> modes: forward, reverse
> 3 derivatives agree
> largest error: 3.6e-14, of ∂e/∂x[0]
$ edgewise check 'y[i] = sin(x[i]) * a' x=[1,2] a=3
>                      derivative         differences     error
> ∂y[0]/∂x[0]        1.6209069176        1.6209069176   4.1e-16  agrees
> ∂y[0]/∂x[1]                   0                   0         0  agrees
> ∂y[1]/∂x[0]                   0                   0         0  agrees
> ∂y[1]/∂x[1]      -1.24844050964      -1.24844050964   8.5e-15  agrees
> ∂y[0]/∂a         0.841470984808      0.841470984808   6.7e-16  agrees
> ∂y[1]/∂a         0.909297426826      0.909297426826   6.7e-16  agrees
>
> modes: forward, reverse
> 6 derivatives agree
> largest error: 8.5e-15, of ∂y[1]/∂x[1]
$ edgewise check 'e = sum(i: abs(x[i]))' x=[1,0]
>                   derivative         differences     error
> ∂e/∂x[0]                   1                   1         0  agrees
> ∂e/∂x[1]                   0                   –            kink
>   from the left -1, from the right 1
>
> modes: forward, reverse
> 1 derivative agrees
> 1 is at a kink, where differences say nothing
> largest error: 0, of ∂e/∂x[0]
$ edgewise check --json 'e = sum(i: sin(x[i]) * x[i])' x=[1,2,3] | sed 's/"error": [^}]*/"error": …/'
> {"edgewise": 1, "checked": 3, "worst": {"of": "e", "wrt": "x[0]", "error": …}, "kinks": 0, "passed": true}
$ edgewise check 'input x[N] ~ normal(0, 1); y[i] = sin(x[i]) * x[i]' N=200 | sed -n '/modes/,/agree/p'
> modes: forward, reverse
> 3 derivatives agree
$ edgewise check 'p[n, k] = softmax(k: x[n, k]) # no stop of our own' x=[[0.5,-1]] | sed -n 's/  .* agrees/ agrees/p'
> ∂p[0, 0]/∂x[0, 0] agrees
> ∂p[0, 0]/∂x[0, 1] agrees
> ∂p[0, 1]/∂x[0, 0] agrees
> ∂p[0, 1]/∂x[0, 1] agrees
$ edgewise check 'p[n, m, o, k] = sin(x[n, m, o, k])' x=[[[[0]]]] | sed -n 's/  .* agrees/ agrees/p'
> ∂p[0, 0, 0, 0]/∂x[0, 0, 0, 0] agrees
$ edgewise check 'e = sum(i: stop(x[i]) * x[i])' x=[1,2] | sed -n 's/  .* agrees/ agrees/p'
> ∂e/∂x[0] agrees
> ∂e/∂x[1] agrees
$ edgewise check 'h[t+1] = stop(h[t]) * x[t] + h[t] * w; h[0] = 1; e = sum(t: softmax(t: stop(h[t])) * h[t])' x=[1,2] w=0.5 | tail -2 | head -1
> 3 derivatives agree

# a dimension that stands only in arithmetic may be given, and what is given must fit

$ edgewise eval 'input l[D*(D-1)/2]; y = sum(i: l[i]) + D' l=[1,2,3] D=3
> y = 9
$ edgewise eval 'input x[N*2]; y = sum(i: x[i]) + N' x=[1,2,3,4] N=3
! error[E413]: axis 1 of x has size 6, but 4 in its value
!   --> 1:9
!   |
! 1 | input x[N*2]; y = sum(i: x[i]) + N
!   |         ^^^
? 2

# where an access that fails as it runs stands

$ edgewise eval 'y[i] = v[j[i]]' v=[1,2] j=[0,5]
! error[E460]: 'v[i]' has no place 5 along axis 1 (0 to 1)
!   --> 1:8
!   |
! 1 | y[i] = v[j[i]]
!   |        ^^^^^^^
? 5

# grad path by path, up to 10^7 paths; the plan names mode, order, blocks, operations

$ edgewise grad 'h[t+1] = tanh(h[t] * x[t]) + h[t]; h[0] = w; y = sum(t: h[t]^2)' x=[1,2] w=0.5 --mode paths | tail -1
> mode: path by path
$ edgewise grad 'y[i] = sum(j: W[i, j] * x[j])' W=[[1,2],[3,4]] x=[5,6] --wrt x --mode paths
> y = [17, 39]
> ∂y/∂x = [[1, 2],
>          [3, 4]]
> mode: path by path
$ edgewise grad 'input U[2, 2]; input x[30] = 1; h[0, i in 2] = 1; h[t+1, i] = sum(j: U[i, j] * h[t, j]) * x[t]; y = h[30, 0]' U=[[1,0.5],[0.25,1]] --wrt U --mode paths
! error[E469]: too many paths to multiply one by one: 2147483646
? 5
$ edgewise explain --plan 'h[t+1] = tanh(h[t] * x[t]); h[0] = 1; y = sum(t: h[t]^2)' x=[1,2,3] | grep -o 'loop from 0 to 2'
> loop from 0 to 2
$ edgewise explain --plan 'h[t+1] = tanh(h[t] * x[t]); h[0] = 1; y = sum(t: h[t]^2)' x=[1,2,3] --lang vi | grep -o 'lặp từ 0 đến 2'
> lặp từ 0 đến 2

# explain --nudge: an element, every element, a list; what cannot be

$ edgewise explain 'e = sum(i: x[i]^2) + a' x=[1,2] a=1 --nudge 'a=0.1, x=0.2'
> What happens if every element of x changes by 0.2 and a goes from 1 to 1.1?
>
>   node               before   after   predicted   change    gap
>   x[1]                    2    2.2          0.2     0.2    0
>   a                       1    1.1          0.1     0.1    0
>   c[1]                    4    4.84         0.8     0.84   0.04
>   d = sum(i: c[i])        5    6.28         1.2     1.28   0.08
>   e = d + a               6    7.38         1.3     1.38   0.08
>
> Of an array the element is shown that changes most.
> The derivatives predict a change of 1.3; it is 1.38, a gap of 0.08.
> The gap shrinks with the square of the nudge: a tenth of this nudge leaves
> 0.0008 instead of 0.08, about a hundredth.
$ edgewise explain 'e[i] = x[i]^2' x=[1,2] --nudge x=0.1
> What happens if every element of x changes by 0.1?
>
>   node   before   after   predicted   change    gap
>   x[0]        1    1.1          0.1     0.1    0
>   e[1]        4    4.41         0.4     0.41   0.01
>
> Of an array the element is shown that changes most.
$ edgewise explain 'e = sum(i: sin(x[i]))' x=[1,2] --nudge 'x[1]=0.1' | head -4
> What happens if x[1] goes from 2 to 2.1?
>
>   node                 before      after    predicted       change           gap
>   x[1]               2          2.1         0.1          0.1          0
$ edgewise explain 'e[i] = x[i]^2' x=[1,2] --nudge x=[0.1,0.3]
> What happens if x changes by [0.1, 0.3]?
>
>   node   before   after   predicted   change    gap
>   x[1]        2    2.3          0.3     0.3    0
>   e[1]        4    5.29         1.2     1.29   0.09
>
> Of an array the element is shown that changes most.
$ edgewise explain --json 'e = w * sum(i: x[i]^2)' x=[1,2] w=3 --nudge 'x[1]=0.5, w=-1' | grep -o '"nudge.*'
> "nudge": {"w": {"before": 3, "after": 2, "predicted": -1, "change": -1, "gap": 0}, "x": {"before": [1, 2], "after": [1, 2.5], "predicted": [0, 0.5], "change": [0, 0.5], "gap": [0, 0]}, "c": {"before": [1, 4], "after": [1, 6.25], "predicted": [0, 2], "change": [0, 2.25], "gap": [0, 0.25]}, "d": {"before": 5, "after": 7.25, "predicted": 2, "change": 2.25, "gap": 0.25}, "e": {"before": 15, "after": 14.5, "predicted": 1, "change": -0.5, "gap": -1.5}}}
$ edgewise explain --json 'y[t+1] = 2 * x[t] + n[t]; y[0] = 0' x=[1,2] n=[3,4] --nudge x=[0.1,0.3] | grep -o '"nudge.*'
> "nudge": {"x": {"before": [1, 2], "after": [1.1, 2.3], "predicted": [0.1, 0.3], "change": [0.10000000000000009, 0.2999999999999998], "gap": [8.326672684688674e-17, -1.6653345369377348e-16]}, "n": {"before": [3, 4], "after": [3, 4], "predicted": [0, 0], "change": [0, 0], "gap": [0, 0]}, "c": {"before": [2, 4], "after": [2.2, 4.6], "predicted": [0.2, 0.6], "change": [0.20000000000000018, 0.5999999999999996], "gap": [1.6653345369377348e-16, -3.3306690738754696e-16]}, "y": {"before": [0, 5, 8], "after": [0, 5.2, 8.6], "predicted": [0, 0.2, 0.6], "change": [0, 0.20000000000000018, 0.5999999999999996], "gap": [0, 1.6653345369377348e-16, -3.3306690738754696e-16]}}}
$ edgewise explain --json 'y[i in 1001] = w * i; e = sum(i: y[i])' w=2 --nudge w=1 | grep -o '"nudge.*'
> "nudge": {"w": {"before": 2, "after": 3, "predicted": 1, "change": 1, "gap": 0}, "e": {"before": 1001000, "after": 1501500, "predicted": 500500, "change": 500500, "gap": 0}}}
$ edgewise explain 'e[i] = x[i]^2' x=[1,2] --nudge x=[0.1,0.3,1]
! error[E186]: the changes of 'x' have other sizes than 'x'
? 2
$ edgewise explain 'e[i] = x[i]^2' x=[1,2] --nudge 'x[2]=0.1'
! error[E185]: 'x[2]=0.1': there is no such place in 'x'
? 2
$ edgewise explain 'e[i] = x[i]^2' x=[1,2] --nudge 'x[0,0]=0.1'
! error[E185]: 'x[0,0]=0.1': there is no such place in 'x'
? 2
$ edgewise explain 'e[i] = x[i]^2' x=[1,2] --nudge 'x[0=0.1'
! error[E185]: 'x[0=0.1': there is no such place in 'x'
? 2
$ edgewise explain 'a * b' a=1 b=2 --nudge 'a[0]=0.1'
! error[E185]: 'a[0]=0.1': there is no such place in 'a'
? 2

# minimize

$ edgewise minimize 'e = sum(i: (x[i] - i)^2)' x=[5,5,5] -q
> e = 0
> x = [0, 1, 2]
> lbfgs, 2 steps: converged: the gradient is almost 0
$ edgewise minimize 'e = sum(i: (x[i] - i)^2) + (a - 1)^2' x=[5,5,5] a=0 --json --method newton
> {"edgewise": 1, "of": "e", "value": 1.195617309475596e-30, "at": {"x": [8.881784197001252e-16, 1.0000000000000004, 2.0000000000000004], "a": 0.9999999999999999}, "steps": 1, "converged": true, "reason": "gradient"}
$ edgewise minimize 'e = sum(i, j: (W[i, j] - i * j)^2)' W=[[1,2],[3,4]] --trace --steps 1 -q
>   step             e  input             at      gradient          move
>      0            23  W[0, 0]            1             2         -0.02
>                       W[0, 1]            2             4         -0.04
>                       W[1, 0]            3             6         -0.06
>                       W[1, 1]            4             6         -0.06
>      1       22.0892  W[0, 0]         0.98          1.96
>                       W[0, 1]         1.96          3.92
>                       W[1, 0]         2.94          5.88
>                       W[1, 1]         3.94          5.88
>
> e = 22.089199999999998
> W = [[0.98, 1.96],
>      [2.94, 3.94]]
> gd, lr 0.01, 1 step: all steps were made, and the gradient is not yet 0
$ edgewise minimize 'y[i] = x[i]^2' x=[1,2]
! error[E154]: 'y' is an array, and minimize is about one number
? 2

# draw

$ edgewise draw 'y[i] = w * x[i]; e = sum(i: y[i]^2)' x=[1,2] w=3 -o e.txt && cat e.txt
> y[i] = w * x[i]; e = sum(i: y[i]^2)
>
> e = sum(i: c[i]) = 45
> └─(1)─ c[i] = y[i]^2  (2) = [9, 36]
>    └─(2 * y[i])─ y[i] = w * x[i]  (2) = [3, 6]
>       ├─(x[i])─ w = 3
>       └─(w)─ x[i]  (2) = [1, 2]
$ edgewise draw 'y[i] = w * x[i]; e = sum(i: y[i]^2)' x=[1,2] w=3 -o e.txt --show reverse=e && cat e.txt
> y[i] = w * x[i]; e = sum(i: y[i]^2)
>
> e = sum(i: c[i]) = 45                     ∂e/∂e = 1
> └─(1)─ c[i] = y[i]^2  (2) = [9, 36]       ∂e/∂c[i] = [1, 1]
>    └─(2 * y[i])─ y[i] = w * x[i]  (2) = [3, 6]  ∂e/∂y[i] = [6, 12]
>       ├─(x[i])─ w = 3                     ∂e/∂w = 30
>       └─(w)─ x[i]  (2) = [1, 2]           ∂e/∂x[i] = [18, 36]
$ edgewise draw 'y[i] = w * x[i]; e = sum(i: y[i]^2)' x=[1,2] w=3 -o e.txt --show forward=x
! error[E154]: 'x' is an array, and --show forward= is about one number
? 2
$ edgewise draw 'y[i] = w * x[i]; e = sum(i: y[i]^2)' -o e.svg && head -c 4 e.svg; echo
> <svg

# A session

$ printf 'e = sum(i: x[i]^2)\nx = [1,2,3]\ne\ndiff(e, x[i])\n:grad e\n:show\n' | edgewise repl
> no value yet for x
> e = 14
> 14
> [2, 4, 6]
> e = 14
> ∂e/∂x = [2, 4, 6]
> mode: reverse
> e = sum(i: x[i]^2)
> x = [1,2,3]
# by a node that a derivative of the program makes: what is made of it leads to it, in every mode
$ for m in forward reverse paths; do edgewise grad 'g[i] = 2*diff(f, x[i]); f = sum(k: x[k]^2*a[k]); e = sum(k: g[k])' x=[1,2] a=[3,4] --wrt g,x --mode $m; done
> e = 44
> ∂e/∂g = [1, 1]
> ∂e/∂x = [12, 16]
> mode: forward
> e = 44
> ∂e/∂g = [1, 1]
> ∂e/∂x = [12, 16]
> mode: reverse
> e = 44
> ∂e/∂g = [1, 1]
> ∂e/∂x = [12, 16]
> mode: path by path
# … where a circle uses it
$ for m in forward reverse; do edgewise grad 'g[i] = diff(f, x[i]); f = sum(i: x[i]^2); r[0, i] = g[i]; r[t in 1..2, i] = r[t-1, i] * 3; e = sum(i: r[2, i])' x=[2,3] --wrt g --mode $m -q; done
> e = 90
> ∂e/∂g = [9, 9]
> mode: forward
> e = 90
> ∂e/∂g = [9, 9]
> mode: reverse
# … or takes it apart
$ for m in forward reverse; do edgewise grad 'J[i, j] = diff(y[i], x[j]); y[i] = x[i]^2 * sum(k: x[k]); p[0, i] = x[i]; p[t in 1..2, i] = sum(j: J[i, j] * p[t-1, j]); e = sum(i: p[2, i])' x=[2,3] --wrt J --mode $m -q; done
> e = 7785
> ∂e/∂J = [[126, 234],
>          [146, 264]]
> mode: forward
> e = 7785
> ∂e/∂J = [[126, 234],
>          [146, 264]]
> mode: reverse
# Sums over an index where no node has one
$ edgewise explain 'b = sum(j in 0..2: a); t = b * a' a=2 | grep -A 5 '^  From'
>   From a: two ways; with every index written out, four paths.
>     a → b → t
>       parallel paths, one for every j: three paths
>     a → t
>     ∂t/∂a = Σ_j a + b = 12
>
$ edgewise paths 'b = sum(j in 0..2: a); t = b * a' a=2 --from a
> 4 paths from a to t
>
>   a → b → t    ×3
>       1·a
>   a → t
>       b
>
> ∂t/∂a = 12
$ edgewise check 'b = sum(j in 0..2: a); t = b * a' a=2 | tail -n 2 | head -n 1
> 1 derivative agrees
$ edgewise grad 'z[0] = x; k[s in 2] = z[s]^2; z[s+1] = z[s] + k[s]; tr[s in 2] = sum(i in 2: diff(k[s], z[s])); l[0] = 0; l[s+1] = l[s] - tr[s]; e = l[2]' x=1 --wrt tr -q
> e = -12
> ∂e/∂tr = [-1, -1]
> mode: reverse
