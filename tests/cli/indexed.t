# Programs with indices: values as literals, every verb, JSON.

$ edgewise eval 'e = sum(i: x[i]^2)' x=[1,2,3]
$ edgewise eval 'y[i] = 2 * x[i]; e = sum(i: y[i])' x=[1,2,3] --all
$ edgewise eval 'z[n, k] = sum(j: x[n, j] * W[j, k]) + b[k]' x=[[1,2],[3,4]] W=[[1,0,-1],[2,0.5,1]] b=[0,1,10]
$ edgewise eval 'y[i] = x[i] > 1' x=[1,2,3]
$ edgewise eval 'y[i] = x[i]' x='[pi/4, min(1, 2), (1 + 2)^2]'
$ edgewise eval 'y[i] = x[i]' x=[]
$ edgewise eval 'y[i, j] = x[i, j]' x=[[],[]]
$ edgewise eval 'y[i, j, k] = x[i, j, k]' x=[[[1,2],[3,4]],[[5,6],[7,8]]]
$ edgewise eval 'y[i in 1000] = i / 8' | cut -c -60
$ edgewise eval 'y[i in 40, j in 50] = i * j / 3'
$ edgewise eval 'y[i in 3] = i' --lang vi
$ edgewise eval 'e = sum(i: x[i]^2)' x=[1,2,3] --outputs 'e, diff(e, x[i]), x[0], x'
$ edgewise eval --json 'y[i] = 2 * x[i]; t[i] = y[i] > 3; e = sum(i: y[i])' x=[1,2,3] --all
$ edgewise eval --json 'y[i, j] = x[i, j]' x=[[],[]]
$ edgewise eval 'y[i] = 1/x[i]' x=[1,0] --finite
! error[E145]: 'y[1]' is inf
? 6
$ edgewise eval --threads 3 'e = sum(i: x[i]^2)' x=[1,2,3]

# Dimensions

$ edgewise eval 'input x[N]; e = sum(i: x[i]) / N' x=[1,2,3]
$ edgewise eval 'input x[N]; input y[N]; e = sum(i: x[i] * y[i])' x=[1,2,3] y=[1,2]
$ edgewise eval 'input x[N] = 2; e = sum(i: x[i])' N=5
$ edgewise eval 'input x[N] = 2; e = sum(i: x[i])'
$ edgewise eval 'input x[N] = 2; e = sum(i: x[i])' N=2.5
$ edgewise eval 'input x[N] = 2; e = sum(i: x[i])' N=-1
$ edgewise eval 'input x[N] = 2; e = sum(i: x[i])' M=3
$ edgewise eval 'input H : int = 3; param W[H] = 0.5; e = sum(i: W[i])'
$ edgewise eval 'input H : int = 3; param W[H] = 0.5; e = sum(i: W[i])' H=10
$ edgewise eval 'input x[N] ~ uniform(0, 1); e = min(i: x[i]) >= 0 and max(i: x[i]) < 1' N=100

# What is wrong with a value

$ edgewise eval 'input n[K] : int; e = sum(i: n[i])' n=[1,2.5]
$ edgewise eval 'input t[K, L] : bool; e = any(i, j: t[i, j])' t=[[0,1],[1,2]]
$ edgewise eval 'e = sum(i: x[i])'
$ edgewise eval 'e = sum(i: x[i])' x=3
$ edgewise eval 'e = sum(i: x[i])' x=[[1,2]]
$ edgewise eval 'input x[N, 2]; e = sum(i: x[i, 0])' x=[1,2]
$ edgewise eval 'e = x' x=[1,2]
$ edgewise eval 'e = sum(i: x[i])' x=[1,[2]]
$ edgewise eval 'e = sum(i: x[i])' x=[[1,2],[3]]
$ edgewise eval 'e = sum(i: x[i])' x=[1,2
$ edgewise eval 'e = sum(i: x[i])' x=[1,2]]
$ edgewise eval 'e = sum(i: x[i])' x=[1,a]
$ edgewise eval 'e = sum(i: x[i])' x=[1,2] x=[3]
$ edgewise eval --lang vi 'e = sum(i: x[i])' x=[[1,2],[3]]

# Derivatives

$ edgewise grad 'e = sum(i: x[i]^2)' x=[1,2,3]
$ edgewise grad 'e = sum(i: x[i]^2)' x=[1,2,3] --mode forward
$ edgewise grad 'y[i] = x[i]^2 * a' x=[1,2,3] a=2
$ edgewise grad 'y[i] = sum(j: A[i, j] * x[j])' A=[[1,2],[3,4],[5,6]] x=[1,1] --wrt x
$ edgewise grad --json 'e = sum(i, k: (W[i, k] * a)^2)' W=[[1,2],[3,4]] a=2
$ edgewise grad --json 'y[i] = x[i]^2' x=[1,2]
$ edgewise grad 'e = sum(i: x[i]^2)' x=[1,2,3] --mode paths
$ edgewise grad 'input n : int; e = sum(i: x[i]^n)' x=[1,2,3] n=2 --wrt n

# The short form

$ edgewise 'z[n, k] = sum(j: x[n, j] * W[j, k]); e = sum(n, k: z[n, k]^2)' x=[[1,2],[3,4]] W=[[1,0],[2,0.5]]
$ edgewise 'y[i] = sum(j: A[i, j] * x[j])' A=[[1,2],[3,4],[5,6]] x=[1,1]

# JSON of the whole

$ edgewise explain --json 'y[i] = w * x[i]; e = sum(i: y[i]^2)' x=[1,2] w=3
$ edgewise explain --json 'y[i] = w * x[i]; e = sum(i: y[i]^2)'
$ edgewise explain --json 'y[i in 1001] = w * i; e = sum(i: y[i])' w=3

# What is to come says so

$ edgewise explain 'e = sum(i: x[i]^2)' x=[1,2]
$ edgewise paths 'e = sum(i: x[i]^2)' x=[1,2] --from x
$ edgewise explain 'e = sum(i: x[i]^2)' x=[1,2] --nudge x=0.1

# check

$ edgewise check 'e = sum(i: sin(x[i]) * x[i])' x=[1,2,3]
$ edgewise check 'y[i] = sin(x[i]) * a' x=[1,2] a=3
$ edgewise check 'e = sum(i: abs(x[i]))' x=[1,0]
$ edgewise check --json 'e = sum(i: sin(x[i]) * x[i])' x=[1,2,3] | sed 's/"error": [^}]*/"error": …/'
$ edgewise check 'input x[N] ~ normal(0, 1); y[i] = sin(x[i]) * x[i]' N=200 | sed 's/ [-0-9.e]*  agrees/ …  agrees/;s/error: [^,]*,/error: …,/'
$ edgewise check 'e = sum(i: stop(x[i]) * x[i])' x=[1,2]

# minimize

$ edgewise minimize 'e = sum(i: (x[i] - i)^2)' x=[5,5,5] -q
$ edgewise minimize 'e = sum(i: (x[i] - i)^2) + (a - 1)^2' x=[5,5,5] a=0 --json --method newton
$ edgewise minimize 'e = sum(i, j: (W[i, j] - i * j)^2)' W=[[1,2],[3,4]] --trace --steps 1 -q
$ edgewise minimize 'y[i] = x[i]^2' x=[1,2]

# draw

$ edgewise draw 'y[i] = w * x[i]; e = sum(i: y[i]^2)' x=[1,2] w=3 -o e.txt && cat e.txt
$ edgewise draw 'y[i] = w * x[i]; e = sum(i: y[i]^2)' x=[1,2] w=3 -o e.txt --show reverse=e && cat e.txt
$ edgewise draw 'y[i] = w * x[i]; e = sum(i: y[i]^2)' x=[1,2] w=3 -o e.txt --show forward=x
$ edgewise draw 'y[i] = w * x[i]; e = sum(i: y[i]^2)' -o e.svg && head -c 4 e.svg; echo

# A session

$ printf 'e = sum(i: x[i]^2)\nx = [1,2,3]\ne\ndiff(e, x[i])\n:grad e\n:show\n' | edgewise repl
