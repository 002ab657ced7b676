# Each option of train, and each sentence of "Training" in docs/commands.md that train.t does not show.

# f = (x - 3)^2 + 1 from -2, by the formulas of include/edgewise-train.h; the numbers are x after 4 or 8 steps, in
# billionths, worked out apart from Edgewise.

$ echo 'param x = -2; f = (x - 3)^2 + 1; output f' > parabola.ew
$ where() { rm -rf run; edgewise train parabola.ew --lr 0.1 -o run -q "$@" > out || cat out; edgewise predict run --outputs 'round(x * 1e9)' | sed 's/.*= //'; }; for o in sgd momentum nesterov rmsprop adam adamw; do echo $o $(where --steps 4 --optimizer $o) $(where --steps 4 --optimizer $o --weight-decay 0.5); done
> sgd 952000000 1007812500
> momentum 4543000000 4594087500
> nesterov 4624115200 4185758906
> rmsprop 471744863 419451592
> adam -1600507674 -1600586095
> adamw -1600507674 -1259084473
$ where() { rm -rf run; edgewise train parabola.ew --lr 0.1 -o run -q "$@" > out || cat out; edgewise predict run --outputs 'round(x * 1e9)' | sed 's/.*= //'; }; where --steps 4 --clip 3; where --steps 4 --lr 0.3; for s in constant step cosine; do echo $s $(where --steps 8 --schedule $s) $(where --steps 8 --schedule $s --warmup 3); done
> -800000000
> 2872000000
> constant 2161139200 1939773156
> step 1040960529 1379774589
> cosine 1122059775 1317430222

# Without --epochs and --steps a run without data has 1000 steps; --optimizer lbfgs stops where it is done.

$ edgewise train parabola.ew -o thousand -q && edgewise train parabola.ew --optimizer lbfgs -o quasi -q
> f = 1
> 1000 steps: all steps were made
> f = 1
> 3 steps: converged: no step leads much lower

# "The batch is the dimension that the data inputs share as their first axis"; "a short last batch is kept": of 7 rows
# batches have 4 and 3, by rows (4·4 + 3·3) / 7 = 25/7 in the mean. The last line is the last step, also inside an epoch.

$ printf 'input x[N]\ninput y[N]\nparam b = 0\nparam a = 0\nh[n] = a * x[n] + b\nloss = mean(n: (h[n] - y[n])^2)\nworst = max(n: abs(h[n] - y[n]))\nrows = N\noutput loss\n' > line.ew; (echo x,y; for i in 0 1 2 3 4 5 6; do echo "$i,$((1 << i))"; done) > line.csv
$ edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --lr 1e-9 --batch 4 --epochs 2 -o short -q --metric rows --json | sed 's/"loss.*"rows/"rows/; s/, "seconds.*/}/'
> {"step": 2, "epoch": 1, "rows": 3.5714285714285716}
> {"step": 4, "epoch": 2, "rows": 3.5714285714285716}
$ edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --lr 1e-9 --batch 4 --steps 3 -o inside -q --metric rows --json | sed 's/"loss.*"rows/"rows/; s/, "seconds.*/}/' && tail -n 1 inside/metrics.jsonl | grep -c '"step": 3,'
> {"step": 2, "epoch": 1, "rows": 3.5714285714285716}
> {"step": 3, "epoch": 2, "rows": 4}
> 1

# "Shuffling is on": another seed is another order and other weights, the same one the same; --no-shuffle is the order
# of the rows. A batch of one row, one step of sgd at b = 0: b = 2 lr y of that row, and y = 1, 2, 4 … 64.

$ first() { rm -rf run; edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --lr 0.5 --batch 1 -o run -q "$@" > out || cat out; edgewise predict run --outputs b | sed 's/.*= //'; }; first --no-shuffle --steps 1; first --no-shuffle --steps 1 --seed 5; for s in 0 1 2 3 4 5 6 7 8 9; do first --steps 1 --seed $s; done | sort -n | uniq | awk 'log($1) / log(2) == int(log($1) / log(2)) && $1 <= 64' | grep -c ''; test "$(first --steps 9 --seed 3)" = "$(first --steps 9 --seed 3)" && test "$(first --steps 9 --seed 3)" != "$(first --steps 9 --seed 4)" && echo told apart
> 1
> 1
> 5
> told apart

# "A metric on test data is the program at the test set's own size": a greatest gap, not a mean of such; the last line
# "always has `test` where test data was given". What was standardised while training is so while predicting, too.

$ edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --test x=line.csv:x --test y=line.csv:y --lr 0.01 --batch 4 --steps 5 -o told -q --standardize x --metric worst > out && edgewise predict told x=@line.csv:x y=@line.csv:y --outputs loss,worst && tail -n 1 told/metrics.jsonl | sed 's/.*"test"/"test"/; s/, "seconds.*//' && grep scales told/config.json
> loss = 657.9000962807761
> worst = 59.63188519830652
> "test": {"loss": 657.9000962807761, "worst": 59.63188519830652}
>  "scales": [{"name": "x", "mean": [3], "factor": [0.5]}]}

# A column that is the same in all rows only loses its mean, though ten times 0.1, added up and divided, is a neighbour
# of it; deviations of any size are found.

$ printf 'input x[N, 3]\ninput y[N]\nparam w[3] = 1\np[n] = sum(j: x[n, j] * w[j])\nloss = mean(n: (p[n] - y[n])^2)\noutput loss\n' > three.ew; (echo a,b,c,y; for i in 1 2 3 4 5 6 7 8 9 10; do echo "0.1,$((i % 2))e200,$((i % 2))e-250,$i"; done) > same.csv; edgewise train three.ew --data x=same.csv:a..c --data y=same.csv:y --standardize x --lr 1e-9 --steps 1 -o same -q > out && sed -n '/"scales"/s/.*"factor": \(.*\)}]}/\1/p' same/config.json && edgewise predict same 'x=[[0.1,0.5e200,0.5e-250],[0.2,0.5e200,0.5e-250]]' --outputs 'round(p[n] * 1000)'
> [1, 2e-200, 2.0000000000000002e250]
> round(p[n] * 1000) = [0, 100]

# "RUN holds …"; "weights.safetensors (params only, sorted by name, no time stamps)": the same run, the same bytes.

$ ls told && head -c 114 told/weights.safetensors | tail -c 106 && echo && sleep 1 && edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --test x=line.csv:x --test y=line.csv:y --lr 0.01 --batch 4 --steps 5 -o twice -q --standardize x --metric worst > out && cmp told/weights.safetensors twice/weights.safetensors && cmp told/model.ew line.ew
> checkpoint
> config.json
> curve.svg
> metrics.jsonl
> model.ew
> weights.safetensors
> {"a":{"dtype":"F64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"F64","shape":[],"data_offsets":[8,16]}}

# --validate keeps rows apart that are never learnt from: 2 of 7; --patience 2 ends two epochs after the best, and the
# last line, the only one of its step, is that of the weights that are kept: its validation loss is the least.

$ edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --validate 0.3 --patience 2 --lr 0.08 --metric rows --epochs 50 -o kept -q --no-shuffle > out && sed 's/"loss": [^,]*/"loss": …/g; s/, "seconds.*/}/' kept/metrics.jsonl && sed 's/.*"validation": {"loss": //; s/,.*//' kept/metrics.jsonl > losses && test "$(sort -g losses | head -n 1)" = "$(tail -n 1 losses)" && echo the least
> {"step": 1, "epoch": 1, "loss": …, "rows": 5, "validation": {"loss": …, "rows": 2}}
> {"step": 2, "epoch": 2, "loss": …, "rows": 5, "validation": {"loss": …, "rows": 2}}
> {"step": 3, "epoch": 3, "loss": …, "rows": 5, "validation": {"loss": …, "rows": 2}}
> {"step": 4, "epoch": 4, "loss": …, "rows": 5, "validation": {"loss": …, "rows": 2}}
> {"step": 5, "epoch": 5, "loss": …, "rows": 5, "validation": {"loss": …, "rows": 2}}
> {"step": 6, "epoch": 6, "loss": …, "rows": 5, "validation": {"loss": …, "rows": 2}}
> the least

# --no-shuffle is "the rows in their own order" also where some are kept apart: w becomes 10 w + y, so its digits are the
# rows that came.

$ printf 'input y[N]\nparam w = 0\nloss = mean(n: -w^2 / 2 - y[n] * w / 9)\noutput loss\n' > digits.ew; (echo y; seq 1 9) > rows.csv; edgewise train digits.ew --data y=rows.csv:y --validate 0.3 --no-shuffle --batch 1 --lr 9 --epochs 1 -o rows -q > out && edgewise predict rows --outputs 'round(w)' | grep -o '[0-9]*$' | fold -w 1 > came && wc -l < came && sort -nu came | cmp - came && echo in order
> 7
> in order

# Of 1,500 epochs every second is looked at: what lies between two looks is no epoch without gain. Here the loss falls to the
# end.

$ edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --validate 0.3 --patience 1 --lr 1e-6 --epochs 1500 -o often -q --no-shuffle | tail -n 2 | cut -d ' ' -f 1-6; grep -c '' often/metrics.jsonl
> 1500 steps: all steps were made
> kept: the weights after step 1500,
> 750

# --on-nan: x - 3 grows by -2e30 in a step and its square leaves the doubles at the seventh. A stop saves what the six
# steps before made, -5 · (2e30)^6; going back begins again from the last save, here the beginning, with half the rate,
# and once more at step 14: the last loss is (5 · (5e29)^5)^2.

$ edgewise train parabola.ew --lr 1e30 --steps 20 -o stopped -q --on-nan stop; edgewise predict stopped --outputs 'round(x / 1e181)'; edgewise train --resume stopped -q
> round(x / 1e181) = -32
! error[E354]: step 7: (x - 3)^2 is inf: x - 3 = -3.2e182
!   a smaller learning rate, a limit to the gradient's length, or data without such numbers may help
! error[E354]: step 7: (x - 3)^2 is inf: x - 3 = -3.2e182
!   a smaller learning rate, a limit to the gradient's length, or data without such numbers may help
? 6
$ edgewise train parabola.ew --lr 1e30 --steps 20 -o back -q --on-nan rollback --save-every 100
> f = 2.44141e298
> steps that were not finite: 2
> 20 steps: all steps were made

# A run whose checkpoint was taken away is not begun anew over its weights; one that was killed before its first is.
$ edgewise train parabola.ew --lr 0.1 --steps 3 -o gone -q && rm gone/checkpoint/last.safetensors && cat gone/* 2>/dev/null | cksum > before; edgewise train --resume gone -q
> f = 11.24
> 3 steps: all steps were made
! error[E374]: the checkpoint 'gone/checkpoint/last.safetensors' is missing: this run has weights already, and cannot go on without it
!   put it back, or begin another run by --weights gone/weights.safetensors
? 4
$ cat gone/* 2>/dev/null | cksum | cmp - before
$ edgewise train --resume gone -q --json | grep -c E374
> 1
$ rm gone/weights.safetensors && edgewise train --resume gone 2>&1 >/dev/null | head -1
> gone had no checkpoint yet: it begins anew
$ rm gone/weights.safetensors && edgewise train --resume gone -q && ls gone
> f = 11.24
> 3 steps: all steps were made
> checkpoint
> config.json
> curve.svg
> metrics.jsonl
> model.ew
> weights.safetensors
# Ints from 2^53 on, as in eval: of a csv file their last digits may be gone; wide ints of other files are refused by their reader.
$ printf 'input k[N] : int\ninput y[N]\nparam w = 0\nloss = mean(n: (w * mod(k[n], 3) - y[n])^2)\noutput loss\n' > wide.ew; printf 'k,y\n1,1\n9007199254740993,2\n' > wide.csv; edgewise train wide.ew --data k=wide.csv:k --data y=wide.csv:y --steps 1 -o wide -q
! error[E375]: row 1 of the data for 'k' has 9007199254740992: beyond 2^53 not every whole number has an exact double
!   --> wide.csv:k
!   rows are counted from 0
? 4
$ edgewise eval wide.ew k=@wide.csv:k y=@wide.csv:y
! error[E194]: 'k[1]' cannot be 9007199254740992: beyond 2^53 not every whole number has an exact double
? 4
$ sed -i s/93,/91,/ wide.csv; edgewise train wide.ew --data k=wide.csv:k --data y=wide.csv:y --steps 1 -o wide -q
> loss = 2.5
> 1 step: all steps were made
$ { printf '\223NUMPY\001\000\166\000%-117s\n' "{'descr': '<i8', 'fortran_order': False, 'shape': (2,), }"; printf '\001\000\000\000\000\000\000\000\001\000\000\000\000\000\040\000'; } > wide.npy; edgewise train wide.ew --data k=wide.npy --data y=wide.csv:y --steps 1 -o wide2 -q
! error[E212]: element 1 is 9007199254740993: a whole number beyond 2^53 has no exact double
!   --> wide.npy
? 4
# What does not go with --at is told; test data lack what the data have.
$ edgewise explain --at stopped --plan; edgewise draw --at stopped -o a.svg --show edges; edgewise emit c --at stopped --weights stopped/weights.safetensors -o a
! error[E176]: '--at' and '--plan' exclude each other
! error[E176]: '--at' and '--show' exclude each other
! error[E176]: '--at' and '--weights' exclude each other
? 2
$ edgewise train line.ew --data x=line.csv:x --data y=line.csv:y --test x=line.csv:x --steps 1 -o tested -q
! error[E335]: the input 'y' has neither data nor a value
!   the test data must have it too
? 2
