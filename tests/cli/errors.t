# Wrong use, faults of the text, files: the sentence, the status, nothing on standard output.

$ edgewise
! error[E101]: there is no program: give a formula, a file that ends in .ew, or - for standard input
!   try edgewise '(a+b)*(b+1)' a=2 b=1, or edgewise help
? 2
$ edgewise ''
! error[E001]: the program is empty: it needs at least one formula, such as e = (a + b) * (b + 1)
!   --> 1:1
!   |
! 1 | 
!   | ^
? 3
$ edgewise '1+'
! error[E008]: a number, a name or a bracket is missing before the end
!   --> 1:3
!   |
! 1 | 1+
!   |   ^
? 3
$ edgewise '(((1'
! error[E010]: this bracket is never closed
!   --> 1:3
!   |
! 1 | (((1
!   |   ^
? 3
$ edgewise '2b' b=1
! error[E018]: nothing is multiplied silently
!   --> 1:2
!   |
! 1 | 2b
!   |  ^ write 2*b
? 3
$ edgewise 'sine(x)' x=1
! error[E013]: there is no function called 'sine'
!   --> 1:1
!   |
! 1 | sine(x)
!   | ^^^^ did you mean 'sin'?
? 3
$ edgewise 'x = x + 1' x=1
! error[E015]: these names need each other in a circle that no index orders: x → x
!   --> 1:5
!   |
! 1 | x = x + 1
!   |     ^
? 3
$ edgewise 'input a; e = a + bb' a=1
! error[E012]: nothing is called 'bb'
!   --> 1:18
!   |
! 1 | input a; e = a + bb
!   |                  ^^
? 3

# Words

$ edgewise evl '(a+b)*(b+1)' a=2 b=1
! error[E102]: there is no verb 'evl'
!   did you mean 'eval'?
? 2
$ edgewise grda 'x' x=1
! error[E102]: there is no verb 'grda'
!   did you mean 'grad'?
? 2
$ edgewise evl evl=3
> c = evl = 3    ∂c/∂evl = 1
>
> Next: explain shows every step, draw -o graph.svg makes a picture.
$ edgewise foo
! error[E120]: 'foo' has no value
!   give it one after the program: foo=1
? 2
$ edgewise foo 'a+b'
! error[E113]: 'a+b' is not NAME=VALUE
!   there is no verb 'foo' either: see edgewise help
? 2
$ edgewise eval 'a+b' a=1 'b'
! error[E113]: 'b' is not NAME=VALUE
!   values follow the program, as in a=2
? 2
$ edgewise eval 'a+b' a=1 '=2'
! error[E113]: '=2' is not NAME=VALUE
!   values follow the program, as in a=2
? 2
$ edgewise -x^2 x=1
! error[E103]: there is no option '-x^2'
!   a program that begins with - goes after --, as in edgewise eval -- '-x^2'
? 2
$ edgewise eval -x^2 x=1
! error[E103]: there is no option '-x^2'
!   a program that begins with - goes after --, as in edgewise eval -- '-x^2'
? 2
$ edgewise --x+1 x=1
! error[E103]: there is no option '--x+1'
!   a program that begins with - goes after --, as in edgewise eval -- '--x+1'
? 2
$ edgewise --jsn '(a+b)*(b+1)'
! error[E103]: there is no option '--jsn'
!   did you mean '--json'?
? 2
$ edgewise eval 'x' x=1 --ouputs x
! error[E103]: there is no option '--ouputs'
!   did you mean '--outputs'?
? 2
$ edgewise eval 'x' x=1 --xyzzy
! error[E103]: there is no option '--xyzzy'
!   a program that begins with - goes after --, as in edgewise eval -- '--xyzzy'
? 2
$ edgewise eval 'x' x=1 -z
! error[E103]: there is no option '-z'
!   a program that begins with - goes after --, as in edgewise eval -- '-z'
? 2
$ edgewise eval 'x' x=1 --o=1
! error[E112]: the option '--o=1' could mean more than one
!   there are: --outputs, --of, --over, --optimizer, …
? 2
$ edgewise eval 'x' x=1 --outp x
! error[E112]: the option '--outp' could mean more than one
!   there are: --outputs, --output
? 2
$ edgewise grad 'x' x=1 --of
! error[E104]: the option '--of' needs a value: NAME
? 2
$ edgewise eval 'x' x=1 -o
! error[E104]: the option '-o' needs a value: FILE
? 2
$ edgewise eval 'x' x=1 --all=3
! error[E105]: the option '--all=3' takes no value
? 2
$ edgewise eval 'x' x=1 --lr 1
! error[E108]: the option '--lr' does not belong to 'eval'
!   it belongs to: minimize, train
? 2
$ edgewise 'x' x=1 --trace
! error[E108]: the option '--trace' does not belong to 'the short form'
!   it belongs to: minimize, fit
? 2
$ edgewise eval 'x' x=1 --color sometimes
! error[E106]: 'sometimes' is no choice for '--color'
!   there are: auto|always|never
? 2
$ edgewise eval 'x' x=1 --color allways
! error[E106]: 'allways' is no choice for '--color'
!   did you mean 'always'?
? 2
$ edgewise eval 'x' x=1 --lang de
! error[E106]: 'de' is no choice for '--lang'
!   there are: en|vi
? 2
$ edgewise grad 'x' x=1 --mode revers
! error[E106]: 'revers' is no choice for '--mode'
!   did you mean 'reverse'?
? 2
$ edgewise eval 'x' x=1 --seed -1
! error[E175]: '-1' is too small for '--seed': it must not be less than 0
? 2
$ edgewise eval 'x' x=1 --seed 1.5
! error[E107]: '1.5' is no whole number for '--seed'
? 2
$ edgewise eval 'x' x=1 --threads many
! error[E107]: 'many' is no whole number for '--threads'
? 2
$ edgewise eval 'x' x=1 --precision f16
! error[E106]: 'f16' is no choice for '--precision'
!   there are: f32|f64
? 2
$ edgewise eval 'x' x=1 --limit nodes
! error[E110]: 'nodes' is no limit: nodes=N,memory=BYTES,seconds=S
? 2
$ edgewise eval 'x' x=1 --limit nodes=0
! error[E110]: 'nodes=0' is no limit: nodes=N,memory=BYTES,seconds=S
? 2
$ edgewise eval 'x' x=1 --limit time=3
! error[E110]: 'time=3' is no limit: nodes=N,memory=BYTES,seconds=S
? 2
$ edgewise eval 'x' x=1 --limit seconds=-1
! error[E110]: 'seconds=-1' is no limit: nodes=N,memory=BYTES,seconds=S
? 2
$ edgewise minimize 'x^2' x=1 --lr fast
! error[E124]: the value of '--lr' is not a number: 'fast'
!   nothing is called 'fast'
? 2
$ edgewise help evall
! error[E102]: there is no verb 'evall'
!   did you mean 'eval'?
? 2
$ edgewise help eval grad
! error[E111]: 'grad' is one word too many
? 2
$ edgewise ops sn
! error[E146]: there is no operation 'sn'
!   did you mean 'sin'?
? 2
$ edgewise ops sin cos
! error[E111]: 'cos' is one word too many
? 2

$ edgewise eval 'x' x=@points.csv
! error[E200]: there is no file 'points.csv'
? 4
$ edgewise eval 'x' x=[1,2]
! error[E126]: 'x' is a single number, and its value is an array of sizes [2]
? 2

# Values and names

$ edgewise '(a+b)*(b+1)' a=2
! error[E120]: 'b' has no value
!   give it one after the program: b=1
? 2
$ edgewise eval 'a+b' b=2
! error[E120]: 'a' has no value
!   give it one after the program: a=1
? 2
$ edgewise eval '(a+b)*(b+1)' a=2 a=3 b=1
! error[E121]: 'a' is given a value twice
? 2
$ edgewise eval '(a+b)*(b+1)' a=2 b=1 bb=3
! error[E122]: this program has no input 'bb'
!   did you mean 'b'?
? 2
$ edgewise eval '(a+b)*(b+1)' a=2 b=1 c=3
! error[E122]: this program has no input 'c'
? 2
$ edgewise eval '1+2' a=2
! error[E123]: this program has no inputs, so 'a' cannot have a value
? 2
$ edgewise eval 'a' a=two
! error[E124]: the value of 'a' is not a number: 'two'
!   nothing is called 'two'
? 2
$ edgewise eval 'a' a=2b
! error[E124]: the value of 'a' is not a number: '2b'
!   nothing is multiplied silently
? 2
$ edgewise eval 'a' a=
! error[E124]: the value of 'a' is not a number: ''
? 2
$ edgewise eval 'a' a=1,5
! error[E124]: the value of 'a' is not a number: '1,5'
!   numbers have a decimal point, as in 1.5
? 2
$ edgewise eval 'input n : int; y = n' n=1.5
! error[E127]: 'n' is an int: its value must be a whole number, not 1.5
? 2
$ edgewise eval 'input t : bool; y = t' t=2
! error[E128]: 't' is a bool: its value must be true or false, not 2
? 2
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 --of f
! error[E129]: nothing is called 'f' in this program
? 2
$ edgewise grad 'alpha * beta' alpha=2 beta=1 --wrt alpa
! error[E129]: nothing is called 'alpa' in this program
!   did you mean 'alpha'?
? 2
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 --wrt a,a
! error[E132]: 'a' stands twice in 'a,a'
? 2
$ edgewise grad '(a+b)*(b+1)' a=2 b=1 --wrt ,
! error[E131]: the list of names ',' is empty
? 2
$ edgewise grad 'input n : int = 3; input x; y = n * x' x=2 --wrt n
! error[E133]: there is no derivative by 'n': it is int
? 2
$ edgewise eval 'a' a=1 --outputs 'a, q'
! error[E012]: nothing is called 'q'
!   --> 1:4
!   |
! 1 | a, q
!   |    ^
? 2
$ edgewise eval 'a' a=1 --outputs ''
! error[E061]: the list of outputs is empty
? 2

# Files

$ edgewise nothere.ew
! error[E160]: 'nothere.ew' cannot be read: there is no such file or folder
? 4
$ mkdir folder.ew; edgewise folder.ew
! error[E160]: 'folder.ew' cannot be read: it is a folder
? 4
$ printf 'e = a +\nb\nf = c * bb bb\n' > m.ew; edgewise m.ew
! error[E009]: an operator is missing before 'bb'
!   --> m.ew:3:12
!   |
! 3 | f = c * bb bb
!   |            ^^ write bb*bb
? 3
$ printf 'a\000b' | edgewise -
! error[E003]: the text has a NUL byte, which is no character of a program
!   --> -:1:2
!   |
! 1 | a
!   |  ^
? 3
$ printf 'a\000b' > nul.ew; edgewise nul.ew
! error[E003]: the text has a NUL byte, which is no character of a program
!   --> nul.ew:1:2
!   |
! 1 | a
!   |  ^
? 3
$ printf '\377' | edgewise -
! error[E002]: this is not valid UTF-8 text
!   --> -:1:1
!   |
! 1 | ?
!   | ^
? 3
$ edgewise - < /dev/null
! error[E001]: the program is empty: it needs at least one formula, such as e = (a + b) * (b + 1)
!   --> -:1:1
!   |
! 1 | 
!   | ^
? 3
$ edgewise - <&-
! error[E160]: 'standard input' cannot be read: it is closed
? 4
$ head -c 1000000 /dev/zero | tr '\0' '(' | edgewise - 2>&1 | head -1
> error[E010]: this bracket is never closed
$ head -c 1000000 /dev/zero | tr '\0' '(' | edgewise - 2>/dev/null
? 3
$ edgewise - < /dev/zero
! error[E003]: the text has a NUL byte, which is no character of a program
!   --> -:1:1
!   |
! 1 | 
!   | ^
? 3
$ (head -c 200000 /dev/zero | tr '\0' '-'; echo x) | edgewise eval - x=3
> v199977 = 3

# An index on a left side beside a name: what is wrong, and what to write.

$ edgewise eval 'input x[N]; y[i+N] = x[i]' x=[1,2]
! error[E434]: 'i' is a new index here: on a left side one stands alone or with a number added, as in i+1
!   --> 1:15
!   |
! 1 | input x[N]; y[i+N] = x[i]
!   |               ^ give it the range of the places, i in FROM..TO, and take the rest off on the right
? 3
$ edgewise eval 'input x[N]; y[i in N..2*N-1] = x[i-N]; y[i in 0..N-1] = 0' x=[1,2]
> y = [0, 0, 1, 2]

# Limits

$ edgewise --limit nodes=3 '(a+b)*(b+1)' a=1 b=1
! error[E082]: the limit on nodes was reached: 3
? 5
$ (echo 'x0 = a'; i=0; while [ $i -lt 3000 ]; do echo "x$((i+1)) = sin(x$i)"; i=$((i+1)); done) > long.ew; edgewise --limit memory=100K grad long.ew a=1
! error[E081]: the limit on memory was reached: 102400 bytes
!   --> long.ew
? 5
$ edgewise --limit memory=10K long.ew
! error[E081]: the limit on memory was reached: 10240 bytes
!   --> long.ew
? 5
$ edgewise eval --limit memory=14K 'y[i] = x[i]^2; e = sum(i: y[i])' x=[1,2,3] --outputs 'e, diff(e, x[i])'
! error[E081]: the limit on memory was reached: 14336 bytes
? 5
$ edgewise emit c --limit memory=14K 'y[i] = x[i]^2; e = sum(i: y[i])' x=[1,2,3] --outputs 'e, diff(e, x[i])' -o e
! error[E081]: the limit on memory was reached: 14336 bytes
? 5
$ edgewise eval --limit nodes=100,memory=1G,seconds=10 'x' x=1
> c = 1
$ mkfifo silent; edgewise --limit seconds=0.05 - <> silent
! error[E166]: the limit on time was reached: 0.05 s
? 5
$ edgewise eval --limit seconds=0.1 'y = sum(i in 100000, j in 100000, k in 100000: sin(i*j*k))'
! error[E166]: the limit on time was reached: 0.1 s
? 5
$ edgewise --json --limit seconds=0.05 - <> silent
> {"edgewise": 1, "error": {"code": "E166", "message": "the limit on time was reached: 0.05 s"}}
? 5

# What people write elsewhere, and what it is called here.

$ edgewise 'ln(x) + 1' x=1
! error[E013]: there is no function called 'ln'
!   --> 1:1
!   |
! 1 | ln(x) + 1
!   | ^^ did you mean 'log'?
? 3
$ edgewise 'Sin(x)' x=1
! error[E013]: there is no function called 'Sin'
!   --> 1:1
!   |
! 1 | Sin(x)
!   | ^^^ did you mean 'sin'?
? 3
$ edgewise 'sin x' x=1
! error[E009]: an operator is missing before 'x'
!   --> 1:5
!   |
! 1 | sin x
!   |     ^ write sin(x)
? 3
$ edgewise '|x|' x=1
! error[E004]: the character '|' (U+007C) means nothing here
!   --> 1:1
!   |
! 1 | |x|
!   | ^ write abs(x)
? 3
$ edgewise '√x' x=1
! error[E004]: the character '√' (the root sign) means nothing here
!   --> 1:1
!   |
! 1 | √x
!   | ^ write sqrt(x)
? 3
$ edgewise 'e = x^2; f = e'"'" x=1 --lang vi
! error[E004]: ký tự ''' (dấu nháy đơn) không có nghĩa ở đây
!   --> 1:15
!   |
! 1 | e = x^2; f = e'
!   |               ^ hãy viết diff(y, x)
? 3

# A name of which every letter is wrong is no suggestion; counts and rates that cannot be 0

$ edgewise 'a + b' a=1 b=2 f=3
! error[E122]: this program has no input 'f'
? 2
$ edgewise grad 'x^2' x=1 --wrt ''
! error[E131]: the list of names '' is empty
? 2
$ edgewise minimize '(x-1)^2' x=0 --steps 0
! error[E134]: '0' is too small for '--steps': it must be more than 0
? 2
$ edgewise minimize '(x-1)^2' x=0 --lr=-0.1
! error[E134]: '-0.1' is too small for '--lr': it must be more than 0
? 2
$ edgewise eval 'x' x=0 --threads 0
! error[E134]: '0' is too small for '--threads': it must be more than 0
? 2

# Numbers of options: what is wrong with them.

$ edgewise eval 1 --seed -1
! error[E175]: '-1' is too small for '--seed': it must not be less than 0
? 2
$ edgewise eval 1 --seed 18446744073709551616
! error[E195]: '18446744073709551616' is too large for '--seed'
? 2
$ edgewise eval 1 --seed -1.5
! error[E107]: '-1.5' is no whole number for '--seed'
? 2
$ edgewise eval 1 --threads -18446744073709551616
! error[E134]: '-18446744073709551616' is too small for '--threads': it must be more than 0
? 2
$ edgewise draw 'a+b' a=1 b=2 -o x.svg --show forward=
! error[E142]: 'forward=' is nothing to show: values, edges, forward=NAME, reverse=NAME, paths=FROM:TO
? 2
$ edgewise draw 'a+b' a=1 b=2 -o x.svg --show paths=a:
! error[E142]: 'paths=a:' is nothing to show: values, edges, forward=NAME, reverse=NAME, paths=FROM:TO
? 2

# What a newcomer types: a place where a name is due, a number that is missing, a file without a name.
$ edgewise grad 'y[i] = x[i]^2' x=[1,2] --wrt 'x[0]'
! error[E129]: nothing is called 'x[0]' in this program
!   names stand here without a place; of places: edgewise eval --outputs 'diff(y[0], x[1])'
? 2
$ edgewise eval 'y[i] = x[i]^2' x=[1,,2]
! error[E136]: the array given for 'x' cannot be read: a number is missing between its commas or brackets
? 2
$ edgewise eval 'y[i] = x[i]^2' x=[1,]
! error[E136]: the array given for 'x' cannot be read: a number is missing between its commas or brackets
? 2
$ edgewise eval 'y[i] = x[i]^2' x=@
! error[E124]: the value of 'x' is not a number: '@'
!   a file is given with @: x=@points.csv
? 2
$ edgewise help nosuch
! error[E102]: there is no verb 'nosuch'
!   edgewise help lists what there is
? 2
$ edgewise eval 'sinn(x)' x=1
! error[E013]: there is no function called 'sinn'
!   --> 1:1
!   |
! 1 | sinn(x)
!   | ^^^^ did you mean 'sin'?
? 3
$ edgewise eval 'foo(x)' x=1
! error[E013]: there is no function called 'foo'
!   --> 1:1
!   |
! 1 | foo(x)
!   | ^^^ to multiply, write foo*(x)
? 3
$ edgewise eval 'y = sum(i in N: i)' N=3
! error[E405]: the index 'N' is bound neither on the left nor by a reduction
!   --> 1:14
!   |
! 1 | y = sum(i in N: i)
!   |              ^ bind it, as in sum(N: …), or, if it is a size or a place, declare it: input N : int
? 3
$ edgewise draw 'a*b' a=1 -o e.svg --show edges,values
! error[E120]: 'b' has no value
!   give it one after the program: b=1
? 2
$ edgewise emit rust 'a*b' -o e
! error[E143]: 'rust' is no language to emit; there is: c
? 2
$ edgewise ops tahn
! error[E146]: there is no operation 'tahn'
!   did you mean 'tanh'?
? 2
$ edgewise eval 'a + 1' a=1 --all --outputs a
! error[E176]: '--all' and '--outputs' exclude each other
? 2
$ edgewise eval 'sum(1..3)'
! error[E027]: '..' cannot stand here
!   --> 1:6
!   |
! 1 | sum(1..3)
!   |      ^^ a range is that of an index: sum(i in 1..3: i)
? 3
$ edgewise eval 'a // 2' a=3
! error[E008]: a number, a name or a bracket is missing before '/'
!   --> 1:4
!   |
! 1 | a // 2
!   |    ^ div(a, b) is the whole quotient, rounded down
? 3
$ edgewise paths '(a+b)*(b+1)' a=2 b=1 --from b --most 1
> 2 paths from b to e; the largest by absolute value:
>
>   b → d → e:  1·c = 1·3 = 3
>
> ∂e/∂b = 5
