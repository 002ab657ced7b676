# paths: counted exactly, the largest listed, the sum from a sweep, common factors.

$ edgewise paths '(a+b)*(b+1)' a=2 b=1 --from b --to e
> 2 paths from b to e
>
>   b → c → e:  1·d = 1·2 = 2
>   b → d → e:  1·c = 1·3 = 3
>
> ∂e/∂b = 2 + 3 = 5
$ edgewise paths '(a+b)*(b+1)' a=2 b=1 --from b
> 2 paths from b to e
>
>   b → c → e:  1·d = 1·2 = 2
>   b → d → e:  1·c = 1·3 = 3
>
> ∂e/∂b = 2 + 3 = 5
$ edgewise paths '(a+b)*(b+1)' --from b --to e
> 2 paths from b to e
>
>   b → c → e:  1·d
>   b → d → e:  1·c
>
> ∂e/∂b = d + c
$ edgewise paths '(a+b)*(b+1)' a=2 b=1 --from a
> 1 path from a to e
>
>   a → c → e:  1·d = 1·2 = 2
>
> ∂e/∂a = 2
$ edgewise paths '(a+b)*(b+1)' a=2 b=1 --from a --to d
> no path from a to d
> ∂d/∂a = 0
$ edgewise paths 'b*b' b=3 --from b
> 2 paths from b to c
>
>   b → c:  b = 3
>   b → c:  b = 3
>
> ∂c/∂b = 3 + 3 = 6
$ edgewise paths 'x' x=3 --from x --to x
> 1 path from x to x
>
>   x:  1
>
> ∂x/∂x = 1
$ edgewise paths 'sin(x)' x=3 --from x
> 1 path from x to c
>
>   x → c:  cos(x) = -0.989992
>
> ∂c/∂x = -0.989992
$ edgewise paths 'sqrt(x*x)' x=0 --from x
> 2 paths from x to d
>
>   x → c → d:  x·(0.5 / d) = 0·inf = 0
>   x → c → d:  x·(0.5 / d) = 0·inf = 0
>
> ∂d/∂x = 0 + 0 = 0
$ edgewise paths 'Y = X*α + X*β + X*γ; Z = Y*δ + Y*ε + Y*ζ' X=1 α=1 β=2 γ=3 δ=4 ε=5 ζ=-6 --from X --to Z
> 9 paths from X to Z
>
>   X → c → e → Y → g → i → Z:  α·δ = 1·4 = 4
>   X → c → e → Y → h → i → Z:  α·ε = 1·5 = 5
>   X → c → e → Y → j → Z:  α·ζ = 1·(-6) = -6
>   X → d → e → Y → g → i → Z:  β·δ = 2·4 = 8
>   X → d → e → Y → h → i → Z:  β·ε = 2·5 = 10
>   X → d → e → Y → j → Z:  β·ζ = 2·(-6) = -12
>   X → f → Y → g → i → Z:  γ·δ = 3·4 = 12
>   X → f → Y → h → i → Z:  γ·ε = 3·5 = 15
>   X → f → Y → j → Z:  γ·ζ = 3·(-6) = -18
>
> ∂Z/∂X = 4 + 5 - 6 + 8 + 10 - 12 + 12 + 15 - 18 = 18
> with common factors taken out:
>   (α + β + γ)·(δ + ε + ζ)
>     = (1 + 2 + 3)·(4 + 5 - 6)
>     = 6·3
>     = 18
$ edgewise paths 'Y = X*α + X*β + X*γ; Z = Y*δ + Y*ε + Y*ζ' --from X --to Z --most 2
> 9 paths from X to Z; the first 2:
>
>   X → c → e → Y → g → i → Z:  α·δ
>   X → c → e → Y → h → i → Z:  α·ε
>
> with common factors taken out:
>   (α + β + γ)·(δ + ε + ζ)
$ edgewise paths 'Y = X*α + X*β + X*γ; Z = Y*δ + Y*ε + Y*ζ' X=1 α=1 β=2 γ=3 δ=4 ε=5 ζ=-6 --from X --to Z --most 2
> 9 paths from X to Z; the 2 largest by absolute value:
>
>   X → f → Y → j → Z:  γ·ζ = 3·(-6) = -18
>   X → f → Y → h → i → Z:  γ·ε = 3·5 = 15
>
> ∂Z/∂X = 18
> with common factors taken out:
>   (α + β + γ)·(δ + ε + ζ)
>     = (1 + 2 + 3)·(4 + 5 - 6)
>     = 6·3
>     = 18
$ edgewise paths '(a+b)*(b+1)' a=2 b=1 --from b --to e --json
> {"edgewise": 1, "from": "b", "to": "e", "count": "2", "sum": 5, "listed": [{"nodes": ["b", "c", "e"], "partials": [1, 2], "product": 2}, {"nodes": ["b", "d", "e"], "partials": [1, 3], "product": 3}]}
$ edgewise paths '(a+b)*(b+1)' --from b --to e --json
> {"edgewise": 1, "from": "b", "to": "e", "count": "2", "listed": [{"nodes": ["b", "c", "e"]}, {"nodes": ["b", "d", "e"]}]}
$ edgewise paths '(a+b)*(b+1)' a=2 b=1 --from a --to d --json
> {"edgewise": 1, "from": "a", "to": "d", "count": "0", "sum": 0, "listed": []}
$ edgewise paths 'Y = X*α + X*β; Z = Y*δ' X=1 α=1 β=2 δ=4 --from X --to Z --lang vi
> 2 đường đi từ X đến Z
>
>   X → c → Y → Z:  α·1·δ = 1·1·4 = 4
>   X → d → Y → Z:  β·1·δ = 2·1·4 = 8
>
> ∂Z/∂X = 4 + 8 = 12

# A ladder: 2^200 paths, and 2^40000, whose number has more than 10,000 digits.

$ ladder() { echo 'x0 = a'; i=0; while [ $i -lt $1 ]; do echo "x$((i+1)) = x$i * x$i"; i=$((i+1)); done; }; ladder 200 > ladder.ew; ladder 40000 > high.ew; ladder 23 > low.ew; ladder 25 > many.ew
$ edgewise paths ladder.ew a=1 --from a --to x200 --most 2
> 1606938044258990275541962092341162602522202993782792835301376 paths from a to x200; the 2 largest by absolute value:
>
>   a → x0 → x1 → x2 → x3 → … → x198 → x199 → x200:
>       x0·x1·x2·x3·x4·x5·x6·x7·… = 1·1·1·1·1·1·1·1·… = 1
>   a → x0 → x1 → x2 → x3 → … → x198 → x199 → x200:
>       x0·x1·x2·x3·x4·x5·x6·x7·… = 1·1·1·1·1·1·1·1·… = 1
>
> ∂x200/∂a = 1.60694e60
$ edgewise paths ladder.ew --from a --most 0 --json
> {"edgewise": 1, "from": "a", "to": "x200", "count": "1606938044258990275541962092341162602522202993782792835301376", "listed": []}
$ edgewise paths high.ew --from a --most 0
> 10^12041.199826559248 paths from a to x40000
$ edgewise paths high.ew a=1 --from a --most 0 --json
> {"edgewise": 1, "from": "a", "to": "x40000", "count": "10^12041.199826559248", "sum": "inf", "listed": []}
$ edgewise grad low.ew a=1 --mode paths
> x23 = 1
> ∂x23/∂a = 8388608
> mode: path by path
$ edgewise grad many.ew a=1 --mode paths
! error[E144]: there are 33554432 paths from 'a', too many to multiply one by one: at most 10^7 are
? 5
$ edgewise grad high.ew a=1 --mode paths --json
> {"edgewise": 1, "error": {"code": "E144", "message": "there are 10^12040 paths from 'a', too many to multiply one by one: at most 10^7 are"}}
? 5
$ edgewise explain --json ladder.ew a=1 --most 1 | sed 's/.*"cost"/"cost"/'
> "cost": {"edges": 401, "paths": "1606938044258990275541962092341162602522202993782792835301376", "forward_sweeps": 1, "reverse_sweeps": 1}}

# What is wrong

$ edgewise paths '(a+b)*(b+1)' a=2 b=1
! error[E140]: 'paths' needs the option --from NAME
? 2
$ edgewise paths '(a+b)*(b+1)' a=2 b=1 --from q
! error[E129]: nothing is called 'q' in this program
? 2
$ edgewise paths 'alpha*beta' alpha=2 beta=1 --from alhpa
! error[E129]: nothing is called 'alhpa' in this program
!   did you mean 'alpha'?
? 2
$ edgewise paths '(a+b)*(b+1)' a=2 b=1 --from b --to q
! error[E129]: nothing is called 'q' in this program
? 2
$ edgewise paths '(a+b)*(b+1)' a=2 --from b
! error[E120]: 'b' has no value
!   give it one after the program: b=1
? 2
$ edgewise paths '(a+b)*(b+1)' a=2 b=1 --from b --most x
! error[E107]: 'x' is no whole number for '--most'
? 2
$ edgewise paths 'sqrt(x)' x=0 --from x --finite
! error[E145]: '∂c/∂x' is inf
!   c = sqrt(x)
? 6
$ edgewise paths 'input n : int = 2; input x; y = n*x' x=0 --from n
! error[E133]: there is no derivative by 'n': it is int
? 2
