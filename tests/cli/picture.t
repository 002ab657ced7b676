# draw: the ending picks the format; --show; what is missing is said. What is in the pictures is tested in tests/draw.

$ for e in svg dot mmd tex md txt html; do edgewise draw '(a+b)*(b+1)' a=2 b=1 -o e.$e && test -s e.$e || echo "no $e"; done; ls
> e.dot
> e.html
> e.md
> e.mmd
> e.svg
> e.tex
> e.txt
$ head -c 5 e.svg; echo; head -c 7 e.dot; echo; edgewise draw '(a+b)*(b+1)' a=2 b=1 -o e2.svg; cmp e.svg e2.svg
> <svg 
> digraph
$ edgewise draw '(a+b)*(b+1)' -o s.txt; cat s.txt
> (a+b)*(b+1)
>
> e = c * d
> ├─(d)─ c = a + b
> │  ├─(1)─ a  (input)
> │  └─(1)─ b  (input)
> └─(c)─ d = b + 1
>    └─(1)─ b  (input)
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o v.txt --show values; edgewise draw '(a+b)*(b+1)' a=2 b=1 -o w.txt --show edges; cmp -s v.txt w.txt
? 1
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o r.txt --show reverse=e; grep -c '∂e/∂' r.txt
> 6
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o r.txt --show forward=b; grep -c '/∂b' r.txt
> 6
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o p.svg --show paths=b:e; cmp -s p.svg e.svg
? 1
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o c.txt --of c; cat c.txt
> c = a + b
>
> c = a + b = 3
> ├─(1)─ a = 2
> └─(1)─ b = 1
$ edgewise draw '(a+b)*(b+1)' a=2 b=1
! error[E140]: 'draw' needs the option -o FILE.svg
? 2
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o e.jpg
! error[E141]: the ending of 'e.jpg' is no format of pictures; the endings are svg, png, pdf, dot, mmd, tex, md, txt, html
? 2
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o e.sgv
! error[E141]: the ending of 'e.sgv' is no format of pictures; the endings are svg, png, pdf, dot, mmd, tex, md, txt, html
!   did you mean '.svg'?
? 2
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o noending
! error[E141]: the ending of 'noending' is no format of pictures; the endings are svg, png, pdf, dot, mmd, tex, md, txt, html
? 2
$ edgewise draw '(a+b)*(b+1)' a=2 -o e.svg
! error[E120]: 'b' has no value
!   give it one after the program: b=1
? 2
$ edgewise draw '(a+b)*(b+1)' -o n.svg --show reverse=e
! error[E120]: 'a' has no value
!   give it one after the program: a=1
? 2
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o n.svg --show everything
! error[E142]: 'everything' is nothing to show: values, edges, forward=NAME, reverse=NAME, paths=FROM:TO
? 2
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o n.svg --show reverse=f
! error[E129]: nothing is called 'f' in this program
? 2
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o n.svg --show paths=b
! error[E142]: 'paths=b' is nothing to show: values, edges, forward=NAME, reverse=NAME, paths=FROM:TO
? 2
$ edgewise draw '(a+b)*(b+1)' a=2 b=1 -o nofolder/n.svg
! error[E161]: 'nofolder/n.svg' cannot be written: there is no such file or folder
? 4
$ mkdir bin; ln -s "$(command -v edgewise)" bin; PATH=$PWD/bin edgewise draw '(a+b)*(b+1)' -o n.png
! error[E163]: png and pdf need rsvg-convert: install librsvg2-bin (Debian), librsvg2-tools (Fedora) or librsvg (macOS)
? 4
$ printf '#!/bin/sh\nhead -c 4; exit 3\n' > bin/rsvg-convert; chmod +x bin/rsvg-convert; PATH=$PWD/bin:$PATH edgewise draw '(a+b)*(b+1)' -o n.pdf
! error[E164]: rsvg-convert could not make 'n.pdf'
? 4
$ printf '#!/bin/sh\nhead -c 4; echo " $*"\n' > bin/rsvg-convert; PATH=$PWD/bin:$PATH edgewise draw '(a+b)*(b+1)' -o n.pdf; cat n.pdf
> <svg -f pdf -z 1
$ PATH=$PWD/bin:$PATH edgewise draw '(a+b)*(b+1)' -o n.png; cat n.png; ls -A | grep '^\.'
> <svg -f png -z 2
? 1

# A comparison is true or false in a formula too; a zero bears no sign.

$ edgewise draw 'p = a > b; e = if p then -c else c; output e' a=2 b=1 c=0 -o p.md && grep -e 'text{true}' -e '^d = ' p.md && edgewise draw 'p = -c; p * 2' c=0 -o p.txt && cat p.txt
> p = (a > b) = \text{true}
> d = -c = 0,\quad \frac{\partial d}{\partial c} = -1
> p = -c; p * 2
>
> d = p * 2 = 0
> └─(2)─ p = -c = 0
>    └─(-1)─ c = 0

# the title is the first output's equation, also where there are more
$ printf 'loss = a * b\nright = a > b\noutput loss\noutput right\n' > two.ew; edgewise draw two.ew -o two.md && head -n 1 two.md
> # `loss = a * b`
$ edgewise draw two.ew --of right -o two.md && head -n 1 two.md
> # `right = a > b`

# An input's long line stays beside what it leads to
$ edgewise draw 'n[i] = (if i > 0 then n[i-1] else 0) + (if i > 1 then n[i-2] else 0) + x[i]; e = n[1]^2' -o long.svg; grep -o 'width="[0-9]*' long.svg | head -n 1 | awk -F '"' '{ print ($2 < 1000 ? "narrow" : "wide") }'
> narrow
