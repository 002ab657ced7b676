# The verb minimize: methods, what is varied, tables, curves, reasons.

$ edgewise minimize '(x-3)^2 + 1' x=0 -q
> e = 1
> x = 3
> lbfgs, 2 steps: converged: the gradient is almost 0
$ edgewise minimize '(x-3)^2 + 1' x=0 --method gd --lr 0.25 --trace --steps 4 -q
>   step             e  input           at         ∂e/∂x          move
>      0            10  x                0            -6           1.5
>      1          3.25  x              1.5            -3          0.75
>      2        1.5625  x             2.25          -1.5         0.375
>      3       1.14062  x            2.625         -0.75        0.1875
>      4       1.03516  x           2.8125        -0.375
>
> e = 1.03515625
> x = 2.8125
> gd, lr 0.25, 4 steps: all steps were made, and the gradient is not yet 0
$ edgewise minimize '(x-3)^2 + 1' x=0 --method gd --lr 0.25 --steps 3
> e = 1.140625
> x = 2.625
> gd, lr 0.25, 3 steps: all steps were made, and the gradient is not yet 0
>
>     e
> 10 ┤⠑⢄
>    │  ⠑⢄
>    │    ⠑⢄⡀
>  8 ┤      ⠈⠢⡀
>    │        ⠈⠢⡀
>    │          ⠈⠢⡀
>  6 ┤            ⠈⠢⡀
>    │              ⠈⠢⡀
>    │                ⠈⠑⢄
>  4 ┤                   ⠑⢄
>    │                     ⠑⢄⣀
>    │                        ⠉⠉⠒⠒⠢⠤⢄⣀⣀
>  2 ┤                                 ⠉⠉⠒⠒⠢⠤⢄⣀⣀
>    │                                          ⠉⠉⠒⠒⠒⠒⠒⠤⠤⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⣀⣀
>    │                                                                ⠉⠉⠉⠉
>  0 ┤
>    └┬─────────────────────┬──────────────────────┬─────────────────────┬
>     0                     1                      2                     3
>                                     step
! step 1: 3.25, gradient 3
! try more --steps, another --lr, or --method lbfgs
$ edgewise minimize 'f = (1-x)^2 + 100*(y-x^2)^2' x=-1.2 y=1 -q
> f = 1.5246593064776902e-22
> x = 1.0000000000063136
> y = 1.0000000000136884
> lbfgs, 37 steps: converged: the gradient is almost 0
$ edgewise minimize 'f = (1-x)^2 + 100*(y-x^2)^2' x=-1.2 y=1 --json --method newton
> {"edgewise": 1, "of": "f", "value": 1.2818989709841442e-30, "at": {"x": 0.9999999999999998, "y": 0.9999999999999994}, "steps": 22, "converged": true, "reason": "gradient"}
$ edgewise minimize 'f = (1-x)^2 + 100*(y-x^2)^2' x=-1.2 y=1 --trace --steps 2 --lr 0.001 -q
>   step             f  input           at      gradient          move
>      0          24.2  x             -1.2        -215.6        0.2156
>                       y                1           -88         0.088
>      1       5.35291  x          -0.9844       42.8716    -0.0428716
>                       y            1.088       23.7913    -0.0237913
>      2       4.11779  x         -1.02727     -0.388498
>                       y          1.06421       1.78436
>
> f = 4.117789857067972
> x = -1.0272715665664
> y = 1.0642086720000001
> gd, lr 0.001, 2 steps: all steps were made, and the gradient is not yet 0
$ edgewise minimize 'f = (x-1)^2' x=0 --json --trace --steps 1 --lr 0.5
> {"edgewise": 1, "of": "f", "trace": [{"step": 0, "value": 1, "at": {"x": 0}, "gradient": {"x": -2}, "move": {"x": 1}}, {"step": 1, "value": 0, "at": {"x": 1}, "gradient": {"x": 0}}], "value": 0, "at": {"x": 1}, "steps": 1, "converged": true, "reason": "gradient"}
# what is varied: the params, or every real input, or what --over says
$ edgewise minimize 'input x = 2; param w = 0; f = (w*x - 6)^2' -q
> f = 0
> w = 3
> lbfgs, 2 steps: converged: the gradient is almost 0
$ edgewise minimize 'input n : int = 2; input x = 1; f = (x - n)^2' -q
> f = 0
> x = 2
> lbfgs, 1 step: converged: the gradient is almost 0
$ edgewise minimize 'f = (a-1)^2 + (b-2)^2' a=0 b=0 --over b -q
> f = 1
> b = 2
> lbfgs, 2 steps: converged: the gradient is almost 0
$ edgewise minimize 'f = (a-1)^2' a=0 --over a,a
! error[E132]: 'a' stands twice in 'a,a'
? 2
$ edgewise minimize 'f = (a-1)^2' a=0 --over f
! error[E130]: 'f' is no input: its value is computed
? 2
$ edgewise minimize 'f = (a-1)^2' a=0 --over b
! error[E129]: nothing is called 'b' in this program
? 2
$ edgewise minimize 'input n : int = 1; f = n*n' --over n
! error[E071]: 'n' is an int or a bool and cannot be varied in small steps
? 2
$ edgewise minimize '1 + 2'
! error[E150]: there is nothing to vary: the program has no real input
? 2
$ edgewise minimize '(a-1)^2'
! error[E120]: 'a' has no value
!   give it one after the program: a=1
? 2
$ edgewise minimize '(a-1)^2' a=0 --method bfgs
! error[E106]: 'bfgs' is no choice for '--method'
!   did you mean 'lbfgs'?
? 2
$ edgewise minimize 'f = a^2; g = (a-1)^2' a=3 --of f -q
> f = 0
> a = 0
> lbfgs, 2 steps: converged: the gradient is almost 0
# reasons
$ edgewise minimize 'f = log(x)' x=-1 -q
> f = nan
> x = -1
> lbfgs, 0 steps: the value or its gradient is not a finite number
$ edgewise minimize 'f = log(x)' x=-1
> f = nan
> x = -1
> lbfgs, 0 steps: the value or its gradient is not a finite number
! the start itself has no finite value or gradient: begin elsewhere
$ edgewise minimize 'f = log(x)' x=-1 --finite
! error[E145]: 'f' is nan
? 6
$ edgewise minimize 'f = log(x)' x=-1 --json
> {"edgewise": 1, "of": "f", "value": "nan", "at": {"x": -1}, "steps": 0, "converged": false, "reason": "nonfinite"}
$ edgewise minimize 'f = x + 1' x=0 --json
> {"edgewise": 1, "of": "f", "value": -1.099511627776e302, "at": {"x": -1.099511627776e302}, "steps": 1, "converged": false, "reason": "unbounded"}
$ edgewise minimize 'f = x^2' x=1 --method gd --lr 3 -q
> f = 1
> x = 1
> gd, lr 3, 221 steps: the value or its gradient is not a finite number
> the lowest value was met after step 0
$ edgewise minimize 'f = x^2' x=1 --method gd --lr 1.1 --steps 2 -q
> f = 1
> x = 1
> gd, lr 1.1, 2 steps: all steps were made, and the gradient is not yet 0
> the lowest value was met after step 0
$ edgewise minimize 'f = x^2' x=1 --method gd --lr 1 --steps 5 --tolerance 10 -q
> f = 1
> x = 1
> gd, lr 1, 0 steps: converged: the gradient is almost 0
# files
$ edgewise minimize 'f = (x-3)^2' x=0 --method gd --lr 0.25 --steps 3 -q --plot curve.svg && head -n 1 curve.svg | cut -c 1-4
> f = 0.140625
> x = 2.625
> gd, lr 0.25, 3 steps: all steps were made, and the gradient is not yet 0
> <svg
$ edgewise minimize 'f = (x-3)^2' x=0 --plot nowhere/curve.svg -q
! error[E161]: 'nowhere/curve.svg' cannot be written: there is no such file or folder
? 4
$ edgewise minimize 'f = (x-3)^2' x=0 -o answer.txt -q && cat answer.txt
> f = 0
> x = 3
> lbfgs, 2 steps: converged: the gradient is almost 0
$ edgewise minimize 'f = (x-3)^2' x=0 --lang vi -q
> f = 0
> x = 3
> lbfgs, 2 bước: đã hội tụ: gradient gần bằng 0
$ edgewise minimize '(x-3)^2' x=0 --tolerance -1
! error[E175]: '-1' is too small for '--tolerance': it must not be less than 0
? 2
$ edgewise minimize '(x-3)^2' x=0 --tolerance nan
! error[E173]: 'nan' is not finite, and '--tolerance' must be
? 2
$ edgewise fit 'r[i] = x[i] - a' x=[1,2] a=0 --tolerance inf
! error[E173]: 'inf' is not finite, and '--tolerance' must be
? 2
