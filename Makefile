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
STRICT   = -std=c11 -ffp-contract=off -fno-math-errno
WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
ALL_CFLAGS = $(STRICT) $(WARNINGS) $(CFLAGS) -Iinclude -Isrc -fPIC -fvisibility=hidden

ROOMS     = base ops graph lang diff opt math exec draw explain
CORE_C    = $(sort $(foreach r,$(ROOMS),$(wildcard src/$(r)/*.c)))
TRAIN_C   = $(sort $(wildcard src/train/*.c))
CLI_C     = $(sort $(wildcard cli/*.c))
CORE_O    = $(CORE_C:%.c=$(B)/%.o)
TRAIN_O   = $(TRAIN_C:%.c=$(B)/%.o)
CLI_O     = $(CLI_C:%.c=$(B)/%.o)

# libedit makes `edgewise repl` a pleasure; without it lines are read plainly.
EDIT_LIBS := $(shell pkg-config --libs libedit 2>/dev/null)
EDIT_CFLAGS := $(if $(EDIT_LIBS),$(shell pkg-config --cflags libedit) -DEDGEWISE_LIBEDIT)

.PHONY: all core check check-all fuzz bench cover install dist generated format help clean

all: core $(B)/edgewise

core: $(B)/libedgewise.a $(B)/libedgewise.so

$(B)/libedgewise.a: $(CORE_O)
	@rm -f $@
	$(AR) rcs $@ $(CORE_O)

$(B)/libedgewise.so: $(CORE_O)
	$(CC) $(LDFLAGS) -shared -Wl,-soname,libedgewise.so.$(SOVERSION) -o $@ $(CORE_O) -lm
	@ln -sf libedgewise.so $(B)/libedgewise.so.$(SOVERSION)

$(B)/libedgewise-train.a: $(TRAIN_O)
	@rm -f $@
	$(AR) rcs $@ $(TRAIN_O)

$(B)/edgewise: $(CLI_O) $(B)/libedgewise-train.a $(B)/libedgewise.a
	$(CC) $(LDFLAGS) -o $@ $(CLI_O) $(B)/libedgewise-train.a $(B)/libedgewise.a $(EDIT_LIBS) -lm

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(if $(filter cli/%,$<),$(EDIT_CFLAGS)) -MMD -MP -c -o $@ $<

-include $(CORE_O:.o=.d) $(TRAIN_O:.o=.d) $(CLI_O:.o=.d)

clean:
	rm -rf $(B)
