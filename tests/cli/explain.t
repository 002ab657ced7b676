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
