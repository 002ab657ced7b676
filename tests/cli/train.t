# The verbs train and predict, and what can be done with a run: explain, draw, emit --at.

# Gradient descent on one number: f = (x - 3)^2 + 1 from -2, and each step goes a fifth of the way to 3.

$ echo 'param x = -2; f = (x - 3)^2 + 1; output f' > parabola.ew && edgewise train parabola.ew --lr 0.1 --steps 10 -o descent -q
> f = 1.45036
> 10 steps: all steps were made
$ ls descent && tail -n 2 descent/metrics.jsonl | sed 's/, "seconds": [^}]*//'
> checkpoint
> config.json
> curve.svg
> metrics.jsonl
> model.ew
> weights.safetensors
> {"step": 9, "epoch": 9, "loss": 1.7036874417766399}
> {"step": 10, "epoch": 10, "loss": 1.4503599627370494}
$ edgewise eval parabola.ew --weights descent/weights.safetensors
> f = 1.2882303761517115
$ edgewise eval parabola.ew x=@descent/weights.safetensors
> f = 1.2882303761517115
$ edgewise predict descent
> f = 1.2882303761517115
$ edgewise predict descent --outputs 'x, diff(f, x)' --json
> {"edgewise": 1, "values": {"x": 2.463129088, "diff(f, x)": -1.0737418239999998}}
$ edgewise train --resume descent -q
> f = 1.45036
> 10 steps: all steps were made
$ edgewise train parabola.ew --lr 0.1 --steps 2 --check-gradients -o checked 2>&1 | grep gradient
> the gradient agrees with differences of the loss along 4 directions; largest relative gap: 0
$ COLUMNS=40 edgewise show descent | tail -n 3
>    └────────────────┬──────────────────┬
>                     5                 10
>                     step

# A curve through the log: a line for each twentieth, the curve, what comes next.

$ edgewise train parabola.ew --lr 0.1 --steps 4 -o log 2>&1 | sed 's/^[0-9.e-]* seconds/T seconds/'
> step 1/4: loss 26
> step 2/4: loss 17
> step 3/4: loss 11.24
> step 4/4: loss 7.554
> f = 7.5536
> 4 steps: all steps were made
>
>     loss
> 30 ┤
>    │
>    │⢄⡀
> 25 ┤ ⠈⠑⠢⢄⡀
>    │     ⠈⠑⠢⢄⡀
>    │         ⠈⠑⠢⢄⡀
> 20 ┤             ⠈⠑⠢⢄⡀
>    │                 ⠈⠑⠢⢄⡀
>    │                     ⠈⠑⠢⠤⣀⣀
> 15 ┤                           ⠉⠑⠒⠤⢄⣀
>    │                                 ⠉⠉⠒⠢⠤⣀⡀
>    │                                       ⠈⠉⠒⠒⠤⢄⣀⡀
> 10 ┤                                              ⠈⠉⠑⠒⠒⠤⠤⣀⣀⡀
>    │                                                       ⠈⠉⠑⠒⠒⠤⠤⣀⣀⡀
>    │                                                                ⠈⠉⠑⠒
>  5 ┤
>    └┬─────────────────────┬──────────────────────┬─────────────────────┬
>     1                     2                      3                     4
>                                     step
> T seconds; the weights are in log/weights.safetensors
$ edgewise train parabola.ew --lr 0.1 --steps 4 -o vi --lang vi 2>&1 | sed 's/^[0-9.e-]* giây/T giây/'
> bước 1/4: mất mát 26
> bước 2/4: mất mát 17
> bước 3/4: mất mát 11.24
> bước 4/4: mất mát 7.554
> f = 7.5536
> 4 bước: đã đi hết các bước
>
>     mất mát
> 30 ┤
>    │
>    │⢄⡀
> 25 ┤ ⠈⠑⠢⢄⡀
>    │     ⠈⠑⠢⢄⡀
>    │         ⠈⠑⠢⢄⡀
> 20 ┤             ⠈⠑⠢⢄⡀
>    │                 ⠈⠑⠢⢄⡀
>    │                     ⠈⠑⠢⠤⣀⣀
> 15 ┤                           ⠉⠑⠒⠤⢄⣀
>    │                                 ⠉⠉⠒⠢⠤⣀⡀
>    │                                       ⠈⠉⠒⠒⠤⢄⣀⡀
> 10 ┤                                              ⠈⠉⠑⠒⠒⠤⠤⣀⣀⡀
>    │                                                       ⠈⠉⠑⠒⠒⠤⠤⣀⣀⡀
>    │                                                                ⠈⠉⠑⠒
>  5 ┤
>    └┬─────────────────────┬──────────────────────┬─────────────────────┬
>     1                     2                      3                     4
>                                     bước
> T giây; trọng số nằm trong vi/weights.safetensors
$ edgewise train parabola.ew --lr 0.1 --steps 2 -o lines --json 2>/dev/null | sed 's/, "seconds": [^}]*//'
> {"step": 1, "epoch": 1, "loss": 26}
> {"step": 2, "epoch": 2, "loss": 17}

# Data from a file, by columns: y = 2 x + 1. Test data, a metric, part of the rows kept apart.

$ printf 'input x[N]\ninput y[N]\nparam a = 0\nparam b = 0\nh[n] = a * x[n] + b\nloss = mean(n: (h[n] - y[n])^2)\nworst = max(n: abs(h[n] - y[n]))\noutput loss\n' > line.ew
$ (echo x,y; for i in 0 1 2 3 4 5 6 7; do echo "$i,$((2 * i + 1))"; done) > line.csv
$ edgewise train line.ew --data x=line.csv:x --data y=@line.csv:y --test x=line.csv:x --test y=line.csv:y --metric worst --lr 0.02 --batch 4 --epochs 400 --no-shuffle -o line -q
> loss = 2.71984e-10, test 2.48033e-10
> worst = 0.0000205432, test 0.000027775
> 800 steps: all steps were made
$ edgewise predict line x=[10,20] --outputs h
> h = [21.00001803630438, 41.000063847638344]
$ edgewise predict line x=@line.csv:x --outputs h -o h.csv && head -n 3 h.csv && edgewise predict line x=@line.csv:x --outputs 'h, a' -o h.npz && edgewise eval 'v[i]' v=@h.npz:h
> h
> 0.9999722249704183
> 2.9999768061038146
> c = [0.9999722249704183, 2.9999768061038146, 4.99998138723721,
>      6.9999859683706065, 8.999990549504004, 10.9999951306374,
>      12.999999711770796, 15.000004292904192]
$ edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --validate 0.25 --patience 3 --optimizer adam --lr 0.5 --schedule cosine --warmup 2 --weight-decay 0.001 --clip 10 --epochs 30 --seed 4 -o kept -q --metric worst --standardize x | sed 's/=.*//' && edgewise show kept -q | head -n 1
> loss 
> worst 
> 30 steps: all steps were made
> kept: the weights after step 30, with the lowest validation loss, 1.12378
> run   steps  epochs     loss   worst  validation loss  validation worst  lowest loss  seconds  method
$ edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --weights line/weights.safetensors --steps 1 --lr 1e-9 -q -o begun
> loss = 2.48033e-10
> 1 step: all steps were made

# Weights out and in as npz and safetensors.

$ edgewise predict line --outputs 'a, b' -o line.npz && edgewise eval line.ew x=[10] y=[0] --weights line.npz --outputs h
> h = [21.00001803630438]
$ edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --weights line.npz --steps 1 --lr 1e-9 -q -o again && edgewise predict again x=[10] --outputs h
> loss = 2.48033e-10
> 1 step: all steps were made
> h = [21.000018036304745]

# What is in it: norms at the nodes, a picture, C with the weights in it.

$ edgewise explain --at line
> node            value    largest    ∂loss/∂    largest
> x      [4]       1.87          3  0.0000215  0.0000278  ██
> y      [4]       4.58          7  0.0000108  0.0000139  █
> a                   2          2  0.0000513  0.0000513  ███
> b                   1          1  0.0000418  0.0000418  ██
> h      [4]       4.58          7  0.0000108  0.0000139  █
> loss         4.63e-10   4.63e-10          1          1  ████████████████
> worst       0.0000278  0.0000278          0          0
! values and derivatives: the root of their mean square, on a batch; bars: a logarithmic scale
$ edgewise explain --at line --json
> {"edgewise": 1, "run": "line", "of": "loss", "nodes": [{"name": "x", "text": "x[n]", "shape": [4], "norm": 3.741657386773941, "largest": 3, "adjoint_norm": 0.00004304345639287214, "adjoint_largest": 0.000027775093202291412}, {"name": "y", "text": "y[n]", "shape": [4], "norm": 9.165151389911681, "largest": 7, "adjoint_norm": 0.000021521678899595093, "adjoint_largest": 0.000013887514790866806}, {"name": "a", "text": "a", "shape": [], "norm": 2.000004581133396, "largest": 2.000004581133396, "adjoint_norm": 0.00005125715497267258, "adjoint_largest": 0.00005125715497267258}, {"name": "b", "text": "b", "shape": [], "norm": 0.9999722249704183, "largest": 0.9999722249704183, "adjoint_norm": 0.00004180665897518532, "adjoint_largest": 0.00004180665897518532}, {"name": "c", "text": "a * x[n]", "shape": [4], "norm": 7.483331914579494, "largest": 6.000013743400189, "adjoint_norm": 0.000021521678899595093, "adjoint_largest": 0.000013887514790866806}, {"name": "h", "text": "c[n] + b", "shape": [4], "norm": 9.16511989654129, "largest": 6.9999859683706065, "adjoint_norm": 0.000021521678899595093, "adjoint_largest": 0.000013887514790866806}, {"name": "d", "text": "h[n] - y[n]", "shape": [4], "norm": 0.000043043357799190186, "largest": 0.000027775029581733612, "adjoint_norm": 0.000021521678899595093, "adjoint_largest": 0.000013887514790866806}, {"name": "e", "text": "d[n]^2", "shape": [4], "norm": 1.0214292202079153e-9, "largest": 7.714522682661773e-10, "adjoint_norm": 0.5, "adjoint_largest": 0.25}, {"name": "f", "text": "sum(n: e[n])", "shape": [], "norm": 1.852730650629107e-9, "largest": 1.852730650629107e-9, "adjoint_norm": 0.25, "adjoint_largest": 0.25}, {"name": "loss", "text": "f / 4", "shape": [], "norm": 4.6318266265727673e-10, "largest": 4.6318266265727673e-10, "adjoint_norm": 1, "adjoint_largest": 1}, {"name": "g", "text": "abs(d[n])", "shape": [4], "norm": 0.000043043357799190186, "largest": 0.000027775029581733612, "adjoint_norm": 0, "adjoint_largest": 0}, {"name": "worst", "text": "max(n: g[n])", "shape": [], "norm": 0.000027775029581733612, "largest": 0.000027775029581733612, "adjoint_norm": 0, "adjoint_largest": 0}]}
$ edgewise explain --at line x=[1,2] y=[3,5] -q
> node            value    largest    ∂loss/∂    largest
> x      [2]       1.58          2  0.0000421  0.0000464  ██
> y      [2]       4.12          5   0.000021  0.0000232  ██
> a                   2          2  0.0000604  0.0000604  ███
> b                   1          1  0.0000418  0.0000418  ██
> h      [2]       4.12          5   0.000021  0.0000232  ██
> loss         4.42e-10   4.42e-10          1          1  ████████████████
> worst       0.0000232  0.0000232          0          0
$ edgewise draw --at line -o line.txt && cat line.txt
> loss = f / N
>
> worst = max(n: g[n]) |0.0000278|, ∂ |0|
> └─((g[n] == worst) / sum(i…)─ g[n] = abs(d[n])  (N) |0.0000215|, ∂ |0|
>    └─(sign(d[n]))─ d[n] = h[n] - y[n]  (N) |0.0000215|, ∂ |0.0000108|
>       ├─(1)─ h[n] = c[n] + b  (N) |4.58|, ∂ |0.0000108|
>       │  ├─(1)─ c[n] = a * x[n]  (N) |3.74|, ∂ |0.0000108|
>       │  │  ├─(x[n])─ a |2|, ∂ |0.0000513|
>       │  │  └─(a)─ x[n]  (N) |1.87|, ∂ |0.0000215|
>       │  └─(1)─ b |1|, ∂ |0.0000418|
>       └─(-1)─ y[n]  (N) |4.58|, ∂ |0.0000108|
> loss = f / N |4.63e-10|, ∂ |1|
> └─(1 / N)─ f = sum(n: e[n]) |1.85e-9|, ∂ |0.25|
>    └─(1)─ e[n] = d[n]^2  (N) |5.11e-10|, ∂ |0.25|
>       └─(2 * d[n])─ d[n] ↑
$ edgewise emit c --at line --outputs h -o h --main && cc -std=c11 -Wall -Wextra -Werror -o h h.c -lm && ./h 'x=[10]' && grep define.H_IN h.h
> h = [21.000018036304379]
> #define H_IN 1
> #define H_IN_x 0 /* x[1] */
$ edgewise emit c --at line N=2 --outputs h -o h2 --main && cc -std=c11 -o h2 h2.c -lm && for v in 10 20; do edgewise predict line x=[$v] --outputs h -q --json; done && ./h2 'x=[10,20]'
> {"edgewise": 1, "values": {"h": [21.00001803630438]}}
> {"edgewise": 1, "values": {"h": [41.000063847638344]}}
> h = [21.000018036304379, 41.000063847638344]
$ edgewise emit c --at kept N=3 --outputs h -o hk --main && cc -std=c11 -Wall -Wextra -Werror -o hk hk.c -lm && ./hk 'x=[0,1,7.25]' > hk.c.out && edgewise predict kept x=[0,1,7.25] --outputs h --json | sed 's/.*"h": //; s/}}//' | tr -d '[] ' | tr , '\n' | while read v; do printf '%.17g\n' $v; done > hk.ew.out && sed 's/.*= //' hk.c.out | tr -d '[] ' | tr , '\n' | diff - hk.ew.out && grep -c '' hk.ew.out
> 3
$ edgewise emit c parabola.ew --weights descent/weights.safetensors --outputs f -o f --main && cc -std=c11 -o f f.c -lm && ./f && edgewise predict descent -q
> f = 1.2882303761517115
> f = 1.2882303761517115

# Wrong use.

$ edgewise train
! error[E101]: there is no program: give a formula, a file that ends in .ew, or - for standard input
!   try edgewise train model.ew --data x=points.csv:x -o run, or edgewise help train
? 2
$ edgewise train parabola.ew
! error[E140]: 'train' needs the option -o RUN
? 2
$ edgewise train parabola.ew -o descent
! error[E355]: 'descent' holds a run already
!   go on with it by --resume, or choose another folder
? 4
$ edgewise train parabola.ew -o new --lr nan
! error[E173]: 'nan' is not finite, and '--lr' must be
? 2
$ edgewise train parabola.ew -o new --lr inf
! error[E173]: 'inf' is not finite, and '--lr' must be
? 2
$ edgewise train parabola.ew -o new --lr 0
! error[E134]: '0' is too small for '--lr': it must be more than 0
? 2
$ edgewise train parabola.ew -o new --batch 0
! error[E134]: '0' is too small for '--batch': it must be more than 0
? 2
$ edgewise train parabola.ew -o new --epochs -1
! error[E134]: '-1' is too small for '--epochs': it must be more than 0
? 2
$ edgewise train parabola.ew -o new --epochs 1.5
! error[E107]: '1.5' is no whole number for '--epochs'
? 2
$ edgewise train parabola.ew -o new --epochs 2 --steps 2
! error[E176]: '--epochs' and '--steps' exclude each other
? 2
$ edgewise train parabola.ew -o new --validate 1
! error[E174]: '1' is too large for '--validate': it must be less than 1
? 2
$ edgewise train parabola.ew -o new --weight-decay -1
! error[E175]: '-1' is too small for '--weight-decay': it must not be less than 0
? 2
$ edgewise train parabola.ew -o new --optimizer adan
! error[E106]: 'adan' is no choice for '--optimizer'
!   did you mean 'adam'?
? 2
$ edgewise train parabola.ew -o new --data x
! error[E113]: 'x' is not NAME=VALUE
!   data are given as NAME=FILE or NAME=FILE:COLUMNS
? 2
$ edgewise train line.ew -o new --data x=line.csv:x --data x=line.csv:y
! error[E121]: 'x' is given a value twice
? 2
$ edgewise train line.ew -o new --data x=line.csv:x --data z=line.csv:y
! error[E333]: the model has no input called 'z'
!   its inputs: x, y
? 2
$ printf 'input points[N]\nparam a = 0\nf = mean(n: (points[n] - a)^2)\noutput f\n' > near.ew; edgewise train near.ew -o new --data point=line.csv:y
! error[E333]: the model has no input called 'point'
!   did you mean 'points'?
? 2
$ printf 'first,second\n1,2\n' > two.csv && edgewise train near.ew -o new --data points=two.csv:frist
! error[E301]: there is no column 'frist'
!   --> two.csv
!   did you mean 'first'?
? 2
$ edgewise train near.ew -o new --data points=two.csv:first --optimizer lbfgs --clip 1
! error[E372]: lbfgs does not take 'clip': it looks at all rows at once and finds the length of its steps itself
? 2
$ edgewise train near.ew -o new --data points=two.csv:first --optimizer lbfgs --batch 1
! error[E372]: lbfgs does not take 'batch': it looks at all rows at once and finds the length of its steps itself
? 2
$ mkdir -p folder/of && cp parabola.ew folder/model.ew && edgewise train folder -o new; edgewise train folder/of -o new
! error[E193]: 'folder' is a folder, and a model is a file that ends in .ew
!   did you mean 'folder/model.ew'?
! error[E193]: 'folder/of' is a folder, and a model is a file that ends in .ew
? 4
$ edgewise train line.ew -o new --data x=line.csv:x
! error[E335]: the input 'y' has neither data nor a value
!   every input without a value is filled by data
? 2
$ edgewise train line.ew -o new --data x=line.csv:x --data y=line.csv:y --metric wosrt
! error[E338]: 'wosrt' is no number of the model, so it cannot be a metric
!   did you mean 'worst'?
? 2
$ edgewise train line.ew -o new --data x=line.csv:x --data y=line.csv:y --metric h
! error[E338]: 'h' is no number of the model, so it cannot be a metric
? 2
$ edgewise train line.ew -o line.csv --data x=line.csv:x --data y=line.csv:y
! error[E361]: the folder 'line.csv' cannot be made: there is a file of that name
? 4
$ edgewise train --resume line.csv
! error[E356]: 'line.csv' is no folder of a run
? 4
$ edgewise train line.ew -o new --data x=line.csv:x --data y=line.csv:y --patience 3
! error[E331]: patience watches the validation loss: a part of the data must be kept apart for it
? 2
$ edgewise train --resume descent --lr 1
! error[E177]: a run goes on as it was begun: '--lr' cannot be given again
? 2
$ edgewise train --resume descent -o new
! error[E177]: a run goes on as it was begun: '--output' cannot be given again
? 2
$ edgewise train parabola.ew --resume descent
! error[E111]: 'parabola.ew' is one word too many
? 2
$ edgewise predict
! error[E172]: which run? give the folder that -o of edgewise train has made
? 2
$ edgewise predict line z=[1] --outputs h
! error[E333]: the model has no input called 'z'
!   its inputs: x, y
? 2
$ edgewise predict line --outputs h
! error[E335]: the input 'x' has neither data nor a value
!   give it, or choose outputs that do without it
? 2
$ edgewise predict line x=[1] --outputs 'h +'
! error[E008]: a number, a name or a bracket is missing before the end
!   --> 1:4
!   |
! 1 | h +
!   |    ^
? 2
$ ls -d new
! ls: cannot access 'new': No such file or directory
? 2

# Files.

$ edgewise train none.ew -o new
! error[E160]: 'none.ew' cannot be read: there is no such file or folder
? 4
$ edgewise train line.ew -o new --data x=none.csv --data y=line.csv:y
! error[E200]: there is no file 'none.csv'
? 4
$ edgewise train line.ew -o new --data x=line.csv:z --data y=line.csv:y
! error[E301]: there is no column 'z'
!   --> line.csv
!   the first column is 'x'
? 2
$ head -n 4 line.csv > short.csv && edgewise train line.ew -o new --data x=line.csv:x --data y=short.csv:y
! error[E343]: the numbers of rows differ: 8 x, 3 y
? 4
$ edgewise train parabola.ew -o none/new
! error[E361]: the folder 'none/new' cannot be made: there is no such file or folder
? 4
$ edgewise train --resume none
! error[E356]: 'none' is no folder of a run
? 4
$ edgewise predict none
! error[E356]: 'none' is no folder of a run
? 4
$ edgewise train line.ew -o new --data x=line.csv:x --data y=line.csv:y --weights none.safetensors
! error[E200]: there is no file 'none.safetensors'
? 4
$ edgewise train line.ew -o new --data x=line.csv:x --data y=line.csv:y --weights descent/weights.safetensors
! error[E206]: there is no array 'a' in this file
!   --> descent/weights.safetensors
!   the first array is 'x'
? 2
$ edgewise eval line.ew x=[1] y=[1] --weights descent/weights.safetensors
! error[E178]: 'descent/weights.safetensors' has weights for 'x', which is no param of this program
? 2
$ edgewise eval parabola.ew --weights line/weights.safetensors
! error[E178]: 'line/weights.safetensors' has weights for 'a', which is no param of this program
? 2
$ edgewise emit c --at none -o none
! error[E160]: 'none' cannot be read: there is no such file or folder
? 4
$ ls -d new
! ls: cannot access 'new': No such file or directory
? 2

# Data that lie about their size: a file cut short, and one that says it has more than it has.

$ printf 'v\n1\n2\n3\n4\n' > v.csv && edgewise eval 'v[i]' v=@v.csv:v --outputs v -o v.npy && head -c 150 v.npy > cut.npy && sed 's/(4,)/(9,)/' v.npy > more.npy && for f in cut more; do edgewise train 'input x[N]; param a = 0; f = mean(n: (x[n] - a)^2); output f' --data x=$f.npy -o new -q; done; ls -d new
! error[E209]: the file is cut short: it ends at byte 150, and 160 bytes are due
!   --> cut.npy
! error[E209]: the file is cut short: it ends at byte 160, and 200 bytes are due
!   --> more.npy
! ls: cannot access 'new': No such file or directory
? 2

# Labels out of range; numbers that go bad: the watch-dog says where.

$ printf 'input x[N, 2]\ninput y[N] : int\nparam W[2, 3] = 0\nz[n, k] = sum(j: x[n, j] * W[j, k])\nloss = mean(n: logsumexp(k: z[n, k]) - z[n, y[n]])\noutput loss\n' > class.ew
$ printf 'a,b,y\n1,2,0\n3,4,3\n' > class.csv && edgewise train class.ew --data x=class.csv:a,b --data y=class.csv:y -o class -q
! error[E371]: row 1 of the data for 'y' has 3, which is no class or place that the model has
!   --> class.csv:y
!   it takes 0 to 2; rows are counted from 0
? 4
$ sed 's/^loss = .*/loss = mean(n: xent(k: z[n, k], y[n]))/' class.ew > xent.ew && edgewise train xent.ew --data x=class.csv:a,b --data y=class.csv:y -o class2 -q
! error[E371]: row 1 of the data for 'y' has 3, which is no class or place that the model has
!   --> class.csv:y
!   it takes 0 to 2; rows are counted from 0
? 4
$ printf 'a,b,y\n1,2,0\n3,4,2\n' > good.csv && edgewise train xent.ew --data x=good.csv:a,b --data y=good.csv:y --test x=class.csv:a,b --test y=class.csv:y -o class3 -q --lang vi
! error[E371]: hàng 1 của dữ liệu cho 'y' có 3, không phải lớp hay vị trí nào mà mô hình có
!   --> class.csv:y
!   nó nhận từ 0 đến 2; hàng đếm từ 0
? 4
$ sed 's/^loss = .*/loss = mean(n: if y[n] < 3 then xent(k: z[n, k], y[n]) else 0)/' class.ew > masked.ew && edgewise train masked.ew --data x=class.csv:a,b --data y=class.csv:y --steps 1 -o class4 -q
> loss = 0.549306
> 1 step: all steps were made
$ edgewise predict class4 'x=[[1,2,3]]' --outputs 'z[n, k]'
! error[E413]: axis 2 of x has size 2, but 3 in its value
!   --> class4/model.ew:1:12
!   |
! 1 | input x[N, 2]
!   |            ^
? 2
$ printf 'a,b,y\n1,2,0.5\n' > half.csv && edgewise train xent.ew --data x=half.csv:a,b --data y=half.csv:y -o class5 -q
! error[E345]: row 0 of the data for 'y' has 0.5, which is no int
!   --> half.csv:y
!   rows are counted from 0
? 4
$ edgewise train parabola.ew --lr 1e30 --steps 20 -o far -q
! error[E354]: step 7: (x - 3)^2 is inf: x - 3 = -3.2e182
!   a smaller learning rate, a limit to the gradient's length, or data without such numbers may help
? 6
$ edgewise train parabola.ew --lr 1e30 --steps 20 -o far2 -q --on-nan skip
> f = 2.56e304
> steps that were not finite: 14
> 20 steps: all steps were made
$ edgewise train parabola.ew --lr 1e30 --steps 20 -o far3 --on-nan skip 2>&1 >far3.out | grep -v loss | sed 's/^[0-9.e-]* seconds/T seconds/'
> step 7: (x - 3)^2 is inf: x - 3 = -3.2e182
> step 8: (x - 3)^2 is inf: x - 3 = -3.2e182
> step 9: (x - 3)^2 is inf: x - 3 = -3.2e182
> more such steps are only counted
> T seconds; the weights are in far3/weights.safetensors
$ printf 'param x = 1\nf = log(x) + x\noutput f\n' > log.ew && edgewise train log.ew --lr 0.6 --steps 9 -o logs -q
! error[E354]: step 2: log(x) is nan: x = -0.2
!   a smaller learning rate, a limit to the gradient's length, or data without such numbers may help
? 6
$ edgewise train log.ew --lr 0.6 --steps 9 -o logs2 -q --json | sed 's/, "seconds": [^}]*//'
> {"step": 1, "epoch": 1, "loss": 1}
> {"edgewise": 1, "error": {"code": "E354", "message": "step 2: log(x) is nan: x = -0.2", "hint": "a smaller learning rate, a limit to the gradient's length, or data without such numbers may help"}}

# What a param's value on the command line says is where it begins, as with the other verbs, and goes before --weights;
# --on-nan rollback without a step goes back to where the run began, not to what the text says.

$ printf 'input x[N]\ninput y[N]\nparam w = 0\nloss = mean(n: (w * x[n] - y[n])^2)\noutput loss\n' > slope.ew; printf 'x,y\nnan,1\n1,1\n' > hole.csv
$ edgewise train slope.ew --data x=hole.csv:x --data y=hole.csv:y --on-nan skip --batch 1 --no-shuffle --steps 1 -q w=7 -o seven && edgewise predict seven --outputs w
> loss = nan
> steps that were not finite: 1
> 1 step: all steps were made
> w = 7
$ edgewise train slope.ew --data x=hole.csv:x --data y=hole.csv:y --on-nan rollback --batch 1 --no-shuffle --steps 1 -q --weights seven/weights.safetensors -o back2 && edgewise predict back2 --outputs w
> loss = nan
> steps that were not finite: 1
> 1 step: all steps were made
> w = 7
$ edgewise train slope.ew --data x=hole.csv:x --data y=hole.csv:y --on-nan rollback --batch 1 --no-shuffle --steps 1 -q --weights seven/weights.safetensors w=5 -o back3 && edgewise predict back3 --outputs w
> loss = nan
> steps that were not finite: 1
> 1 step: all steps were made
> w = 5
$ edgewise train slope.ew --data x=hole.csv:x --data y=hole.csv:y w=[1,2] -o back4
! error[E126]: 'w' is a single number, and its value is an array of sizes [2]
? 2

# A metric is told once; with a name twice the lines of metrics.jsonl could not be read back.

$ edgewise train slope.ew --data x=hole.csv:x --data y=hole.csv:y --metric w --metric w -o twice
! error[E368]: 'w' cannot be a metric: a report has an entry of that name already
? 2

# A run that its data stop before anything was learned leaves nothing that stands in the way of the next.

$ edgewise train xent.ew --data x=half.csv:a,b --data y=half.csv:y -o class5 -q
! error[E345]: row 0 of the data for 'y' has 0.5, which is no int
!   --> half.csv:y
!   rows are counted from 0
? 4
$ printf 'a,b,y\n1,2,1\n' > whole.csv && edgewise train xent.ew --data x=whole.csv:a,b --data y=whole.csv:y -o class5 -q --epochs 1 | tail -n 1 && edgewise train xent.ew --data x=whole.csv:a,b --data y=whole.csv:y -o class5 -q
> 1 step: all steps were made
! error[E355]: 'class5' holds a run already
!   go on with it by --resume, or choose another folder
? 4

# New data of other sizes than the weights, and a param among them, are told as what they are.

$ edgewise predict class5 'x=[[1,2,3]]' --outputs 'argmax(k: z[n, k])' 2>&1 | head -n 1; edgewise predict seven w=[1] --outputs w
> error[E413]: axis 2 of x has size 2, but 3 in its value
! error[E333]: the model has no input called 'w'
!   its inputs: x, y
? 2

# Of an array the place, and what stands there; backward too. What the text names keeps its name.
$ printf 'x,y\n1,1\n0,2\n' > zero.csv; printf 'input x[N]\ninput y[N]\nparam w = 1\nloss = mean(n: (w * log(x[n]) - y[n])^2)\noutput loss\n' > words.ew; edgewise train words.ew --data x=zero.csv:x --data y=zero.csv:y --steps 3 -o words1 -q
! error[E354]: step 1: log(x[1]) is -inf: x[1] = 0
!   a smaller learning rate, a limit to the gradient's length, or data without such numbers may help
? 6
$ printf 'input x[N]\ninput y[N]\nparam w = 0\nloss = mean(n: 3 * (sqrt(w * (x[n] + 1)) - y[n]))\noutput loss\n' > words.ew; edgewise train words.ew --data x=zero.csv:x --data y=zero.csv:y --steps 3 -o words3 -q
! error[E354]: step 1: the derivative by w * (x[0] + 1) is inf: 0.5 / sqrt(w * (x[0] + 1)) = inf
!   a smaller learning rate, a limit to the gradient's length, or data without such numbers may help
? 6
