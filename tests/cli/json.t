# JSON to the letter of docs/commands.md.

$ edgewise explain --json '(a+b)*(b+1)' a=2 b=1
> {"edgewise": 1, "of": "e", "inputs": {"a": 2, "b": 1}, "operations": {"add": 2, "mul": 1}, "nodes": [{"name": "a", "op": "input", "args": [], "text": "a", "value": 2}, {"name": "b", "op": "input", "args": [], "text": "b", "value": 1}, {"name": "c", "op": "add", "args": ["a", "b"], "text": "a + b", "value": 3}, {"name": "d", "op": "add", "args": ["b", 1], "text": "b + 1", "value": 2}, {"name": "e", "op": "mul", "args": ["c", "d"], "text": "c * d", "value": 6}], "edges": [{"from": "a", "to": "c", "arg": 0, "partial": 1, "rule": "1"}, {"from": "b", "to": "c", "arg": 1, "partial": 1, "rule": "1"}, {"from": "b", "to": "d", "arg": 0, "partial": 1, "rule": "1"}, {"from": "c", "to": "e", "arg": 0, "partial": 2, "rule": "d"}, {"from": "d", "to": "e", "arg": 1, "partial": 3, "rule": "c"}], "forward": {"a": {"a": 1, "b": 0, "c": 1, "d": 0, "e": 2}, "b": {"a": 0, "b": 1, "c": 1, "d": 1, "e": 5}}, "reverse": {"a": 2, "b": 5, "c": 2, "d": 3, "e": 1}, "paths": [{"from": "a", "to": "e", "count": "1", "sum": 2, "listed": [{"nodes": ["a", "c", "e"], "partials": [1, 2], "product": 2}]}, {"from": "b", "to": "e", "count": "2", "sum": 5, "listed": [{"nodes": ["b", "c", "e"], "partials": [1, 2], "product": 2}, {"nodes": ["b", "d", "e"], "partials": [1, 3], "product": 3}]}], "cost": {"edges": 5, "paths": "3", "forward_sweeps": 2, "reverse_sweeps": 1}}
$ edgewise explain --json '(a+b)*(b+1)'
> {"edgewise": 1, "of": "e", "operations": {"add": 2, "mul": 1}, "nodes": [{"name": "a", "op": "input", "args": [], "text": "a"}, {"name": "b", "op": "input", "args": [], "text": "b"}, {"name": "c", "op": "add", "args": ["a", "b"], "text": "a + b"}, {"name": "d", "op": "add", "args": ["b", 1], "text": "b + 1"}, {"name": "e", "op": "mul", "args": ["c", "d"], "text": "c * d"}], "edges": [{"from": "a", "to": "c", "arg": 0, "rule": "1"}, {"from": "b", "to": "c", "arg": 1, "rule": "1"}, {"from": "b", "to": "d", "arg": 0, "rule": "1"}, {"from": "c", "to": "e", "arg": 0, "rule": "d"}, {"from": "d", "to": "e", "arg": 1, "rule": "c"}], "paths": [{"from": "a", "to": "e", "count": "1", "listed": [{"nodes": ["a", "c", "e"]}]}, {"from": "b", "to": "e", "count": "2", "listed": [{"nodes": ["b", "c", "e"]}, {"nodes": ["b", "d", "e"]}]}], "cost": {"edges": 5, "paths": "3", "forward_sweeps": 2, "reverse_sweeps": 1}}
$ edgewise --json '(a+b)*(b+1)' a=2 b=1 > short; edgewise explain --json '(a+b)*(b+1)' a=2 b=1 | cmp - short
$ edgewise grad --json '(a+b)*(b+1)' a=2 b=1
> {"edgewise": 1, "of": "e", "value": 6, "gradient": {"a": 2, "b": 5}, "mode": "reverse"}
$ edgewise grad --json '(a+b)*(b+1)' a=2 b=1 --mode forward --wrt b
> {"edgewise": 1, "of": "e", "value": 6, "gradient": {"b": 5}, "mode": "forward"}
$ edgewise grad --json '(a+b)*(b+1)' a=2 b=1 --mode paths
> {"edgewise": 1, "of": "e", "value": 6, "gradient": {"a": 2, "b": 5}, "mode": "paths"}
$ edgewise eval --json '(a+b)*(b+1)' a=2 b=1
> {"edgewise": 1, "values": {"e": 6}}
$ edgewise eval --json '(a+b)*(b+1)' a=2 b=1 --outputs 'e,   diff(e,  b),e'
> {"edgewise": 1, "values": {"e": 6, "diff(e, b)": 5}}
$ edgewise eval --json 'p = 1/x; q = log(0-x); r = log(x-1); s = x < 2; output p, q, r, s' x=1
> {"edgewise": 1, "values": {"p": 1, "q": "nan", "r": "-inf", "s": true}}
$ edgewise eval --json 'x' x=0.1 --precision f32
> {"edgewise": 1, "values": {"c": 0.10000000149011612}}
$ edgewise eval --json 'x' x=5e-324
> {"edgewise": 1, "values": {"c": 5e-324}}
$ edgewise eval --json 'x' x=1.7976931348623157e308
> {"edgewise": 1, "values": {"c": 1.7976931348623157e308}}
$ edgewise eval --json 'điểm = θ' θ=-0.0
> {"edgewise": 1, "values": {"điểm": -0.0}}
$ edgewise explain --json 'y = x; k = 2; t = true; z = if t then y * k else y' x=3
> {"edgewise": 1, "of": "z", "inputs": {"x": 3}, "operations": {"mul": 1, "if": 1}, "nodes": [{"name": "x", "op": "input", "args": [], "text": "x", "value": 3}, {"name": "y", "op": "copy", "args": ["x"], "text": "x", "value": 3}, {"name": "k", "op": "constant", "args": [], "text": "2", "value": 2}, {"name": "t", "op": "constant", "args": [], "text": "true", "value": true}, {"name": "c", "op": "mul", "args": ["y", "k"], "text": "y * k", "value": 6}, {"name": "z", "op": "if", "args": ["t", "c", "y"], "text": "if t then c else y", "value": 6}], "edges": [{"from": "x", "to": "y", "arg": 0, "partial": 1, "rule": "1"}, {"from": "y", "to": "c", "arg": 0, "partial": 2, "rule": "k"}, {"from": "k", "to": "c", "arg": 1, "partial": 3, "rule": "y"}, {"from": "c", "to": "z", "arg": 1, "partial": 1, "rule": "if t then 1 else 0"}, {"from": "y", "to": "z", "arg": 2, "partial": 0, "rule": "if t then 0 else 1"}], "forward": {"x": {"x": 1, "y": 1, "k": 0, "t": 0, "c": 2, "z": 2}}, "reverse": {"x": 2, "y": 2, "k": 3, "t": 0, "c": 1, "z": 1}, "paths": [{"from": "x", "to": "z", "count": "2", "sum": 2, "listed": [{"nodes": ["x", "y", "c", "z"], "partials": [1, 2, 1], "product": 2}, {"nodes": ["x", "y", "z"], "partials": [1, 0], "product": 0}]}], "cost": {"edges": 5, "paths": "2", "forward_sweeps": 1, "reverse_sweeps": 1}}
$ edgewise explain --json 'b*b' b=3
> {"edgewise": 1, "of": "c", "inputs": {"b": 3}, "operations": {"mul": 1}, "nodes": [{"name": "b", "op": "input", "args": [], "text": "b", "value": 3}, {"name": "c", "op": "mul", "args": ["b", "b"], "text": "b * b", "value": 9}], "edges": [{"from": "b", "to": "c", "arg": 0, "partial": 3, "rule": "b"}, {"from": "b", "to": "c", "arg": 1, "partial": 3, "rule": "b"}], "forward": {"b": {"b": 1, "c": 6}}, "reverse": {"b": 6, "c": 1}, "paths": [{"from": "b", "to": "c", "count": "2", "sum": 6, "listed": [{"nodes": ["b", "c"], "partials": [3], "product": 3}, {"nodes": ["b", "c"], "partials": [3], "product": 3}]}], "cost": {"edges": 2, "paths": "2", "forward_sweeps": 1, "reverse_sweeps": 1}}
$ edgewise explain --json '(a+b)*(b+1)' a=2 b=1 --nudge b=0.1 --wrt b | sed 's/.*"nudge"/"nudge"/'
> "nudge": {"a": {"before": 2, "after": 2, "predicted": 0, "change": 0, "gap": 0}, "b": {"before": 1, "after": 1.1, "predicted": 0.1, "change": 0.10000000000000009, "gap": 8.326672684688674e-17}, "c": {"before": 3, "after": 3.1, "predicted": 0.1, "change": 0.10000000000000009, "gap": 8.326672684688674e-17}, "d": {"before": 2, "after": 2.1, "predicted": 0.1, "change": 0.10000000000000009, "gap": 8.326672684688674e-17}, "e": {"before": 6, "after": 6.510000000000001, "predicted": 0.5, "change": 0.5100000000000007, "gap": 0.010000000000000675}}}
$ edgewise explain --json 'c = a; e = b * 2; output e' a=1 b=2 --wrt a
> {"edgewise": 1, "of": "e", "inputs": {"a": 1, "b": 2}, "operations": {"mul": 1}, "nodes": [{"name": "a", "op": "input", "args": [], "text": "a", "value": 1}, {"name": "b", "op": "input", "args": [], "text": "b", "value": 2}, {"name": "c", "op": "copy", "args": ["a"], "text": "a", "value": 1}, {"name": "e", "op": "mul", "args": ["b", 2], "text": "b * 2", "value": 4}], "edges": [{"from": "a", "to": "c", "arg": 0, "partial": 1, "rule": "1"}, {"from": "b", "to": "e", "arg": 0, "partial": 2, "rule": "2"}], "forward": {"a": {"a": 1, "b": 0, "c": 1, "e": 0}}, "reverse": {"a": 0, "b": 2, "c": 0, "e": 1}, "paths": [{"from": "a", "to": "e", "count": "0", "sum": 0, "listed": []}], "cost": {"edges": 1, "paths": "0", "forward_sweeps": 1, "reverse_sweeps": 1}}
$ (echo 'x0 = a'; i=0; while [ $i -lt 10001 ]; do echo "x$((i+1)) = sin(x$i)"; i=$((i+1)); done) > long.ew; edgewise explain --json long.ew a=1 | sed 's/.*"cost"/"cost"/'
> "cost": {"edges": 10002, "forward_sweeps": 1, "reverse_sweeps": 1}, "omitted": ["forward", "paths"]}
$ edgewise explain --json long.ew a=1 | grep -c forward\":
> 0
? 1
$ edgewise ops --json tanh
> {"edgewise": 1, "operations": [{"name": "tanh", "form": "tanh(x)", "arguments": 1, "derivatives": ["1 - tanh(x)^2"], "domain": ["-inf", "inf"], "latex": "\\tanh x", "manual": "the hyperbolic tangent of x"}]}
$ edgewise ops --json mul
> {"edgewise": 1, "operations": [{"name": "mul", "form": "x * y", "arguments": 2, "derivatives": ["y", "x"], "domain": ["-inf", "inf"], "latex": "x \\cdot y", "manual": "the product of x and y"}]}

# Errors

$ edgewise --json 'input a; input b; e = a * bb' a=2 b=1
> {"edgewise": 1, "error": {"code": "E012", "message": "nothing is called 'bb'", "line": 1, "column": 27, "hint": "did you mean 'b'?"}}
? 3
$ printf 'input a; input b\nc = a + b\ne = c * bb\n' > model.ew; edgewise --json model.ew a=2 b=1
> {"edgewise": 1, "error": {"code": "E012", "message": "nothing is called 'bb'", "file": "model.ew", "line": 3, "column": 9, "hint": "did you mean 'b'?"}}
? 3
$ edgewise --json '(a+b)*(b+1)' a=2
> {"edgewise": 1, "error": {"code": "E120", "message": "'b' has no value", "hint": "give it one after the program: b=1"}}
? 2
$ edgewise --json
> {"edgewise": 1, "error": {"code": "E101", "message": "there is no program: give a formula, a file that ends in .ew, or - for standard input", "hint": "try edgewise '(a+b)*(b+1)' a=2 b=1, or edgewise help"}}
? 2
$ edgewise --json evl 'a'
> {"edgewise": 1, "error": {"code": "E102", "message": "there is no verb 'evl'", "hint": "did you mean 'eval'?"}}
? 2
$ edgewise eval 'a' --jsn --json
> {"edgewise": 1, "error": {"code": "E103", "message": "there is no option '--jsn'", "hint": "did you mean '--json'?"}}
? 2
$ edgewise eval --json 'log(x)' x=-1 --finite
> {"edgewise": 1, "error": {"code": "E145", "message": "'c' is nan", "hint": "c = log(x)"}}
? 6
$ edgewise eval --json nothere.ew
> {"edgewise": 1, "error": {"code": "E160", "message": "'nothere.ew' cannot be read: there is no such file or folder", "file": "nothere.ew"}}
? 4
$ edgewise eval --json "$(printf 'a\033"\\b')" a=1
> {"edgewise": 1, "error": {"code": "E004", "message": "the character U+001B (U+001B) means nothing here", "line": 1, "column": 2}}
? 3
