// The same header from C++: a program held by a smart pointer.
//
//     g++ -Iinclude examples/cpp.cpp build/libedgewise.a -lm -o cpp && ./cpp
#include <edgewise.h>

#include <cstdio>
#include <memory>
#include <vector>

struct Free {
    void operator()(ew_program *p) const { ew_free(p); }
};

int main()
{
    ew_error err;
    std::unique_ptr<ew_program, Free> p(
        ew_compile("loss = (w * x + b - y)^2", "loss, diff(loss, w), diff(loss, b)", nullptr, &err));
    if (!p) {
        std::fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    std::vector<double> in(ew_in_count(p.get())), out(ew_out_count(p.get()));
    in = {2, 3, 1, 5}; // w, x, b, y: in order of first appearance
    ew_run(p.get(), nullptr, in.data(), out.data());
    for (std::size_t i = 0; i < out.size(); i++) std::printf("%s = %g\n", ew_out_name(p.get(), i), out[i]);
}

/* prints:
loss = 4
diff(loss, w) = 12
diff(loss, b) = 4
*/
