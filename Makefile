# Edgewise. `make help` lists what can be made. The core library needs cc, make, libc and libm.

CC      ?= cc
AR      ?= ar
CFLAGS  ?= -O2 -g
PREFIX  ?= /usr/local
DESTDIR ?=
B       ?= build

VERSION := $(shell sed -n 's/^.define EW_VERSION "\(.*\)"/\1/p' include/edgewise.h)
SOVERSION := 0

# No contraction to fused multiply-add: the interpreter and emitted C give the same bits.
STRICT   = -std=c11 -ffp-contract=off -fno-math-errno -fno-trapping-math
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
ALL_CFLAGS = $(STRICT) $(WARNINGS) $(WERROR) $(CFLAGS) -Iinclude -Isrc -fPIC -fvisibility=hidden

ROOMS     = base ops graph lang diff opt math exec draw explain
CORE_C    = $(sort $(foreach r,$(ROOMS),$(wildcard src/$(r)/*.c)))
TRAIN_C   = $(sort $(wildcard src/io/*.c src/train/*.c))
CLI_C     = $(sort $(wildcard cli/*.c))
CORE_O    = $(CORE_C:%.c=$(B)/%.o)
TRAIN_O   = $(TRAIN_C:%.c=$(B)/%.o)
BASE_O    = $(patsubst src/base/%.c,$(B)/src/base-again/%.o,$(filter src/base/%,$(CORE_C)))
CLI_O     = $(CLI_C:%.c=$(B)/%.o)

# What src/io uses: safetensors' headers are JSON, gzip and packed npz are deflate.
DATA_LIBS := $(shell pkg-config --libs jansson zlib 2>/dev/null || echo -ljansson -lz)

# libedit makes `edgewise repl` a pleasure; without it lines are read plainly.
EDIT_LIBS := $(shell pkg-config --libs libedit 2>/dev/null)
EDIT_CFLAGS := $(if $(EDIT_LIBS),$(shell pkg-config --cflags libedit) -DEDGEWISE_LIBEDIT)

.PHONY: all core tests check check-sanitized check-all fuzz fuzz-here bench bench-matrix bench-vector bench-examples cover install dist generated format help clean

# Several processes train one model where there is MPI; the command loads this only when mpirun starts it.
MPICC ?= $(shell command -v mpicc 2>/dev/null)
MPI_SO = $(if $(MPICC),$(B)/edgewise-mpi.so)

all: core $(B)/edgewise $(B)/libedgewise-train.a $(MPI_SO)

$(B)/edgewise-mpi.so: bindings/mpi/link.c bindings/mpi/link.h
	$(MPICC) -std=c11 $(WARNINGS) $(CFLAGS) -fPIC -shared $(LDFLAGS) -o $@ bindings/mpi/link.c

core: $(B)/libedgewise.a $(B)/libedgewise.so

$(B)/libedgewise.a: $(CORE_O)
	@rm -f $@
	$(AR) rcs $@ $(CORE_O)

$(B)/libedgewise.so: $(CORE_O)
	$(CC) $(LDFLAGS) -shared -Wl,-soname,libedgewise.so.$(SOVERSION) -o $@ $(CORE_O) -lm -lpthread
	@ln -sf libedgewise.so $(B)/libedgewise.so.$(SOVERSION)

# The room base is in it too, since src/io uses it and the shared library hides it; its public functions
# are weak there: those of the core, however that is linked, come first.
$(B)/libedgewise-train.a: $(TRAIN_O) $(BASE_O)
	@rm -f $@
	$(AR) rcs $@ $(TRAIN_O) $(BASE_O)

$(B)/edgewise: $(CLI_O) $(B)/libedgewise-train.a $(B)/libedgewise.a
	$(CC) $(LDFLAGS) -o $@ $(CLI_O) $(B)/libedgewise-train.a $(B)/libedgewise.a $(EDIT_LIBS) $(DATA_LIBS) -lm -lpthread -ldl

$(B)/src/base-again/%.o: src/base/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) '-DEW_API=__attribute__((weak))' -MMD -MP -c -o $@ $<

# Loops for vectors: without regard to floating-point exceptions, which nobody asks for, they are faster.
$(B)/src/math/vector_%.o: LOOP_CFLAGS = -fno-trapping-math
# Under sanitizers: one text with matrix_plain.c, which is checked for all; compilers need a minute for it. Clang's
# AddressSanitizer calls functions there instead of writing each check out, which is four times as fast to compile.
SHORT_CHECKS = $(if $(findstring clang,$(CC)),-mllvm -asan-instrumentation-with-call-threshold=0)
$(B)/src/math/matrix_avx%.o: LOOP_CFLAGS = $(if $(findstring undefined,$(CFLAGS)),-fno-sanitize=undefined $(SHORT_CHECKS))

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LOOP_CFLAGS) $(if $(filter cli/%,$<),$(EDIT_CFLAGS)) -MMD -MP -c -o $@ $<

-include $(CORE_O:.o=.d) $(TRAIN_O:.o=.d) $(BASE_O:.o=.d) $(CLI_O:.o=.d)

# ---- Tests ------------------------------------------------------------------------------------

TEST_LIBS = -lcmocka -lmpfr -lgmp -lzip $(DATA_LIBS) -lm -lpthread
UNIT_C    = $(sort $(wildcard tests/unit/test_*.c tests/draw/test_*.c tests/emit/test_*.c))
UNIT_T    = $(addprefix $(B)/tests/,$(notdir $(UNIT_C:.c=)))
VPATH     = tests/unit:tests/draw:tests/emit

tests: $(UNIT_T) $(B)/tests/spec $(B)/tests/nodes $(B)/tests/replay $(B)/tests/replay-data $(B)/tests/replay-command

$(B)/tests/test_%: test_%.c $(wildcard tests/*/*.h) $(B)/libedgewise-train.a $(B)/libedgewise.a
	@mkdir -p $(@D)
	$(CC) $(STRICT) -Wall -Wextra -Wno-format-truncation $(CFLAGS) -Iinclude -Isrc -Itests $(LDFLAGS) -o $@ $< $(B)/libedgewise-train.a $(B)/libedgewise.a $(TEST_LIBS)

$(B)/tests/spec: tests/spec.c $(B)/libedgewise.a
	@mkdir -p $(@D)
	$(CC) $(STRICT) -Wall -Wextra -Wno-format-truncation $(CFLAGS) -Iinclude $(LDFLAGS) -o $@ $< $(B)/libedgewise.a -lm -lpthread

$(B)/tests/nodes: tests/reference/nodes.c tests/reference/evaluate.h $(B)/libedgewise.a
	@mkdir -p $(@D)
	$(CC) $(STRICT) -Wall -Wextra -Wno-format-truncation $(CFLAGS) -Iinclude -Isrc $(LDFLAGS) -o $@ $< $(B)/libedgewise.a -lm -lpthread

$(B)/tests/replay: tests/fuzz/fuzz_program.c tests/fuzz/fuzz_main.c $(B)/libedgewise.a
	@mkdir -p $(@D)
	$(CC) $(STRICT) -Wall -Wextra -Wno-format-truncation $(CFLAGS) -Iinclude $(LDFLAGS) -o $@ tests/fuzz/fuzz_program.c tests/fuzz/fuzz_main.c $(B)/libedgewise.a -lm -lpthread

$(B)/tests/replay-data: tests/fuzz/fuzz_data.c tests/fuzz/fuzz_main.c $(B)/libedgewise-train.a
	@mkdir -p $(@D)
	$(CC) $(STRICT) -Wall -Wextra $(CFLAGS) -Iinclude $(LDFLAGS) -o $@ tests/fuzz/fuzz_data.c tests/fuzz/fuzz_main.c $(B)/libedgewise-train.a $(DATA_LIBS) -lm

# The whole command in one process, as the fuzzer runs it; its main has another name there.
$(B)/tests/replay-command: tests/fuzz/fuzz_command.c tests/fuzz/fuzz_main.c $(B)/edgewise
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -Dmain=edgewise_main -c -o $(B)/tests/command.o cli/main.c
	$(CC) $(STRICT) -Wall -Wextra $(CFLAGS) $(LDFLAGS) -o $@ tests/fuzz/fuzz_command.c tests/fuzz/fuzz_main.c $(B)/tests/command.o $(filter-out $(B)/cli/main.o,$(CLI_O)) $(B)/libedgewise-train.a $(B)/libedgewise.a $(EDIT_LIBS) $(DATA_LIBS) -lm -lpthread -ldl

$(B)/tests/ulp: tests/kernels/ulp.c src/math/kernels.h
	@mkdir -p $(@D)
	$(CC) $(STRICT) $(CFLAGS) -Isrc -Itests -o $@ $< -lmpfr -lgmp -lm

check: all tests
	@B=$(B) tests/run

SANITIZE = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

check-sanitized:
	@$(MAKE) --no-print-directory B=build-san CFLAGS="$(SANITIZE)" LDFLAGS="-fsanitize=address,undefined" check

check-all: check check-sanitized
	@tools/house
	@$(MAKE) --no-print-directory $(B)/tests/ulp && $(B)/tests/ulp
	@B=$(B) tests/run --long
	@B=$(B) tests/mpi-run

# ---- Fuzzing: a minute for each target, with clang -----------------------------------------------

FUZZ_SECONDS ?= 60
FUZZ_CFLAGS = -g -O1 -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize=pointer-overflow -fno-sanitize-recover=all
FUZZ_T = $(addprefix $(B)/fuzz/,$(notdir $(basename $(wildcard tests/fuzz/fuzz_[!m]*.c))))

# The command has another name for its main there, as in tests/replay-command.
$(B)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(B)/tests/replay-command $(B)/libedgewise-train.a $(B)/libedgewise.a
	@mkdir -p $(@D)
	$(CC) $(STRICT) -w $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -Iinclude -Isrc -Icli -o $@ $< $(if $(findstring command,$*),$(B)/tests/command.o $(filter-out $(B)/cli/main.o,$(CLI_O))) $(B)/libedgewise-train.a $(B)/libedgewise.a $(EDIT_LIBS) $(DATA_LIBS) -lm -lpthread -ldl

# In a build by clang with counters of coverage.
fuzz-here: $(FUZZ_T)
	@tests/fuzz/run $(B)/fuzz $(FUZZ_SECONDS)

fuzz:
	@$(MAKE) --no-print-directory B=build-fuzz CC=clang MPICC= CFLAGS="$(FUZZ_CFLAGS)" LDFLAGS="-fsanitize=address,undefined" fuzz-here

# ---- Benchmarks ----------------------------------------------------------------------------------

$(B)/bench: bench/bench.c $(B)/libedgewise.a
	$(CC) $(STRICT) $(WARNINGS) -O2 -g -Iinclude -o $@ $< $(B)/libedgewise.a -lm -lpthread

# The kernels of src/math by themselves: beside OpenBLAS (best kernel, one thread), beside libm.
BLAS_FLAGS = $(shell pkg-config --cflags --libs openblas 2>/dev/null || echo -lopenblas)

$(B)/bench-matrix: bench/kernels/matrix.c $(B)/libedgewise.a
	$(CC) -std=gnu11 $(WARNINGS) -O2 -g -Isrc -o $@ $< $(B)/libedgewise.a $(BLAS_FLAGS) -lm -lpthread

bench-matrix: $(B)/bench-matrix
	@env -u OPENBLAS_CORETYPE OPENBLAS_NUM_THREADS=1 $(B)/bench-matrix $(ROWS)

$(B)/bench-vector: bench/kernels/vector.c $(B)/libedgewise.a
	$(CC) -std=gnu11 -ffp-contract=off $(WARNINGS) -O3 -g -Isrc -o $@ $< $(B)/libedgewise.a -lm -lpthread

bench-vector: $(B)/bench-vector
	@$(B)/bench-vector $(ROWS)

bench: all $(B)/bench
	@B=$(B) bench/run

# Straightforward C with derivatives by hand, as one would compile it for this machine.
HAND_O = $(patsubst %.c,$(B)/%.o,$(wildcard bench/hand/*.c))

$(B)/bench/hand/%.o: bench/hand/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(WARNINGS) -O3 -march=native -MMD -MP -c -o $@ $<

-include $(HAND_O:.o=.d)

SPIN = bench/spin.c bench/spin.h
ROW = bench/row.c bench/row.h

$(B)/indexed $(B)/guard: $(B)/%: bench/%.c $(ROW) $(SPIN) $(HAND_O) $(B)/libedgewise.a
	$(CC) $(STRICT) $(WARNINGS) -O2 -g -Iinclude -o $@ $(filter %.c %.o,$^) $(B)/libedgewise.a -lm -lpthread

$(B)/bench-examples: bench/examples.c $(B)/libedgewise-train.a $(B)/libedgewise.a
	$(CC) $(STRICT) $(WARNINGS) -O2 -g -Iinclude -o $@ $< $(B)/libedgewise-train.a $(B)/libedgewise.a $(DATA_LIBS) -lm -lpthread

bench-examples: $(B)/bench-examples
	@$(B)/bench-examples $(ROWS)

$(B)/train: bench/train.c $(SPIN) $(B)/libedgewise-train.a $(B)/libedgewise.a
	$(CC) $(STRICT) $(WARNINGS) -O2 -g -Iinclude -Isrc -o $@ $(filter %.c,$^) $(B)/libedgewise-train.a $(B)/libedgewise.a $(DATA_LIBS) -lm -lpthread

# Where the time goes, step by step: the same programs with bench/kernels/steps.c around their steps.
STEPS = -Isrc $(patsubst %,-Wl$(comma)--wrap=%,array_crew_map array_crew_product array_crew_fold array_crew_arg array_pool_run array_pool_awake array_pool_ready array_run array_run_arrays ew_free)
comma = ,

$(B)/indexed-steps: bench/indexed.c $(ROW) $(SPIN) bench/kernels/steps.c $(HAND_O) $(B)/libedgewise.a
	$(CC) $(STRICT) $(WARNINGS) -O2 -g -Iinclude -o $@ $(filter %.c %.o,$^) $(STEPS) $(B)/libedgewise.a -lm -lpthread

$(B)/train-steps: bench/train.c $(SPIN) bench/kernels/steps.c $(B)/libedgewise-train.a $(B)/libedgewise.a
	$(CC) $(STRICT) $(WARNINGS) -O2 -g -Iinclude -o $@ $(filter %.c,$^) $(STEPS) $(B)/libedgewise-train.a $(B)/libedgewise.a $(DATA_LIBS) -lm -lpthread

bench-train: all $(B)/train
	@B=$(B) bench/train-run $(ROWS)

cover:
	@$(MAKE) --no-print-directory -s B=build-cover CFLAGS="-O0 -g --coverage" LDFLAGS="--coverage" all tests
	-@B=build-cover tests/run > build-cover/log # what links the library without --coverage fails here
	@tools/coverage build-cover

# ---- Generated files, house rules, amalgamation ---------------------------------------------------

generated: all
	@tools/generate

format:
	clang-format -i $$(git ls-files '*.c' '*.h' | grep -v -e '^src/ops/' -e '^dist/')

dist:
	@tools/amalgamate

# ---- Installing ----------------------------------------------------------------------------------

PREFIX_LIB = $(DESTDIR)$(PREFIX)/lib

install: all
	@PREFIX='$(PREFIX)' DESTDIR='$(DESTDIR)' B='$(B)' VERSION='$(VERSION)' SOVERSION='$(SOVERSION)' tools/install

help:
	@echo "make                the libraries and the command, in build/"
	@echo "make core           the core library alone: cc and make, nothing else"
	@echo "make check          the short tests (./check installs what they need first)"
	@echo "make check-sanitized the same under address and undefined-behaviour sanitizers"
	@echo "make check-all      everything, house rules too"
	@echo "make fuzz           FUZZ_SECONDS=60 for each fuzz target (clang)"
	@echo "make bench          the table of speeds, and its picture"
	@echo "make bench-matrix   matrix products beside OpenBLAS (ROWS='square dW' chooses)"
	@echo "make bench-train    training steps beside PyTorch, and their losses (ROWS='lenet' chooses)"
	@echo "make bench-vector   elementary functions over arrays beside libm (ROWS='exp tanh' chooses)"
	@echo "make bench-examples how long each example takes from text to runnable"
	@echo "make cover          how much of each file the tests run"
	@echo "make generated      writes the generated files anew"
	@echo "make format         clang-format over the sources"
	@echo "make dist           dist/edgewise.c and dist/edgewise.h"
	@echo "make install        PREFIX=/usr/local DESTDIR="
	@echo "make clean"

clean:
	rm -rf $(B)
