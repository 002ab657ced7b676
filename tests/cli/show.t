# The verb show: runs of training side by side. Their folders are written by hand here.

$ mkdir adam sgd && echo '{"edgewise": 1, "optimizer": "adam", "lr": 0.001}' > adam/config.json && echo '{"edgewise": 1, "optimizer": "sgd", "lr": 0.5}' > sgd/config.json
$ for i in 1 2 3 4; do echo "{\"step\": ${i}00, \"epoch\": $i, \"loss\": 0.0$((9 - i)), \"accuracy\": 0.$((90 + i)), \"seconds\": $i.5}"; done > sgd/metrics.jsonl
$ for i in 1 2 3 4; do echo "{\"step\": ${i}00, \"epoch\": $i, \"loss\": 0.0$((9 - i)), \"test\": {\"loss\": 0.0$((9 - i % 3)), \"error\": 0.1}, \"seconds\": $i}"; done > adam/metrics.jsonl
$ edgewise show adam -q
> run   steps  epochs  loss  test loss  test error  lowest loss  seconds  method
> adam    400       4  0.05       0.08         0.1   0.07 @ 200        4  adam, lr 0.001
$ edgewise show sgd/ adam
> run   steps  epochs  loss  accuracy  test loss  test error  lowest loss  seconds  method
> sgd     400       4  0.05      0.94          –           –   0.05 @ 400      4.5  sgd, lr 0.5
> adam    400       4  0.05         –       0.08         0.1   0.07 @ 200        4  adam, lr 0.001
>
>       loss
> 0.09 ┤                                          +++++
>      │                                       +++     +++++++
>      │                                    +++               ++++++++
> 0.08 ┤+++                              +++                          ++++
>      │   ++++++                     +++
>      │         +++++             +++
>      │              ++++++    +++
> 0.07 ┤                    ++++*
>      │                         *****
>      │                              ******
>      │                                    *****
> 0.06 ┤                                         ******
>      │                                               *******
>      │                                                      ********
> 0.05 ┤                                                              ****
>      └┬──────────┬──────────┬──────────┬─────────┬──────────┬──────────┬
>       100       150        200        250       300        350       400
>                                      step
>       * sgd   + adam
$ edgewise show --lang vi adam -q
> lần chạy  bước  lượt  mất mát  mất mát kiểm tra  error kiểm tra  mất mát thấp nhất  giây  cách làm
> adam       400     4     0.05              0.08             0.1         0.07 @ 200     4  adam, lr 0.001
$ edgewise show adam sgd --json
> {"edgewise": 1, "runs": [{"run": "adam", "optimizer": "adam", "lr": 0.001, "best": {"step": 200, "loss": 0.07, "data": "test"}, "lines": [{"step": 100, "epoch": 1, "loss": 0.08, "test": {"loss": 0.08, "error": 0.1}, "seconds": 1}, {"step": 200, "epoch": 2, "loss": 0.07, "test": {"loss": 0.07, "error": 0.1}, "seconds": 2}, {"step": 300, "epoch": 3, "loss": 0.06, "test": {"loss": 0.09, "error": 0.1}, "seconds": 3}, {"step": 400, "epoch": 4, "loss": 0.05, "test": {"loss": 0.08, "error": 0.1}, "seconds": 4}]}, {"run": "sgd", "optimizer": "sgd", "lr": 0.5, "best": {"step": 400, "loss": 0.05, "data": "training"}, "lines": [{"step": 100, "epoch": 1, "loss": 0.08, "accuracy": 0.91, "seconds": 1.5}, {"step": 200, "epoch": 2, "loss": 0.07, "accuracy": 0.92, "seconds": 2.5}, {"step": 300, "epoch": 3, "loss": 0.06, "accuracy": 0.93, "seconds": 3.5}, {"step": 400, "epoch": 4, "loss": 0.05, "accuracy": 0.94, "seconds": 4.5}]}]}
$ edgewise show adam sgd -q -o both.svg && grep -c '<polyline\|<path' both.svg
> run   steps  epochs  loss  accuracy  test loss  test error  lowest loss  seconds  method
> adam    400       4  0.05         –       0.08         0.1   0.07 @ 200        4  adam, lr 0.001
> sgd     400       4  0.05      0.94          –           –   0.05 @ 400      4.5  sgd, lr 0.5
> 17
$ edgewise show adam -q -o table.txt && cat table.txt
> run   steps  epochs  loss  test loss  test error  lowest loss  seconds  method
> adam    400       4  0.05       0.08         0.1   0.07 @ 200        4  adam, lr 0.001

What is no number in JSON; a run that has not reported yet.

$ mkdir new && echo '{"edgewise": 1}' > new/config.json && : > new/metrics.jsonl && edgewise show new && edgewise show new --json
> run  steps  epochs  loss  lowest loss  seconds  method
> new      0       0     –            –        0  –
> {"edgewise": 1, "runs": [{"run": "new", "lines": []}]}
$ echo '{"step": 1, "epoch": 1, "loss": "nan", "test": {"loss": "inf"}, "seconds": 0}' > new/metrics.jsonl && edgewise show new && edgewise show new --json
> run  steps  epochs  loss  test loss  lowest loss  seconds  method
> new      1       1   nan        inf      inf @ 1        0  –
> {"edgewise": 1, "runs": [{"run": "new", "best": {"step": 1, "loss": "inf", "data": "test"}, "lines": [{"step": 1, "epoch": 1, "loss": "nan", "test": {"loss": "inf"}, "seconds": 0}]}]}

Faults.

$ edgewise show
! error[E172]: which run? give the folder that -o of edgewise train has made
? 2
$ edgewise show none
! error[E160]: 'none' cannot be read: there is no such file or folder
? 4
$ mkdir empty && edgewise show adam empty
! error[E170]: 'empty' is no run: it has no config.json
? 4
$ touch file && edgewise show file
! error[E170]: 'file' is no run: it has no config.json
? 4
$ mkdir odd && echo '{"edgewise": 1,' > odd/config.json && edgewise show odd
! error[E171]: 'odd/config.json' is damaged in line 2
!   it is no JSON
? 4
$ echo '[1]' > odd/config.json && edgewise show odd
! error[E171]: 'odd/config.json' is damaged in line 1
!   it is no object
? 4
$ echo '{}' > odd/config.json && edgewise show odd
! error[E170]: 'odd' is no run: it has no metrics.jsonl
? 4
$ line() { cp sgd/metrics.jsonl odd/ && printf '%s' "$1" >> odd/metrics.jsonl && edgewise show odd; }; line '{"step": 500, "epo'
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   it is no JSON
? 4
$ line() { cp sgd/metrics.jsonl odd/ && printf '%s' "$1" >> odd/metrics.jsonl && edgewise show odd; }; line ' '; line '[]'; line '{"step": 399, "epoch": 4, "loss": 1, "seconds": 1}'
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   it is no JSON
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   it is no object
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   its step is less than the one before
? 4
$ line() { cp sgd/metrics.jsonl odd/ && printf '%s' "$1" >> odd/metrics.jsonl && edgewise show odd; }; line '{"epoch": 4, "loss": 1, "seconds": 1}'; line '{"step": 500, "loss": 1, "seconds": 1}'; line '{"step": 500, "epoch": 4, "seconds": 1}'; line '{"step": 500, "epoch": 4, "loss": 1}'
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   it has no step
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   it has no epoch
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   it has no loss
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   it has no seconds
? 4
$ line() { cp sgd/metrics.jsonl odd/ && printf '%s' "$1" >> odd/metrics.jsonl && edgewise show odd; }; line '{"step": 500, "epoch": 4, "loss": 1, "seconds": 1, "test": 1}'; line '{"step": 500, "epoch": 4, "loss": "x", "seconds": 1}'; line '{"step": 500, "epoch": 4, "loss": 1, "loss": 2, "seconds": 1}'; line '{"step": -1, "epoch": 4, "loss": 1, "seconds": 1}'; line '{"step": 500, "epoch": 4, "loss": 1, "seconds": 1, "test": {"error": 1}}'
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   its test or validation is no object
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   one of its values is no number
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   it is no JSON
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   it has no step
! error[E171]: 'odd/metrics.jsonl' is damaged in line 5
!   it has no loss
? 4
$ edgewise show odd --json --lang vi
> {"edgewise": 1, "error": {"code": "E171", "message": "'odd/metrics.jsonl' bị hỏng ở dòng 5", "hint": "nó không có loss"}}
? 4
$ edgewise show adam -o no/where.svg
! error[E161]: 'no/where.svg' cannot be written: there is no such file or folder
? 4
$ edgewise show adam -o curves.png
! error[E141]: the ending of 'curves.png' is no format of pictures; the endings are svg
? 2
