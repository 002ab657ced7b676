# Man pages and completions, from the tables. (tests/install-run looks at the installed ones.)

$ edgewise manual | head -n 3
> .TH EDGEWISE 1 2026-11-28 "edgewise 0.3.0"
> .SH NAME
> edgewise \-
$ edgewise manual minimize | sed -n '1,/^.SH OPTIONS/p'
> .TH EDGEWISE-MINIMIZE 1 2026-11-28 "edgewise 0.3.0"
> .SH NAME
> edgewise\-minimize \-
> the lowest value, by gradient descent and its kin
> .SH SYNOPSIS
> .B edgewise minimize
> PROGRAM [NAME=VALUE\[u2026]] [OPTIONS]
> .SH DESCRIPTION
> Starts from the values given or their defaults.
> .SH OPTIONS
$ for v in '' eval grad explain paths draw check emit minimize ops repl; do edgewise manual $v > page.1; ! command -v mandoc > /dev/null || mandoc -T lint page.1; edgewise manual $v --lang vi > page.1; ! command -v mandoc > /dev/null || mandoc -T lint page.1; done
$ edgewise manual nothing
! error[E102]: there is no verb 'nothing'
? 2
$ edgewise completion bash > edgewise.bash; for s in zsh fish; do edgewise completion $s > edgewise.$s; ! command -v $s > /dev/null || $s -n edgewise.$s; done; edgewise completion zsh | head -n 1
> #compdef edgewise
$ printf '. ./edgewise.bash\nt() { COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _edgewise 2> /dev/null; echo "$* => ${COMPREPLY[*]}"; }\nt edgewise ex\nt edgewise grad --m\nt edgewise grad --mode f\nt edgewise grad --mode = rev\nt edgewise ops tan\nt edgewise help mi\nt edgewise explain x --st\nt edgewise x --st\n' > ask; bash ask
> edgewise ex => explain
> edgewise grad --m => --mode
> edgewise grad --mode f => forward
> edgewise grad --mode = rev => reverse
> edgewise ops tan => tan tanh
> edgewise help mi => minimize
> edgewise explain x --st => --step
> edgewise x --st => 
$ edgewise completion csh
! error[E151]: there are no completions for the shell 'csh'
!   did you mean 'zsh'?
? 2
$ edgewise completion
! error[E151]: there are no completions for the shell ''
!   there are: bash, zsh, fish
? 2
