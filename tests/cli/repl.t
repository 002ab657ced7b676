# The session through a pipe: no prompts, no error ends it.

$ printf 'e = (a+b)*(b+1)\na = 2\nb = 1\ne\ndiff(e, b)\n:grad e\n:grad e b --mode forward\n:show\n' | edgewise repl
> no value yet for a, b
> e = 6
> 6
> 5
> e = 6
> ∂e/∂a = 2
> ∂e/∂b = 5
> mode: reverse
> e = 6
> ∂e/∂b = 5
> mode: forward
> e = (a+b)*(b+1)
> a = 2
> b = 1
$ printf '(a+b)*(b+1)\na = 2; b = 1\ndiff(e, b)\n:grad\ny = a*3\n:show\n' | edgewise repl
> no value yet for a, b
> e = 6
> 5
> e = 6
> ∂e/∂a = 2
> ∂e/∂b = 5
> mode: reverse
> y = 6
> e = (a+b)*(b+1)
> y = a*3
> a = 2
> b = 1
$ printf ':grad\n:show\n' | edgewise repl '(a+b)*(b+1)' a=2 b=1
> e = 6
> e = 6
> ∂e/∂a = 2
> ∂e/∂b = 5
> mode: reverse
> (a+b)*(b+1)
> a = 2
> b = 1
$ printf 'input a = 3\ny = a^2 # squared\nz = y +\n  1\n' > model.ew; printf 'z\na = 4\n:show\n' | edgewise repl model.ew
> z = 10
> 10
> z = 17
> input a = 3
> y = a^2 # squared
> z = y +
>   1
> a = 4
# again, and it takes the old one's place; undo
$ printf 'e = a*b\n:set a=3 b=pi\ne = a+1\n:undo\n:undo\n:undo\n:undo\n' | edgewise repl
> no value yet for a, b
> e = 9.42477796076938
> e = 4
> e = a*b
> a = 3
> b = pi
> e = a*b
> there is nothing to take back
$ printf 'f(x) = x^2\ng = f(a) +\n  f(b)\nlet a = 3\nlet b = 4\n:eval g, diff(g, a)\nf(x) = x^3\ng\n' | edgewise repl
> no value yet for a, b
> g = 25
> g = 25
> diff(g, a) = 6
> g = 91
> 91
# errors
$ printf 'e = a*\n:foo\n:gradd\nnix nix\na = 2\n1 + 2\n:grad\n:set a\n:set a=b\n:paths\n((\n' | edgewise repl
> 3
! error[E008]: a number, a name or a bracket is missing before the end
!   --> 1:7
!   |
! 1 | e = a*
!   |       ^
! error[E102]: there is no verb 'foo'
!   ':help' lists what there is
! error[E102]: there is no verb 'gradd'
!   did you mean ':grad'?
! error[E009]: an operator is missing before 'nix'
!   --> 1:5
!   |
! 1 | nix nix
!   |     ^^^ write nix*nix
! error[E001]: the program is empty: it needs at least one formula, such as e = (a + b) * (b + 1)
!   --> 1:1
!   |
! 1 | 
!   | ^
! error[E113]: 'a' is not NAME=VALUE
! error[E124]: the value of 'a' is not a number: 'b'
!   nothing is called 'b'
! error[E001]: the program is empty: it needs at least one formula, such as e = (a + b) * (b + 1)
!   --> 1:1
!   |
! 1 | 
!   | ^
! error[E010]: this bracket is never closed
!   --> 1:2
!   |
! 1 | ((
!   |  ^
$ printf 'e = a*b\na = 2\n:grad\n:minimize -q\nb = 3\n:grad e --mode sideways\n:eval e\n' | edgewise repl
> no value yet for a, b
> e = 6
> e = 6
! error[E120]: 'b' has no value
!   give it one: b = 1
! error[E120]: 'b' has no value
!   give it one: b = 1
! error[E106]: 'sideways' is no choice for '--mode'
!   there are: auto|forward|reverse|paths
$ printf 'e = a*b\na = 2\nb = 3\n:draw e.dot\n:emit e\n:check\n' | edgewise repl && ls e.c e.h e.dot
> no value yet for a, b
> e = 6
>                derivative         differences     error
> ∂e/∂a                   3                   3   1.9e-15  agrees
> ∂e/∂b                   2                   2         0  agrees
>
> modes: forward, reverse, paths
> 2 derivatives agree
> largest error: 1.9e-15, of ∂e/∂a
> e.c
> e.dot
> e.h
$ printf 'input a\ne = a*b\ninput b\na = 2\nf(x) = 2*x\nb = 2\ne = a*b\n:clear\n:show\n:quit\nnever read\n' | edgewise repl
> e = 4
! error[E012]: nothing is called 'b'
!   --> 2:7
!   |
! 2 | e = a*b
!   |       ^
$ printf 'r[i] = y[i] - a*x[i]\nx = [1,2,3]\ny = [2,4,7]\n:fit\na = 1\n:fit r a -q\n' | edgewise repl
> no value yet for y, a, x
> r = [1, 2, 4]
> r: 3 residuals, sum of squares 0.357142857143
> parameter                 value    standard error
> a                 2.21428571429          0.112938
> residual standard deviation 0.422577127364, 2 degrees of freedom
> lm, 1 step: converged: no parameter would move any more
! error[E120]: 'a' has no value
!   give it one: a = 1
$ printf ':help\n' | edgewise repl
> What can be typed:
>   e = (a+b)*(b+1)   an equation; typed again, it takes the old one's place
>   a = 2             a value for a
>   diff(e, b)        any expression shows its value
>   :set a=2 b=1      gives values
>   :show             the program and the values so far
>   :undo             takes the last change back
>   :clear            begins anew
>   :help [VERB]      this list, or what a verb does
>   :quit             ends the session, as Ctrl-D does
>   :                 one line a node, with value and derivative
>   :grad e           the value of one node and its derivatives
>   :explain e        the whole worked derivation, step by step
>   :paths b e        every path from one node to another, and their sum
>   :draw e.svg       a picture of the graph
>   :check e          each derivative against differences of the program itself
>   :minimize e       the lowest value, by gradient descent and its kin
>   :fit r            parameters by least squares, with standard errors
>   :emit e           C source for a program and its derivatives
>   :ops tanh         the operations and their derivative rules
$ edgewise repl nowhere.ew
! error[E160]: 'nowhere.ew' cannot be read: there is no such file or folder
? 4
$ edgewise repl 'a = = b'
! error[E008]: a number, a name or a bracket is missing before '='
!   --> 1:5
!   |
! 1 | a = = b
!   |     ^
? 3
$ printf 'f(x) = x^2 # by itself\nf(3)\nf(3) + f(2)\nf(a) * 2\na = 2\n:grad\n' | edgewise repl
> 9
> 13
> no value yet for a
> d = 8
> d = 8
> ∂d/∂a = 8
> mode: reverse
# of the options everywhere those of one answer belong to the commands of a session; help does not name them
$ edgewise repl --json
> {"edgewise": 1, "error": {"code": "E108", "message": "the option '--json' does not belong to 'repl'", "hint": "in a session its commands take it, as in :grad e --json"}}
? 2
$ edgewise repl -o e.txt
! error[E108]: the option '--output' does not belong to 'repl'
!   in a session its commands take it, as in :grad e --output e.npz
? 2
$ edgewise help repl | grep -e --json -e --output
? 1
$ printf 'a = 2; e = a^2\n:grad e --json\n' | edgewise repl
> e = 4
> {"edgewise": 1, "of": "e", "value": 4, "gradient": {"a": 4}, "mode": "reverse"}
$ edgewise repl 'a*b' c=1
! error[E122]: this program has no input 'c'
? 2
# an array goes over lines, as a statement does
$ printf 's = sum(i: x[i]^2)\nx = [1, # one\n2,\n  3]\n:show\nx = [1,\n2\n]\n' | edgewise repl
> no value yet for x
> s = 14
> s = sum(i: x[i]^2)
> x = [1,  2,   3]
> s = 5
# an array given in parts: another part stands beside the first, the same one or one that overlaps takes its place
$ printf 'input S : int = 3\ninput x0 = 1\nx[0] = x0\nx[t in 1..S] = x[t-1] * 2\nx[ 0 ]=3*x0\n:show\nx[t in 0..S] = 7\n:show\n' | edgewise repl
> x = [1]
> x = [1, 2, 4, 8]
> x = [3, 6, 12, 24]
> input S : int = 3
> input x0 = 1
> x[ 0 ]=3*x0
> x[t in 1..S] = x[t-1] * 2
> x = [7, 7, 7, 7]
> input S : int = 3
> input x0 = 1
> x[t in 0..S] = 7
$ printf 'input S : int = 2; input x0 = 1 # two; one\nx[0] = x0\nx[t in 1..S] = x[t-1] * 2\ny = x[S]\n' > parts.ew; printf ':show\nx[0] = 5*x0\n:grad y\n' | edgewise repl parts.ew
> y = 4
> input S : int = 2
> input x0 = 1 # two; one
> x[0] = x0
> x[t in 1..S] = x[t-1] * 2
> y = x[S]
> x = [5, 10, 20]
> y = 20
> ∂y/∂x0 = 20
> mode: reverse
# a command without its colon
$ printf 'e = a*2\na = 1\ngrad\n' | edgewise repl
> no value yet for a
> e = 2
! error[E012]: nothing is called 'grad'
!   --> 1:1
!   |
! 1 | grad
!   | ^^^^ did you mean ':grad'?
