# A run by itself: what its folder may hold, what it keeps, and the trained model with the run's own values.

# A folder that is no run is left alone where a run would replace something in it.

$ echo 'param x = -2; f = (x - 3)^2 + 1; output f' > parabola.ew && mkdir own && echo '{"mine": 1}' > own/config.json
$ edgewise train parabola.ew --steps 2 -o own -q; cat own/config.json; ls own
> {"mine": 1}
> config.json
! error[E376]: 'own' is no folder of a run, and has a 'config.json' of its own, which a run would replace
!   choose another folder
$ rm own/config.json; for f in weights.safetensors metrics.jsonl curve.svg model.ew; do echo mine > own/$f; edgewise train parabola.ew --steps 2 -o own -q 2>&1 | grep -c "has a '$f'"; cat own/$f; rm own/$f; done
> 1
> mine
> 1
> mine
> 1
> mine
> 1
> mine
$ mkdir own/checkpoint && echo mine > own/checkpoint/last.safetensors && edgewise train parabola.ew --steps 2 -o own --lang vi
! error[E376]: 'own' không phải thư mục của một lần chạy, và có tệp 'checkpoint/last.safetensors' riêng mà lần chạy sẽ ghi đè
!   hãy chọn thư mục khác
? 4

# Its model may lie there already, and what a run left that was killed before its config.json was written.

$ rm own/checkpoint/last.safetensors; : > own/metrics.jsonl; echo x > own/notes; cp parabola.ew own/model.ew; edgewise train own/model.ew --steps 2 -o own -q
> f = 25.01
> 2 steps: all steps were made
$ edgewise train own/model.ew --steps 2 -o own -q
! error[E355]: 'own' holds a run already
!   go on with it by --resume, or choose another folder
? 4

# A validation loss that begins as nan: the first number is better. Which weights were kept is told.

$ printf 'input x[N]\nparam a = -2\nh[n] = sqrt(x[n] - a*a)\nloss = mean(n: if training then (a - 0.5)^2 else (a - 0.5)^2 + 0 * h[n])\noutput loss\n' > root.ew; (echo x; for i in 1 2 3 4 5 6 7 8 9 10; do echo 1; done) > ones.csv
$ edgewise train root.ew --data x=ones.csv:x --validate 0.3 --epochs 60 --lr 0.05 -o root -q; head -n 1 root/metrics.jsonl | sed 's/, "sec.*//'; tail -n 1 root/metrics.jsonl | sed 's/, "sec.*//'
> loss = 0.000024917
> 60 steps: all steps were made
> kept: the weights after step 60, with the lowest validation loss, 0.0000201828
> {"step": 1, "epoch": 1, "loss": 6.25, "validation": {"loss": "nan"}
> {"step": 60, "epoch": 60, "loss": 0.000024917021743815785, "validation": {"loss": 0.000020182787612490585}

# --limit seconds: the step is finished and all is saved.

$ edgewise train parabola.ew --steps 100000000000 --lr 1e-9 -o limited -q --limit seconds=0.5 | sed 's/^[0-9]*/N/'
> N steps: stopped
! error[E166]: the limit on time was reached: 0.5 s
$ edgewise train --resume limited --limit seconds=0.5 2>&1 > out | tail -n 2; ls limited/weights.safetensors
> all is saved; go on with edgewise train --resume limited
> error[E166]: the limit on time was reached: 0.5 s
> limited/weights.safetensors

# With --json what went wrong is a line of its own, also after others.

$ edgewise train parabola.ew --lr 100 --steps 900 --json -o thrown 2>/dev/null | sed -n '1,2s/, "sec.*//; 1p; $p'
> {"step": 1, "epoch": 1, "loss": 26
> {"edgewise": 1, "error": {"code": "E354", "message": "step 68: (x - 3)^2 is inf: x - 3 = 5.27383e154", "hint": "a smaller learning rate, a limit to the gradient's length, or data without such numbers may help"}}

# Killed before its first checkpoint, a run begins anew: also from another folder, with the same file of weights.

$ edgewise train parabola.ew --lr 0.1 --steps 2 -o two -q > out; edgewise train parabola.ew --weights two/weights.safetensors --lr 0.1 --steps 2 -o four -q > out; cp four/weights.safetensors whole.safetensors; rm four/weights.safetensors four/checkpoint/last.safetensors; mkdir aside; cd aside && edgewise train --resume ../four -q > out; cmp ../four/weights.safetensors ../whole.safetensors && echo the same
> the same

# Killed between its first checkpoint and the weights, a run has these from the checkpoint, though its next step is none.

$ rm thrown/weights.safetensors; edgewise train --resume thrown -q 2> /dev/null; echo $?; edgewise predict thrown --outputs 'x > 1e100'
> 6
> x > 1e100 = true

# --at RUN: with the run's own dimensions, values, sizes of data and precision, unless others are given.

$ printf 'input x[N, T]\ninput y[N]\ninput H : int = 2\nparam W[H] = 0.25\nparam b = 0\nh[n, k] = tanh(sum(t: x[n, t]) * W[k] + k)\np[n] = sum(k: h[n, k]) + b\nloss = mean(n: (p[n] - y[n])^2)\noutput loss\n' > wide.ew; (echo u,v,w,y; for i in 1 2 3 4 5 6; do echo "$i,1,-$i,$i"; done) > wide.csv
$ edgewise train wide.ew H=5 --data x=wide.csv:u..w --data y=wide.csv:y --precision f32 --lr 0.1 -o wide -q && edgewise predict wide 'x=[[1,2,3]]' --outputs p
> loss = 2.91669
> 10 steps: all steps were made
> p = [3.575582265853882]
$ edgewise emit c --at wide --outputs p -o wide1 --main && cc -std=c11 -Wall -Wextra -Werror -o wide1 wide1.c -lm && ./wide1 'x=[[1,2,3]]' && grep 'define.*IN_x' wide1.h
> p = [3.5755822658538818]
> #define WIDE1_IN_x 0 /* x[1, 3] */
$ edgewise emit c --at wide T=2 N=4 --outputs p -o wide2 && grep 'define.*IN_x' wide2.h
> #define WIDE2_IN_x 0 /* x[4, 2] */
$ printf 'input x[N]\ninput y[N]\ninput g[2]\ninput s = 3\nparam a = 0\np[n] = a + s * (g[0] + g[1] * x[n])\nloss = mean(n: (p[n] - y[n])^2)\noutput loss\n' > held.ew; edgewise train held.ew 'g=[2,0.5]' s=10 --data x=wide.csv:u --data y=wide.csv:y --lr 1e-9 --steps 1 -o held -q > out; edgewise emit c --at held --outputs p -o held1 --main && cc -std=c11 -Wall -Wextra -Werror -o held1 held1.c -lm && ./held1 'x=[4]' | cut -c 1-10; ./held1 'x=[4]' s=1 | cut -c 1-9
> p = [39.99
> p = [3.99
$ edgewise predict held 'x=[4,5]' 'g=[2,1]' --outputs p
! error[E379]: 'g' is no data of this model: its value stays the same in all steps
? 2
$ edgewise explain --at held x=@wide.csv:u y=@wide.csv:y s=4 --lang vi
! error[E379]: 's' không phải dữ liệu của mô hình này: giá trị của nó giữ nguyên trong mọi bước
? 2
$ edgewise explain --at wide -q | grep W && edgewise draw --at wide -o wide.txt
> W     [5]         0.205       0.25    0.00242    0.00514  ███

# Beyond ulimit -f a write fails, as on a full disk; what was saved is there.

$ sh -c 'ulimit -f 16; exec edgewise train parabola.ew --lr 1e-6 --steps 900 --save-every 3 -o short -q' && ls short/weights.safetensors
! error[E366]: writing 'metrics.jsonl' failed: there is no room left
? 4
$ edgewise train --resume short -q; edgewise train parabola.ew --lr 1e-6 --steps 900 -o long -q; cmp short/weights.safetensors long/weights.safetensors
> f = 25.9103
> 900 steps: all steps were made
> f = 25.9103
> 900 steps: all steps were made

# Rows to validate by, where there are none to spare.

$ edgewise train parabola.ew --validate 0.1 --patience 2 -o apart
! error[E377]: validate keeps rows of the data apart, and there are none to spare
? 2
$ printf 'x\n1\n' > single.csv; edgewise train root.ew --data x=single.csv:x --validate 0.5 -o apart --lang vi
! error[E377]: validate để riêng một số hàng của dữ liệu, mà ở đây không có hàng nào để dành
? 2
$ edgewise train root.ew --data x=ones.csv:x --standardize xs -o apart
! error[E348]: 'xs' is no input with data, so it cannot be standardised
!   did you mean 'x'?
? 2
