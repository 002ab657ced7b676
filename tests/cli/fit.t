# The verb fit: what is varied, the table, JSON, tables of steps, plots, reasons, wrong use.

$ printf 'x,y\n0,3.1\n1,1.8\n2,1.2\n3,0.6\n4,0.4\n' > decay.csv
$ edgewise fit 'r[i] = y[i] - a*exp(-k*x[i])' --over a,k x=@decay.csv:x y=@decay.csv:y a=1 k=1
> r: 5 residuals, sum of squares 0.0151238985167
> parameter                 value    standard error
> a                 3.09134452783         0.0672097
> k                0.513800977127         0.0217633
> residual standard deviation 0.0710021091628, 3 degrees of freedom
> lm, 8 steps: converged: no parameter would move any more
! step 1: 6.28997, gradient 5.61
$ edgewise fit 'r[i] = y[i] - a*exp(-k*x[i])' x=@decay.csv:x y=@decay.csv:y a=1 k=1 --json
> {"edgewise": 1, "of": "r", "value": 0.015123898516716187, "at": {"a": 3.0913445278275624, "k": 0.5138009771268887}, "steps": 8, "converged": true, "reason": "settled", "errors": {"a": 0.06720966008076913, "k": 0.021763318483263586}, "residual": 0.07100210916284151, "freedom": 3, "covariance": {"a": {"a": 0.004517138408172532, "k": 0.0007727745234784117}, "k": {"a": 0.0007727745234784117, "k": 0.0004736420314039626}}}
# a straight line: the textbook's numbers
$ edgewise fit 'r[i] = y[i] - a*x[i] - b' x=[1,2,3] y=[3,4,6] a=1 b=0 -q
> r: 3 residuals, sum of squares 0.166666666667
> parameter                 value    standard error
> a                           1.5          0.288675
> b                 1.33333333333           0.62361
> residual standard deviation 0.408248290464, 1 degree of freedom
> lm, 2 steps: converged: no parameter would move any more
$ edgewise fit 'r[i] = y[i] - a*x[i] - b' x=[1,2,3] y=[3,4,6] a=1 b=0 -q --lang vi
> r: 3 phần dư, tổng bình phương 0.166666666667
> tham số               giá trị      sai số chuẩn
> a                         1.5          0.288675
> b               1.33333333333           0.62361
> độ lệch chuẩn của phần dư 0.408248290464, 1 bậc tự do
> lm, 2 bước: đã hội tụ: không tham số nào còn thay đổi nữa
$ edgewise fit 'r[i] = y[i] - a*x[i] - b' x=[1,2,3] y=[3,4,6] a=1 b=0 --method lm --trace
>   step             r  input           at      gradient          move
>      0            17  a                1           -30           0.5
>                       b                0           -14       1.33333
>      1      0.166667  a              1.5  -3.55271e-15  -6.30151e-17
>                       b          1.33333  -1.77636e-15   4.23973e-16
>      2      0.166667  a              1.5   1.77636e-15
>                       b          1.33333   8.88178e-16
>
> r: 3 residuals, sum of squares 0.166666666667
> parameter                 value    standard error
> a                           1.5          0.288675
> b                 1.33333333333           0.62361
> residual standard deviation 0.408248290464, 1 degree of freedom
> lm, 2 steps: converged: no parameter would move any more
$ edgewise fit 'r[i] = y[i] - a*x[i] - b' x=[1,2,3] y=[3,4,6] a=1 b=0 --json --trace
> {"edgewise": 1, "of": "r", "trace": [{"step": 0, "value": 17, "at": {"a": 1, "b": 0}, "gradient": {"a": -30, "b": -14}, "move": {"a": 0.49999999999999994, "b": 1.333333333333333}}, {"step": 1, "value": 0.16666666666666666, "at": {"a": 1.5, "b": 1.333333333333333}, "gradient": {"a": -3.552713678800501e-15, "b": -1.7763568394002505e-15}, "move": {"a": -6.301506084940789e-17, "b": 4.2397342071896673e-16}}, {"step": 2, "value": 0.16666666666666669, "at": {"a": 1.5, "b": 1.3333333333333335}, "gradient": {"a": 1.7763568394002505e-15, "b": 8.881784197001252e-16}}], "value": 0.16666666666666669, "at": {"a": 1.5, "b": 1.3333333333333335}, "steps": 2, "converged": true, "reason": "settled", "errors": {"a": 0.2886751345948128, "b": 0.6236095644623235}, "residual": 0.408248290463863, "freedom": 1, "covariance": {"a": {"a": 0.0833333333333333, "b": -0.16666666666666663}, "b": {"a": -0.16666666666666663, "b": 0.38888888888888884}}}
# weights: a residual over its standard deviation
$ edgewise fit 'r[i] = (y[i] - a*x[i] - b) / s[i]' x=[1,2,3] y=[3,4,6] s=[1,1,0.001] a=1 b=0 -q
> r: 3 residuals, sum of squares 0.19999996
> parameter                 value    standard error
> a                    1.59999988               0.2
> b                    1.20000016               0.6
> residual standard deviation 0.447213550779, 1 degree of freedom
> lm, 3 steps: converged: no parameter would move any more
# what is varied: --over, the params, or every number that is no array
$ edgewise fit 'r[i] = y[i] - a*x[i] - b' x=[1,2,3] y=[3,4,6] a=1 b=0 --over a -q
> r: 3 residuals, sum of squares 0.928571428571
> parameter                 value    standard error
> a                 2.07142857143          0.182108
> residual standard deviation 0.681385143869, 2 degrees of freedom
> lm, 1 step: converged: no parameter would move any more
$ edgewise fit 'input x[N]; input y[N]; input b = 1; param a = 1; r[i] = y[i] - a*x[i] - b' x=[1,2,3] y=[3,4,6] -q
> r: 3 residuals, sum of squares 0.214285714286
> parameter                 value    standard error
> a                 1.64285714286         0.0874818
> residual standard deviation 0.327326835354, 2 degrees of freedom
> lm, 1 step: converged: no parameter would move any more
$ edgewise fit 'input x[N]; input y[N]; param b[2]; r[i] = y[i] - b[0]*x[i] - b[1]' x=[1,2,3] y=[3,4,6] b=[1,1] -q
> r: 3 residuals, sum of squares 0.166666666667
> parameter                 value    standard error
> b[0]                        1.5          0.288675
> b[1]              1.33333333333           0.62361
> residual standard deviation 0.408248290464, 1 degree of freedom
> lm, 1 step: converged: no parameter would move any more
$ edgewise fit 'input x[N]; input y[N]; param b[2]; r[i] = y[i] - b[0]*x[i] - b[1]' x=[1,2,3] y=[3,4,6] b=[1,1] --json
> {"edgewise": 1, "of": "r", "value": 0.16666666666666674, "at": {"b": [1.4999999999999998, 1.3333333333333335]}, "steps": 1, "converged": true, "reason": "settled", "errors": {"b": [0.28867513459481287, 0.6236095644623236]}, "residual": 0.40824829046386313, "freedom": 1, "covariance": {"b": {"b": [[0.08333333333333334, -0.1666666666666667], [-0.1666666666666667, 0.38888888888888906]]}}}
$ edgewise fit 'r[i, j] = y[i, j] - a*x[i] - b*x[j]; s = r[0, 0]' x=[1,2] y=[[3,4],[5,6]] a=1 b=0 --of r -q
> r: 4 residuals, sum of squares 0
> parameter                 value    standard error
> a                             2                 0
> b                             1                 0
> residual standard deviation 0, 2 degrees of freedom
> lm, 2 steps: converged: no parameter would move any more
$ edgewise fit 'r[i] = x[i]' x=[1,2,3]
! error[E158]: there is nothing to vary: the program has no param and no input that is a single number
? 2
$ edgewise fit 'r[i] = y[i] - a*x[i]' x=[1,2,3] y=[3,4,6] a=1 --over r
! error[E130]: 'r' is no input: its value is computed
? 2
$ edgewise fit 'r[i] = y[i] - a*x[i]' x=[1,2,3] y=[3,4,6]
! error[E120]: 'a' has no value
!   give it one after the program: a=1
? 2
# not determined
$ edgewise fit 'r[i] = y[i] - a*b*x[i] - c' x=[1,2,3] y=[3,4,6] a=1 b=1 c=0
> r: 3 residuals, sum of squares 0.166666666667
> parameter                 value    standard error
> a                           1.5    not determined
> b                             1    not determined
> c                 1.33333333333           0.62361
> residual standard deviation 0.408248290464, 1 degree of freedom
> lm, 2 steps: the residuals do not determine all parameters
! step 1: 0.166667, gradient 5.33e-15
! not determined: a, b; leave some of them out of --over, or give other data
$ edgewise fit 'r[i] = y[i] - a*b*x[i] - c' x=[1,2,3] y=[3,4,6] a=1 b=1 c=0 --json
> {"edgewise": 1, "of": "r", "value": 0.16666666666666669, "at": {"a": 1.5, "b": 1, "c": 1.3333333333333335}, "steps": 2, "converged": false, "reason": "undetermined", "errors": {"a": "inf", "b": "inf", "c": 0.6236095644623235}, "residual": 0.408248290463863, "freedom": 1, "covariance": {"a": {"a": "inf", "b": "inf", "c": "inf"}, "b": {"a": "inf", "b": "inf", "c": "inf"}, "c": {"a": "inf", "b": "inf", "c": 0.38888888888888884}}}
$ edgewise fit 'r[i] = y[i] - a*x[i] - b' x=[1,2] y=[3,4] a=1 b=0
> r: 2 residuals, sum of squares 0
> parameter                 value    standard error
> a                             1               nan
> b                             2               nan
> lm, 2 steps: converged: no parameter would move any more
! step 1: 9.86076e-32, gradient 1.33e-15
! there are as many residuals as parameters: nothing is left to tell their errors from
$ edgewise fit 'r[i] = y[i] - a*x[i] - b' x=[1] y=[3] a=1 b=0
! error[E076]: 'r' has fewer residuals than there are numbers to vary
? 2
$ edgewise fit 'e = sum(i: (y[i] - a*x[i] - b)^2)' x=[1,2] y=[3,4] a=1 b=0
! error[E076]: 'e' has fewer residuals than there are numbers to vary
!   the residuals themselves are due, an array of them, not the sum of their squares
? 2
# the start
$ edgewise fit 'r[i] = y[i] - a*x[i] - log(b)' x=[1,2,3] y=[3,4,6] a=1 b=0
! error[E077]: at the start 'r[0]' is not a finite number: begin elsewhere
? 2
$ edgewise fit 'r[i, j] = y[i, j] - a/x[j]' x=[1,0] y=[[3,4],[5,6]] a=1
! error[E077]: at the start 'r[0, 1]' is not a finite number: begin elsewhere
? 2
$ edgewise fit 'r[i] = y[i] - a*x[i] - sqrt(b)' x=[1,2,3] y=[3,4,6] a=1 b=0
! error[E078]: at the start the derivative by 'b' is not a finite number: begin elsewhere
? 2
$ edgewise fit 'r[i] = y[i] - a*x[i] - sqrt(b)' x=[1,2,3] y=[3,4,6] a=1 b=0 --json
> {"edgewise": 1, "error": {"code": "E078", "message": "at the start the derivative by 'b' is not a finite number: begin elsewhere"}}
? 2
$ edgewise fit 'r[i] = y[i] - a*x[i] - sqrt(b)' x=[1,2,3] y=[3,4,6] a=1 b=1 -q
> r: 3 residuals, sum of squares 0.166666666667
> parameter                 value    standard error
> a                           1.5          0.288675
> b                 1.77777777778           1.66296
> residual standard deviation 0.408248290464, 1 degree of freedom
> lm, 5 steps: converged: no parameter would move any more
# steps and tolerance
$ edgewise fit 'r[i] = y[i] - a*exp(-k*x[i])' x=@decay.csv:x y=@decay.csv:y a=1 k=1 --steps 2 --json
> {"edgewise": 1, "of": "r", "value": 3.511831473354849, "at": {"a": 1.5544145810594172, "k": 0.4726049481498156}, "steps": 2, "converged": false, "reason": "steps", "errors": {"a": 1.0157886622000498, "k": 0.6059166869640527}, "residual": 1.0819475454560092, "freedom": 3, "covariance": {"a": {"a": 1.031826606254167, "k": 0.3372045163616592}, "k": {"a": 0.3372045163616592, "k": 0.3671350315414938}}}
$ edgewise fit 'r[i] = y[i] - a*exp(-k*x[i])' x=@decay.csv:x y=@decay.csv:y a=1 k=1 --steps 2
> r: 5 residuals, sum of squares 3.51183147335
> parameter                 value    standard error
> a                 1.55441458106           1.01579
> k                 0.47260494815          0.605917
> residual standard deviation 1.08194754546, 3 degrees of freedom
> lm, 2 steps: all steps were made, and the gradient is not yet 0
! step 1: 6.28997, gradient 5.61
! try more --steps
$ edgewise fit 'r[i] = abs(a - x[i])' x=[0,1,5] a=0.1
> r: 3 residuals, sum of squares 14
> parameter                 value    standard error
> a                             2           1.52753
> residual standard deviation 2.64575131106, 2 degrees of freedom
> lm, 2 steps: converged: no parameter would move any more
! step 1: 14, gradient 2.66e-15
# wrong use
$ edgewise fit 'input y[N]; input n : int; r[i] = y[i] - n' y=[1,2] n=1 --over n
! error[E071]: 'n' is an int or a bool and cannot be varied in small steps
? 2
$ edgewise fit 'input y[N]; input a; r[i] = if y[i] > a then 1 == 1 else 2 == 1' y=[1,2] a=1
! error[E079]: 'r' is an int or a bool, and residuals are real numbers
? 2
$ edgewise fit 'r[i] = y[i] - a' y=[1,2] a=1 --method adam
! error[E106]: 'adam' is no choice for '--method'
!   there are: lm
? 2
$ edgewise minimize 'a^2' a=1 --method lm
! error[E106]: 'lm' is no choice for '--method'
!   there are: gd|momentum|adam|lbfgs|newton
? 2
$ edgewise fit 'r[i] = y[i] - a' y=[1,2] a=1 --lr 1
! error[E108]: the option '--lr' does not belong to 'fit'
!   it belongs to: minimize, train
? 2
# files
$ edgewise fit 'r[i] = y[i] - a*exp(-k*x[i])' x=@decay.csv:x y=@decay.csv:y a=1 k=1 -q --plot r.txt -o answer.txt && cat answer.txt r.txt
> r: 5 residuals, sum of squares 0.0151238985167
> parameter                 value    standard error
> a                 3.09134452783         0.0672097
> k                0.513800977127         0.0217633
> residual standard deviation 0.0710021091628, 3 degrees of freedom
> lm, 8 steps: converged: no parameter would move any more
>        r
>   0.1 ┤                                ⡠⡀
>       │                              ⢀⠔⠁⠑⡄
>       │                             ⡠⠊   ⠈⢆
>       │                           ⢀⠔⠁      ⢣
>  0.05 ┤                          ⢠⠊         ⠱⡀
>       │                         ⡔⠁           ⠘⢄
>       │                       ⢠⠊              ⠈⢢
>       │⠢⢄⡀                   ⡔⠁                 ⠱⡀                    ⢀⡠
>     0 ┤  ⠈⠑⠤⣀              ⢀⠎                    ⠘⢄                ⢀⡠⠒⠁
>       │      ⠉⠒⢄⡀         ⡰⠁                      ⠈⢢            ⢀⡠⠒⠁
>       │         ⠈⠑⠢⣀    ⢀⠎                          ⠣⡀       ⢀⠤⠊⠁
> -0.05 ┤             ⠉⠒⠤⡰⠁                            ⠑⡄   ⢀⠤⠊⠁
>       │                                               ⠈⢆⠤⠊⠁
>       │
>       │
>  -0.1 ┤
>       └┬───────────────┬───────────────┬───────────────┬───────────────┬
>        1               2               3               4               5
>                                    residual
$ edgewise fit 'r[i] = y[i] - a' y=[1,2] a=1 -q --plot r.svg && head -n 1 r.svg | cut -c 1-4
> r: 2 residuals, sum of squares 0.5
> parameter                 value    standard error
> a                           1.5               0.5
> residual standard deviation 0.707106781187, 1 degree of freedom
> lm, 1 step: converged: no parameter would move any more
> <svg
$ edgewise fit 'r[i] = y[i] - a' y=[1,2] a=1 -q --plot r.bmp
! error[E141]: the ending of 'r.bmp' is no format of pictures; the endings are svg, txt
? 2
