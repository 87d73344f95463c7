# make            build everything into build/
# make run        install what is missing, build, start the console
#                 (PORT=8080 DATA=data RUNBOOKS=runbooks)
# make test       install what is missing, run every test (ASan and UBSan)
# make unit       the unit tests alone        make e2e      end to end
# make browser    the browser tests           make fault    kill and cut tests
# make lint       warnings of gcc and clang, layer rules
# make lab        the FATE lab with the console beside it
# make bench      measure, as ratios against references of the same run
# make dev        as run, with the sanitizers
# make deps       install what building and running need; deps-test: testing

PORT     ?= 8080
DATA     ?= data
RUNBOOKS ?= runbooks
LAB      ?= build/lab
CC       ?= gcc
B        ?= build

# Every package is named here and nowhere else.
RUN_PACKAGES  = gcc libc6-dev make pkg-config nginx-light libfcgi-dev \
	libjson-c-dev libsqlite3-dev libssh2-1-dev libmd4c-dev libyaml-dev \
	libpcre2-dev libsodium-dev ca-certificates python3
TEST_PACKAGES = clang libclang-rt-14-dev libcmocka-dev openssh-server \
	openssh-client mariadb-server mariadb-client iproute2 util-linux \
	procps curl jq sqlite3 chromium fonts-noto-cjk wrk

CPPFLAGS += -Ifcgi -I$(B) -D_GNU_SOURCE
WARN      = -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes \
	    -Wmissing-prototypes -Wpointer-arith -Wformat=2 -Wvla
CFLAGS   ?= -O2 -g
HARDEN    = -fstack-protector-strong -fPIE -fno-common \
	    -fstack-clash-protection $(if $(SAN),,-D_FORTIFY_SOURCE=2)
LINK      = -pie -Wl,-z,relro,-z,now,-z,noexecstack

SAN_FLAGS = -fsanitize=address,undefined -fno-sanitize-recover=all -Wno-format-truncation \
	    -fno-omit-frame-pointer

ALL_CFLAGS = -std=c17 $(WARN) $(CFLAGS) $(HARDEN) $(SAN)

# A program is linked with its own folder, the layers below it, and the
# libraries that its privilege allows (tests/unit/layers.sh holds it to that).
src  = $(wildcard fcgi/$(1)/*.c)
objs = $(foreach d,$(1),$(patsubst fcgi/%.c,$(B)/obj/%.o,$(call src,$(d))))

BOOK     = -lmd4c -lyaml -lpcre2-8 -ljson-c
JOURNAL  = -lsqlite3 -lsodium $(BOOK)
PROGRAMS = countersign-web countersign-keeper countersign-runner \
	   countersign-step countersign

countersign-web_DIRS    = base book journal wire html web
countersign-web_LIBS    = -lfcgi $(JOURNAL)
countersign-keeper_DIRS = base book journal wire keeper
countersign-keeper_LIBS = $(JOURNAL)
countersign-runner_DIRS = base book journal wire runner
countersign-runner_LIBS = $(JOURNAL)
countersign-step_DIRS   = base book wire step
countersign-step_LIBS   = -lssh2 $(BOOK)
countersign_DIRS        = base book journal wire cli
countersign_LIBS        = $(JOURNAL)

all: $(PROGRAMS:%=$(B)/%)

define program
$(B)/$(1): $(call objs,$($(1)_DIRS))
	$$(CC) $$(ALL_CFLAGS) $$(LINK) -o $$@ $$^ $$($(1)_LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

$(B)/obj/%.o: fcgi/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# The schema as a C string, for migrate.c.
$(B)/obj/journal/migrate.o: $(B)/schema.inc
$(B)/schema.inc: fcgi/journal/schema.sql
	@mkdir -p $(@D)
	sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >$@

# tests/unit/test_FOLDER_WHAT.c is linked with the layers and with FOLDER,
# whose main() stays away.
TEST_OBJS = $(filter-out %/main.o,$(call objs,$(sort base book journal wire \
	    html $(1))))
UNIT_TESTS = $(patsubst tests/unit/%.c,$(B)/tests/%,$(wildcard tests/unit/test_*.c))

define unit
$(B)/tests/$(1): tests/unit/$(1).c $(call TEST_OBJS,$(word 2,$(subst _, ,$(1))))
	@mkdir -p $$(@D)
	$$(CC) $$(CPPFLAGS) $$(ALL_CFLAGS) $$(LINK) -o $$@ $$^ -lcmocka -lfcgi -lssh2 $$(JOURNAL)
endef
$(foreach t,$(notdir $(UNIT_TESTS)),$(eval $(call unit,$(t))))

unit-built: $(UNIT_TESTS)
unit:
	$(MAKE) B=build/asan SAN="$(SAN_FLAGS)" CFLAGS="-O1 -g" all unit-built
	for t in build/asan/tests/test_*; do $$t || exit 1; done

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# The lab's hosts need root; they go when the console is stopped.
lab:
	trap 'tests/lab/lab --dir $(LAB) down' EXIT; trap 'exit 130' INT TERM; \
	tests/lab/lab --dir $(LAB) up && \
	$(MAKE) run RUNBOOKS=$(LAB)/runbooks DATA=$(LAB)/data

clean:
	rm -rf build

.PHONY: all clean lab unit unit-built
