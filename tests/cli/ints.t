# An int has 64 bits: what is computed exactly is printed exactly, also beyond 2^53, where doubles are 2 and more apart.

$ edgewise eval 'input n : int; m = n*n + 2' n=94906267
> m = 9007199515875291
$ edgewise 'input n : int; m = n*n + 2' n=94906267
> c = n * n = 9007199515875289
> m = c + 2 = 9007199515875291
>
> Next: explain shows every step, draw -o graph.svg makes a picture.
$ edgewise eval --json 'input n : int; m = n*n + 2' n=94906267
> {"edgewise": 1, "values": {"m": 9007199515875291}}
$ edgewise eval --json 'input n : int; m = n*n - 9223372036854775807 - 1' n=0
> {"edgewise": 1, "values": {"m": -9223372036854775808}}
$ edgewise eval 'input n[N] : int; m[i] = n[i] * n[i]; b = m[0] == 9007199515875288; s = sum(i: m[i]) + 0.5' 'n=[94906267, 3]' --outputs 'm, m[0] + m[1], s, b, n'
> m = [9007199515875289, 9]
> m[0] + m[1] = 9007199515875298
> s = 9007199515875298
> b = false
> n = [94906267, 3]
$ edgewise eval --json 'input n[N] : int; m[i, j in 2] = n[i] * n[i] + j' 'n=[94906267, 3]'
> {"edgewise": 1, "values": {"m": [[9007199515875289, 9007199515875290], [9, 10]]}}

# The value of what is derived.

$ edgewise grad 'input n : int; input x; m = n*n + 2; y = x + m' --of m n=94906267 x=1
> m = 9007199515875291
> ∂m/∂x = 0
> mode: reverse
$ edgewise grad --json --mode paths 'input n : int; input x; m = n*n + 2; y = x + m' --of m n=94906267 x=1
> {"edgewise": 1, "of": "m", "value": 9007199515875291, "gradient": {"x": 0}, "mode": "paths"}
$ edgewise grad --json --mode paths 'input n[N] : int; input x; m[i] = n[i]*n[i] + 2; y = x + m[0]' --of m n=[94906267] x=1
> {"edgewise": 1, "of": "m", "value": [9007199515875291], "gradient": {"x": [0]}, "mode": "paths"}

# Explained and drawn; small boxes and corners have ints in full, too.

$ edgewise explain 'input n : int; m = n*n + 2' n=94906267 | grep ' = .* = '
>   c = n * n = 94906267 * 94906267 = 9007199515875289
>   m = c + 2 = 9007199515875289 + 2 = 9007199515875291
$ edgewise explain 'input n[N] : int; m[i] = n[i]*n[i] + 2; s = sum(i: m[i])' n=[94906267,1] | grep ' = \[\|s = .*[0-9][0-9]'
>   n[i] = [94906267, 1]
>   c[i] = n[i] * n[i] = [9007199515875289, 1]
>   m[i] = c[i] + 2 = [9007199515875291, 3]
>   s = sum(i: m[i]) = 9007199515875294
$ edgewise explain --json --nudge x=1 'input n : int; input x; m = n*n + 2; y = x + m' n=94906267 x=1 | grep -o '"text": "c + 2".*9}\|"m": {"b[^}]*}'
> "m": {"before": 9007199515875291, "after": 9007199515875291, "predicted": 0, "change": 0, "gap": 0}
$ edgewise explain --json 'input n : int; m = n*n + 2' n=94906267 | grep -o '"text": "c + 2", "value": [0-9]*'
> "text": "c + 2", "value": 9007199515875291
$ edgewise draw -o out.txt 'input n[N] : int; m[i] = n[i]*n[i] + 2; s = m[0] + m[1]' n=[94906267,1] && tail -n +3 out.txt
> s = m[0] + m[1] = 9007199515875294
> ├─┄ m[i] = c[i] + 2  (2) = [9007199515875291, 3]
> │  └─┄ c[i] = n[i] * n[i]  (2) = [9007199515875289, 1]
> │     ├─┄ n[i]  (2) = [94906267, 1]
> │     └─┄ n[i]  (2) = [94906267, 1]
> └─┄ m[i] ↑
$ edgewise draw -o out.md 'input n : int; m = n*n + 2' n=94906267 && grep '^m =' out.md
> m = c + 2 = 9007199515875291

# Files: an int is an i64 in npy, digits in csv.

$ edgewise eval -o out.csv 'input n[N] : int; m[i] = n[i] * n[i]' 'n=[94906267, 3]' && cat out.csv
> m
> 9007199515875289
> 9
$ edgewise eval -o out.npy 'input n[N] : int; m[i] = n[i] * n[i]' 'n=[94906267, 3]' && grep -a -o "'descr': '<i8'" out.npy && od -A n -t d8 -j 128 out.npy
> 'descr': '<i8'
>      9007199515875289                    9

# A session.

$ printf 'input n : int\nm = n*n + 2\nn = 94906267\nm + 1\nv[i in 2] = m + i\nv\nv[1]\n' | edgewise repl
> no value yet for n
> m = 9007199515875291
> 9007199515875292
> v = [9007199515875291, 9007199515875292]
> [9007199515875291, 9007199515875292]
> 9007199515875292
