# help and ops come from the tables; both languages.

$ edgewise --version
> edgewise 0.3.0
$ edgewise help
> edgewise - computational graphs with a derivative on every edge
>
> Usage:
>   edgewise PROGRAM [NAME=VALUE…]
>   edgewise VERB PROGRAM [NAME=VALUE…]
>
> Verbs:
>   (none)      one line a node, with value and derivative
>   eval        the values of the outputs
>   grad        the value of one node and its derivatives
>   explain     the whole worked derivation, step by step
>   paths       every path from one node to another, and their sum
>   draw        a picture of the graph
>   check       each derivative against differences of the program itself
>   emit        C source for a program and its derivatives
>   minimize    the lowest value, by gradient descent and its kin
>   fit         parameters by least squares, with standard errors
>   train       learns the params of a model from data, in batches
>   predict     what a trained model says to new data
>   show        runs of training side by side
>   ops         the operations and their derivative rules
>   repl        an interactive session
>   help        what a verb does and its options
>
> A program is a formula, a file that ends in .ew, or - for standard input:
>   edgewise '(a+b)*(b+1)' a=2 b=1
>   edgewise explain '(a+b)*(b+1)' a=2 b=1
>   edgewise draw model.ew -o model.svg
>
> Options everywhere:
>       --json                      the answer, or what went wrong, as JSON
>   -o, --output FILE               write there, whole or not at all, instead of
>                                   to standard output
>       --lang en|vi                the language; from LC_ALL, LC_MESSAGES, LANG
>                                   if not given
>       --color auto|always|never   colours; auto: on a terminal without NO_COLOR
>       --threads N                 at most so many threads; results do not depend
>                                   on it
>       --seed N                    what random values are drawn from (0)
>       --limit nodes=N,memory=BYTES,seconds=S
>                                   stop with status 5 beyond these
>       --precision f32|f64         the type of what declares none (f64)
>       --finite                    status 6 where a result is not a finite number
>   -q, --quiet                     no hints, no progress
>   -v, --verbose                   say more on standard error
>   -h, --help                      what a verb does and its options
>       --version                   the version
>
> 'edgewise help VERB' shows a verb's own options.
$ edgewise --help | head -n 1
> edgewise - computational graphs with a derivative on every edge
$ edgewise help grad
> edgewise grad PROGRAM [NAME=VALUE…]
>
> the value of one node and its derivatives
>
> With --mode paths every path is multiplied on its own, up to 10^7 of them: the
> slow way that shows why sweeps matter.
>
> Example:
>   edgewise grad '(a+b)*(b+1)' a=2 b=1 --wrt b
>
> Options:
>       --of NAME                   the node that is derived; the first output if
>                                   not given
>       --wrt NAME,…                by which nodes; every real input and param if
>                                   not given
>       --mode auto|forward|reverse|paths
>                                   how derivatives are computed
>       --weights FILE              the params from a safetensors or npz file
>
> Options everywhere:
>       --json                      the answer, or what went wrong, as JSON
>   -o, --output FILE               write there, whole or not at all, instead of
>                                   to standard output
>       --lang en|vi                the language; from LC_ALL, LC_MESSAGES, LANG
>                                   if not given
>       --color auto|always|never   colours; auto: on a terminal without NO_COLOR
>       --threads N                 at most so many threads; results do not depend
>                                   on it
>       --seed N                    what random values are drawn from (0)
>       --limit nodes=N,memory=BYTES,seconds=S
>                                   stop with status 5 beyond these
>       --precision f32|f64         the type of what declares none (f64)
>       --finite                    status 6 where a result is not a finite number
>   -q, --quiet                     no hints, no progress
>   -v, --verbose                   say more on standard error
>   -h, --help                      what a verb does and its options
>       --version                   the version
$ edgewise grad --help | head -n 3
> edgewise grad PROGRAM [NAME=VALUE…]
>
> the value of one node and its derivatives
$ edgewise --help grad | head -n 1
> edgewise grad PROGRAM [NAME=VALUE…]
$ edgewise --help --lang vi | head -n 8
> edgewise - đồ thị tính toán với đạo hàm trên mỗi cạnh
>
> Cách dùng:
>   edgewise PROGRAM [NAME=VALUE…]
>   edgewise VERB PROGRAM [NAME=VALUE…]
>
> Các lệnh:
>   (không)     mỗi nút một dòng, có giá trị và đạo hàm
$ edgewise help draw -o help.txt; head -n 1 help.txt
> edgewise draw PROGRAM [NAME=VALUE…]
$ edgewise ops tanh
> tanh: tanh(x)
> the hyperbolic tangent of x
> ∂/∂x = 1 - tanh(x)^2
> LaTeX: \tanh x
$ edgewise ops mul
> mul: x * y
> the product of x and y
> ∂/∂x = y
> ∂/∂y = x
> LaTeX: x \cdot y
$ edgewise ops log
> log: log(x)
> the natural logarithm of x
> ∂/∂x = 1 / x
> defined from 0 to inf
> LaTeX: \ln x
$ edgewise ops | head -n 6
>   add        x + y                      the sum of x and y
>              ∂/∂x = 1    ∂/∂y = 1
>   sub        x - y                      x less y
>              ∂/∂x = 1    ∂/∂y = -1
>   mul        x * y                      the product of x and y
>              ∂/∂x = y    ∂/∂y = x
$ edgewise ops tanh --lang vi
> tanh: tanh(x)
> tang hyperbolic của x
> ∂/∂x = 1 - tanh(x)^2
> LaTeX: \tanh x
$ for v in eval grad explain paths draw check emit minimize ops repl help; do edgewise help $v > out || echo "no $v"; done

# The language: --lang, then LC_ALL, LC_MESSAGES, LANG

$ edgewise --lang vi 'a+b' a=1
! error[E120]: 'b' chưa có giá trị
!   hãy cho giá trị sau chương trình: b=1
? 2
$ LC_ALL=vi_VN.UTF-8 edgewise 'a+b' a=1
! error[E120]: 'b' chưa có giá trị
!   hãy cho giá trị sau chương trình: b=1
? 2
$ LC_ALL= LC_MESSAGES=vi_VN.UTF-8 edgewise 'a+b' a=1
! error[E120]: 'b' chưa có giá trị
!   hãy cho giá trị sau chương trình: b=1
? 2
$ LC_ALL= LANG=vi edgewise 'a+b' a=1
! error[E120]: 'b' chưa có giá trị
!   hãy cho giá trị sau chương trình: b=1
? 2
$ LC_ALL=C LANG=vi_VN edgewise 'a+b' a=1
! error[E120]: 'b' has no value
!   give it one after the program: b=1
? 2
$ LC_ALL=vi_VN edgewise --lang en 'a+b' a=1
! error[E120]: 'b' has no value
!   give it one after the program: b=1
? 2
$ edgewise --lang vi evl 'a+b'
! error[E102]: không có lệnh 'evl'
!   có phải ý bạn là 'eval'?
? 2
$ edgewise evl 'a+b' --lang=vi
! error[E102]: không có lệnh 'evl'
!   có phải ý bạn là 'eval'?
? 2
$ edgewise --lang vi eval '1+'
! error[E008]: thiếu một số, một tên hoặc dấu ngoặc trước cuối chương trình
!   --> 1:3
!   |
! 1 | 1+
!   |   ^
? 3
$ edgewise --lang vi grad 'x^2' x=3
> c = 9
> ∂c/∂x = 6
> cách tính: ngược
$ edgewise --lang vi eval nothere.ew
! error[E160]: không đọc được 'nothere.ew': không có tệp hay thư mục này
? 4
$ edgewise --lang vi --json 'a+b' a=1
> {"edgewise": 1, "error": {"code": "E120", "message": "'b' chưa có giá trị", "hint": "hãy cho giá trị sau chương trình: b=1"}}
? 2

# a word may mean two operations: the sign and the function
$ edgewise ops div | grep '^[a-z]*:'
> div: x / y
> floordiv: div(x, y)
$ edgewise ops '+' | head -n 1
> add: x + y
