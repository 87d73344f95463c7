# make            build everything into build/
# make run        install what is missing, build, start the console
#                 (PORT=8080 DATA=data RUNBOOKS=runbooks)
# make test       install what is missing, run every test (ASan and UBSan)
# make unit, e2e, fault, browser, fate, fuzz, lint: the parts of it
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
	libpcre2-dev libsodium-dev libmariadb-dev libpq-dev libcurl4-openssl-dev \
	ca-certificates python3
TEST_PACKAGES = clang libclang-rt-14-dev libcmocka-dev openssh-server \
	openssh-client mariadb-server-core mariadb-client postgresql \
	iproute2 util-linux python3-swift \
	procps curl jq sqlite3 chromium fonts-noto-cjk wrk fish tcsh busybox \
	sudo clustershell pssh pandoc

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
countersign-step_LIBS   = -lssh2 -lmariadb -lpq -lsqlite3 -lcurl -lsodium $(BOOK)
countersign_DIRS        = base book journal wire cli
countersign_LIBS        = $(JOURNAL)

all: $(PROGRAMS:%=$(B)/%) static/vendor

# Libraries of the pages, as the lock file has them.
static/vendor: static/package-lock.json
	cd static && npm ci --silent --no-audit --no-fund
	mkdir -p $@ && cp static/node_modules/@xterm/xterm/lib/xterm.mjs \
	    static/node_modules/@xterm/xterm/css/xterm.css $@ && touch $@

# Installs those of the packages that are not there yet; asks apt for nothing
# where none is missing.
SUDO = $(if $(filter 0,$(shell id -u)),,sudo)
define install
@missing=$$(for p in $(1); do dpkg -s $$p 2>/dev/null | \
    grep -q '^Status: install ok' || echo $$p; done); \
if [ -n "$$missing" ]; then echo "installing:" $$missing; \
    $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq -y --no-install-recommends $$missing; fi
endef
deps:
	$(call install,$(RUN_PACKAGES))
	@command -v npm >/dev/null || { $(SUDO) apt-get update -qq && \
	    $(SUDO) apt-get install -qq -y --no-install-recommends nodejs npm; }
deps-test: deps
	$(call install,$(TEST_PACKAGES))

run: deps
	@$(MAKE) --no-print-directory all
	@exec $(B)/countersign serve --data $(DATA) --runbooks $(RUNBOOKS) \
	    --port $(PORT)

# The sanitizers' build, which the tests use.
ASAN = $(MAKE) --no-print-directory B=build/asan SAN="$(SAN_FLAGS)" \
	CFLAGS="-O1 -g"
asan:
	+@$(ASAN) all unit-built
dev: deps
	+@$(ASAN) all
	@exec build/asan/countersign serve --data $(DATA) \
	    --runbooks $(RUNBOOKS) --port $(PORT)

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
	$$(CC) $$(CPPFLAGS) $$(ALL_CFLAGS) $$(LINK) -o $$@ $$^ -lcmocka -lfcgi $$(countersign-step_LIBS) $$(JOURNAL)
endef
$(foreach t,$(notdir $(UNIT_TESTS)),$(eval $(call unit,$(t))))

unit-built: $(UNIT_TESTS)
unit: asan
	@for t in build/asan/tests/test_*; do $$t || exit 1; done

# Everything that a fresh machine can check, the quick things first.
test: deps-test
	@$(MAKE) --no-print-directory lint unit e2e fault browser fate fuzz
	@echo "all tests passed"

lint:
	@$(MAKE) --no-print-directory all
	@$(MAKE) --no-print-directory B=build/clang CC=clang all
	@tests/unit/layers.sh build

# Each starts a console of its own on loopback (tests/e2e/console.py).
e2e: all asan
	@tests/run -j 2 tests/e2e/test_*.py tests/e2e/*.sh
fault: all asan
	@tests/run tests/fault/test_*.py
fate: all asan
	@tests/run tests/e2e/fate.py
browser: all asan tests/browser/node_modules
	@tests/run tests/browser/run.py tests/browser/fate.py tests/browser/inventory.py \
	    tests/browser/outputs.py
tests/browser/node_modules: tests/browser/package-lock.json
	@cd tests/browser && npm ci --silent --no-audit --no-fund && touch node_modules
# Each parser of foreign bytes under libFuzzer (clang), for some seconds.
FUZZ_SECONDS ?= 10
FUZZ = -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -O1 -g
$(B)/fuzz/%: tests/fuzz/fuzz_%.c $(call src,base) $(call src,book)
	@mkdir -p $(@D)
	clang -std=c17 $(CPPFLAGS) $(WARN) $(FUZZ) -o $@ $^ $(BOOK)
# The step's parsers stand in its folder.
$(B)/fuzz/step: tests/fuzz/fuzz_step.c $(call src,base) $(call src,book) \
	    $(call src,wire) $(filter-out %/main.c,$(call src,step))
	@mkdir -p $(@D)
	clang -std=c17 $(CPPFLAGS) $(WARN) $(FUZZ) -o $@ $^ $(countersign-step_LIBS)
fuzz: $(patsubst tests/fuzz/fuzz_%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
	@for f in $^; do d=$(B)/found/$$(basename $$f); mkdir -p $$d; \
	$$f -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=1024 \
	-verbosity=0 -artifact_prefix=$$d- $$d tests/fuzz/corpus/$$(basename $$f) \
	>$$d.log 2>&1 || { tail -50 $$d.log; exit 1; }; echo "fuzz: $$f"; done
BENCH = $(B)/bench/page $(B)/bench/commits $(B)/bench/commands $(B)/bench/fan
$(B)/bench/%: tests/bench/%.c $(call objs,base wire)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LINK) -o $@ $^ -lfcgi -lsqlite3 -ljson-c -lssh2
bench: deps-test all $(BENCH)
	@python3 tests/bench/bench.py
	@python3 tests/bench/fanout.py

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# The lab's hosts need root; they go when the console is stopped.
lab: deps-test
	@trap '$(SUDO) tests/lab/lab --dir $(LAB) down' EXIT; \
	trap 'exit 130' INT TERM; $(SUDO) tests/lab/lab --dir $(LAB) up && \
	$(MAKE) --no-print-directory run RUNBOOKS=$(LAB)/runbooks DATA=$(LAB)/data

clean:
	rm -rf build

.PHONY: all asan bench browser clean deps deps-test dev e2e fate fault fuzz lab \
	lint run test unit unit-built
