# Values from files, and answers into files.

$ printf 'x,y\n1,2\n2,4.5\n3,5.5\n' > points.csv; printf 'p00,p01,p10,p11,digit\n0,1,2,3,7\n4,5,6,7,1\n8,9,10,11,0\n' > digits.csv
$ edgewise eval 'e[n, k] = x[n, k]' x=@points.csv
$ edgewise eval 'e = sum(n: a[n] * b[n])' a=@points.csv:x b=@points.csv:y
$ edgewise eval 'input x[N, 4]; input y[N] : int; z[n] = sum(j: x[n, j]) + 100 * y[n]' x=@digits.csv:p00..p11 y=@digits.csv:digit
$ edgewise eval 'z[n] = x[n]' x=@digits.csv:p11,p00
$ edgewise eval 'input x[N, 2, 2]; z[n, i, j] = x[n, i, j]' x=@digits.csv:p00..p11
$ edgewise eval 'input x[N, 5]; z[n] = x[n, 0]' x=@digits.csv:p00..p11
$ edgewise eval 'input y[N, 1]; z[n] = y[n, 0]' y=@digits.csv:digit
$ edgewise eval 'a + 1' a=@digits.csv:digit
$ edgewise eval 'z[n] = x[n]' x=@digits.csv:pixel
$ edgewise eval 'z[n] = x[n]' x=@nothing.csv
$ edgewise eval 'input y[N] : int; z[n] = y[n]' y=@points.csv:y
$ edgewise eval --json 'z[n] = x[n]' x=@nothing.csv

# -o by its ending

$ edgewise eval 'y[i, j] = x[i, j] / 4; e = sum(i, j: y[i, j]); output y, e' x=@points.csv -o y.npz && edgewise eval 'z[i, j] = y[i, j] + e' y=@y.npz:y e=@y.npz:e
$ edgewise eval 'y[i, j] = x[i, j] / 4' x=@points.csv -o y.npy && edgewise eval 'z[i, j] = 4 * y[i, j]' y=@y.npy
$ edgewise eval 'y[i, j] = x[i, j] / 4; b[i] = x[i, 0] > 1; output y, b' x=@points.csv -o y.safetensors && edgewise eval 'input b[N] : bool; z[i] = b[i]' b=@y.safetensors:b
$ edgewise eval 'y[i, j] = x[i, j] / 4' x=@points.csv -o y.csv && cat y.csv
$ edgewise eval 'y[i] = x[i, 0]; e = 2; output y, e' x=@points.csv -o y.npy
? 2
$ edgewise eval 'a + 1' a=1 -o a.csv && cat a.csv
$ edgewise eval 'y[i] = x[i, 0]' x=@points.csv -o y.txt && cat y.txt
$ edgewise eval 'y[i] = x[i, 0]' x=@points.csv -o no/y.npy
? 4
$ edgewise minimize 'e = sum(n: (w[0] + w[1] * x[n] - y[n])^2)' x=@points.csv:x y=@points.csv:y w=[0,0] --over w -q
